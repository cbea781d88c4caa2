import { readNotes } from "../../agents/mod.ts";
import { schedulesOf } from "../../schedules/mod.ts";
import { runIds, taskNames } from "../../tasks/mod.ts";
import { readTeam } from "../../team/mod.ts";
import { readJournal, undoneIds } from "../../ops/mod.ts";
import { branchNames, Git, quickPlace, quickRoot } from "../../git/mod.ts";
import { readRescues } from "../../worktrees/mod.ts";
import {
  currentWork,
  findTemplate,
  listTemplates,
  listWorks,
  placeKey,
  readTemplate,
} from "../../work/mod.ts";
import { isKey, KEYS, readConfigAnyway, settingOf } from "../../config/mod.ts";
import { readDocuments, titleOf } from "../../documents/mod.ts";
import { Partitions } from "../../partitions/mod.ts";
import { HOOK_ENTRIES, SHELL_HOOKS } from "../../clients/mod.ts";
import {
  fromWhom,
  listBackups,
  newestSaves,
  Origins,
  SessionStates,
  summaryBeside,
} from "../../saves/mod.ts";
import { openItems, varsHere } from "../../items/mod.ts";
import { helpNames } from "../help/names.ts";
import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import type { Candidate, Named, Wanted } from "../../cli/mod.ts";
import type { System } from "../../system/system.ts";
import { ageWords } from "../../base/times.ts";
import {
  isHidden,
  listed,
  ownMark,
  readRecord,
  recordIds,
  type StoredCheckpoint,
} from "../../checkpoints/mod.ts";

/** Parameters of a source of candidates. */
interface Place {
  readonly system: System;
  /** The folder given with `-C`, or else the working folder. */
  readonly folder: string;
  /** The top folder of the project. */
  readonly root: string;
  readonly line: Wanted;
}

type Source = (place: Place) => Candidate[] | Promise<Candidate[]>;

/** Returns candidates of one kind, the likeliest first, mostly from files. */
export async function candidatesFor(
  named: Named,
  line: Wanted,
  system: System,
): Promise<Candidate[]> {
  const source = SOURCES[named];
  if (!source) return [];
  const cwd = system.cwd();
  const given = line.given.get("project")?.at(-1);
  const folder = given === undefined
    ? cwd
    : isAbsolute(given)
    ? given
    : join(cwd, given);
  const root = quickRoot(system, folder);
  return root === undefined ? [] : await source({ system, folder, root, line });
}

/** Returns candidates without a description. */
function bare(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, summary: "" }));
}

/** Leaves out candidates that are already on the line. */
function unused({ words }: Wanted, candidates: Candidate[]): Candidate[] {
  return candidates.filter(({ value }) => !words.includes(value));
}

