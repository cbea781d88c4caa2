/** Begins what a pipeline adds to the prompt of a step: the hand-off to it. */
export const STEP_HEAD = "You run the step ";

/**
 * Returns the part of a prompt that someone wrote. The hand-off of a pipeline
 * is data of other agents, so it says nothing in the name of the user.
 */
export function askedIn(prompt: string): string {
  const at = prompt.indexOf(`\n\n${STEP_HEAD}"`);
  return at < 0 ? prompt : prompt.slice(0, at);
}
