import * as z from "zod/mini";
import { schemaOf } from "../../base/schema.ts";
import { NOTE } from "../../agents/mod.ts";
import { ANSWER } from "../../documents/mod.ts";
import { ERRORS } from "../../base/errors.ts";

/** A JSON Schema, draft 2020-12, as far as mpm looks into it. */
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

/** The JSON Schema of what an mpm schema takes. */
export function jsonSchema(
  schema: z.ZodMiniType,
  { name, summary }: { name: string; summary: string },
): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    override({ jsonSchema }) {
      // The bounds of exact numbers in JavaScript are not part of the format.
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

// These files are written without the schema library, since loading it costs
// time. These are published, and tests hold what is written to them.

const text = z.string();
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const operationId = z.int().check(z.positive());

/** A file before or after an operation. */
const FileVersion = z.looseObject({
  /** Of the content. */
  sha256: text,
  /** Place of the content below the trash; null if it was not kept. */
  kept: z.nullable(text),
});

/** One side of an operation: the data for undoing it, depending on its kind. */
const Side = z.looseObject({
  /**
   * Files that changed, by path, relative to the project or absolute; null: none
   * was there.
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
  /** Absolute path of the worktree where it ran. */
  worktree: text,
  /** State before the operation. */
  before: Side,
  /** State after the operation. */
  after: Side,
  /** Of an undo: the operation it undid. */
  undoes: z.optional(operationId),
  /** Present and true where a hook did it by itself. */
  automatic: z.optional(z.literal(true)),
  /** HMAC-SHA256 of the line up to here, by the user's key; absent without one. */
  seal: z.optional(sha256),
});

/** An answer to a hand-off document; it never changes. */
export const HandoffAnswerFile = schemaOf(ANSWER);

/** A note in `.claude/shared-context/`; it never changes. */
export const NoteFile = schemaOf(NOTE);

/** A failure in an agent session. */
export const ErrorFile = z.looseObject({
  version: z.literal(1),
  /** ISO 8601, UTC. */
  at: text,
  /** The event of Claude Code. */
  event: text,
  /** The agent's session. */
  session_id: text,
  /** The tool; null: the turn ended by an error. */
  tool: z.nullable(text),
  /**
   * Its input as JSON, redacted and cut; null without a tool, or if
   * `handoff.errors` is off.
   */
  input: z.nullable(text),
  /** Redacted and cut. */
  error: text,
  /** The repository when it happened; null: none, or git took too long. */
  git: z.optional(z.nullable(z.looseObject({
    /** null: detached. */
    branch: z.nullable(text),
    /** Full commit id; null: before the first commit. */
    head: z.nullable(text),

    changes: z.array(text),
    changes_omitted: z.number(),
    /** The newest five commits, abbreviated id and subject. */
    commits: z.array(text),
  }))),
});

/** Several saves as one file. */
export const BundleFile = z.looseObject({
  /** The version of this form. */
  mpm_bundle: z.literal(1),
  /** ISO 8601, UTC. */
  created_at: text,
  saves: z.array(z.looseObject({
    session_id: text,
    /** Of the text in UTF-8. */
    sha256,
    /** The exact text of the save's JSON file. */
    json: text,
  })),
});

/** The answer of `--json` on standard error instead of a result. */
export const ErrorAnswer = z.strictObject({
  error: z.strictObject({
    /** Kind of error; `BUG` is an error in mpm. */
    code: z.enum([...Object.keys(ERRORS), "BUG"]),
    /** The problem and its place. */
    message: text,
    /** The next command or step. */
    hint: z.optional(text),
    /** Of a bug: where in mpm. */
    trace: z.optional(text),
  }),
});
