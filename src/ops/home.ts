import { join } from "../base/join.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder, hide } from "./folders.ts";
import { HOME, layout } from "./layout.ts";

/**
 * Rules that hide everything except the project's own settings, hooks and
 * templates from `git status`, `git stash -u` and `git clean`. The folder of
 * the saves ignores itself, whatever these rules say.
 */
const OWN_RULES = `/.gitignore
/.lock
/backups/
/.mpm.tmp
/checkpoints/
/checkpoints.git/
/config.local.toml
/errors/
/journal.jsonl
/kept/
/runs/
/state/
/team/
/trash/
`;

/** The largest ignore file to edit, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * Creates `.claude-mpm/sessions/`; returns whether it is new. Without the lock,
 * pass a `temporary` name that no other process uses.
 */
export function ensureHome(
  system: System,
  root: string,
  temporary = ".mpm.tmp",
): boolean {
  const { home, sessions } = layout(root);
  const isNew = system.files.lstat(home) === undefined;
  ensureFolder(system, sessions, root);
  hide(system, sessions, temporary);
  const rules = join(home, ".gitignore");
  // An existing file may be claude-mpm's, and may be tracked.
  if (!system.files.lstat(rules)) {
    writeAtomic(system, rules, { text: OWN_RULES, temporary });
  }
  return isNew;
}

/** Creates a folder that is hidden from git, or hides an existing one. */
export function ensureHidden(
  system: System,
  root: string,
  folder: string,
): void {
  ensureFolder(system, folder, root);
  hide(system, folder);
}

/**
 * Adds a rule for the local configuration if an older rules file does not have
 * one.
 */
export function keepLocal(system: System, root: string): void {
  const { home } = layout(root);
  const path = join(home, ".gitignore");
  const text = textOf(readRules(system, path));
  if (/^(\/?config\.local\.toml|\*|\/\*)\s*$/m.test(text)) return;
  addRule(system, path, "/config.local.toml");
}

function readRules(system: System, path: string): Uint8Array | undefined {
  if (!system.files.lstat(path)) return undefined;
  return system.files.readOwn(path, LIMIT);
}

function textOf(rules: Uint8Array | undefined): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(rules);
}

/** Returns the file for the rule about mpm's folder. */
export function ignoreFile(root: string): string {
  return join(root, ".gitignore");
}

/**
 * Adds mpm's folder to the ignore rules at `root`. Returns the bytes of the
 * file before the change (`undefined`: it is new) and after it.
 */
export function ignoreHome(
  system: System,
  root: string,
): { before: Uint8Array | undefined; after: Uint8Array } {
  return addRule(system, ignoreFile(root), `/${HOME}/`);
}

function addRule(
  system: System,
  path: string,
  rule: string,
): { before: Uint8Array | undefined; after: Uint8Array } {
  const before = readRules(system, path);
  const text = textOf(before);
  const mode = system.files.lstat(path)?.mode ?? 0o644;
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text === "" || text.endsWith("\n") ? "" : end;
  const bytes = new TextEncoder().encode(`${text}${gap}${rule}${end}`);
  writeAtomic(system, path, { bytes, mode });
  return { before, after: bytes };
}
