/** Where a program is, if it is installed; asks a POSIX shell. */
export function pathOf(program: string): string | undefined {
  const { success, stdout } = new Deno.Command("sh", {
    args: ["-c", 'command -v "$1"', "sh", program],
  }).outputSync();
  return success ? new TextDecoder().decode(stdout).trim() : undefined;
}

/** Whether a program is installed. */
export const has = (program: string) => pathOf(program) !== undefined;
