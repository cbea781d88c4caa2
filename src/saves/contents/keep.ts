import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { isLike } from "../../base/names.ts";
import type { CheckedConfig } from "../../config/mod.ts";
import {
  CONTENTS,
  contentsInOrder,
  ContentsKeeper,
  createRef,
  dropRefs,
  Git,
  packContents,
  type PlannedContents,
  readCheckpointRefs,
  takesPack,
  type Workspace,
} from "../../git/mod.ts";
import { layout, readOwnJson, withLock, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { PauseResult } from "../commands/results.ts";
import { settleContents } from "../store/due_copies.ts";
import { noteOwn } from "../trust/origins.ts";
import type { BesideSave, NewRef } from "../store/save_log.ts";
import type {
  ContentsSummary,
  LastContents,
  WorktreeMemory,
} from "./memory.ts";
import { contentsMark, contentsRecord } from "./record.ts";
import { field } from "../../base/parsed_values.ts";
import { listSaves } from "../store/read_saves.ts";

const MEBIBYTE = 1024 * 1024;

/** Returns whether a setting's patterns match a path or any folder above it. */
function excludedBy(patterns: readonly string[]): (path: string) => boolean {
  const small = patterns.map((pattern) => pattern.toLowerCase());
  const known = new Map<string, boolean>();
  // Paths and folders occur many times.
  const isMeant = (path: string): boolean => {
    let found = known.get(path);
    if (found === undefined) {
      const end = path.lastIndexOf("/");
      const name = path.slice(end + 1).toLowerCase();
      found = small.some((pattern) => isLike(pattern, name)) ||
        end >= 0 && isMeant(path.slice(0, end));
      known.set(path, found);
    }
    return found;
  };
  return isMeant;
}

/** Returns the keeper of uncommitted contents, if contents are kept. */
export function contentsKeeper(
  system: System,
  workspace: Workspace,
  { config, isUnsure }: Pick<CheckedConfig, "config" | "isUnsure">,
): ContentsKeeper | undefined {
  // A configuration with errors may have been meant to turn this off.
  if (isUnsure) return;
  if (!config["pause.contents"] || workspace.git !== "repository") return;
  const { state } = layout(workspace.root);
  return new ContentsKeeper(system, workspace, {
    excluded: excludedBy(config["pause.contents_exclude"]),
    key: JSON.stringify([
      config["pause.contents_exclude"],
      config["pause.contents_max_mb"],
    ]),
    most: config["pause.contents_max_mb"] * MEBIBYTE,
    total: config["pause.contents_total_mb"] * MEBIBYTE,
    rawFolder: join(state, "raw.git"),
  });
}

/** The kept contents of the uncommitted files. */
export interface Kept {
  /** The commit; `undefined`: nothing to keep, or keeping it failed. */
  readonly commit?: string;
  readonly reason?: string;
  /** Saves whose contents were removed to make room. */
  readonly removed?: readonly string[];
}

/** Returns the contents that are or would be kept, for a result. */
export function contentsAnswer(
  planned: ContentsSummary | undefined,
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

/** Returns whether there is nothing to keep. */
export function isEmpty(planned: PlannedContents | LastContents): boolean {
  return "isEmpty" in planned && planned.isEmpty;
}

/** The contents of one save while they are being stored. */
export class KeepingContents implements BesideSave {
  readonly #system: System;
  readonly #workspace: Workspace;
  readonly #git: Git;
  readonly #planned: PlannedContents | LastContents;
  readonly #memory: WorktreeMemory;
  #id = "";
  #stored: LastContents | undefined;
  #reason: string | undefined;
  #isMade = false;

  constructor(
    system: System,
    workspace: Workspace,
    { planned, memory }: {
      planned: PlannedContents | LastContents;
      memory: WorktreeMemory;
    },
  ) {
    this.#system = system;
    this.#workspace = workspace;
    this.#git = new Git(system, workspace.worktree, { filters: "none" });
    this.#planned = planned;
    this.#memory = memory;
  }

  /** Sets the save of the contents. */
  begin(id: string): void {
    this.#id = id;
  }

  /** Stores the objects, once. */
  async store(): Promise<NewRef | undefined> {
    const planned = this.#planned;
    if (isEmpty(planned)) return undefined;
    try {
      const { commit } = this.#stored ??= "commit" in planned
        ? planned
        : await this.#store(planned);
      return { ref: `${CONTENTS}/${this.#id}`, commit };
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      this.#reason = error.message;
      return undefined;
    }
  }

  async #store(planned: PlannedContents): Promise<LastContents> {
    const contents = await planned.finish();
    const { count, size, leftOut, omitted, hash } = planned;
    const { last } = this.#memory;
    const { worktree, commonDir } = this.#workspace;
    const { commit, pack } = packContents(contents, {
      record: contentsRecord(worktree, contents),
      known: new Set(last?.ids),
      hash,
    });
    if (last?.commit === commit) return last;
    await pack.store(this.#git, {
      packed: takesPack(this.#system, commonDir!),
    });
    return {
      ...{ save: this.#id, commit, ids: [...pack.ids] },
      ...{ count, size, leftOut, omitted },
    };
  }

  noteMade(): void {
    this.#isMade = true;
    noteOwn(this.#system, contentsMark(this.#id, this.#stored!.commit));
  }

  /**
   * Assigns the contents to the save, if this has not happened yet, and makes
   * room for them. Never throws, since a save is valid without contents.
   */
  async keep(): Promise<Kept> {
    const made = this.#isMade || this.#reason ? undefined : await this.store();
    try {
      if (made) await createRef(this.#git, made);
      if (made) this.noteMade();
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      this.#reason = error.message;
    }
    const { root } = this.#workspace;
    if (this.#reason) this.#memory.forget();
    else settleContents(this.#system, root, this.#id);
    const stored = this.#isMade ? this.#stored : undefined;
    const planned = this.#planned;
    const isNew = stored && stored !== this.#memory.last;
    const removed = isNew && !("commit" in planned)
      ? await this.#makeRoom(planned)
      : undefined;
    this.#memory.keep(stored);
    return {
      ...stored ? { commit: stored.commit } : {},
      ...this.#reason === undefined ? {} : { reason: this.#reason },
      ...removed ? { removed } : {},
    };
  }

  /** Returns the saves that lost their contents. */
  async #makeRoom(
    { size: added, rules }: PlannedContents,
  ): Promise<string[] | undefined> {
    const { root } = this.#workspace;
    const bounds = { root, id: this.#id, added, most: rules.total };
    return await attempt(() =>
      withLock(
        this.#system,
        root,
        () => boundContents(this.#system, this.#git, bounds),
      )
    );
  }
}

/**
 * Removes the oldest contents beyond the total limit: automatic saves first,
 * and never the contents of `id`. `added`: bytes that were just stored. Runs
 * git only if the limit may be exceeded. Call under the lock. Returns the saves
 * that lost their contents. Throws GIT_FAILED.
 */
async function boundContents(
  system: System,
  git: Git,
  { root, id, added, most }: {
    root: string;
    id: string;
    added: number;
    /** Bytes. */
    most: number;
  },
): Promise<string[]> {
  // An upper limit, from the last count.
  const known = field(readOwnJson(system, totalFile(root), 1024), "bytes");
  const isKnown = typeof known === "number" && known >= 0;
  const total = isKnown ? known + added : Infinity;
  if (total <= most) {
    writeTotal(system, root, total);
    return [];
  }
  const refs = await readCheckpointRefs(git, CONTENTS);
  const automatic = new Set(
    (await listSaves(system, root)).filter((entry) => entry.automatic)
      .map((entry) => entry.id),
  );
  const rank = (one: string) => one === id ? 0 : automatic.has(one) ? 2 : 1;
  const order = [...refs.keys()].sort((one, other) =>
    rank(one) - rank(other) || (one < other ? 1 : -1)
  );
  const sizes = await contentsInOrder(git, order.map((one) => refs.get(one)!));
  let sum = 0;
  const gone: string[] = [];
  for (const one of order) {
    const size = sizes.get(refs.get(one)!) ?? 0;
    if (gone.length > 0 || one !== id && sum + size > most) gone.push(one);
    else sum += size;
  }
  await dropRefs(
    git,
    gone.map((id) => ({ ref: `${CONTENTS}/${id}`, commit: refs.get(id)! })),
  );
  writeTotal(system, root, sum);
  return gone;
}

function totalFile(root: string): string {
  return join(layout(root).state, "contents.json");
}

function writeTotal(system: System, root: string, total: number): void {
  const bytes = new TextEncoder().encode(JSON.stringify({ bytes: total }));
  writeAtomic(system, totalFile(root), { bytes, synced: false });
}
