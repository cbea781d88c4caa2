import { attempt, MpmError } from "../../base/errors.ts";
import { counted } from "../../base/words.ts";
import type { Workspace } from "../../git/mod.ts";
import {
  isLog,
  isOfWorktree,
  listSaves,
  loadSave,
  newestSaves,
  Origins,
  redactSave,
  type Save,
  type SaveEntry,
  SessionStates,
} from "../../saves/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { listWorks, placeKey, type Work } from "../../work/mod.ts";
import { timeOf } from "./facts.ts";
import {
  endOf,
  type Layer,
  LAYER_AGES,
  layersOf,
  type LayerSources,
  type OlderWork,
} from "./layers.ts";

/** The span of a summary. */
export type Span =
  /** This worktree, since a time in milliseconds since the epoch. */
  | { readonly kind: "since"; readonly since: number }
  /** One session with its detours, in any worktree. */
  | { readonly kind: "session"; readonly id: string }
  /** Every save of the project. */
  | { readonly kind: "all" };

/** Returns the default start of a summary, 7 days ago, in milliseconds. */
export function usualSince(now: Date): number {
  return now.getTime() - 7 * 24 * 60 * 60 * 1000;
}

/**
 * The maximum number of saves of a time span to look at, and to read
 * completely.
 */
const MOST_LOOKED = 400;
const MOST_RECENT = 200;

/**
 * The maximum number of older lines of work whose newest save is read, and that
 * are listed.
 */
const MOST_READ = 20;
const MOST_OLDER = 100;

/** The maximum number of ended sessions. */
const MOST_OVER = 50;

export interface ReadLayers {
  readonly layers: readonly Layer[];
  /** Number of saves that were read completely. */
  readonly saves: number;
  /** Notes about omissions, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads the sources of a summary and makes the layers. Saves from others are
 * left out, since no one here knows their contents. Damaged saves are also left
 * out.
 */
export async function readLayers(
  system: System,
  workspace: Workspace,
  span: Span,
): Promise<ReadLayers> {
  const { root } = workspace;
  const now = system.now();
  const notes: string[] = [];
  const works = worksOf(system, root, notes);
  const entries = await entriesOf(system, workspace, { span, works, notes });
  const reader = new SaveReader(system);
  const recent: Save[] = [];
  const old: SaveEntry[] = [];
  const brief = now.getTime() - LAYER_AGES.brief;
  for (const entry of entries) {
    if (timeOf(entry.pausedAt) < brief) old.push(entry);
    else if (recent.length >= MOST_RECENT) {
      notes.push(`mpm read only the newest ${MOST_RECENT} saves`);
      break;
    } else {
      const save = await reader.read(entry);
      if (save) recent.push(save);
    }
  }
  const states = new SessionStates(system, root);
  const open = span.kind === "session"
    ? old
    : old.filter((entry) => !states.isOver(entry));
  const older = await olderWork(open, { reader, span, notes });
  const sources: LayerSources = {
    now,
    since: span.kind === "since" ? span.since : 0,
    saves: [...recent, ...older.flatMap(({ save }) => save ?? [])]
      .sort((a, b) => timeOf(a.paused_at) - timeOf(b.paused_at)),
    older,
    over: worksOver(works, workspace, { span, notes }),
  };
  return {
    layers: layersOf(sources),
    saves: sources.saves.length,
    notes: [...notes, ...reader.notes()],
  };
}

/** Returns the saves of the span, newest first. */
async function entriesOf(
  system: System,
  workspace: Workspace,
  { span, works, notes }: {
    span: Span;
    works: readonly Work[];
    notes: string[];
  },
): Promise<SaveEntry[]> {
  const { root } = workspace;
  if (span.kind !== "since") {
    const all = (await listSaves(system, root)).filter((entry) =>
      !isLog(entry)
    );
    if (span.kind === "all") return all;
    const ids = new Set(
      works.filter((work) => isOf(works, work, span.id)).map(({ id }) => id),
    ).add(span.id);
    return all.filter(({ session }) => session !== null && ids.has(session.id));
  }
  const entries: SaveEntry[] = [];
  let looked = 0;
  for await (const entry of newestSaves(system, root)) {
    if (isLog(entry) || timeOf(entry.pausedAt) < span.since) break;
    if (++looked > MOST_LOOKED) {
      notes.push(
        `mpm read only the newest ${MOST_LOOKED} saves; --all reads all`,
      );
      break;
    }
    if (isOfWorktree(workspace, entry)) entries.push(entry);
  }
  return entries;
}

/** Reads saves, and counts those that are left out. */
export class SaveReader {
  readonly #system: System;
  readonly #origins: Origins;
  #foreign = 0;
  #damaged = 0;

  constructor(system: System) {
    this.#system = system;
    this.#origins = new Origins(system);
  }

