import { attempt, MpmError } from "../../base/errors.ts";
import { field, isFields } from "../../base/parsed_values.ts";
import { join } from "../../base/join.ts";
import { getOwn } from "../../base/own.ts";
import {
  fits,
  type Fitting,
  nullable,
  object,
  type Shape,
  TEXT,
} from "../../base/shape.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import {
  ensureUserFolder,
  journaled,
  noteUndo,
  readOwnJson,
  recordFacts,
  type TeamFolder,
  teamFolders,
  type Undone,
  type UndoOrder,
  userState,
  withUserLock,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** The ID of a person's key. It is in the same list as the digests of saves. */
export const WRITER_ID = /^[0-9a-f]{32}$/;

/** The facts about a save, or a person's key, that the user trusts. */
const TRUSTED = object({
  /** For a key, the person's name when the key was trusted. */
  session_id: TEXT,
  /** The absolute path of the project in which it was trusted. */
  project: TEXT,
  /** ISO 8601, UTC. */
  at: TEXT,
});
type Trusted = Fitting<typeof TRUSTED>;

const NAME = "trusted-saves.json";

/** The largest list to read, in bytes. */
const LIMIT = 64 * 1024 * 1024;

/**
 * Returns what the user trusts: saves by the digest of their contents, keys by
 * the writer's ID. Empty if the list cannot be read.
 */
export function readTrusted(system: System): Map<string, Trusted> {
  const path = attempt(() => join(userState(system), NAME));
  const list = path === undefined ? {} : readOwnJson(system, path, LIMIT);
  return new Map(factsIn(TRUSTED, field(list, "saves")));
}

/** Returns the team folders of this user and of trusted members. */
export function trustedFolders(system: System, root: string): TeamFolder[] {
  const folders = teamFolders(system, root);
  if (folders.length === 0) return folders;
  const trusted = readTrusted(system);
  return folders.filter(({ own, writer }) => own || trusted.has(writer));
}

/** Returns the valid facts in a value, by the digest or the ID of a key. */
function factsIn<T>(shape: Shape<T>, value: unknown): [string, T][] {
  const entries = Object.entries(isFields(value) ? value : {});
  return entries.filter((one): one is [string, T] =>
    (/^[0-9a-f]{64}$/.test(one[0]) || WRITER_ID.test(one[0])) &&
    fits(shape, one[1])
  );
}

/** The facts about saves by their digests; null: not trusted. */
type TrustedFacts = Record<string, Trusted | null>;

/** Returns the facts about these saves. */
function trustedOf(
  saves: ReadonlyMap<string, Trusted>,
  digests: readonly string[],
): TrustedFacts {
  return Object.fromEntries(
    digests.map((digest) => [digest, saves.get(digest) ?? null]),
  );
}

/** Does the same for a log entry; invalid values are left out. */
function trustedIn(side: unknown): TrustedFacts {
  const facts = factsIn(nullable(TRUSTED), field(side, "trusted"));
  return Object.fromEntries(facts);
}

/** Replaces the list. Call under the user's lock. Throws FILE_FAILED. */
function writeTrusted(system: System, saves: ReadonlyMap<string, Trusted>) {
  const value = { version: 1, saves: Object.fromEntries(saves) };
  const path = join(ensureUserFolder(system, "."), NAME);
  // Reading the list first protects it: a list that is unreadable only now
  // would otherwise be lost.
  if (system.files.lstat(path)) system.files.readOwn(path, LIMIT);
  writeAtomic(system, path, { text: `${JSON.stringify(value, null, 2)}\n` });
}

/**
 * Trusts saves as the user's own. Call under the user's lock. Throws
 * FILE_FAILED.
 */
export function trustSaves(
  system: System,
  saves: readonly { readonly id: string; readonly digest: string }[],
  project: string,
): void {
  const trusted = readTrusted(system);
  const at = system.now().toISOString();
  for (const { id, digest } of saves) {
    trusted.set(digest, { session_id: id, project, at });
  }
  writeTrusted(system, trusted);
}

/** A change of trust in a save, a checkpoint or a key. */
interface TrustChange {
  /** The ID of the save, or the name of the key's owner. */
  readonly name: string;
  /** The digest of the save's content, or the ID of the key. */
  readonly mark: string;
  readonly trust: boolean;
}

/**
 * Changes the user's trust in one operation that can be undone. Throws LOCKED,
 * FILE_FAILED.
 */
export async function changeTrust(
  context: Context,
  workspace: Workspace,
  changes: readonly TrustChange[],
): Promise<void> {
  const marks = changes.map(({ mark }) => mark);
  await journaled(
    context,
    ({ system }) =>
      withUserLock(system, () => {
        const saves = readTrusted(system);
        const before = trustedOf(saves, marks);
        const at = system.now().toISOString();
        const project = workspace.root;
        for (const { name, mark, trust } of changes) {
          if (trust) saves.set(mark, { session_id: name, project, at });
          else saves.delete(mark);
        }
        recordFacts(system, {
          before: { trusted: before },
          after: { trusted: trustedOf(saves, marks) },
        });
        writeTrusted(system, saves);
      }),
    {
      operation: "sessions trust",
      workspace,
      keepsOwn: true,
      title: () => titleOf(changes),
    },
  );
}

function titleOf(changes: readonly TrustChange[]): string {
  const [{ trust, name } = { trust: true, name: "" }, ...more] = changes;
  const verb = trust ? "trust" : "no longer trust";
  return more.length === 0
    ? `${verb} ${name}`
    : `${verb} ${name} and ${more.length} more`;
}

/**
 * Returns the file with the saves that the user trusts. Throws CONFLICT if the
 * home folder is unknown.
 */
export function trustedFile(system: System): string {
  return join(userState(system), NAME);
}

/**
 * Restores the earlier trust, and nothing else. Throws CONFLICT if a save was
 * trusted again later, LOCKED, FILE_FAILED.
 */
export async function undoTrust(
  { context: { system }, entry, root, dryRun }: UndoOrder,
): Promise<Undone> {
  const [before, after] = [trustedIn(entry.before), trustedIn(entry.after)];
  const idOf = (digest: string) =>
    (getOwn(before, digest) ?? getOwn(after, digest))?.session_id ?? digest;
  const trusted = dryRun ? "trust" : "trusted";
  const details = Object.entries(before).map(([digest, was]) =>
    `${was ? `${trusted} again` : `no longer ${trusted}`}: ${idOf(digest)}`
  );
  return await withUserLock(system, () => {
    const saves = readTrusted(system);
    for (const [digest, was] of Object.entries(before)) {
      const now = saves.get(digest);
      // An interrupted undo may have already restored some of these.
      if (!isSame(now, getOwn(after, digest)) && !isSame(now, was)) {
        throw new MpmError(
          "CONFLICT",
          `Operation ${entry.id} cannot be undone: "${idOf(digest)}" was ` +
            "trusted again later",
          { hint: '"mpm undo list" shows the later operation' },
        );
      }
      if (was) saves.set(digest, was);
      else saves.delete(digest);
    }
    if (dryRun) return { details, left: [], operation: undefined };
    writeTrusted(system, saves);
    const operation = noteUndo(system, root, {
      entry,
      before: { trusted: after },
      after: { trusted: before },
    });
    return { details, left: [], operation };
  });
}

function isSame(
  one: Trusted | null | undefined,
  other: Trusted | null | undefined,
): boolean {
  return (one?.at ?? null) === (other?.at ?? null);
}
