import type * as z from "zod/mini";
import type { Summaries } from "../../cli/mod.ts";
import { loadCommand } from "../table.ts";

/** A format that has a published JSON Schema. */
export interface Published {
  /** The command's words joined by `-`, or the name of a stored format. */
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<z.ZodMiniType>;
}

/** Formats that mpm stores and reads, and its errors. */
export const STORED: readonly Published[] = [
  {
    name: "save",
    summary: "A save: .claude-mpm/sessions/session-*.json",
    load: async () => (await import("../../saves/schema.ts")).SaveSchema,
  },
  {
    name: "work-session",
    summary: "A session: .claude-mpm/state/work/work-*.json",
    load: async () =>
      (await import("../../work/commands/results.ts")).WorkSchema,
  },
  {
    name: "checkpoint-record",
    summary: "The record of a checkpoint: .claude-mpm/checkpoints/*.json",
    load: async () =>
      (await import("../../checkpoints/checkpoint.ts")).StoredCheckpoint,
  },
  {
    name: "handoff-answer",
    summary: "An answer to a hand-off: .claude-mpm/handoffs/.answers/*.json",
    load: async () => (await import("./json_schema.ts")).HandoffAnswerFile,
  },
  {
    name: "note-file",
    summary: "A note: .claude/shared-context/*.json",
    load: async () => (await import("./json_schema.ts")).NoteFile,
  },
  {
    name: "journal-line",
    summary: "One mpm operation, a line of .claude-mpm/state/journal.jsonl",
    load: async () => (await import("./json_schema.ts")).JournalLine,
  },
  {
    name: "error-record",
    summary: "A failure in an agent session: .claude-mpm/errors/error-*.json",
    load: async () => (await import("./json_schema.ts")).ErrorFile,
  },
  {
    name: "bundle",
    summary: "Several saves in one file, written by mpm saves export --all",
    load: async () => (await import("./json_schema.ts")).BundleFile,
  },
  {
    name: "pause-input",
    summary: "The input of mpm pause --input",
    load: async () => (await import("../../saves/pause/input.ts")).ContentInput,
  },
  {
    name: "error",
    summary: "The error that any command prints on stderr with --json",
    load: async () => (await import("./json_schema.ts")).ErrorAnswer,
  },
];

/** Returns every schema: stored files, then each command's `--json` output. */
export function schemaList(summaries: Summaries): readonly Published[] {
  const results = Object.entries(summaries).map(([name, summary]) => ({
    name: name.replaceAll(" ", "-"),
    summary: `mpm ${name} --json: ${summary}`,
    load: async () => await (await loadCommand(name))!.result(),
  }));
  return [...STORED, ...results];
}
