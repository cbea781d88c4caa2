import { join } from "@std/path";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { HOME, layout } from "./layout.ts";

/**
 * A pause adds its save to the repository; what is not added stays out of
 * `git status`, `git stash -u` and `git clean`. The folders of the saves are
 * named by their content, so that a rule of the user's for them is seen.
 */
const OWN_RULES = `/.gitignore
/.lock
/.mpm.tmp
/checkpoints/
/checkpoints.git/
/errors/
/journal.jsonl
/kept/
/sessions/*
/state/
/trash/
`;

/** Bytes of an ignore file that is still edited. */
const LIMIT = 1024 * 1024;

/** Creates `.claude-mpm/sessions/`; returns whether it is new. */
export function ensureHome(system: System, root: string): boolean {
  const { home, sessions } = layout(root);
  const isNew = system.files.lstat(home) === undefined;
  ensureFolder(system, sessions, root);
  const rules = join(home, ".gitignore");
  // One that is there may be claude-mpm's, and tracked.
  if (!system.files.lstat(rules)) {
    writeAtomic(system, rules, { bytes: new TextEncoder().encode(OWN_RULES) });
  }
  return isNew;
}

function readRules(system: System, path: string): string {
  if (!system.files.lstat(path)) return "";
  const bytes = system.files.readOwn(path, LIMIT);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** The file the rule for mpm's folder goes to. */
export function ignoreFile(root: string): string {
  return join(root, ".gitignore");
}

/** Adds mpm's folder to the ignore rules at `root`. */
export function ignoreHome(system: System, root: string): void {
  const path = ignoreFile(root);
  const text = readRules(system, path);
  const mode = system.files.lstat(path)?.mode ?? 0o644;
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text === "" || text.endsWith("\n") ? "" : end;
  const rule = `${text}${gap}/${HOME}/${end}`;
  writeAtomic(system, path, { bytes: new TextEncoder().encode(rule), mode });
}
