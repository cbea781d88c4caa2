/** The start of the summary of a save whose client was killed. */
export const RECOVERED = "Recovered after the client stopped: ";

/** The first words of the summary parts that each automatic save rewrites. */
export const LAST_PROMPT = "Last prompt: ";
export const LAST_ANSWER = "Last answer: ";

/** Matches these parts, including their names in earlier versions. */
const SINCE = /(?:\.|(?<=[!?…])) Last (?:prompt|question|asked|answer): [^]*$/;

/** Returns the subject of the session, from a summary. */
export function aboutOf(summary: string): string {
  return summary.replace(RECOVERED, "").replace(SINCE, "");
}
