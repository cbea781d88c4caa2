import { join } from "@std/path";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { HOME, layout } from "./layout.ts";

/**
 * What is of this machine only. The file ignores itself too, so that in a
 * repository that keeps its saves nothing else of mpm shows up.
 */
const LOCAL_ONLY = [
  "/.gitignore",
  "/.lock",
  "/checkpoints/",
  "/errors/",
  "/journal.jsonl",
  "/kept/",
  "/state/",
  "/trash/",
  "/sessions/.*",
  "/sessions/LATEST-SESSION.txt",
];

/** Bytes of an ignore file that is still edited. */
const LIMIT = 1024 * 1024;

/** Creates `.claude-mpm/sessions/`; returns whether it is new. */
export function ensureHome(system: System, root: string): boolean {
  const { home, sessions } = layout(root);
  const isNew = system.files.lstat(home) === undefined;
  ensureFolder(system, sessions, root);
  keepLocal(system, join(home, ".gitignore"));
  return isNew;
}

/** Adds the rules that are missing; claude-mpm may have written others. */
function keepLocal(system: System, path: string): void {
  const text = readRules(system, path);
  const there = new Set(text.split(/\r?\n/));
  const missing = LOCAL_ONLY.filter((rule) => !there.has(rule));
  if (missing.length === 0) return;
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  const bytes = new TextEncoder().encode(
    `${text}${gap}${missing.join("\n")}\n`,
  );
  writeAtomic(system, path, { bytes });
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
