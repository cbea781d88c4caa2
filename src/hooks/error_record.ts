import type { Redactor } from "../secrets/redact.ts";
import { cutText, firstLine } from "../base/words.ts";

/** Something that failed within an agent's session, as it is kept. */
export interface ErrorRecord {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: string;
  readonly session_id: string;
  /** The tool; null: the turn ended by an error. */
  readonly tool: string | null;
  /** What it was called with, as JSON, cut; null: no tool. */
  readonly input: string | null;
  readonly error: string;
  /** The repository when it happened; null: none, or git took too long. */
  readonly git: ErrorGit | null;
}

/** A repository as an error record has it. */
export interface ErrorGit {
  /** null: detached. */
  readonly branch: string | null;
  /** Full commit id; null: before the first commit. */
  readonly head: string | null;
  /** The first 20 uncommitted paths, each after the two letters of git's status. */
  readonly changes: readonly string[];
  readonly changes_omitted: number;
  /** The newest five commits, abbreviated id and subject. */
  readonly commits: readonly string[];
}

/** UTF-16 units that are kept of an error, and of what led to it. */
const LONGEST = 4000;
const LONGEST_INPUT = 2000;
const LONGEST_LINE = 200;

/** The record of a failure, redacted and bounded. */
export function errorRecord(
  { at, event, session, tool, input, error, git, redactor }: {
    at: Date;
    event: string;
    session: string;
    tool: string | undefined;
    input: unknown;
    error: string;
    git: ErrorGit | undefined;
    redactor: Redactor;
  },
): ErrorRecord {
  // Redacted before it is cut: a cut could part a mark from its end.
  const clean = redactor.value({ input: input ?? null, error, tool });
  return {
    version: 1,
    at: at.toISOString(),
    event: cutText(redactor.text(event), 100),
    session_id: session,
    tool: clean.tool === undefined ? null : cutText(clean.tool, 200),
    input: tool === undefined
      ? null
      : cutText(JSON.stringify(clean.input), LONGEST_INPUT),
    error: cutText(clean.error, LONGEST),
    git: git ? cleanGit(git, redactor) : null,
  };
}

function cleanGit(git: ErrorGit, redactor: Redactor): ErrorGit {
  const lines = (all: readonly string[]) =>
    all.map((line) => cutText(redactor.text(line), LONGEST_LINE));
  return {
    ...git,
    branch: git.branch === null ? null : redactor.name(git.branch),
    changes: lines(git.changes),
    commits: lines(git.commits),
  };
}

/** The line of a record that is passed on. */
export function errorLine({ error }: ErrorRecord): string {
  return firstLine(error, 200);
}
