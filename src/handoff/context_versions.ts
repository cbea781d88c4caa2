import { attempt, MpmError } from "../base/errors.ts";
import { unifiedDiff } from "../base/unified_diff.ts";
import type { Context } from "../cli/mod.ts";
import type { Workspace } from "../git/mod.ts";
import {
  findSave,
  isLog,
  isOfWorktree,
  loadSave,
  newestSaves,
  Origins,
  type Save,
} from "../saves/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";

/** A context file in a save. */
export interface KeptFile {
  readonly save: string;
  /** Time of the save, ISO 8601. */
  readonly at: string;
  readonly path: string;
  readonly sha256: string;
  /** Redacted; `undefined`: no existing save has it. */
  readonly text: string | undefined;
}

/** The maximum number of saves to read for a history. */
const MOST = 200;

/**
 * Returns the context files in the user's own saves of a worktree, the newest
 * first.
 */
export async function keptFiles(
  { system }: Context,
  workspace: Workspace,
): Promise<{ files: KeptFile[]; warnings: string[] }> {
  const { root } = workspace;
  const origins = new Origins(system);
  const found: Save[] = [];
  const warnings: string[] = [];
  for await (const entry of newestSaves(system, root)) {
    if (isLog(entry) || !isOfWorktree(workspace, entry)) continue;
    if (found.length === MOST) {
      warnings.push(`mpm read only the newest ${MOST} saves`);
      break;
    }
    const loaded = await attempt(() => loadSave(system, entry));
    const mark = loaded && { id: entry.id, digest: loaded.digest };
    if (mark && origins.of(mark) !== "foreign") found.push(loaded.save);
  }
  const texts = new Texts(system, root, found);
  const files: KeptFile[] = [];
  for (const save of found) files.push(...await filesOf(save, texts));
  return { files, warnings };
}

/** Returns a context file from one save. Throws NOT_FOUND. */
export async function keptIn(
  { system }: Context,
  { root }: Workspace,
  { selector, path }: { selector: string; path: string },
): Promise<KeptFile & { readonly text: string }> {
  const entry = await findSave(system, root, selector);
  const { save } = await loadSave(system, entry);
  const texts = new Texts(system, root, [save]);
  const kept = (await filesOf(save, texts)).find((one) => one.path === path);
  if (kept?.text !== undefined) return { ...kept, text: kept.text };
  throw new MpmError(
    "NOT_FOUND",
    kept
      ? `The save that contained "${path}" for ${entry.id} no longer exists`
      : `${entry.id} does not contain "${path}"`,
    { hint: '"mpm context history" lists the kept versions' },
  );
}

async function filesOf(save: Save, texts: Texts): Promise<KeptFile[]> {
  const files: KeptFile[] = [];
  for (const { path, sha256, held_by: by } of save.mpm?.contexts ?? []) {
    files.push({
      ...{ save: save.session_id, at: save.paused_at, path, sha256 },
      text: await texts.of(sha256, by),
    });
  }
  return files;
}

/** Texts of context files by file digest, each looked up once. */
class Texts {
  readonly #system: System;
  readonly #root: string;
  readonly #known = new Map<string, string | undefined>();

  constructor(system: System, root: string, saves: readonly Save[]) {
    this.#system = system;
    this.#root = root;
    saves.forEach((save) => this.#take(save));
  }

  #take({ mpm }: Save): void {
    for (const { sha256, text } of mpm?.contexts ?? []) {
      if (text === undefined) continue;
      this.#known.set(sha256, redactorOf(this.#system).text(text));
    }
  }

  /**
   * Returns the text with this digest. `holder`: the save that has the text, if
   * no other save that was read has it.
   */
  async of(
    digest: string,
    holder: string | undefined,
  ): Promise<string | undefined> {
    if (!this.#known.has(digest) && holder !== undefined) {
      const loaded = await attempt(async () =>
        await loadSave(
          this.#system,
          await findSave(this.#system, this.#root, holder),
        )
      );
      this.#known.set(digest, undefined);
      if (loaded) this.#take(loaded.save);
    }
    return this.#known.get(digest);
  }
}

/** Counts the added and removed lines. */
export function linesChanged(
  before: string,
  after: string,
): { added: number; removed: number } {
  const lines = unifiedDiff("", before, after).split("\n").slice(2);
  const count = (sign: string) =>
    lines.filter((line) => line.startsWith(sign)).length;
  return { added: count("+"), removed: count("-") };
}
