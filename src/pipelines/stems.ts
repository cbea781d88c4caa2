/** Returns the name of a step's log and state files, without the extension. */
export function stepStem(step: string): string {
  return `step-${step}`;
}

/** Returns the name of the log of a step's `verify`, without the extension. */
export function verifyStem(step: string): string {
  return `verify-${step}`;
}
