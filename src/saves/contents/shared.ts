import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { sha256 } from "../../base/digest.ts";
import { jsonIn } from "../../base/parsed_values.ts";
import { isSafePath, type Platform } from "../../base/paths_there.ts";
import {
  fits,
  list,
  object,
  type Shape,
  TEXT,
  text,
} from "../../base/shape.ts";
import {
  type BroughtFile,
  contentsInOrder,
  emptyTree,
  Git,
  isOwnPath,
  type LeftOut,
  objectHash,
  packBrought,
  partOf,
  readCheckpointRecord,
  readObjects,
  takesPack,
  treeDelta,
  type Workspace,
} from "../../git/mod.ts";
import { layout } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { fullId, type SaveEntry } from "../store/save_entry.ts";
import {
  type ContentsRecord,
  parseContentsRecord,
  recordBytes,
} from "./record.ts";

/*
 * The contents of a save in the form used for sharing: JSON with the bytes of
 * each file. Git objects are not shared, so the reader decides which objects to
 * create.
 */

const FILE = object({
  part: text<BroughtFile["part"]>({ choices: ["worktree", "index"] }),
  path: TEXT,
  /** As in git: a file, a program, or a link. */
  mode: text({ choices: ["100644", "100755", "120000"] }),
  /** Base64. */
  bytes: text({ pattern: /^[A-Za-z0-9+/]*={0,2}$/ }),
});

const SHARED = object({
  schema: { is: "version" } as Shape<1>,
  /** The text of a record, see `record.ts`, without the worktree. */
  record: TEXT,
  files: list(FILE),
});

/** The maximum size of a text to read, in bytes, as for the largest entry. */
const LARGEST_TEXT = 80 * 1024 * 1024;

/** The most bytes of all files of a shared save; Base64 adds a third. */
const LARGEST = 56 * 1024 * 1024;

/** The most files in a save, and the longest path in UTF-16 units. */
const MOST_FILES = 50_000;
const LONGEST_PATH = 4096;

/**
 * Returns the contents of a commit in the form for sharing, not redacted;
 * `undefined` if they are too large. Throws GIT_FAILED.
 */
export async function sharedContents(
  system: System,
  git: Git,
  commit: string,
): Promise<string | undefined> {
  const sizes = await contentsInOrder(git, [commit]);
  if ((sizes.get(commit) ?? 0) > LARGEST) return undefined;
  const record = parseContentsRecord(await readCheckpointRecord(git, commit));
  if (!record) return undefined;
  const found: Omit<BroughtFile, "bytes">[] = [];
  const ids: string[] = [];
  for (const part of ["worktree", "index"] as const) {
    const delta = await treeDelta(git, emptyTree(commit), partOf(commit, part));
    for (const [path, entry] of delta) {
      if (!entry || entry.mode === "160000") continue;
      found.push({ part, path, mode: entry.mode });
      ids.push(entry.id);
    }
  }
  const objects = await readObjects(git, ids);
  const files = found.flatMap((file, at) => {
    const bytes = objects[at]?.bytes;
    return bytes === undefined ? [] : [{ ...file, bytes }];
  });
  const { kept, leftOut } = safeFiles(files, system.platform);
  return JSON.stringify({
    schema: 1,
    record: JSON.stringify({
      ...record,
      worktree: "",
      left_out: [...record.left_out, ...leftOut],
    }),
    files: kept.map(({ bytes, ...file }) => ({
      ...file,
      bytes: bytes.toBase64(),
    })),
  });
}

/** Returns the contents that came with a synced save, if any. */
export function readBrought(
  system: System,
  root: string,
  entry: Pick<SaveEntry, "id" | "location">,
): { text: string; digest: string } | undefined {
  const { files } = system;
  const path = broughtPath(root, entry);
  const bytes = attempt(() =>
    files.lstat(path) ? files.readOwn(path, LARGEST_TEXT) : undefined
  );
  if (!bytes) return undefined;
  const text = new TextDecoder().decode(bytes);
  return { text, digest: sha256(bytes) };
}

/** Returns whether contents came with a save. */
export function hasBrought(
  { files }: System,
  root: string,
  entry: Pick<SaveEntry, "id" | "location">,
): boolean {
  return files.lstat(broughtPath(root, entry)) !== undefined;
}

function broughtPath(
  root: string,
  { id, location }: Pick<SaveEntry, "id" | "location">,
): string {
  const clone = location.slice("team/".length);
  return join(layout(root).team, clone, "contents", `${id}.json`);
}