  /**
   * Reads a save, redacted; `undefined` if it is damaged or made by someone
   * else.
   */
  async read(entry: SaveEntry): Promise<Save | undefined> {
    const loaded = await attempt(() => loadSave(this.#system, entry));
    if (!loaded) {
      this.#damaged++;
      return undefined;
    }
    const { save, digest } = loaded;
    if (!this.isOurs(entry, digest)) return undefined;
    return redactSave(redactorOf(this.#system), save);
  }

  /** Returns whether the user made the save, or trusts it. */
  isOurs({ id }: SaveEntry, digest: string): boolean {
    const ours = this.#origins.of({ id, digest }) !== "foreign";
    if (!ours) this.#foreign++;
    return ours;
  }

  /** Returns the entry of a save for lists, redacted. */
  redacted(entry: SaveEntry): SaveEntry {
    const redactor = redactorOf(this.#system);
    const { branch, session } = entry;
    return {
      ...entry,
      summary: redactor.text(entry.summary),
      branch: branch === null ? null : redactor.name(branch),
      session: session && {
        ...session,
        name: session.name && redactor.text(session.name),
        task: redactor.text(session.task),
      },
    };
  }

  notes(): string[] {
    return [
      ...this.#foreign === 0 ? [] : [
        `${counted(this.#foreign, "save")} made by someone else left out: ` +
        "mpm saves trust",
      ],
      ...this.#damaged === 0 ? [] : [
        `${counted(this.#damaged, "damaged save")} left out: ` +
        "mpm saves verify",
      ],
    ];
  }
}

/**
 * Identifies a line of work: by session, else agent session, else branch and
 * day.
 */
function groupOf({ session, agent, branch, pausedAt }: SaveEntry): string {
  return session?.id ?? agent ??
    `${pausedAt.slice(0, 10)} ${branch ?? "(no branch)"}`;
}

/** Returns older lines of work, newest first, each with its newest save. */
async function olderWork(
  entries: readonly SaveEntry[],
  { reader, span, notes }: { reader: SaveReader; span: Span; notes: string[] },
): Promise<OlderWork[]> {
  const groups = Map.groupBy(entries, groupOf);
  const older: OlderWork[] = [];
  for (const group of groups.values()) {
    if (span.kind === "since" && older.length >= MOST_OLDER) {
      const more = groups.size - MOST_OLDER;
      notes.push(`${counted(more, "older line")} of work left out; try --all`);
      break;
    }
    // A save by a person comes before a later save by a hook.
    const ordered = [
      ...group.filter(({ automatic }) => !automatic),
      ...group.filter(({ automatic }) => automatic),
    ];
    const whole = older.length < MOST_READ;
    const found = await firstOurs(ordered, { reader, whole });
    if (!found) continue;
    const entry = reader.redacted(found.entry);
    older.push({ ...found, entry, saves: group.length });
  }
  return older;
}

/** The maximum number of saves of one line of work to try. */
const TRIED = 3;

async function firstOurs(
  entries: readonly SaveEntry[],
  { reader, whole }: { reader: SaveReader; whole: boolean },
): Promise<Omit<OlderWork, "saves"> | undefined> {
  for (const entry of entries.slice(0, TRIED)) {
    if (entry.problem) continue;
    if (!whole && entry.digest !== undefined) {
      if (reader.isOurs(entry, entry.digest)) return { entry, save: undefined };
      continue;
    }
    const save = await reader.read(entry);
    if (save) return { entry, save };
  }
  return undefined;
}

/** Returns all sessions; empty, with a note, if the folder is not mpm's. */
function worksOf(
  system: System,
  root: string,
  notes: string[],
): readonly Work[] {
  try {
    return listWorks(system, root).works;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    notes.push(error.message);
    return [];
  }
}

/** Returns the ended sessions of the span, the last ended first. */
function worksOver(
  works: readonly Work[],
  workspace: Workspace,
  { span, notes }: { span: Span; notes: string[] },
): Work[] {
  const place = placeKey(workspace);
  const over = works.filter((work) =>
    ["complete", "archived", "cancelled"].includes(work.state) &&
    (span.kind === "all" ||
      (span.kind === "session"
        ? isOf(works, work, span.id)
        : work.place === place && timeOf(endOf(work)) >= span.since))
  ).sort((a, b) => timeOf(endOf(b)) - timeOf(endOf(a)));
  const more = over.length - MOST_OVER;
  if (span.kind === "all" || more <= 0) return over;
  notes.push(`${counted(more, "older session")} left out; try --all`);
  return over.slice(0, MOST_OVER);
}

/** Returns whether `work` is that session, or a detour of it. */
function isOf(works: readonly Work[], work: Work, id: string): boolean {
  const seen = new Set<string>();
  for (let at: Work | undefined = work; at && !seen.has(at.id);) {
    if (at.id === id) return true;
    if (at.parent === null) return false;
    seen.add(at.id);
    const { parent }: Work = at;
    at = works.find(({ id }) => id === parent);
  }
  return false;
}
