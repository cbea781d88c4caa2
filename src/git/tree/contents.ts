import type { FileError } from "../../base/errors.ts";
import type { ContentTaker, TakenContent } from "../file_states.ts";
import type { Workspace } from "../repository.ts";
import { Git } from "../run/git.ts";
import { objectHash, readSettings } from "../run/settings.ts";
import type { StatusEntry } from "../status.ts";
import { decodeBytes, encodeText, isOpenable, lined, words } from "../text.ts";
import type { LeftOut, ObjectHash } from "./snapshot.ts";
import type { FileInfo, System } from "../../system/system.ts";
import type { CapturedFile } from "./captured_file.ts";
import { FileCapture, reasonOf } from "./capture_files.ts";
import { stagedChanges } from "./capture_index.ts";
import { addUnopenable } from "./converted.ts";
import { MAKER } from "./checkpoints.ts";
import { ObjectPack } from "./pack.ts";
import { PARTS } from "./trees.ts";
import type { TreeDelta, TreeEntry, Unmerged } from "./snapshot.ts";

/** The files to keep. */
export interface ContentRules {
  /** Returns whether the contents of a path are never kept. */
  excluded(path: string): boolean;
  /** Identifies the set of these files. */
  readonly key: string;
  /** The maximum number of bytes to keep for one save, and for all saves. */
  readonly most: number;
  readonly total: number;
  /** The parent of the folders that git makes for raw bytes; see `rawGit`. */
  readonly rawFolder: string;
}

/** The uncommitted files of a worktree, in the form of a checkpoint's parts. */
export interface Contents {
  /** Each uncommitted path; `undefined`: deleted. */
  readonly worktree: ReadonlyMap<string, CapturedFile | undefined>;
  /** Staged entries; `undefined` if removed from the index. */
  readonly index: TreeDelta;
  readonly unmerged: readonly Unmerged[];
  /** Paths that are only marked as intent to add. */
  readonly intents: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Number of changed paths that are not listed. */
  readonly omitted: number;
}

/** Collects uncommitted contents while the state reads each file once. */
export class ContentsKeeper implements ContentTaker {
  readonly #system: System;
  readonly #workspace: Workspace;
  readonly #rules: ContentRules;
  readonly #taken = new Map<string, TakenContent & { info: FileInfo }>();
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

