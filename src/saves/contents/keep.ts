import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { isLike } from "../../base/names.ts";
import type { CheckedConfig } from "../../config/mod.ts";
import {
  CONTENTS,
  ContentsKeeper,
  createRef,
  Git,
  packContents,
  type PlannedContents,
  takesPack,
  type Workspace,
} from "../../git/mod.ts";
import { layout, withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { PauseResult } from "../commands/results.ts";
import { settleContents } from "../store/due_copies.ts";
import { noteOwn } from "../trust/origins.ts";
import { boundContents } from "./bounds.ts";
import type { BesideSave, NewRef } from "../store/save_log.ts";
import type {
  ContentsSummary,
  LastContents,
  WorktreeMemory,
} from "./memory.ts";
import { contentsMark, contentsRecord } from "./record.ts";

const MEBIBYTE = 1024 * 1024;

/** Returns whether a setting's patterns match a path or any folder above it. */
export function excludedBy(
  patterns: readonly string[],
): (path: string) => boolean {
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

/**
 * Returns the keeper of the contents of uncommitted files; `undefined` if
 * contents are not kept.
 */
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
  /**
   * The commit; `undefined`: there was nothing to keep, or keeping it failed.
   */
  readonly commit?: string;
  /** Why the contents are not kept. */
  readonly reason?: string;
  /** Saves whose contents were removed to make room. */
  readonly removed?: readonly string[];
}

/**
 * Returns the part of a result that describes contents that are, or would be,
 * kept.
 */
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
