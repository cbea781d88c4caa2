/** Returns the name of the log and the state of a step, without the ending. */
export function stepStem(step: string): string {
  return `step-${step}`;
}

/** Returns the name of the log of a step's `verify`, without the ending. */
export function verifyStem(step: string): string {
  return `verify-${step}`;
}
