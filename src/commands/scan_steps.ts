import { join, relative, resolve } from "@std/path";
import type { Context } from "../cli/command.ts";
import { ProgressLine } from "../cli/progress.ts";
import { FileError, isMissing, MpmError } from "../errors.ts";
import { locate } from "../git/workspace.ts";
import type { ScanResult } from "../session/results_scan.ts";
import { type Finding, scanBytes } from "../session/scan.ts";
import { layout } from "../store/layout.ts";
import { redactorOf } from "../store/redaction.ts";
import type { System } from "../system/system.ts";

/** Bytes of the largest file that is read. */
const LIMIT = 256 * 1024 * 1024;

/** Folders that hold other people's files, or git's objects. */
const PASSED_OVER = new Set([".git", "node_modules", "checkpoints.git"]);

/** A file to be read. */
interface Source {
  /** As it is told. */
  readonly name: string;
  /** Absolute; null: standard input. */
  readonly path: string | null;
  /** Whether it was named, and not merely found. */
  readonly named: boolean;
}

/** Looks for secrets in what was named, else in all of mpm's own folder. */
export async function scanned(
  context: Context,
  names: readonly string[],
): Promise<ScanResult> {
  const { system, folder } = context;
  const redactor = redactorOf(system);
  const findings: ScanResult["findings"] = [];
  const labels: Record<string, number> = {};
  const skipped: ScanResult["skipped"] = [];
  let files = 0;
  const given = names.length > 0
    ? names.map((name) => ({ name, path: resolve(folder, name) }))
    : await ownFolder(context);
  using line = new ProgressLine(context);
  const sources = [...sourcesOf(system, given, skipped)];
  for (const [at, source] of sources.entries()) {
    line.show("Looking through files", at, sources.length);
    const found = readSource(system, source, skipped);
    if (!found) continue;
    files++;
    for (const finding of scanBytes(found, redactor)) {
      findings.push({ file: source.name, ...finding });
      count(labels, finding);
    }
  }
  return { files, findings, labels, skipped };
}

function count(labels: Record<string, number>, { label }: Finding): void {
  labels[label] = (labels[label] ?? 0) + 1;
}

/** Nothing where the project has none yet. */
async function ownFolder(
  { system, folder }: Context,
): Promise<{ name: string; path: string }[]> {
  const { root } = await locate(system, folder);
  const { home } = layout(root);
  return system.files.lstat(home)?.kind === "folder"
    ? [{ name: relative(folder, home), path: home }]
    : [];
}

function* sourcesOf(
  system: System,
  given: readonly { name: string; path: string }[],
  skipped: ScanResult["skipped"],
): Generator<Source> {
  for (const { name, path } of given) {
    if (name === "-") yield { name, path: null, named: true };
    else if (system.files.stat(path)?.kind !== "folder") {
      yield { name, path, named: true };
    } else yield* below(system, { name, path }, skipped);
  }
}

/** Files of a folder in the order of their names; no link is followed. */
function* below(
  system: System,
  { name, path }: { name: string; path: string },
  skipped: ScanResult["skipped"],
): Generator<Source> {
  let entries: ReturnType<System["files"]["list"]>;
  try {
    entries = system.files.list(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    skipped.push({ file: name, reason: error.message });
    return;
  }
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name: entry, kind } of entries) {
    const inner = { name: join(name, entry), path: join(path, entry) };
    if (kind === "file") yield { ...inner, named: false };
    else if (kind === "folder" && !PASSED_OVER.has(entry)) {
      yield* below(system, inner, skipped);
    }
  }
}

/** What cannot be read is told of, unless it is what was asked for. */
function readSource(
  system: System,
  { name, path, named }: Source,
  skipped: ScanResult["skipped"],
): Uint8Array | undefined {
  try {
    if (path === null) return system.terminal.readInput(LIMIT);
    return named
      ? system.files.readUpTo(path, LIMIT)
      : system.files.readOwn(path, LIMIT);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    // A link that leads nowhere is refused as a link.
    const missing = isMissing(error) ||
      (named && path !== null && system.files.stat(path) === undefined);
    if (named && missing) {
      throw new MpmError("NOT_FOUND", `No file or folder "${name}"`, {
        hint: 'Give files or folders, "-" for standard input, or nothing',
        cause: error,
      });
    }
    if (named) throw error;
    skipped.push({ file: name, reason: error.message });
    return undefined;
  }
}
