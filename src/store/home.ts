import { join } from "@std/path";
import { FileError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { HOME, layout } from "./layout.ts";

/**
 * What is of this machine only. The file ignores itself too, so that in a
 * repository that keeps its saves nothing else of mpm shows up.
 */
const LOCAL_ONLY = `# Written by mpm: what is of this machine only.
/.gitignore
/.lock
/checkpoints/
/errors/
/journal.jsonl
/state/
/trash/
/sessions/.*
`;

/** Creates `.claude-mpm/sessions/`; returns whether it is new. */
export function ensureHome(system: System, root: string): boolean {
  const { home, sessions } = layout(root);
  const isNew = system.files.lstat(home) === undefined;
  ensureFolder(system, sessions, root);
  const path = join(home, ".gitignore");
  if (!system.files.lstat(path)) createRules(system, path);
  return isNew;
}

function createRules(system: System, path: string): void {
  try {
    system.files.create(path, new TextEncoder().encode(LOCAL_ONLY));
  } catch (error) {
    // Another mpm may have been faster.
    if (!(error instanceof FileError && error.problem === "exists")) {
      throw error;
    }
  }
}

/** Bytes of an ignore file that is still edited. */
const LIMIT = 1024 * 1024;

/** Adds mpm's folder to the ignore rules at `root`; returns the file. */
export function ignoreHome(system: System, root: string): string {
  const path = join(root, ".gitignore");
  const rule = `/${HOME}/`;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const text = system.files.lstat(path)
    ? decoder.decode(system.files.readOwn(path, LIMIT))
    : "";
  const mode = system.files.lstat(path)?.mode ?? 0o644;
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text === "" || text.endsWith("\n") ? "" : end;
  const bytes = new TextEncoder().encode(`${text}${gap}${rule}${end}`);
  writeAtomic(system, path, { bytes, mode });
  return path;
}