  take(path: string, info: FileInfo, { bytes, id }: TakenContent = {}): void {
    if (this.#rules.excluded(path)) {
      this.#leftOut.push({ path, reason: "excluded by its name" });
    } else if (info.kind === "other") {
      const reason = "it is a pipe, socket or device";
      this.#leftOut.push({ path, reason });
    } else {
      // Larger files are never kept, so they need not stay in memory.
      const fits = bytes && bytes.length <= this.#room;
      if (fits) this.#room -= bytes.length;
      this.#taken.set(path, {
        info,
        ...fits ? { bytes } : {},
        ...fits || !bytes ? { id } : {},
      });
    }
  }

  leave(path: string, error: FileError): void {
    this.#leftOut.push({ path, reason: reasonOf(error) });
  }

  listed(
    entries: readonly StatusEntry[],
    omitted: number,
    closed: readonly LeftOut[],
  ): void {
    this.#entries = entries;
    this.#omitted = omitted;
    this.#leftOut.push(...closed);
  }

  /** Keeps only the paths in `same`; `reason`: why others are left out. */
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

  /** With the same key, the same files give the same contents. */
  get key(): string {
    return JSON.stringify([this.#rules.key, this.#hasModes()]);
  }

  /** Returns whether the file system records which files are executable. */
  #hasModes(): boolean {
    const { gitDir, commonDir } = this.#workspace;
    const place = { gitDir: gitDir!, commonDir: commonDir! };
    const settings = readSettings(this.#system, place) ?? [];
    return settings.findLast(({ section, key }) =>
      section === "core" && key === "filemode"
    )?.value !== "false";
  }

  /** Returns the plan, as far as it is known without git. */
  planned(head: string | undefined): PlannedContents {
    const { worktree } = this.#workspace;
    const hash = objectHash(this.#system, this.#workspace, head);
    const fileMode = this.#hasModes();
    const git = new Git(this.#system, worktree, { filters: "none" });
    const files = new FileCapture(this.#system, git, {
      ...{ hash, fileMode },
      write: true,
    });
    files.leftOut.push(...this.#leftOut);
    const modes = new Map(this.#entries.map(({ path, mode }) => [path, mode]));
    for (const [path, taken] of this.#taken) {
      files.put(path, { known: modes.get(path), ...taken });
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
  /** Number of recorded paths that have changed. */
  readonly changed: number;
}

/** Contents whose kept parts are decided. */
export class PlannedContents {
  readonly #system: System;
  readonly #workspace: Workspace;
  readonly #parts: Parts;
  /** Names that the file functions do not support; git reads those files. */
  readonly #unopenable: readonly string[];
  /** The number of files and links to keep. */
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

  /** The hash function of the repository. */
  get hash(): ObjectHash {
    return this.#parts.hash;
  }

  /** True if nothing is kept, and no change needs a record to explain it. */
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

  /** Number of changed paths that were not looked at. */
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
      // The old name of a renamed file, but not of a copied one.
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

/** A submodule, or a repository that git does not track. */
function isRepository({ path, submodule, mode, index }: StatusEntry): boolean {
  return path.endsWith("/") || submodule !== undefined || mode === "160000" ||
    index?.[0]?.mode === "160000";
}

/** The refs of saves' contents, each under the ID of its save. */
export const CONTENTS = "refs/mpm/contents";

/** Contents as objects, some of which may be new to the repository. */
interface PackedContents {
  readonly commit: string;
  readonly pack: ObjectPack;
}

/**
 * Makes the objects of contents: a commit without parents, so that it
 * disappears with its ref. `known`: IDs of objects that the repository has.
 */
export function packContents(
  contents: Contents,
  { record, hash, known }: {
    record: Uint8Array;
    hash: ObjectHash;
    known: ReadonlySet<string>;
  },
): PackedContents {
  const pack = new ObjectPack(hash, known);
  const files = new Map<string, TreeEntry>();
  const place = (folder: string, delta: TreeDelta) => {
    for (const [path, entry] of delta) {
      if (entry) files.set(`${folder}/${path}`, entry);
    }
  };
  for (const file of contents.worktree.values()) {
    if (file) pack.addAs(file.id, "blob", file.bytes);
  }
  place(PARTS.worktree, contents.worktree);
  place(PARTS.index, contents.index);
  // The versions of a conflict are not in any tree.
  for (const { path, stages } of contents.unmerged) {
    for (const { stage, ...entry } of stages) {
      if (entry.mode === "160000") continue;
      files.set(`stages/${stage}/${path}`, entry);
    }
  }
  const count = [...contents.worktree.values()].filter((file) => file).length;
  return { commit: addCommit(pack, { files, record, count }), pack };
}

/** A file of contents from elsewhere. */
export interface BroughtFile {
  readonly part: "worktree" | "index";
  readonly path: string;
  readonly mode: string;
  readonly bytes: Uint8Array;
}

/** Makes the objects of contents from elsewhere. */
export function packBrought(
  brought: readonly BroughtFile[],
  { record, hash }: { record: Uint8Array; hash: ObjectHash },
): PackedContents {
  const pack = new ObjectPack(hash, new Set());
  const files = new Map(
    brought.map(({ part, path, mode, bytes }) => [
      `${PARTS[part]}/${path}`,
      { mode, id: pack.add("blob", bytes) },
    ]),
  );
  const count = brought.filter(({ part }) => part === "worktree").length;
  return { commit: addCommit(pack, { files, record, count }), pack };
}

/** Adds a commit of files; equal contents always give the same commit. */
function addCommit(
  pack: ObjectPack,
  { files, record, count }: {
    files: Map<string, TreeEntry>;
    record: Uint8Array;
    count: number;
  },
): string {
  const id = pack.add("blob", record);
  files.set(PARTS.record, { mode: "100644", id });
  const tree = pack.addTree(files);
  const by = (role: string) => `${role} ${MAKER} 0 +0000\n`;
  const head = `tree ${tree}\n${by("author")}${by("committer")}`;
  const text = `${head}\ncontents: ${count} files`;
  return pack.add("commit", encodeText(text));
}

/** Returns the bytes that each commit adds. Throws GIT_FAILED. */
export async function contentsInOrder(
  git: Git,
  commits: readonly string[],
): Promise<Map<string, number>> {
  const unique = [...new Set(commits)];
  // In the given order; objects of an earlier commit are not listed again.
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
