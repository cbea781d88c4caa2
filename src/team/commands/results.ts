import * as z from "zod/mini";
import { KINDS } from "../entry.ts";

/** The schemas of what commands about a team return. */

const text = z.string();

/** The answer of team add, team remove and team list. */
export const TeamResult = z.strictObject({
  dry_run: z.boolean(),
  /** `none`: it already had this state. */
  change: z.enum(["added", "removed", "listed", "none"]),
  /** The keys that were added or removed. */
  changed: z.array(z.strictObject({ name: text, recipient: text })),
  /** Everyone that entries are encrypted to, by name. */
  members: z.array(z.strictObject({
    name: text,
    /** `age1…` or `ssh-ed25519 …`. */
    recipient: text,
    /** ISO 8601, UTC. */
    added_at: text,
    /** True if this user has the private key. */
    own: z.boolean(),
  })),
  /** True if everything that leaves this project is encrypted. */
  encrypted: z.boolean(),
  /** The public keys of this user, which others can add. */
  own_recipients: z.array(text),
  /** Problems with the private keys of this user. */
  warnings: z.array(text),
});

export type TeamResult = z.infer<typeof TeamResult>;

/** The answer of export. */
export const ExportResult = z.strictObject({
  dry_run: z.boolean(),
  /** The bundle, absolute; null: there is nothing to share. */
  file: z.nullable(text),
  /** The entries in it. */
  entries: z.array(z.strictObject({ kind: z.enum(KINDS), id: text })),
  /** The keys that the bundle is encrypted to; empty: it is not encrypted. */
  recipients: z.array(text),
  /** Things that were left out, and why. */
  problems: z.array(text),
});

/** The answer of import. */
export const ImportResult = z.strictObject({
  dry_run: z.boolean(),
  /** As it was given. */
  source: text,
  imported: z.array(z.strictObject({
    session_id: text,
    /** The id it had where it came from. */
    original_id: text,
    summary: text,
    warnings: z.array(text),
  })),
  /** Those that were there already, by the id they have here. */
  present: z.array(text),
  refused: z.array(z.strictObject({ source: text, reason: text })),
  warnings: z.array(text),
  /** The entries of a bundle of "mpm export"; null: it was another source. */
  entries: z.nullable(z.strictObject({
    /** The id of the writer, 32 hex digits. */
    writer: text,
    /** The name that the writer gives; anyone can set it. */
    name: text,
    count: z.int(),
    /** True if this bundle or a newer one was here already. */
    present: z.boolean(),
  })),
});

/** The answer of sync. */
export const SyncResult = z.strictObject({
  /** Nothing was sent or fetched; `sent` is what would be sent. */
  dry_run: z.boolean(),
  /** The name of the remote. */
  remote: text,
  /** The name of the log of this clone; null: it has none yet. */
  log: z.nullable(text),
  /** The entries that were added to it. */
  sent: z.array(z.strictObject({ kind: z.enum(KINDS), id: text })),
  /** True if the log was pushed; false also if the remote has all of it. */
  pushed: z.boolean(),
  /** The number of entries that --prune took from the log. */
  dropped: z.int(),
  /** The number of new entries of others. */
  received: z.int(),
  /** The people whose logs were read, by their ids. */
  writers: z.array(z.strictObject({
    /** 32 hex digits. */
    writer: text,
    /** The name that the writer gives; anyone can set it. */
    name: text,
    /** The entries that could be read, and those that are new. */
    entries: z.int(),
    new: z.int(),
    /** The entries that are not for a key of this user. */
    locked: z.int(),
    /** A sentence for each fault of the logs. */
    problems: z.array(text),
  })),
  /** True if entries are encrypted to the team. */
  encrypted: z.boolean(),
  /** Failures, a sentence each; the next sync tries again. */
  problems: z.array(text),
});
export type SyncResult = z.infer<typeof SyncResult>;

/** The answer of trust. */
export const TrustKeyResult = z.strictObject({
  dry_run: z.boolean(),
  /** The id of this user's own key; null: no sync made one yet. */
  own: z.nullable(text),
  /** The keys that were named; all known ones if none was. */
  keys: z.array(z.strictObject({
    /** The id of the key, 32 hex digits. */
    writer: text,
    /** The name that the writer gives. */
    name: text,
    /** True if this user trusts it, after the command. */
    trusted: z.boolean(),
    /** The entries that were read here. */
    entries: z.int(),
    /** The key with which the writer's git signs; null: no entry names one. */
    git_key: z.nullable(z.strictObject({
      /** `unchecked`: mpm cannot check its format. */
      state: z.enum(["checked", "unchecked", "wrong"]),
      /** `SHA256:…`, as ssh-keygen prints it; empty unless it was checked. */
      fingerprint: text,
    })),
    /** Names of people whom this user trusts and who trust it. */
    trusted_by: z.array(text),
    change: z.enum(["trusted", "revoked", "none"]),
  })),
});
export type TrustKeyResult = z.infer<typeof TrustKeyResult>;
export type ExportResult = z.infer<typeof ExportResult>;
export type ImportResult = z.infer<typeof ImportResult>;
