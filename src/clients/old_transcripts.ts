/** A transcript that saves belong to. */
export interface KeptTranscript {
  /** The agent's session. */
  readonly agent: string;
  /** The newest save of that session. */
  readonly save: string;
  readonly path: string;
  /** When it was last added to, milliseconds since the epoch. */
  readonly written: number;
}

/** One that goes soon. */
export interface DueTranscript extends KeptTranscript {
  /** From when on Claude Code deletes it, milliseconds since the epoch. */
  readonly from: number;
}

const DAY = 86_400_000;

/** Days ahead that are worth a word. */
const SOON = 7;

/**
 * The transcripts that are deleted within a week, those that go first at the
 * top. Claude Code deletes what nothing was added to for `days`, when it is
 * started.
 */
export function dueTranscripts(
  transcripts: readonly KeptTranscript[],
  { days, now }: { days: number; now: number },
): DueTranscript[] {
  return transcripts.map((one) => ({ ...one, from: one.written + days * DAY }))
    .filter(({ from }) => from - now <= SOON * DAY)
    .sort((a, b) => a.from - b.from);
}
