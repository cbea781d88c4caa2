import { say } from "./say.ts";

/** Whether a program is installed. */
export function has(program: string): boolean {
  const which = Deno.build.os === "windows" ? "where" : "which";
  try {
    return new Deno.Command(which, { args: [program] }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * A test on Linux that needs programs which not every machine has: elsewhere
 * the same names are other programs. Where one is missing it is said plainly
 * that the test was left out.
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
