/**
 * The start of the text that a pipeline adds to a step's prompt: the hand-off.
 */
export const STEP_HEAD = "You run the step ";

/**
 * Returns the part of a prompt that a person wrote. A pipeline's hand-off is
 * data from other agents, so it does not speak for the user.
 */
export function askedIn(prompt: string): string {
  const at = prompt.indexOf(`\n\n${STEP_HEAD}"`);
  return at < 0 ? prompt : prompt.slice(0, at);
}
