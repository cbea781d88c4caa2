/** Start of the summary of a save whose client was killed. */
export const RECOVERED = "Recovered after the client stopped: ";

/** Starts of the parts of a summary that each automatic save writes again. */
export const LAST_REQUEST = "Last question: ";
export const LAST_ANSWER = "Last answer: ";

/** Those parts, also as earlier versions began them. */
const SINCE = new RegExp(
  `(?:\\.|(?<=[!?…])) (?:${LAST_REQUEST}|${LAST_ANSWER}|Last asked: )[^]*$`,
);

/** Returns what a summary says the session is about. */
export function aboutOf(summary: string): string {
  return summary.replace(RECOVERED, "").replace(SINCE, "");
}
