import { basename } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { sha256 } from "../../base/digest.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import {
  CONTENTS,
  encodeText,
  gatherObjects,
  type Git,
  portions,
  type Workspace,
} from "../../git/mod.ts";
import {
  ensureHidden,
  layout,
  moveToTrash,
  saveFiles,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { isSave } from "./copies.ts";
import { settle, uncopiedIds } from "./due_copies.ts";
import { readPlain } from "./derived.ts";
import { LARGEST_SAVE } from "./load_save.ts";
import {
  addToLog,
  beginLog,
  type LogChange,
  type LogWriter,
  readLog,
  readOwnRefs,
  SAVES,
} from "./save_log.ts";

/*
 * A save has a second copy that `rm` and editors do not reach. In git it is in
 * the log of saves, elsewhere in `kept/`. due_copies.ts lists the copies that
 * are still to be made.
 */

/** The second copies that were made, in git. */
export interface Copied {
  /** The newest commit of the log, as a full ID; null: no commit was made. */
  readonly commit: string | null;
  /** Why some copies were not made; null: no problem. */
  readonly problem: string | null;
}

interface NewCopy {
  /** An import that was started early for the copy. */
  readonly begun?: LogWriter | undefined;
  /** The save as written. */
  readonly fresh?: LogChange;
}

export const NOTHING_COPIED: Copied = { commit: null, problem: null };

/** Makes missing second copies; reports a failure. Call under the lock. */
export async function copySaves(
  system: System,
  workspace: Workspace,
  added: NewCopy = {},
): Promise<Copied> {
  const { root } = workspace;
  const { fresh } = added;
  let writer = added.begun;
  let commit: string | null = null;
  const size = (id: string) =>
    system.files.peek(saveFiles(layout(root).sessions, id).json)?.size ?? 0;
  try {
    const ids = uncopiedIds(system, root);
    if (ids.length === 0) return NOTHING_COPIED;
    if (workspace.git !== "repository") {
      copyAside(system, root, ids);
      return NOTHING_COPIED;
    }
    for (const part of portions(ids, size)) {
      await using next = writer ??
        beginLog(system, workspace, await readOwnRefs(system, workspace));
      writer = undefined;
      const changes = await changesOf(system, workspace, part, fresh);
      if (changes.length > 0) commit = await addToLog(system, next, changes);
      settle(system, root, part);
      await attempt(() => gatherNowAndThen(system, root, next.git));
    }
    return { commit, problem: null };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return { commit: null, problem: error.withHint };
  }
}

/** Returns why git keeps no second copy; `undefined` if it keeps one. */
export function noCopyReason(
  workspace: Workspace,
  { asked, configured, faulty }: {
    /** True if `--no-commit` was not given. */
    asked: boolean;
    /** True unless the configuration switches it off. */
    configured: boolean;
    /** True if the configuration has an error: the intention is unknown. */
    faulty: boolean;
  },
): string | undefined {
  if (!asked) return "--no-commit";
  if (!configured) return "commit = false in the configuration";
  if (faulty) return "the configuration has an error";
  return noGitReason(workspace);
}

/** Returns why git cannot commit; `undefined` if it can. */
export function noGitReason({ git, reason }: Workspace): string | undefined {
  switch (git) {
    case "repository":
      return undefined;
    case "no-git":
      return "git is not installed";
    case "none":
      return reason ?? "not a git repository";
    case "failed":
      return `git failed: ${reason ?? "no answer"}`;
  }
}

/** Returns whether saves get a second copy by default. */
export function areCopied(system: System, workspace: Workspace): boolean {
  if (workspace.git !== "repository") return true;
  const { config, faults } = readConfigAnyway(system, workspace.root);
  return config.commit && faults.length === 0;
}

/** Returns a warning about a second copy that could not be made. */
export function noCopy(problem: string): string {
  return `The save is safe, but git has no copy of it yet: ${problem}`;
}

/** The number of imports after which git packs their objects. */
const GATHERED = 100;

/** Packs imported objects now and then. A file counts the imports. */
async function gatherNowAndThen(system: System, root: string, git: Git) {
  const count = join(layout(root).state, "imports");
  system.files.append(count, encodeText("."));
  if ((system.files.lstat(count)?.size ?? 0) < GATHERED) return;
  system.files.remove(count);
  await gatherObjects(git, [`${SAVES}/`, `${CONTENTS}/`]);
}

/** A lost save that was never logged changes nothing, nor a damaged one. */
async function changesOf(
  system: System,
  workspace: Workspace,
  ids: readonly string[],
  fresh: LogChange | undefined,
): Promise<LogChange[]> {
  const all = ids.map((id) =>
    id === fresh?.id
      ? fresh
      : { id, bytes: savedBytes(system, workspace.root, id) }
  ).filter((one): one is LogChange => one.bytes !== "damaged");
  if (all.every(({ bytes }) => bytes)) return all;
  const log = await readLog(system, workspace);
  return all.filter(({ id, bytes }) => bytes || log.get(id)?.there);
}

/** Returns the JSON of a save; null: the save is gone. */
function savedBytes(
  { files }: System,
  root: string,
  id: string,
): Uint8Array | "damaged" | null {
  const { json } = saveFiles(layout(root).sessions, id);
  if (!files.peek(json)) return null;
  const bytes = files.readOwn(json, LARGEST_SAVE);
  return isSave(id, bytes) ? bytes : "damaged";
}

/** Updates `kept/` from the disk. A differing copy goes to the trash. */
function copyAside(system: System, root: string, ids: readonly string[]): void {
  const { files } = system;
  const { kept } = layout(root);
  for (const id of ids) {
    const bytes = savedBytes(system, root, id);
    if (bytes === "damaged") continue;
    const { json, checksum } = saveFiles(kept, id);
    const there = readPlain(system, json);
    const digest = bytes && sha256(bytes);
    const isSame = typeof there !== "string" && sha256(there) === digest;
    if (isSame && files.lstat(checksum)) continue;
    discardCopies(system, root, [json, checksum]);
    if (!bytes) continue;
    ensureHidden(system, root, kept);
    const { json: from } = saveFiles(layout(root).sessions, id);
    const { mtime } = files.lstat(from)!;
    writeAtomic(system, checksum, { text: digest!, mtime });
    writeAtomic(system, json, { bytes, mtime });
  }
  settle(system, root, ids);
}

/** Never deletes anything that a person may have changed. */
export function discardCopies(
  system: System,
  root: string,
  paths: readonly string[],
): void {
  const items = paths.filter((path) => system.files.lstat(path)).map((from) => {
    const name = basename(from);
    return { name, files: [{ from, to: `kept/${name}` }] };
  });
  if (items.length === 0) return;
  moveToTrash(system, root, { operation: "second copy", items });
}
