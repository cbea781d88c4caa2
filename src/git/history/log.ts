import type { CommitInfo } from "../repository.ts";
import { splitFields } from "../text.ts";

/** Id, author, author's time, committer's time, subject; each ends in NUL. */
const COLUMNS = ["%H", "%an", "%ai", "%ct", "%s"];

/** Options of `git log` for output that {@link parseLog} reads. */
export const LOG_FORMAT = ["-z", `--format=${COLUMNS.join("%x00")}`];

/** As {@link LOG_FORMAT}, each commit's side (`<`, `>`) before it. */
export const SIDED_LOG_FORMAT = [
  "-z",
  "--left-right",
  `--format=${["%m", ...COLUMNS].join("%x00")}`,
];

/** As {@link LOG_FORMAT}, each commit's tree and the body of its message before it. */
export const FULL_LOG_FORMAT = [
  "-z",
  `--format=${["%T", "%b", ...COLUMNS].join("%x00")}`,
];

/** Reads the output of `git log` with {@link LOG_FORMAT}. */
export function parseLog(output: Uint8Array): CommitInfo[] {
  return grouped(splitFields(output), COLUMNS.length).map(commitOf);
}

/** A commit with its tree and the body of its message. */
export interface FullCommit {
  readonly tree: string;
  readonly body: string;
  readonly commit: CommitInfo;
}

/** Reads the output of `git log` with {@link FULL_LOG_FORMAT}. */
export function parseFullLog(output: Uint8Array): FullCommit[] {
  return grouped(splitFields(output), COLUMNS.length + 2)
    .map(([tree, body, ...columns]) => ({
      tree: tree!,
      body: body!,
      commit: commitOf(columns),
    }));
}

/** A commit and the side of `A...B` that alone reaches it. */
export interface SidedCommit {
  readonly side: "left" | "right";
  readonly commit: CommitInfo;
}

/** Reads the output of `git log` with {@link SIDED_LOG_FORMAT}. */
export function parseSidedLog(output: Uint8Array): SidedCommit[] {
  return grouped(splitFields(output), COLUMNS.length + 1).map((columns) => ({
    side: columns[0] === "<" ? "left" : "right",
    commit: commitOf(columns.slice(1)),
  }));
}

function commitOf(columns: readonly string[]): CommitInfo {
  const [sha, author, timestamp, time, message] = columns;
  return {
    sha: sha!,
    author: author!,
    timestamp: timestamp!,
    time: Number(time) * 1000,
    message: message!,
  };
}

function grouped(fields: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at + size <= fields.length; at += size) {
    groups.push(fields.slice(at, at + size));
  }
  return groups;
}
