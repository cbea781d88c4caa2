import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "@std/path";
import type { Commit } from "./build_commit.ts";

/** Data next to a binary that shows whether it is still the right one. */
export interface Stamp extends Commit {
  /** Digest of all files that the binary is made from. */
  readonly inputs: string;
  /** The binary's size in bytes and its time in milliseconds. */
  readonly size: number;
  readonly time: number;
}

const FILES = ["main.ts", "deno.json", "deno.lock"];
const FOLDERS = ["src", "hooks", "pipelines", "templates"];
const OWN_SCRIPTS = /^(?:build|toolchain|runtime).*\.ts$/;

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Digest over the names and contents of everything that goes into the binary:
 * the program, what it embeds, and the scripts that build it. It uses contents,
 * not times, because git sets a file's time whenever it checks the file out.
 */
export function inputsOf(root: string): string {
  const scripts = join(root, "scripts");
  const paths = [
    ...FILES.map((name) => join(root, name)).filter(existsSync),
    ...FOLDERS.flatMap((name) => filesIn(join(root, name))),
    ...filesIn(scripts).filter((path) =>
      OWN_SCRIPTS.test(relative(scripts, path))
    ),
  ];
  const hash = createHash("sha256");
  for (const path of paths.sort()) {
    const bytes = readFileSync(path);
    hash.update(`${relative(root, path)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** The stamp of the binary at `path`, built from `inputs` at `commit`. */
export function stampOf(path: string, inputs: string, commit: Commit): Stamp {
  const { size, mtimeMs } = statSync(path);
  return { ...commit, inputs, size, time: Math.trunc(mtimeMs) };
}

/**
 * Returns whether the binary at `path` is the one `stamp` describes and was
 * made from `inputs` at `commit`. Its size and time distinguish it from one
 * that another build put there in the meantime.
 */
export function isCurrent(
  path: string,
  stamp: string,
  inputs: string,
  commit: Commit,
): boolean {
  if (!existsSync(path) || !existsSync(stamp)) return false;
  const expected = JSON.stringify(stampOf(path, inputs, commit));
  return readFileSync(stamp, "utf8") === expected;
}
