import * as z from "zod/mini";
import { KINDS } from "../entry.ts";

/** The result schemas of the commands about a team. */

const text = z.string();

export const TeamResult = z.strictObject({
  dry_run: z.boolean(),
  /** `none`: it already had this state. */
  change: z.enum(["added", "removed", "listed", "none"]),
  /** The keys that were added or removed. */
  changed: z.array(z.strictObject({ name: text, recipient: text })),
  /** Everyone for whom entries are encrypted, by name. */
  members: z.array(z.strictObject({
    name: text,
    /** `age1…` or `ssh-ed25519 …`. */
    recipient: text,
    /** ISO 8601, UTC. */
    added_at: text,
    /** True if this user has the private key. */
    own: z.boolean(),
  })),
  /** True if everything sent from this project is encrypted. */
  encrypted: z.boolean(),
  /** The public keys of this user, for others to add. */
  own_recipients: z.array(text),
  /** Problems with the private keys of this user. */
  warnings: z.array(text),
});

export type TeamResult = z.infer<typeof TeamResult>;

export const ExportResult = z.strictObject({
  dry_run: z.boolean(),
  /** The absolute path of the bundle; null: nothing to share. */
  file: z.nullable(text),
  /** Its entries. */
  entries: z.array(z.strictObject({ kind: z.enum(KINDS), id: text })),
  /** The keys for which the bundle is encrypted; empty: not encrypted. */
  recipients: z.array(text),
  /** Things that were left out, and why. */
  problems: z.array(text),
});

export const ImportResult = z.strictObject({
  dry_run: z.boolean(),
  /** As given. */
  source: text,
  imported: z.array(z.strictObject({
    session_id: text,
    /** Its original ID. */
    original_id: text,
    summary: text,
    warnings: z.array(text),
  })),
  /** Saves that already existed, by their IDs here. */
  present: z.array(text),
  refused: z.array(z.strictObject({ source: text, reason: text })),
  warnings: z.array(text),
  /** The entries of a bundle from "mpm export"; null: another source. */
  entries: z.nullable(z.strictObject({
    /** The ID of the writer, 32 hex digits. */
    writer: text,
    /** The name that the writer uses; anyone can set any name. */
    name: text,
    count: z.int(),
    /** True if this bundle or a newer one had already been imported. */
    present: z.boolean(),
  })),
});

export const SyncResult = z.strictObject({
  /**
   * True if nothing was sent or fetched; `sent` then lists the entries to be
   * sent.
   */
  dry_run: z.boolean(),
  /** The name of the remote. */
  remote: text,
  /** The name of this clone's log; null: it has no log yet. */
  log: z.nullable(text),
  /** The entries that were added to the log. */
  sent: z.array(z.strictObject({ kind: z.enum(KINDS), id: text })),
  /**
   * True if the log was pushed; false also if the remote already has the whole
   * log.
   */
  pushed: z.boolean(),
  /** The number of entries that --prune removed from the log. */
  dropped: z.int(),
  /** The number of new entries from others. */
  received: z.int(),
  /** The people whose logs were read, by ID. */
  writers: z.array(z.strictObject({
    /** 32 hex digits. */
    writer: text,
    /** The name that the writer uses; anyone can set any name. */
    name: text,
    /** Number of readable entries, and of new ones. */
    entries: z.int(),
    new: z.int(),
    /** The number of entries that are not for a key of this user. */
    locked: z.int(),
    /** A sentence for each error in the logs. */
    problems: z.array(text),
  })),
  /** True if entries are encrypted for the team. */
  encrypted: z.boolean(),
  /** Failures, one sentence each; the next sync tries again. */
  problems: z.array(text),
});
export type SyncResult = z.infer<typeof SyncResult>;

export const TrustKeyResult = z.strictObject({
  dry_run: z.boolean(),
  /** The ID of this user's own key; null: no sync has created a key yet. */
  own: z.nullable(text),
  /** The keys that were named, or all known keys if no name was given. */
  keys: z.array(z.strictObject({
    /** The id of the key, 32 hex digits. */
    writer: text,
    /** The name that the writer gives. */
    name: text,
    /** True if this user trusts the key after the command. */
    trusted: z.boolean(),
    /** The number of entries by this key that were read here. */
    entries: z.int(),
    /**
     * The key with which the writer's git signs; null: no entry names a key.
     */
    git_key: z.nullable(z.strictObject({
      /** `unchecked`: mpm cannot check its format. */
      state: z.enum(["checked", "unchecked", "wrong"]),
      /**
       * `SHA256:…`, as printed by ssh-keygen; empty unless the key was checked.
       */
      fingerprint: text,
    })),
    /** Names of the people who trust the key and whom this user trusts. */
    trusted_by: z.array(text),
    change: z.enum(["trusted", "revoked", "none"]),
  })),
});
export type TrustKeyResult = z.infer<typeof TrustKeyResult>;
export type ExportResult = z.infer<typeof ExportResult>;
export type ImportResult = z.infer<typeof ImportResult>;
