/** The start of the hand-off that a pipeline adds to a step's prompt. */
export const STEP_HEAD = "You run the step ";

/** Returns the person's part of a prompt, without a hand-off of agents. */
export function askedIn(prompt: string): string {
  const at = prompt.indexOf(`\n\n${STEP_HEAD}"`);
  return at < 0 ? prompt : prompt.slice(0, at);
}
