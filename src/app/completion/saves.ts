import type { Candidate, Wanted } from "../../cli/completion.ts";
import { quickPlace } from "../../git/quick_place.ts";
import { ageWords } from "../../base/ages.ts";
import type { StoredCheckpoint } from "../../checkpoints/checkpoint.ts";
import { ownMark } from "../../checkpoints/record.ts";
import { placeKey } from "../../work/work_place.ts";
import { readRecord, recordIds } from "../../checkpoints/store.ts";
import { Origins } from "../../saves/trust/origins.ts";
import { newestSaves } from "../../saves/store/read_saves.ts";
import { SessionStates } from "../../saves/store/settled.ts";
import { currentWork } from "../../work/work_current.ts";
import { listWorks } from "../../work/work_files.ts";
import { summaryBeside } from "../../saves/rows.ts";
import type { System } from "../../system/system.ts";

/** How many saves are offered at least, however long it takes. */
const SOON = 20;

/** Milliseconds after which no more are read: somebody waits with a finger up. */
const PATIENCE = 150;

/** Saves beyond this many are not chosen from a list. */
const MOST = 500;

/** Ids of saves, and names where they have one, the newest first. */
export async function savedSessions(
  { system, root, line }: { system: System; root: string; line: Wanted },
): Promise<Candidate[]> {
  const started = system.now();
  const states = new SessionStates(system, root);
  const ids: Candidate[] = [];
  const names = new Map<string, Candidate>();
  for await (const entry of newestSaves(system, root)) {
    const late = system.now().getTime() - started.getTime() > PATIENCE;
    if (ids.length >= (late ? SOON : MOST)) break;
    if (states.isHidden(entry)) continue;
    const { id, name, summary, branch } = entry;
    const age = ageWords(new Date(entry.pausedAt), started);
    const of = branch === null ? age : `${age}, ${branch}`;
    ids.push({ value: id, summary: `${of}: ${summary}` });
    for (const value of [name, entry.session?.name]) {
      if (!value || names.has(value)) continue;
      const rest = summaryBeside(summary, [value]);
      names.set(value, { value, summary: `${of}: ${rest}` });
    }
  }
  const latest = { value: "latest", summary: "The newest" };
  return [...ids.length > 0 ? [latest] : [], ...names.values(), ...ids]
    .filter(({ value }) => !line.words.includes(value));
}

/** Work sessions that are not put away. */
export function workSessions(system: System, root: string): Candidate[] {
  const { works } = listWorks(system, root);
  return works.filter(({ state }) =>
    state !== "archived" && state !== "cancelled"
  ).map(({ id, name, task, state }) => ({
    value: name ?? id,
    summary: `${state}: ${task}`,
  }));
}

/** The items of the checklist that are open, by their numbers. */
export function openItems(system: System, folder: string): Candidate[] {
  const place = quickPlace(system, folder);
  if (!place) return [];
  const { work } = currentWork(system, place.root, placeKey(place));
  return (work?.checklist ?? []).flatMap(({ done, text }, at) =>
    done ? [] : [{ value: String(at + 1), summary: text }]
  );
}

/** Names of checkpoints, the newest first, those of restores last. */
export async function checkpoints(
  system: System,
  root: string,
): Promise<Candidate[]> {
  const read = recordIds(system, root)
    .map((id) => readRecord(system, root, id, { light: true }));
  const records = (await Promise.all(read))
    .filter((record) => record !== undefined)
    .sort((a, b) => a.created_at < b.created_at ? 1 : -1);
  const { safety = [], others = [] } = Object.groupBy(
    records,
    ({ kind }) => kind === "safety" ? "safety" : "others",
  );
  const now = system.now();
  const origins = new Origins(system);
  const isForeign = (record: StoredCheckpoint) =>
    origins.of(ownMark(record)) === "foreign";
  const named = [...others, ...safety].map((record) => ({
    value: record.name,
    summary: [
      isForeign(record) ? "foreign" : "",
      ageWords(new Date(record.created_at), now),
      record.branch ?? "",
      record.note ?? "",
    ].filter((part) => part !== "").join(", "),
  }));
  const latest = { value: "latest", summary: "The newest" };
  return [...others.length > 0 ? [latest] : [], ...named];
}
