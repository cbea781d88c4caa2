import { createHash } from "node:crypto";
import { join } from "@std/path";
import { attempt, type FileError } from "../../base/errors.ts";
import { asciiJson } from "../../base/escape.ts";
import type { ContentTaker } from "../file_states.ts";
import type { Workspace } from "../repository.ts";
import { Git } from "../run/git.ts";
import { readSettings } from "../run/settings.ts";
import type { StatusEntry } from "../status.ts";
import { decodeBytes, encodeText, isOpenable, words } from "../text.ts";
import { hashOf, type LeftOut, type ObjectHash } from "./snapshot.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { type CapturedFile, FileCapture } from "./capture_files.ts";
import { stagedChanges } from "./capture_index.ts";
import { addUnopenable } from "./converted.ts";
import { importedId, ImportStream } from "./checkpoints.ts";
import { PARTS } from "./trees.ts";
import type { FastImport } from "../run/objects.ts";
import type { TreeDelta, Unmerged } from "./snapshot.ts";

/** The files to keep. */
export interface ContentRules {
  /** Returns whether the contents of a path are never kept. */
  excluded(path: string): boolean;
  /** Bytes that a save keeps at most, and that all saves do. */
  readonly most: number;
  readonly total: number;
  /** Near what git folders for raw bytes are made, see `rawGit`. */
  readonly rawFolder: string;
}

/** The uncommitted files of a worktree, in the form of a checkpoint's parts. */
export interface Contents {
  /** Each uncommitted path; `undefined`: deleted. */
  readonly worktree: ReadonlyMap<string, CapturedFile | undefined>;
  /** Staged entries; `undefined` if removed from the index. */
  readonly index: TreeDelta;
  readonly unmerged: readonly Unmerged[];
  /** Paths that are only meant to be added. */
  readonly intents: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Changed paths beyond those that were listed. */
  readonly omitted: number;
}

/**
 * Takes the contents of uncommitted files while the state of a worktree is read,
 * so that each file is read once.
 */
export class ContentsKeeper implements ContentTaker {
  readonly #system: System;
  readonly #workspace: Workspace;
  readonly #rules: ContentRules;
  readonly #taken = new Map<string, { info: FileInfo; bytes?: Uint8Array }>();
  readonly #leftOut: LeftOut[] = [];
  #entries: readonly StatusEntry[] = [];
  #omitted = 0;
  #changed = 0;
  #room: number;

  /** `workspace` must be in a repository. */
  constructor(system: System, workspace: Workspace, rules: ContentRules) {
    this.#system = system;
    this.#workspace = workspace;
    this.#rules = rules;
    this.#room = rules.most;
  }

  take(path: string, info: FileInfo, bytes?: Uint8Array): void {
    if (this.#rules.excluded(path)) {
      this.#leftOut.push({ path, reason: "excluded by its name" });
    } else if (info.kind === "other") {
      const reason = "it is a pipe, socket or device";
      this.#leftOut.push({ path, reason });
    } else {
      // More than this is never kept, and need not be held.
      const fits = bytes && bytes.length <= this.#room;
      if (fits) this.#room -= bytes.length;
      this.#taken.set(path, fits ? { info, bytes } : { info });
    }
  }

  leave(path: string, { message }: FileError): void {
    this.#leftOut.push({ path, reason: message });
  }

  listed(entries: readonly StatusEntry[], omitted: number): void {
    this.#entries = entries;
    this.#omitted = omitted;
  }

