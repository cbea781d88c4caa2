import { dirname, relative } from "@std/path";
import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { attempt } from "../base/errors.ts";
import { encodeText } from "../base/bytes.ts";
import { getOwn } from "../base/own.ts";
import { field, jsonIn } from "../base/parsed_values.ts";
import {
  ensureFolder,
  ensureHidden,
  layout,
  removeIfThere,
  removeTree,
  saveFiles,
  teamFolders,
  writeTeamFolders,
} from "../ops/mod.ts";
import { noteSigned } from "../saves/mod.ts";
import type { NewFile, System } from "../system/system.ts";
import { cloneOf, type EntryKind, writerOf } from "./entry.ts";
import type { Shared } from "./merge.ts";
import type { TeamState } from "./state.ts";

/*
 * The files below `.claude-mpm/team/` contain everything that others share.
 * Each of their clones has a folder, with saves as in `sessions/`, and with
 * `handoffs/`, `notes/` and `claims/`. All these files can be recreated from
 * the logs.
 */

/** A file to write, below the folder of its clone. */
interface Wanted {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mtime: number;
}

/** Returns the files of one shared thing. */
function filesOf({ entry, digest }: Shared): Wanted[] {
  const { kind, id, content, at } = entry;
  const bytes = encodeText(content);
  const mtime = Date.parse(at);
  if (kind !== "save") {
    const path = PATHS.get(kind);
    return path ? [{ name: path.replace("*", id), bytes, mtime }] : [];
  }
  const paused = Date.parse(String(field(jsonIn(content), "paused_at")));
  const time = Number.isNaN(paused) ? mtime : paused;
  const { json, checksum } = saveFiles("", id);
  return [
    { name: checksum, bytes: encodeText(digest), mtime: time },
    { name: json, bytes, mtime: time },
  ];
}

/** The file of each kind of entry except saves; `*` is its ID. */
const PATHS: ReadonlyMap<EntryKind, string> = new Map([
  ["handoff", "handoffs/*.md"],
  ["answer", "handoffs/.answers/*.json"],
  ["contents", "contents/*.json"],
  ["note", "notes/*.json"],
  ["claim", "claims/*.json"],
  ["trust", "trusts/*.json"],
]);

/**
 * Updates the files of one writer to match the things that the writer shares.
 * Correct files stay unchanged. `own`: the writer is this user. Throws
 * FILE_FAILED, CONFLICT.
 */
export async function keepShared(
  system: System,
  root: string,
  { writer, own, shared }: {
    writer: string;
    own: boolean;
    shared: readonly Shared[];
  },
): Promise<void> {
  const { team } = layout(root);
  ensureHidden(system, root, team);
  const clones = Map.groupBy(shared, ({ entry: { log } }) => cloneOf(log));
  const there = system.files.list(team)
    .filter(({ name, kind }) => kind === "folder" && writerOf(name) === writer)
    .map(({ name }) => name);
  for (const name of there) {
    if (!clones.has(name)) removeTree(system, join(team, name));
  }
  for (const [clone, things] of clones) {
    await keepFiles(system, root, {
      folder: join(team, clone),
      wanted: things.flatMap(filesOf),
      note: (ids) => noteSigned(system, { writer, own }, marksOf(things, ids)),
    });
  }
}

/** Returns the marks of the saves and contents whose files have these names. */
function marksOf(things: readonly Shared[], names: ReadonlySet<string>) {
  return things.flatMap(({ entry: { kind, id }, digest }) =>
    kind === "save" && names.has(`${id}.json`) ||
      kind === "contents" && names.has(join("contents", `${id}.json`))
      ? [{ id, digest }]
      : []
  );
}

async function keepFiles(
  system: System,
  root: string,
  { folder, wanted, note }: {
    folder: string;
    wanted: readonly Wanted[];
    /** Called with the names of the files to be written next. */
    note(names: ReadonlySet<string>): void;
  },
): Promise<void> {
  const { files } = system;
  ensureFolder(system, folder, root);
  const byPath = new Map(wanted.map((one) => [join(folder, one.name), one]));
  const known = new Set<string>();
  for (const path of filesBelow(system, folder)) {
    const one = byPath.get(path);
    if (one && isSame(system, path, one)) known.add(path);
    else removeIfThere(system, path);
  }
  const missing: NewFile[] = [];
  for (const [path, { bytes, mtime }] of byPath) {
    if (known.has(path)) continue;
    missing.push({ path, bytes, mtime, mode: null });
  }
  for (const below of new Set(missing.map(({ path }) => dirname(path)))) {
    ensureFolder(system, below, root);
  }
  if (missing.length === 0) return;
  note(new Set(missing.map(({ path }) => relative(folder, path))));
  await files.createAll(missing);
}

function isSame(
  { files }: System,
  path: string,
  { bytes, mtime }: Wanted,
): boolean {
  const found = files.lstat(path);
  if (found?.kind !== "file" || found.size !== bytes.length) return false;
  if (found.mtime !== mtime) return false;
  const present = attempt(() => files.readOwn(path, bytes.length));
  return present !== undefined && sha256(present) === sha256(bytes);
}

function filesBelow(system: System, folder: string): string[] {
  return system.files.list(folder).flatMap(({ name, kind }) => {
    const path = join(folder, name);
    return kind === "folder" ? filesBelow(system, path) : [path];
  });
}

/**
 * Writes the list of the folders, so that readers can find them. `signer` is
 * the ID of this user's own writer.
 */
export function keepFolders(
  system: System,
  root: string,
  { writers }: TeamState,
  signer: string,
): void {
  const { team } = layout(root);
  ensureHidden(system, root, team);
  const clones = system.files.list(team).filter(({ kind }) => kind === "folder")
    .flatMap(({ name }) => {
      const writer = writerOf(name);
      const known = getOwn(writers, writer);
      return known
        ? [{ clone: name, writer, name: known.name, own: writer === signer }]
        : [];
    });
  writeTeamFolders(system, root, clones);
}

/** Removes everything in the folder that this user's mpm did not create. */
export function clearStrange(system: System, root: string): void {
  const { team } = layout(root);
  if (!system.files.lstat(team)) return;
  const known = new Set(teamFolders(system, root).map(({ clone }) => clone));
  for (const { name, kind } of system.files.list(team)) {
    if (kind !== "folder" || known.has(name)) continue;
    removeTree(system, join(team, name));
  }
}