/**
 * Stores contents from someone else as a commit without a ref. Leaves out files
 * that reach beyond the worktree. Throws UNREADABLE, GIT_FAILED.
 */
export async function storeBrought(
  system: System,
  workspace: Workspace,
  { entry, text }: {
    entry: Pick<SaveEntry, "id" | "location">;
    text: string;
  },
): Promise<string> {
  const { worktree, commonDir } = workspace;
  const { record, files } = openShared(text, fullId(entry));
  const { kept, leftOut } = safeFiles(files, system.platform);
  refuseClashes(kept, fullId(entry));
  const isSafe = (path: string) => isKeptPath(path, system.platform);
  const left = [...record.left_out, ...leftOut];
  const { commit, pack } = packBrought(kept, {
    record: recordBytes({
      ...record,
      ...{ worktree: "", left_out: left.slice(0, MOST_FILES) },
      deleted: record.deleted.filter(isSafe),
      unstaged: record.unstaged.filter(isSafe),
      intents: record.intents.filter(isSafe),
      // Keeps only permissions that are usual for the user's own files.
      permissions: record.permissions.filter(([path, bits]) =>
        isSafe(path) && (bits & ~0o755) === 0
      ),
    }),
    hash: objectHash(system, workspace, undefined),
  });
  const git = new Git(system, worktree, { filters: "none" });
  await pack.store(git, { packed: takesPack(system, commonDir!) });
  return commit;
}

function openShared(
  text: string,
  id: string,
): { record: ContentsRecord; files: BroughtFile[] } {
  const value = jsonIn(text);
  const record = fits(SHARED, value)
    ? parseContentsRecord(new TextEncoder().encode(value.record))
    : undefined;
  if (!fits(SHARED, value) || !record || value.files.length > MOST_FILES) {
    throw unreadable(id, "mpm does not support their format");
  }
  const files = value.files.flatMap(({ bytes: encoded, part, path, mode }) => {
    const bytes = attempt(() => Uint8Array.fromBase64(encoded));
    return bytes ? [{ part, path, mode, bytes }] : [];
  });
  if (files.length === value.files.length) return { record, files };
  throw unreadable(id, "they are damaged");
}

function unreadable(id: string, why: string): MpmError {
  return new MpmError("UNREADABLE", `Cannot read the files of ${id}: ${why}`, {
    hint: "Ask the author of the save to send them another way",
  });
}

/** Separates files that stay within a worktree from the others. */
function safeFiles(
  files: readonly BroughtFile[],
  platform: Platform,
): { kept: BroughtFile[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const kept = files.filter(({ path, mode, bytes }) => {
    const reason = !isKeptPath(path, platform)
      ? "its path is not allowed"
      : mode === "120000" && !staysWithin(path, bytes, platform)
      ? "it links to something outside the worktree"
      : undefined;
    if (reason !== undefined) leftOut.push({ path, reason });
    return reason === undefined;
  });
  return { kept, leftOut };
}

function isKeptPath(path: string, platform: Platform): boolean {
  return path.length <= LONGEST_PATH && isSafePath(path, platform) &&
    !isOwnPath(path);
}

/** A ".." after a name could follow another link, so it is rejected. */
function staysWithin(path: string, bytes: Uint8Array, platform: Platform) {
  const target = new TextDecoder().decode(bytes);
  const isOdd = target === "" || target.length > LONGEST_PATH ||
    /^[A-Za-z]:|\\/.test(target);
  if (isOdd) return false;
  const [, up = "", rest = ""] = /^((?:\.\.?(?:\/+|$))*)(.*)$/s.exec(target)!;
  const steps = up.split("/").filter((part) => part === "..").length;
  const folder = path.split("/").slice(0, -1);
  if (steps > folder.length) return false;
  const names = rest.replace(/\/$/, "");
  const there = [...folder.slice(0, folder.length - steps)];
  if (names !== "") there.push(names);
  return there.length === 0 || isKeptPath(there.join("/"), platform);
}

/** Throws UNREADABLE if two files, or a file and a folder, share a path. */
function refuseClashes(files: readonly BroughtFile[], id: string): void {
  const paths = new Set(files.map(({ part, path }) => `${part}/${path}`));
  const isClear = paths.size === files.length &&
    files.every(({ part, path }) => {
      const names = path.split("/");
      return names.every((_, at) =>
        at === 0 || !paths.has(`${part}/${names.slice(0, at).join("/")}`)
      );
    });
  if (!isClear) throw unreadable(id, "two files have the same path");
}
