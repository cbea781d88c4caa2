import { join } from "../base/join.ts";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { FileError } from "../base/errors.ts";
import { guard } from "./real_errors.ts";
import { unheld } from "./real_windows.ts";
import type { Scratch, ScratchContents } from "./system.ts";

const WINDOWS = Deno.build.os === "windows";

const DAY = 24 * 60 * 60 * 1000;

/** After these many days without use a folder is removed. */
const UNUSED = 7 * DAY;

/** The place of the folders of one user, and whether processes share them. */
interface Home {
  readonly path: string;
  readonly shared: boolean;
}

/** The temporary folders of one process, and those that processes share. */
export function realScratch(): Scratch {
  const made: string[] = [];
  const own = (dir: string, prefix: string, contents?: ScratchContents) => {
    const folder = Deno.makeTempDirSync({ dir, prefix });
    made.push(folder);
    if (contents) fill(folder, contents);
    return folder;
  };
  return {
    make: (near) =>
      guard(
        "create",
        "a temporary folder",
        () =>
          inFirst((home) => own(home.path, "own-")) ?? own(near, "mpm-git-"),
      ),
    share: (contents, near) =>
      guard(
        "create",
        "a temporary folder",
        () =>
          inFirst((home) =>
            (home.shared ? sharedFolder(home.path, contents) : undefined) ??
              own(home.path, "own-", contents)
          ) ?? own(near, "mpm-git-", contents),
      ),
    clear() {
      for (const folder of made.splice(0)) remove(folder);
    },
  };
}

/**
 * Returns what `make` gives in the first temporary folder that can be written.
 */
function inFirst(make: (home: Home) => string): string | undefined {
  for (const folder of temporaryFolders()) {
    try {
      return make(homeOfAll(folder));
    } catch {
      // It is missing, full or closed.
    }
  }
  return undefined;
}

/**
 * The folder with these contents, which later processes use again: making one
 * costs more than looking whether it is there. `undefined`: what is in its
 * place is not this.
 */
function sharedFolder(
  home: string,
  contents: ScratchContents,
): string | undefined {
  const folder = join(home, `git-${digestOf(contents)}`);
  const found = stateOf(folder, contents);
  if (found === "other") return undefined;
  if (found === "same") return folder;
  sweep(home);
  const made = Deno.makeTempDirSync({ dir: home, prefix: "new-" });
  try {
    fill(made, contents);
    Deno.renameSync(made, folder);
    return folder;
  } catch (error) {
    remove(made);
    // Another process was faster.
    if (stateOf(folder, contents) === "same") return folder;
    throw error;
  }
}

/** A name for the contents; the existing content is still compared. */
function digestOf({ folders, files, links }: ScratchContents): string {
  const hash = createHash("sha256").update(JSON.stringify([folders, links]));
  for (const [path, bytes] of Object.entries(files)) {
    hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 32);
}

/** Returns whether exactly these contents are in a folder. */
function stateOf(
  folder: string,
  contents: ScratchContents,
): "same" | "missing" | "other" {
  let used: Date | null;
  try {
    used = Deno.lstatSync(folder).mtime;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    throw error;
  }
  try {
    if (!holds(folder, contents)) return "other";
  } catch {
    return "other";
  }
  if (Date.now() - (used?.getTime() ?? 0) > DAY) noteUse(folder);
  return "same";
}

function noteUse(folder: string): void {
  try {
    Deno.utimeSync(folder, new Date(), new Date());
  } catch {
    // On a read-only disk nothing is swept either.
  }
}

