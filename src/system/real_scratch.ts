import { join } from "@std/path";
import { guard } from "./real_errors.ts";
import type { Scratch, ScratchContents } from "./system.ts";

const WINDOWS = Deno.build.os === "windows";

const DAY = 24 * 60 * 60 * 1000;

/** A folder is called after the day it was made on, so that its age shows. */
const NAME = /^git-(\d+)-/;

const today = () => Math.floor(Date.now() / DAY);

/** The temporary folders of one process. */
export function realScratch(): Scratch {
  const made: string[] = [];
  return {
    make: (contents, near) =>
      guard("create", "a temporary folder", () => {
        const make = (dir: string, prefix: string) => {
          const folder = Deno.makeTempDirSync({ dir, prefix });
          made.push(folder);
          fill(folder, contents);
          return folder;
        };
        try {
          return make(homeOfAll(), `git-${today()}-`);
        } catch {
          // It is missing, full or closed.
          return make(near, "mpm-git-");
        }
      }),
    clear() {
      for (const folder of made.splice(0)) remove(folder);
    },
  };
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

/** Removes those of the day before yesterday, and older ones. */
function sweep(home: string): void {
  for (const { name } of Deno.readDirSync(home)) {
    const [, day] = NAME.exec(name) ?? [];
    if (day !== undefined && Number(day) < today() - 1) {
      remove(join(home, name));
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
