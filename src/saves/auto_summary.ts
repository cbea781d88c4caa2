/** Start of the summary of a save whose client was killed. */
export const RECOVERED = "Recovered after the client stopped: ";

/** Start of the part of a summary that each automatic save writes again. */
const SINCE = /(?:\.|(?<=[!?…])) Last (?:asked|answer): [^]*$/;

/** Returns what a summary says the session is about. */
export function aboutOf(summary: string): string {
  return summary.replace(RECOVERED, "").replace(SINCE, "");
}