function holds(
  folder: string,
  { folders, files, links }: ScratchContents,
): boolean {
  const bare = (path: string) => path.replace(/\/$/, "");
  const expected = [...folders, ...Object.keys(files), ...Object.keys(links)]
    .map(bare).sort();
  const found = ["", ...folders].flatMap((path) =>
    [...Deno.readDirSync(join(folder, path))].map(({ name }) =>
      path === "" ? name : `${path}/${name}`
    )
  ).sort();
  return found.length === expected.length &&
    found.every((path, at) => path === expected[at]) &&
    Object.entries(links).every(([path, target]) =>
      Deno.readLinkSync(join(folder, bare(path))) === target
    ) &&
    Object.entries(files).every(([path, bytes]) => {
      const there = Deno.readFileSync(join(folder, path));
      return Buffer.compare(there, bytes) === 0;
    });
}

/**
 * The folder of this user that holds the folders of all processes, so that
 * those of a killed process are found. Where another user has made a folder of
 * that name, the temporary folder itself.
 */
function homeOfAll(folder: string): Home {
  const top = Deno.realPathSync(folder);
  const home = join(top, `mpm-${Deno.uid() ?? "scratch"}`);
  try {
    Deno.mkdirSync(home, { mode: 0o700 });
    return { path: home, shared: !WINDOWS };
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const { isDirectory, uid, mode } = Deno.lstatSync(home);
  const mine = isDirectory &&
    (WINDOWS || uid === Deno.uid() && ((mode ?? 0) & 0o077) === 0);
  // On Windows a folder holds copies, which would grow old.
  return mine ? { path: home, shared: !WINDOWS } : { path: top, shared: false };
}

/** The one that the user names, and the system's own. */
function temporaryFolders(): string[] {
  const names = WINDOWS ? ["TMP", "TEMP"] : ["TMPDIR"];
  const named = names.map((name) => Deno.env.get(name)).find((path) => path);
  const own = WINDOWS ? "C:\\Windows\\Temp" : "/tmp";
  return named === undefined || named === own ? [own] : [named, own];
}

/** Removes what no process has used for a while, or a killed one has left. */
function sweep(home: string): void {
  for (const { name } of Deno.readDirSync(home)) {
    const path = join(home, name);
    try {
      const { mtime } = Deno.lstatSync(path);
      if (Date.now() - (mtime?.getTime() ?? 0) > UNUSED) remove(path);
    } catch {
      // Another process was faster.
    }
  }
}

function fill(folder: string, { folders, files, links }: ScratchContents) {
  for (const path of folders) Deno.mkdirSync(join(folder, path));
  for (const [path, bytes] of Object.entries(files)) {
    Deno.writeFileSync(join(folder, path), bytes);
  }
  for (const [path, target] of Object.entries(links)) {
    const at = join(folder, path.replace(/\/$/, ""));
    if (path.endsWith("/")) linkFolder(target, at);
    else linkFile(target, at);
  }
}

/**
 * Windows links folders for everybody, but not to a network drive and not on
 * every kind of disk. There the small files of the folder are copied.
 */
function linkFolder(target: string, path: string): void {
  try {
    Deno.symlinkSync(target, path, { type: "junction" });
  } catch (error) {
    if (!WINDOWS) throw error;
    copySmall(target, path);
  }
}

/** Bytes; what git keeps about a worktree is far smaller, but for its index. */
const SMALL = 64 * 1024;

/** Copies the files that are small, without following links. */
function copySmall(from: string, to: string): void {
  // A link that failed may have left the folder for it.
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory, isFile } of entriesOf(from)) {
    const source = join(from, name);
    if (isDirectory) copySmall(source, join(to, name));
    else if (isFile && Deno.lstatSync(source).size <= SMALL) {
      linkFile(source, join(to, name));
    }
  }
}

/** The entries of a folder; none where it is missing. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** On Windows only some users may link a file: it is copied. */
function linkFile(target: string, path: string): void {
  if (!WINDOWS) return Deno.symlinkSync(target, path);
  try {
    unheld(() => guard("read", target, () => Deno.copyFileSync(target, path)));
  } catch (error) {
    if (!(error instanceof FileError && error.problem === "missing")) {
      throw error;
    }
  }
}

/**
 * No link is followed. Files that cannot be removed stay for a later process.
 */
function remove(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // It is swept later.
  }
}
