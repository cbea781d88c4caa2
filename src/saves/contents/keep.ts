import { createHash } from "node:crypto";
import { join } from "@std/path";
import { attempt, MpmError } from "../../base/errors.ts";
import { isLike } from "../../base/like.ts";
import { field, jsonIn } from "../../base/parsed_values.ts";
import type { Config } from "../../config/mod.ts";
import {
  checkpointImport,
  type Contents,
  ContentsKeeper,
  type FastImport,
  gatherRefs,
  type PlannedContents,
  printOfContents,
  shareContents,
  type Workspace,
  writeContents,
} from "../../git/mod.ts";
import { layout, withLock, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { PauseResult } from "../commands/results.ts";
import { settleContents } from "../store/second_copy.ts";
import { noteOwn, Origins } from "../trust/origins.ts";
import { boundContents } from "./bounds.ts";
import { contentsMark, contentsRecord } from "./record.ts";

const MEBIBYTE = 1024 * 1024;

/** Returns whether a setting's patterns mean a path, or a folder above it. */
export function excludedBy(
  patterns: readonly string[],
): (path: string) => boolean {
  const small = patterns.map((pattern) => pattern.toLowerCase());
  const known = new Map<string, boolean>();
  // Folders come again and again.
  const isMeant = (name: string) => {
    let found = known.get(name);
    if (found === undefined) {
      found = small.some((pattern) => isLike(pattern, name));
      known.set(name, found);
    }
    return found;
  };
  return (path) => path.toLowerCase().split("/").some(isMeant);
}

/**
 * Returns the keeper of the contents of uncommitted files; `undefined` if
 * contents are not kept.
 */
export function contentsKeeper(
  system: System,
  workspace: Workspace,
  { config, faults }: { config: Config; faults: readonly string[] },
): ContentsKeeper | undefined {
  // A faulty configuration may have meant to turn this off.
  if (faults.length > 0) return;
  if (!config["pause.contents"] || workspace.git !== "repository") return;
  const { state } = layout(workspace.root);
  return new ContentsKeeper(system, workspace, {
    excluded: excludedBy(config["pause.contents_exclude"]),
    most: config["pause.contents_max_mb"] * MEBIBYTE,
    total: config["pause.contents_total_mb"] * MEBIBYTE,
    rawFolder: join(state, "raw.git"),
  });
}

/** The kept contents of the uncommitted files. */
export interface Kept {
  /** The commit; `undefined`: there was nothing to keep, or it failed. */
  readonly commit?: string;
  /** Why the contents are not kept. */
  readonly reason?: string;
  /** Saves whose contents were removed to make room. */
  readonly removed?: readonly string[];
}

/** Returns the part of an answer about contents that are, or would be, kept. */
export function contentsAnswer(
  planned: PlannedContents | undefined,
  kept: Kept = {},
): PauseResult["contents"] {
  if (!planned) return null;
  const { count, size, leftOut, omitted } = planned;
  return {
    kept: kept.commit !== undefined,
    commit: kept.commit ?? null,
    files: count,
    bytes: size,
    left_out: leftOut.map((one) => ({ ...one })),
    omitted,
    removed: [...kept.removed ?? []],
    reason: kept.reason ?? null,
  };
}

/** The contents of one pause on their way. */
export class KeepingContents implements AsyncDisposable {
  readonly #system: System;
  readonly #workspace: Workspace;
  readonly #planned: PlannedContents;
  readonly #last: LastContents | undefined;
  #first: FastImport | undefined;

  /** Starts git at once, so that it is ready when the save is written. */
  constructor(
    system: System,
    workspace: Workspace,
    planned: PlannedContents,
  ) {
    this.#system = system;
    this.#workspace = workspace;
    this.#planned = planned;
    this.#last = readLast(system, workspace);
    if (!planned.isEmpty) this.#first = this.#newImport();
  }

  #newImport(): FastImport {
    const { git } = this.#planned;
    const place = { git, workspace: this.#workspace };
    return checkpointImport(this.#system, place, { awaited: true });
  }

  /**
   * Stores the contents under the id of a save that is written. Never throws: a
   * save is one without its contents too.
   */
  async keep(id: string): Promise<Kept> {
    const { root } = this.#workspace;
    try {
      const kept = this.#planned.isEmpty ? {} : await this.#keep(id);
      settleContents(this.#system, root, id);
      if (kept.commit === undefined) return kept;
      const { git } = this.#planned;
      await gatherRefs(this.#system, git, this.#workspace.commonDir!);
      return kept;
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      return { reason: error.message };
    }
  }

  async #keep(id: string): Promise<Kept> {
    const contents = await this.#planned.finish();
    const print = printOfContents(contents);
    const made = (commit: string) => {
      noteOwn(this.#system, contentsMark(id, commit));
      return commit;
    };
    const last = this.#last;
    if (last?.print === print && this.#isOwn(last)) {
      const { commit } = last;
      const shared = await attempt(async () => {
        await this.#use((one) => shareContents(one, { id, commit }));
        return { commit: made(commit) };
      });
      if (shared) return shared;
    }
    const { worktree } = this.#workspace;
    const record = contentsRecord(worktree, contents);
    const write = (contents: Contents) =>
      this.#use((one) => writeContents(one, { id, contents, record }));
    // Contents of the last save need not be sent to git again.
    const commit = made(
      last && last.ids.size > 0 &&
          await attempt(() => write(withoutKnown(contents, last.ids))) ||
        await write(contents),
    );
    const ids = idsIn(contents);
    const removed = await this.#note({ id, print, commit, ids });
    return { commit, ...removed ? { removed } : {} };
  }

  /** A note in the project may have come with a clone. */
  #isOwn({ id, commit }: LastContents): boolean {
    const mark = contentsMark(id, commit);
    return new Origins(this.#system).of(mark) === "own";
  }

  async #use<T>(work: (importing: FastImport) => Promise<T>): Promise<T> {
    await using importing = this.#first ?? this.#newImport();
    this.#first = undefined;
    return await work(importing);
  }

  /**
   * Makes room, and notes what was stored: without that the next save stores it
   * again. Returns the saves that lost their contents.
   */
  async #note(last: LastContents): Promise<string[] | undefined> {
    const { id } = last;
    const { root, worktree } = this.#workspace;
    const { git, size: added, rules } = this.#planned;
    const bytes = new TextEncoder().encode(
      JSON.stringify({ ...last, ids: [...last.ids].join("") }),
    );
    return await attempt(() =>
      withLock(this.#system, root, async () => {
        const path = lastFile(root, worktree);
        writeAtomic(this.#system, path, { bytes, synced: false });
        const bounds = { root, id, added, most: rules.total };
        return await boundContents(this.#system, git, bounds);
      })
    );
  }

  /** Ends git where nothing was stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#first?.[Symbol.asyncDispose]();
  }
}

function idsIn({ worktree }: Contents): Set<string> {
  return new Set([...worktree.values()].flatMap((file) => file?.id ?? []));
}

function withoutKnown(contents: Contents, known: ReadonlySet<string>) {
  const worktree = new Map(
    [...contents.worktree].map(([path, file]) => {
      if (!file?.bytes || !known.has(file.id)) return [path, file];
      const { bytes: _bytes, ...rest } = file;
      return [path, rest];
    }),
  );
  return { ...contents, worktree };
}

/** The contents that were kept last in a worktree. */
interface LastContents {
  /** Of the save that they were stored for. */
  readonly id: string;
  readonly print: string;
  readonly commit: string;
  /** The ids of its files. */
  readonly ids: ReadonlySet<string>;
}

/** Bytes of the largest note that is read. */
const LIMIT = 4 * MEBIBYTE;

function lastFile(root: string, worktree: string): string {
  const key = createHash("sha256").update(worktree).digest("hex").slice(0, 16);
  return join(layout(root).state, `contents-${key}.json`);
}

/** Only git can say whether that is still there. */
function readLast(
  { files }: System,
  { root, worktree }: Workspace,
): LastContents | undefined {
  const path = lastFile(root, worktree);
  const bytes = attempt(() =>
    files.lstat(path) ? files.readOwn(path, LIMIT) : undefined
  );
  const value = bytes && jsonIn(new TextDecoder().decode(bytes));
  const [id, print, commit, ids] = ["id", "print", "commit", "ids"]
    .map((name) => String(field(value, name)));
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit!)) return undefined;
  const pattern = new RegExp(`[0-9a-f]{${commit!.length}}`, "g");
  return {
    id: id!,
    print: print!,
    commit: commit!,
    ids: new Set(ids!.match(pattern) ?? []),
  };
}
