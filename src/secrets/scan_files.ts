import { relative, resolve } from "@std/path";
import { join } from "../base/join.ts";
import { type Context, ProgressLine } from "../cli/mod.ts";
import { FileError, isMissing, MpmError } from "../base/errors.ts";
import { isOpenable, locate, projectFiles } from "../git/mod.ts";
import { getOwn, setOwn } from "../base/own.ts";
import type { ScanResult } from "./commands/results.ts";
import { type Finding, HEAD, isBinary, scanBytes } from "./scan.ts";
import { redactorOf } from "./redaction.ts";
import type { System } from "../system/system.ts";

/** The largest named and found file to read, in bytes. */
const LIMIT = 256 * 1024 * 1024;
const FOUND_LIMIT = 32 * 1024 * 1024;

/** The file size in bytes from which the reading of a file is announced. */
const LONG = 8 * 1024 * 1024;

/** Folders with other people's files, or git's objects. */
const PASSED_OVER = new Set([".git", "node_modules", "checkpoints.git"]);

/** A file to read. */
interface Source {
  /** The name that mpm prints. */
  readonly name: string;
  /** Absolute; null: standard input. */
  readonly path: string | null;
  /** True if the file was named, and not just found in a folder. */
  readonly named: boolean;
}

type Skipped = ScanResult["skipped"];

/** Sources of the scan, and counts of the parts left out so far. */
class Sources {
  readonly skipped: Skipped = [];
  readonly leftOut: Record<string, number> = {};

  leave(what: string): void {
    setOwn(this.leftOut, what, (getOwn(this.leftOut, what) ?? 0) + 1);
  }

  skip(file: string, error: MpmError): void {
    this.skipped.push({ file, reason: error.message });
  }
}

/** Searches for secrets in the named paths, or otherwise in the project. */
export async function scanned(
  context: Context,
  names: readonly string[],
): Promise<ScanResult> {
  const { system } = context;
  const redactor = redactorOf(system);
  const findings: ScanResult["findings"] = [];
  const labels: Record<string, number> = {};
  const sources = new Sources();
  const [scope, list] = names.length > 0
    ? ["named", named(context, names, sources)] as const
    : await project(context, sources);
  let files = 0;
  let size = 0;
  using line = new ProgressLine(context);
  for (const [at, source] of list.entries()) {
    line.show("Scanning files", at, list.length);
    const bytes = readSource(system, source, sources);
    if (!bytes) continue;
    if (bytes.length > LONG) line.begin(`Scanning ${source.name}`);
    files++;
    size += bytes.length;
    for (const finding of scanBytes(bytes, redactor)) {
      findings.push({ file: source.name, ...finding });
      count(labels, finding);
    }
  }
  const { skipped, leftOut } = sources;
  const left_out = { ...leftOut };
  return { scope, files, bytes: size, findings, labels, left_out, skipped };
}

function count(labels: Record<string, number>, { label }: Finding): void {
  setOwn(labels, label, (getOwn(labels, label) ?? 0) + 1);
}

/**
 * Returns the files of the worktree that git tracks or does not ignore. Without
 * a repository, returns the files in the folder and its subfolders.
 */
async function project(
  { system, folder }: Context,
  sources: Sources,
): Promise<["project" | "folder", Source[]]> {
  const { git, worktree } = await locate(system, folder);
  if (git !== "repository") {
    return ["folder", [...below(system, { name: "", path: folder }, sources)]];
  }
  const list: Source[] = [];
  for (const file of await projectFiles(system, worktree)) {
    const path = join(worktree, file);
    const name = relative(folder, path);
    const kind = isOpenable(file) ? system.files.lstat(path)?.kind : "file";
    if (kind === "file") list.push({ name, path, named: false });
    else if (kind === "folder") sources.leave("repository");
  }
  return ["project", list];
}

function named(
  { system, folder }: Context,
  names: readonly string[],
  sources: Sources,
): Source[] {
  return names.flatMap((name): Source[] => {
    const path = resolve(folder, name);
    if (name === "-") return [{ name, path: null, named: true }];
    return system.files.stat(path)?.kind === "folder"
      ? [...below(system, { name, path }, sources)]
      : [{ name, path, named: true }];
  });
}

/** Yields the files of a folder, ordered by name; follows no links. */
function* below(
  system: System,
  { name, path }: { name: string; path: string },
  sources: Sources,
): Generator<Source> {
  let entries: ReturnType<System["files"]["list"]>;
  try {
    entries = system.files.list(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return sources.skip(name, error);
  }
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name: entry, kind } of entries) {
    const inner = { name: join(name, entry), path: join(path, entry) };
    if (kind === "file") yield { ...inner, named: false };
    else if (kind !== "folder") continue;
    else if (PASSED_OVER.has(entry)) sources.leave(entry);
    else yield* below(system, inner, sources);
  }
}

/** Reads a file; lists an unreadable one that was only found. */
function readSource(
  system: System,
  { name, path, named }: Source,
  sources: Sources,
): Uint8Array | undefined {
  try {
    if (path === null) return system.terminal.readInput(LIMIT);
    if (named) return system.files.readUpTo(path, LIMIT);
    const bytes = readText(system, path);
    if (bytes === undefined) sources.leave("binary");
    return bytes;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    // A broken link is rejected as a link.
    const missing = isMissing(error) ||
      (named && path !== null && system.files.stat(path) === undefined);
    if (named && missing) {
      throw new MpmError("NOT_FOUND", `File or folder "${name}" not found`, {
        hint:
          'Name files or folders, use "-" for standard input, or omit the ' +
          "argument",
        cause: error,
      });
    }
    if (named) throw error;
    sources.skip(name, error);
    return undefined;
  }
}

/** Reads a file that was found in a folder; `undefined` if it is binary. */
function readText({ files }: System, path: string): Uint8Array | undefined {
  let bytes: Uint8Array;
  try {
    bytes = files.readOwn(path, FOUND_LIMIT);
  } catch (error) {
    // The beginning of a large file shows whether it is text.
    const large = (files.lstat(path)?.size ?? 0) > FOUND_LIMIT;
    if (large && isBinary(files.readPart(path, 0, HEAD))) return undefined;
    throw error;
  }
  return isBinary(bytes) ? undefined : bytes;
}
