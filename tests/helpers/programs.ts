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
 * A test that needs programs which not every machine has. Where one is missing
 * it is said plainly that the test was left out.
 */
export function programTest(
  name: string,
  programs: readonly string[],
  fn: () => void | Promise<void>,
): void {
  const missing = programs.filter((program) => !has(program));
  const ignore = missing.length > 0;
  if (ignore) say(`SKIPPED: "${name}": ${missing.join(", ")} not installed`);
  Deno.test({ name, ignore, fn });
}
