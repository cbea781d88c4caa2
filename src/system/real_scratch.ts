import { join } from "../base/join.ts";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { FileError } from "../base/errors.ts";
import { guard } from "./real_errors.ts";
import { unheld } from "./real_windows.ts";
import type { Scratch, ScratchContents } from "./system.ts";

const WINDOWS = Deno.build.os === "windows";

const DAY = 24 * 60 * 60 * 1000;

/** Milliseconds without use after which a folder is removed. */
const UNUSED = 7 * DAY;

/** The place of one user's folders, and whether processes share them. */
interface Home {
  readonly path: string;
  readonly shared: boolean;
}

/** Returns the temporary folders of one process and the shared ones. */
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

/** Returns the result of `make` in the first writable temporary folder. */
function inFirst(make: (home: Home) => string): string | undefined {
  for (const folder of temporaryFolders()) {
    try {
      return make(homeOfAll(folder));
    } catch {
      // The folder is missing, full or not writable.
    }
  }
  return undefined;
}

/**
 * Returns the folder with these contents, which later processes reuse: a check
 * is faster than a new folder. `undefined`: it has other contents.
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
    // Another process did this first.
    if (stateOf(folder, contents) === "same") return folder;
    throw error;
  }
}

/** Returns a name for the contents. Existing contents are still compared. */
function digestOf({ folders, files, links }: ScratchContents): string {
  const hash = createHash("sha256").update(JSON.stringify([folders, links]));
  for (const [path, bytes] of Object.entries(files)) {
    hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 32);
}

/** Returns whether a folder has exactly these contents. */
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
    // On a read-only disk, old folders are not removed either.
  }
}

function holds(folder: string, { folders, files, links }: ScratchContents) {
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
 * Returns this user's folder, in which those of a killed process can be found,
 * or the temporary folder if someone else has created that one.
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
  // On Windows, the folder would contain copies, which become outdated.
  return mine ? { path: home, shared: !WINDOWS } : { path: top, shared: false };
}

/** Returns the user's temporary folder, and that of the system. */
function temporaryFolders(): string[] {
  const names = WINDOWS ? ["TMP", "TEMP"] : ["TMPDIR"];
  const named = names.map((name) => Deno.env.get(name)).find((path) => path);
  const own = WINDOWS ? "C:\\Windows\\Temp" : "/tmp";
  return named === undefined || named === own ? [own] : [named, own];
}

/** Removes folders that were not used for a while. */
function sweep(home: string): void {
  for (const { name } of Deno.readDirSync(home)) {
    const path = join(home, name);
    try {
      const { mtime } = Deno.lstatSync(path);
      if (Date.now() - (mtime?.getTime() ?? 0) > UNUSED) remove(path);
    } catch {
      // Another process did this first.
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
 * Links a folder. On Windows this fails for network drives and some disks; then
 * copies its small files.
 */
function linkFolder(target: string, path: string): void {
  try {
    Deno.symlinkSync(target, path, { type: "junction" });
  } catch (error) {
    if (!WINDOWS) throw error;
    copySmall(target, path);
  }
}

/** The largest file to copy, in bytes; only the index is larger. */
const SMALL = 64 * 1024;

/** Copies the small files, without following links. */
function copySmall(from: string, to: string): void {
  // A failed link may have left a folder in its place.
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory, isFile } of entriesOf(from)) {
    const source = join(from, name);
    if (isDirectory) copySmall(source, join(to, name));
    else if (isFile && Deno.lstatSync(source).size <= SMALL) {
      linkFile(source, join(to, name));
    }
  }
}

/** Returns the entries of a folder; empty if the folder is missing. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Links a file, or copies it on Windows, where few users may link files. */
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

/** Removes a folder without following links, as far as possible. */
function remove(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // A later process removes the folder.
  }
}
