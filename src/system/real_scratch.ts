import { join } from "@std/path";
import { guard } from "./real_errors.ts";
import type { Scratch, ScratchContents } from "./system.ts";

const WINDOWS = Deno.build.os === "windows";

/** Milliseconds after which a folder belongs to no process any more. */
const OLD = 24 * 60 * 60 * 1000;

/** How the folders are called. */
const PREFIX = "git-";

/** The temporary folders of one process. */
export function realScratch(): Scratch {
  const made: string[] = [];
  return {
    make: (contents, near) =>
      guard("create", "a temporary folder", () => {
        const folder = makeFolder(near);
        made.push(folder);
        fill(folder, contents);
        return folder;
      }),
    clear() {
      for (const folder of made.splice(0)) remove(folder);
    },
  };
}

function makeFolder(near: string): string {
  try {
    return Deno.makeTempDirSync({ dir: homeOfAll(), prefix: PREFIX });
  } catch {
    return Deno.makeTempDirSync({ dir: near, prefix: `mpm-${PREFIX}` });
  }
}

/**
 * The folder of this user that holds the folders of all processes, so that
 * those of a killed process are found. Where another user has made a folder of
 * that name, the temporary folder itself.
 */
function homeOfAll(): string {
  const top = Deno.realPathSync(temporaryFolder());
  const home = join(top, `mpm-${Deno.uid() ?? "scratch"}`);
  try {
    Deno.mkdirSync(home, { mode: 0o700 });
    return home;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const { isDirectory, uid, mode } = Deno.lstatSync(home);
  const mine = isDirectory &&
    (WINDOWS || uid === Deno.uid() && ((mode ?? 0) & 0o077) === 0);
  if (!mine) return top;
  sweep(home);
  return home;
}

function temporaryFolder(): string {
  const names = WINDOWS ? ["TMP", "TEMP"] : ["TMPDIR"];
  const named = names.map((name) => Deno.env.get(name)).find((path) => path);
  return named ?? (WINDOWS ? "C:\\Windows\\Temp" : "/tmp");
}

function sweep(home: string): void {
  const before = Date.now() - OLD;
  for (const { name } of Deno.readDirSync(home)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(home, name);
    try {
      if ((Deno.lstatSync(path).mtime?.getTime() ?? before) < before) {
        remove(path);
      }
    } catch {
      // Another process removed it.
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
    if (path.endsWith("/")) Deno.symlinkSync(target, at, { type: "junction" });
    else linkFile(target, at);
  }
}

/** On Windows only some users may link a file: it is copied. */
function linkFile(target: string, path: string): void {
  if (!WINDOWS) return Deno.symlinkSync(target, path);
  try {
    Deno.copyFileSync(target, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** No link is followed. What cannot be removed stays for a later process. */
function remove(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // It is swept later.
  }
}
