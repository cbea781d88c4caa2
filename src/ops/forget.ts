import { join } from "../base/join.ts";
import {
  CONTENTS,
  decodeBytes,
  dropRefs,
  Git,
  readCheckpointRefs,
} from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { versionsIn } from "./entry.ts";
import { readJournal } from "./journal.ts";
import { layout, saveFiles } from "./layout.ts";
import { listedVersions } from "./undo_files.ts";

/**
 * Drops the contents of saves that are permanently gone: neither stored, nor in
 * the trash, nor in the log of saves. Git can then remove the objects. Takes
 * one git process if no save has contents. Call under the lock. Throws
 * GIT_FAILED outside a repository.
 */
export async function forgetContents(
  system: System,
  root: string,
): Promise<void> {
  const git = new Git(system, root);
  const refs = await readCheckpointRefs(git, CONTENTS);
  const missing = [...refs].filter(([id]) => !isThere(system, root, id));
  if (missing.length === 0) return;
  const wanted = inTrash(system, root).union(await inLog(git));
  await dropRefs(
    git,
    missing.filter(([id]) => !wanted.has(id))
      .map(([id, commit]) => ({ ref: `${CONTENTS}/${id}`, commit })),
  );
}

function isThere({ files }: System, root: string, id: string): boolean {
  const { sessions, kept, legacy } = layout(root);
  return [sessions, kept, legacy].some((folder) =>
    files.lstat(saveFiles(folder, id).json) !== undefined
  );
}

/**
 * Returns the IDs of saves that can be restored from the log of saves in git.
 */
async function inLog(git: Git): Promise<Set<string>> {
  const output = await git.read([
    ...["log", "-z", "--format=%S%n%B", "--glob=refs/mpm/saves/*"],
  ]);
  const found = new Set<string>();
  const known = new Set<string>();
  for (const text of decodeBytes(output).split("\0")) {
    const [ref = "", subject = ""] = text.split("\n", 2);
    const [, id] = /^Session ID: (\S+)$/m.exec(text) ?? [];
    if (id === undefined || known.has(`${ref} ${id}`)) continue;
    // Only the newest log of each installation counts, since a log may be wrong
    // about other installations.
    known.add(`${ref} ${id}`);
    if (subject.startsWith("session: pause at ")) found.add(id);
  }
  return found;
}

const SAVE = /(?:^|[/\\])(session-[\w-]+)\.json$/;

/** Returns the IDs of saves in the trash. */
function inTrash(system: System, root: string): Set<string> {
  const { files } = system;
  const { trash } = layout(root);
  const found = new Set<string>();
  const note = (path: string) => {
    const id = SAVE.exec(path)?.[1];
    if (id !== undefined) found.add(id);
  };
  const walk = (folder: string): void => {
    for (const { name, kind } of files.list(folder)) {
      if (kind === "folder") walk(join(folder, name));
      else note(name);
    }
  };
  if (files.lstat(trash)) walk(trash);
  // Files that are kept for an undo have other names in the trash.
  for (const { before, after } of readJournal(system, root)) {
    for (const side of [before, after]) {
      const versions = {
        ...versionsIn(side),
        ...listedVersions(system, root, side),
      };
      for (const [path, version] of Object.entries(versions)) {
        const kept = version?.kept;
        if (kept && files.lstat(join(trash, kept))) note(path);
      }
    }
  }
  return found;
}
