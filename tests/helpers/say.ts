/** Prints a figure of a test outside the test's report. */
export function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

/**
 * Prints at how many points a command may die, how many different states that
 * leaves, and how many of these were checked. These lines form the table at the
 * end of `deno task test`.
 */
export function sayPoints(
  command: string,
  { count, states, seen }: { count: number; states?: number; seen?: number },
): void {
  const suffix = states === undefined
    ? ""
    : ` in ${states} states, ${seen ?? states} seen`;
  say(`crash points: ${command} ${count}${suffix}`);
}

/** Prints how many processes were killed, and the seed of the moments. */
export function sayKills(
  command: string,
  { killed, of, seed }: { killed: number; of: number; seed: number },
): void {
  say(`kills: ${command} ${killed} of ${of}, seed ${seed}`);
}