const SOURCES: Partial<Record<Named, Source>> = {
  session: savedSessions,
  work: ({ system, root }) => workSessions(system, root),
  item: ({ system, folder }) => checklistItems(system, folder),
  "open-item": ({ system, folder, line }) => {
    const place = quickPlace(system, folder);
    const items = place ? openItems(system, place).items : [];
    return unused(
      line,
      items.map(({ number, kind, text }) => ({
        value: String(number),
        summary: `${kind}: ${text}`,
      })),
    );
  },
  var: ({ system, folder }) => {
    const place = quickPlace(system, folder);
    return Object.entries(place ? varsHere(system, place) : {})
      .map(([value, summary]) => ({ value, summary }));
  },
  checkpoint: ({ system, root }) => checkpoints(system, root),
  member: ({ system, root }) =>
    (readTeam(system, root) ?? [])
      .map(({ name, recipient }) => ({ value: name, summary: recipient })),
  operation: ({ system, root }) => {
    const entries = readJournal(system, root);
    const undone = undoneIds(entries);
    return entries.toReversed().filter(({ id }) => !undone.has(id))
      .map(({ id, title }) => ({ value: String(id), summary: title }));
  },
  branch: ({ system, folder }) => branchNames(new Git(system, folder)),
  removed: async ({ system, root }) =>
    (await readRescues(new Git(system, root))).map((rescue) => ({
      value: rescue.name,
      summary: rescue.branch ?? rescue.head.slice(0, 7),
    })),
  template: async ({ system, root }) =>
    await Promise.all(
      listTemplates(system, root).map(async (entry) => ({
        value: entry.name,
        summary: await readTemplate(system, entry).then(
          ({ template }) => template.description,
          () => "cannot be read",
        ),
      })),
    ),
  variable: async ({ system, root, line }) => {
    const name = line.given.get("template")?.at(-1);
    if (name === undefined) return [];
    const { template } = await findTemplate(system, root, name);
    return template.variables.map(({ name, default: preset }) => ({
      value: `${name}=`,
      summary: preset === undefined ? "" : `default ${preset}`,
    }));
  },
  partition: ({ system, root }) => {
    const { config } = readConfigAnyway(system, root);
    return new Partitions(config).all
      .map(({ name, description }) => ({ value: name, summary: description }));
  },
  handoff: ({ system, folder }) => {
    const place = quickPlace(system, folder);
    const documents = place ? readDocuments(system, place) : undefined;
    return (documents?.all ?? []).map(({ id, document, standing }) => ({
      value: id,
      summary: `${standing.state}: ${titleOf(document)}`,
    }));
  },
  note: ({ system, folder, line }) => {
    const place = quickPlace(system, folder);
    const notes = place ? readNotes(system, place).notes : [];
    const candidates = notes.map(({ note: { id, by, text } }) => ({
      value: id,
      summary: `${by}: ${text}`,
    }));
    return unused(line, candidates.reverse());
  },
  schedule: ({ system, root }) =>
    bare(schedulesOf(system, root).map(({ name }) => name)),
  task: ({ system, root }) => bare(taskNames(system, root)),
  run: ({ system, root, line }) =>
    unused(line, bare(runIds(system, root).slice(0, MOST))),
  pipeline: ({ system, root }) => bare(taskNames(system, root, "pipeline")),
  "pipeline-run": ({ system, root, line }) =>
    unused(line, bare(runIds(system, root, "pipeline").slice(0, MOST))),
  setting: () =>
    KEYS.map((value) => ({ value, summary: settingOf(value).summary })),
  "setting-value": ({ line }) => {
    const [key = "", ...given] = line.words;
    if (!isKey(key)) return [];
    const { kind, choices = [] } = settingOf(key);
    if (kind === "flag" && given.length === 0) return bare(["true", "false"]);
    return bare(choices.filter((choice) => !given.includes(choice)));
  },
  "shell-hook": ({ line }) =>
    unused(
      line,
      Object.entries(SHELL_HOOKS).map(([file, { summary }]) => ({
        value: file.replace(/\.sh$/, ""),
        summary,
      })),
    ),
  event: () => bare(HOOK_ENTRIES.map(({ event }) => event)),
  backup: ({ system, root }) =>
    bare(listBackups(system, root).finished.toReversed()),
  topic: ({ line }) => helpNames(line.words),
};

/** The number of saves that are offered even if reading them is slow. */
const SOON = 20;

/** Milliseconds after which mpm reads no more saves: the user is waiting. */
const PATIENCE = 150;

/** The maximum number of saves to offer in a list. */
const MOST = 500;

/** Returns the IDs of saves, and their names, newest first. */
async function savedSessions(
  { system, root, line }: Place,
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
  const shown = ids.length > 0 ? [latest, ...names.values(), ...ids] : [];
  return unused(line, shown);
}

/** Returns the sessions that are not archived. */
function workSessions(system: System, root: string): Candidate[] {
  const { works } = listWorks(system, root);
  return works.filter(({ state }) =>
    state !== "archived" && state !== "cancelled"
  ).map(({ id, name, task, state }) => ({
    value: name ?? id,
    summary: `${state}: ${task}`,
  }));
}

/** Returns the open checklist items, by number. */
function checklistItems(system: System, folder: string): Candidate[] {
  const place = quickPlace(system, folder);
  if (!place) return [];
  const { work } = currentWork(system, place.root, placeKey(place));
  return (work?.checklist ?? []).flatMap(({ done, text }, at) =>
    done ? [] : [{ value: String(at + 1), summary: text }]
  );
}

/** Returns the names of checkpoints, newest first, hidden ones last. */
async function checkpoints(system: System, root: string): Promise<Candidate[]> {
  const read = recordIds(system, root)
    .map((id) => readRecord(system, root, id, { light: true }));
  const records = (await Promise.all(read))
    .filter((record) => record !== undefined)
    .sort((a, b) => a.created_at < b.created_at ? 1 : -1);
  const now = system.now();
  const origins = new Origins(system);
  const isForeign = (record: StoredCheckpoint) =>
    origins.of(ownMark(record)) === "foreign";
  const named = listed(records).map((record) => ({
    value: record.name,
    summary: [
      isForeign(record) ? fromWhom() : "",
      ageWords(new Date(record.created_at), now),
      record.branch ?? "",
      record.note ?? "",
    ].filter((part) => part !== "").join(", "),
  }));
  const latest = { value: "latest", summary: "The newest" };
  const isListed = records.some((one) => !isHidden(one));
  return [...isListed ? [latest] : [], ...named];
}
