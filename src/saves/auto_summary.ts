/** How the summary of a save begins whose client was killed. */
export const RECOVERED = "Recovered after the client stopped: ";

/** Where the part of a summary begins that each automatic save writes again. */
const SINCE = /(?:\.|(?<=[!?…])) Last (?:asked|answer): [^]*$/;

/** Returns what a summary says the session is about. */
export function aboutOf(summary: string): string {
  return summary.replace(RECOVERED, "").replace(SINCE, "");
}