  /**
   * Keeps only the paths in `same`; of the other `recorded` ones, `reason` says
   * why they are left out.
   */
  restrict(
    { recorded, same }: {
      recorded: ReadonlySet<string>;
      same: ReadonlySet<string>;
    },
    reason: string,
  ): void {
    const isNamed = new Set(this.#leftOut.map(({ path }) => path));
    for (const path of recorded) {
      if (same.has(path)) continue;
      this.#changed++;
      if (!isNamed.has(path)) this.#leftOut.push({ path, reason });
    }
    const gone = this.#entries.filter(({ path }) => !same.has(path));
    for (const { path } of gone) this.#taken.delete(path);
    this.#entries = this.#entries.filter(({ path }) => same.has(path));
  }

  /** Returns the plan, as far as it is known without git. */
  planned(head: string | undefined): PlannedContents {
    const { gitDir, commonDir, worktree } = this.#workspace;
    const place = { gitDir: gitDir!, commonDir: commonDir! };
    const settings = readSettings(this.#system, place) ?? [];
    const value = (section: string, key: string) =>
      settings.findLast((one) => one.section === section && one.key === key)
        ?.value;
    const hash = head === undefined
      ? value("extensions", "objectformat") === "sha256" ? "sha256" : "sha1"
      : hashOf(head);
    const fileMode = value("core", "filemode") !== "false";
    const git = new Git(this.#system, worktree, { filters: "none" });
    const files = new FileCapture(this.#system, git, {
      ...{ hash, fileMode },
      write: true,
    });
    files.leftOut.push(...this.#leftOut);
    const modes = new Map(this.#entries.map(({ path, mode }) => [path, mode]));
    for (const [path, { info, bytes }] of this.#taken) {
      files.put(path, { known: modes.get(path), info, bytes });
    }
    const most = this.#rules.most;
    files.bound({ file: most, total: most }, "a save");
    return new PlannedContents(this.#system, this.#workspace, {
      ...{ files, git, hash, fileMode },
      rules: this.#rules,
      entries: this.#entries,
      omitted: this.#omitted,
      changed: this.#changed,
    });
  }
}

interface Parts {
  readonly files: FileCapture;
  readonly git: Git;
  readonly hash: ObjectHash;
  readonly fileMode: boolean;
  readonly rules: ContentRules;
  readonly entries: readonly StatusEntry[];
  readonly omitted: number;
  /** Recorded paths that are not as they were. */
  readonly changed: number;
}

/** Contents whose kept parts are decided. */
export class PlannedContents {
  readonly #system: System;
  readonly #workspace: Workspace;
  readonly #parts: Parts;
  /** Names that no file function takes; git reads those files. */
  readonly #unopenable: readonly string[];
  /** The number of files and links that are kept. */
  readonly count: number;

  constructor(system: System, workspace: Workspace, parts: Parts) {
    this.#system = system;
    this.#workspace = workspace;
    this.#parts = parts;
    this.#unopenable = parts.entries
      .filter(({ path, status }) =>
        !isOpenable(path) && !path.endsWith("/") && status[1] !== "D" &&
        !parts.rules.excluded(path)
      )
      .map(({ path }) => path);
    this.count = parts.files.count + this.#unopenable.length;
  }

  get git(): Git {
    return this.#parts.git;
  }

  /**
   * True if all uncommitted files are left out. Files that changed before they
   * were kept are worth a record: nothing else says why they are not there.
   */
  get isEmpty(): boolean {
    const { entries, rules, changed } = this.#parts;
    return changed === 0 &&
      entries.every((entry) =>
        isRepository(entry) || rules.excluded(entry.path)
      );
  }

  /** The rules about which files to keep, and how much. */
  get rules(): ContentRules {
    return this.#parts.rules;
  }

  /** Their bytes. */
  get size(): number {
    return this.#parts.files.size;
  }

  /** Files that are left out, sorted by path. */
  get leftOut(): readonly LeftOut[] {
    const repositories = this.#parts.entries.filter(isRepository)
      .map(({ path }) => ({
        path: path.endsWith("/") ? path : `${path}/`,
        reason: "it is a separate repository",
      }));
    return [...this.#parts.files.leftOut, ...repositories]
      .sort((a, b) => a.path < b.path ? -1 : 1);
  }

  /** Changed paths beyond those that are looked at. */
  get omitted(): number {
    return this.#parts.omitted;
  }

  /** Lets git read the other files. Throws GIT_FAILED. */
  async finish(): Promise<Contents> {
    const { files, entries, rules, ...vault } = this.#parts;
    await addUnopenable(this.#system, {
      ...vault,
      workspace: this.#workspace,
      own: false,
      converts: false,
      upstreams: false,
    }, { files, paths: this.#unopenable, folder: rules.rawFolder });
    await files.hashLarge();
    const left = new Set(files.leftOut.map(({ path }) => path));
    const worktree = new Map<string, CapturedFile | undefined>();
    for (const entry of entries) {
      const { path, from, status } = entry;
      if (isRepository(entry) || rules.excluded(path)) continue;
      // The old name of a renamed file, not of a copied one.
      if (from !== undefined && status.includes("R")) {
        worktree.set(from, files.files.get(from));
      }
      if (!left.has(path)) worktree.set(path, files.files.get(path));
    }
    const { delta, unmerged, intent } = stagedChanges(
      entries.filter(({ path }) => !rules.excluded(path)),
    );
    // A conflict is in the stages.
    for (const { path } of unmerged) delta.delete(path);
    return {
      ...{ worktree, index: delta, unmerged, intents: intent },
      leftOut: this.leftOut,
      omitted: this.#parts.omitted,
    };
  }
}

/** A submodule, or a repository that git does not know. */
function isRepository({ path, submodule, mode, index }: StatusEntry): boolean {
  return path.endsWith("/") || submodule !== undefined || mode === "160000" ||
    index?.[0]?.mode === "160000";
}

/** Identifies the contents of one moment. */
export function printOfContents(contents: Contents): string {
  const told = (delta: TreeDelta) =>
    [...delta].map(([path, entry]) => [path, entry?.mode, entry?.id]);
  const { worktree, index, unmerged, intents, leftOut, omitted } = contents;
  const permissions = [...worktree].map(([, file]) => file?.permissions);
  const value = [
    ...[told(worktree), told(index), unmerged, intents],
    ...[permissions, leftOut, omitted],
  ];
  return createHash("sha256").update(asciiJson(value)).digest("hex");
}

/** The refs of saves' contents, each under the id of its save. */
export const CONTENTS = "refs/mpm/contents";

/** The contents to store for a save. */
interface ContentsOrder {
  /** The id of the save. */
  readonly id: string;
  readonly contents: Contents;
  readonly record: Uint8Array;
}

/**
 * Stores contents in a commit without parents, so that it goes when its ref
 * goes, and returns its id. Throws GIT_FAILED, with no ref written.
 */
export async function writeContents(
  importing: FastImport,
  { id, contents, record }: ContentsOrder,
): Promise<string> {
  const stream = new ImportStream();
  const count = [...contents.worktree.values()].filter((file) => file).length;
  // Equal contents are one commit, whenever they were kept.
  const times = { made: 0, committed: 0 };
  stream.commit(`${CONTENTS}/${id}`, `contents: ${count} files`, times);
  stream.files(PARTS.worktree, contents.worktree);
  stream.files(PARTS.index, contents.index);
  stream.stages(contents.unmerged);
  stream.record(record);
  return await importedId(importing, stream.whole());
}

/** Gives a save contents that are stored already. Throws GIT_FAILED. */
export async function shareContents(
  importing: FastImport,
  { id, commit }: { id: string; commit: string },
): Promise<void> {
  const stream = new ImportStream();
  stream.line(`reset ${CONTENTS}/${id}`);
  stream.line(`from ${commit}`);
  stream.line("done");
  await importedId(importing, stream.whole());
}

/**
 * The bytes that each of these commits holds and none before it, before they are
 * compressed. Throws GIT_FAILED.
 */
export async function contentsInOrder(
  git: Git,
  commits: readonly string[],
): Promise<Map<string, number>> {
  const lined = (ids: readonly string[]) =>
    encodeText(ids.map((id) => `${id}\n`).join(""));
  const unique = [...new Set(commits)];
  // In the order given; what a commit before had is not listed again.
  const listed = await git.read(
    words(`rev-list --objects --no-object-names --in-commit-order
      --no-walk=unsorted --stdin`),
    { stdin: lined(unique) },
  );
  const sized = await git.read(
    words("cat-file --batch-check=%(objectname)_%(objecttype)_%(objectsize)"),
    { stdin: listed },
  );
  const known = new Set(unique);
  const sizes = new Map<string, number>();
  let commit = "";
  for (const line of decodeBytes(sized).split("\n")) {
    const [id = "", type, size] = line.split("_");
    if (known.has(id)) commit = id;
    if (type !== "blob") continue;
    sizes.set(commit, (sizes.get(commit) ?? 0) + Number(size));
  }
  return sizes;
}

/** Files of refs from which on git gathers them: each takes a block of the disk. */
const MOST_REFS = 100;

/** Lets git gather refs in one file where many contents have one each. */
export async function gatherRefs(
  { files }: System,
  git: Git,
  commonDir: string,
): Promise<void> {
  const folder = join(commonDir, CONTENTS);
  const many = attempt(() => files.list(folder).length >= MOST_REFS);
  if (many) await git.run(["pack-refs", "--all"]);
}
