import * as z from "zod/mini";
import { schemaOf } from "../../base/schema.ts";
import { NOTE } from "../../agents/mod.ts";
import { ANSWER } from "../../documents/mod.ts";
import { ERRORS } from "../../base/errors.ts";

/** The parts of a JSON Schema (draft 2020-12) that mpm reads. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Returns the JSON Schema for an mpm schema. */
export function jsonSchema(
  schema: z.ZodMiniType,
  { name, summary }: { name: string; summary: string },
): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    override({ jsonSchema }) {
      // JavaScript's bounds for exact numbers are not part of the format.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) {
        delete jsonSchema.minimum;
      }
    },
  });
  return { $schema, title: name, description: summary, ...rest } as JsonSchema;
}

// mpm writes these files without the schema library, which is slow to load. The
// schemas are published, and tests check the files against them.

const text = z.string();
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const operationId = z.int().check(z.positive());

/** A file before or after an operation. */
const FileVersion = z.looseObject({
  /** Of the content. */
  sha256: text,
  /**
   * The path of the content below the trash; null if the content was not kept.
   */
  kept: z.nullable(text),
});

/**
 * One side of an operation: the data for undoing the operation, depending on
 * its kind.
 */
const Side = z.looseObject({
  /**
   * Changed files by path, relative to the project or absolute; null: there was
   * no file.
   */
  files: z.optional(z.record(text, z.nullable(FileVersion))),
});

/** A line of the journal. */
export const JournalLine = z.looseObject({
  /** Counts from 1. */
  id: operationId,
  /** ISO 8601, UTC. */
  at: text,
  /** The command, or `undo`, `automatic save`, `automatic checkpoint`. */
  operation: text,
  /** One line for people. */
  title: text,
  /** The absolute path of the worktree in which the operation ran. */
  worktree: text,
  /** The state before the operation. */
  before: Side,
  /** The state after the operation. */
  after: Side,
  /** In an undo: the operation that was undone. */
  undoes: z.optional(operationId),
  /** Present and true if a hook ran the operation. */
  automatic: z.optional(z.literal(true)),
  /**
   * HMAC-SHA256 of the line up to here, with the user's key; absent without a
   * key.
   */
  seal: z.optional(sha256),
});

/** An answer to a hand-off document; it never changes. */
export const HandoffAnswerFile = schemaOf(ANSWER);

/** A note in `.claude/shared-context/`; it never changes. */
export const NoteFile = schemaOf(NOTE);

/** An error in an agent session. */
export const ErrorFile = z.looseObject({
  version: z.literal(1),
  /** ISO 8601, UTC. */
  at: text,
  /** The name of the event in Claude Code. */
  event: text,
  /** The agent's session. */
  session_id: text,
  /** The tool; null: an error ended the turn. */
  tool: z.nullable(text),
  /**
   * The tool's input as JSON, redacted and shortened; null without a tool, or
   * if `handoff.errors` is off.
   */
  input: z.nullable(text),
  /** Redacted and shortened. */
  error: text,
  /** The repository at that time; null: no repository, or git took too long. */
  git: z.optional(z.nullable(z.looseObject({
    /** null: detached. */
    branch: z.nullable(text),
    /** Full commit ID; null before the first commit. */
    head: z.nullable(text),

    changes: z.array(text),
    changes_omitted: z.number(),
    /** The newest five commits: abbreviated ID and subject. */
    commits: z.array(text),
  }))),
});

/** Several saves in one file. */
export const BundleFile = z.looseObject({
  /** The version of this format. */
  mpm_bundle: z.literal(1),
  /** ISO 8601, UTC. */
  created_at: text,
  saves: z.array(z.looseObject({
    session_id: text,
    /** The SHA-256 of the text in UTF-8. */
    sha256,
    /** The exact text of the save's JSON file. */
    json: text,
  })),
});

/** The error that `--json` prints on standard error instead of a result. */
export const ErrorAnswer = z.strictObject({
  error: z.strictObject({
    /** The kind of error; `BUG` is an error in mpm itself. */
    code: z.enum([...Object.keys(ERRORS), "BUG"]),
    /** The problem, with its location. */
    message: text,
    /** The next command or step. */
    hint: z.optional(text),
    /** For a bug: the place in mpm's code. */
    trace: z.optional(text),
  }),
});
