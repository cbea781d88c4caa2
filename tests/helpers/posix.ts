/**
 * A test of what Windows has not: a shell, links without a privilege, FIFOs,
 * modes, signals.
 */
export function posixTest(
  name: string,
  fn: () => void | Promise<void>,
): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });
}
