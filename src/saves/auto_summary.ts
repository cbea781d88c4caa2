/** Start of the summary of a save whose client was killed. */
export const RECOVERED = "Recovered after the client stopped: ";

/** Starts of the parts of a summary that each automatic save writes again. */
export const LAST_PROMPT = "Last prompt: ";
export const LAST_ANSWER = "Last answer: ";

/** These parts, also as earlier versions called them. */
const SINCE = /(?:\.|(?<=[!?…])) Last (?:prompt|question|asked|answer): [^]*$/;

/** Returns what a summary says the session is about. */
export function aboutOf(summary: string): string {
  return summary.replace(RECOVERED, "").replace(SINCE, "");
}
