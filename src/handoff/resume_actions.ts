import { counted } from "../base/words.ts";

/**
 * The actions that a resume file recommends beyond its lists. The reader of such
 * a file takes its next steps from the lists alone.
 */

const CONTINUE = "Continue: ";
const THEN = "Then: ";
const PAUSE = "Save the session: mpm pause";
const RESUME = "In a new session: mpm resume tells what changed since";
const REVIEW = /^Look through \d+ uncommitted files?: git status$/;

/** Tasks that are named of each list. */
const LISTED = 5;

/** Returns the actions that a resume file recommends. */
export function recommended(
  { begun, pending, operation, files }: {
    begun: readonly string[];
    pending: readonly string[];
    operation: string | null;
    /** How many files are uncommitted. */
    files: number;
  },
): string[] {
  return [
    ...begun.slice(0, LISTED).map((text) => `${CONTINUE}${text}`),
    ...pending.slice(0, LISTED).map((text) => `${THEN}${text}`),
    ...operation === null ? [] : [`Finish or abort the ${operation}`],
    ...files > 0
      ? [`Look through ${counted(files, "uncommitted file")}: git status`]
      : [],
    PAUSE,
    RESUME,
  ];
}

/** Returns the tasks of a resume file: its lists, and actions that are new. */
export function tasksOf(
  lists: readonly string[],
  actions: readonly string[],
): string[] {
  const tasks = new Set(lists);
  for (const action of actions) {
    if (action === PAUSE || action === RESUME || REVIEW.test(action)) continue;
    const [, text] = /^(?:Continue|Then): ([^]*)$/.exec(action) ?? [];
    if (text === undefined || !tasks.has(text)) tasks.add(action);
  }
  return [...tasks];
}
