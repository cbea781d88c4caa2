/** Prints a figure of a test, which is kept apart from the test's report. */
export function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
