import { say } from "./say.ts";

/** Returns the path of a program, if it is installed. */
export function pathOf(program: string): string | undefined {
  const windows = Deno.build.os === "windows";
  const [asked, ...args] = windows
    ? ["where", program]
    : ["sh", "-c", 'command -v "$1"', "sh", program];
  const { success, stdout } = new Deno.Command(asked!, { args }).outputSync();
  if (!success) return undefined;
  return new TextDecoder().decode(stdout).trim().split(/\r?\n/)[0];
}

/** Returns whether a program is installed. */
export const has = (program: string) => pathOf(program) !== undefined;

/**
 * A test on Linux that needs programs that not every machine has: elsewhere the
 * same names are other programs. If a program is missing, the report says that
 * the test was left out.
 */
export function programTest(
  name: string,
  programs: readonly string[],
  fn: () => void | Promise<void>,
): void {
  const missing = Deno.build.os === "linux"
    ? programs.filter((program) => !has(program))
    : ["Linux"];
  const ignore = missing.length > 0;
  if (ignore) say(`SKIPPED: "${name}": there is no ${missing.join(", no ")}`);
  Deno.test({ name, ignore, fn });
}
