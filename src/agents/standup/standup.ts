import { compareText } from "../../base/words.ts";
import type { Actor } from "../names.ts";
import type { StandupResult } from "./commands/results.ts";

/** Something that an agent or a person did, plans, or waits for. */
export interface Fact {
  readonly actor: Actor;
  readonly kind: "done" | "next" | "blocked";
  readonly text: string;
  readonly source: "save" | "item" | "commit" | "handoff";
  /** The id of the save, item, commit or hand-off. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A file that someone changed, or claims to change. */
export interface FileUse {
  readonly actor: Actor;
  /** Relative to the worktree, with `/`. */
  readonly path: string;
  /** The reason it is listed. */
  readonly how: "changed" | "claimed";
}

/** A hand-off that waits for an agent. */
export interface Waiting {
  readonly actor: Actor;
  readonly id: string;
  readonly from: string;
  readonly title: string;
  readonly state: string;
}

/** The sources of a standup. */
export interface StandupSources {
  readonly facts: readonly Fact[];
  readonly uses: readonly FileUse[];
  readonly waiting: readonly Waiting[];
}

/**
 * The maximum numbers of agents and people, entries in a list, and files in the
 * overlap.
 */
const MOST_ACTORS = 50;
const MOST_ENTRIES = 20;
const MOST_OVERLAPS = 50;

type ActorReport = StandupResult["actors"][number];

/**
 * Makes a standup: what each agent and person did, plans and waits for, and
 * which files several of them touch. The order of the sources does not matter.
 */
export function standupOf(
  { facts, uses, waiting }: StandupSources,
): Pick<StandupResult, "actors" | "overlaps" | "left_out"> {
  const actors = new Map<string, Actor>();
  for (const { actor } of [...facts, ...uses, ...waiting].sort(byName)) {
    const key = keyOf(actor);
    if (!actors.has(key)) actors.set(key, actor);
  }
  const sorted = [...actors.values()].sort((a, b) =>
    compareText(a.kind, b.kind) || compareText(a.key, b.key)
  );
  const { overlaps, more } = overlapsIn(uses, actors);
  let left = more + Math.max(0, sorted.length - MOST_ACTORS);
  const reports = sorted.slice(0, MOST_ACTORS).map((actor) => {
    const isOwn = (one: { actor: Actor }) => keyOf(one.actor) === keyOf(actor);
    const own = facts.filter(isOwn);
    const of = (kind: Fact["kind"]) => {
      const found = entriesOf(own.filter((one) => one.kind === kind));
      left += Math.max(0, found.length - MOST_ENTRIES);
      return found.slice(0, MOST_ENTRIES);
    };
    return {
      ...{ name: actor.name, person: actor.kind === "person" },
      ...{ done: of("done"), next: of("next"), blocked: of("blocked") },
      waiting: waiting.filter(isOwn).map(({ actor: _, ...one }) => one)
        .sort((a, b) => compareText(a.id, b.id)).slice(0, MOST_ENTRIES),
    };
  });
  return { actors: reports, overlaps, left_out: left };
}

/** Returns the entries without repeated texts, oldest first. */
function entriesOf(facts: readonly Fact[]): ActorReport["done"] {
  const sorted = [...facts].sort((a, b) =>
    compareText(a.at, b.at) || compareText(a.id, b.id) ||
    compareText(a.text, b.text)
  );
  const found = new Map<string, ActorReport["done"][number]>();
  for (const { text, source, id, at } of sorted) {
    const known = text.trim().toLowerCase();
    if (known === "" || found.has(known)) continue;
    found.set(known, { text, source, id, at });
  }
  return [...found.values()];
}

function overlapsIn(
  uses: readonly FileUse[],
  actors: ReadonlyMap<string, Actor>,
): { overlaps: StandupResult["overlaps"]; more: number } {
  const changed = usersOf(uses.filter(({ how }) => how === "changed"));
  const claimed = usersOf(uses.filter(({ how }) => how === "claimed"));
  const names = (keys: Iterable<string>) =>
    [...keys].sort().map((key) => actors.get(key)!.name);
  const all = [...new Set([...changed.keys(), ...claimed.keys()])].sort()
    .flatMap((path) => {
      const holders = new Set(
        // A claim on a folder covers the files in it.
        pathAndFolders(path).flatMap((one) => [...claimed.get(one) ?? []]),
      );
      const by = new Set([...changed.get(path) ?? [], ...holders]);
      return by.size < 2
        ? []
        : [{ path, by: names(by), claimed_by: names(holders) }];
    });
  const more = Math.max(0, all.length - MOST_OVERLAPS);
  return { overlaps: all.slice(0, MOST_OVERLAPS), more };
}

/** Returns the keys of everyone who uses each path. */
function usersOf(uses: readonly FileUse[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { path, actor } of uses) {
    found.set(path, (found.get(path) ?? new Set()).add(keyOf(actor)));
  }
  return found;
}

function pathAndFolders(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** Returns a key that is unique to one agent or person. */
export function keyOf({ kind, key }: Actor): string {
  return `${kind} ${key}`;
}

/**
 * Compares actors by name. Names with the same key may differ in case; the
 * first in this order is used.
 */
function byName(a: { actor: Actor }, b: { actor: Actor }): number {
  return compareText(a.actor.name, b.actor.name);
}
