import { attempt } from "../../base/errors.ts";
import { SESSION_ID, sessionId } from "../../git/ids.ts";
import { field, type Fields, isFields, jsonIn } from "../../base/odd_values.ts";
import { parseTime } from "../../base/times.ts";
import { dirname, join } from "@std/path";
import type { Save } from "../save.ts";
import { idTime } from "../store/save_entry.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";
import { removeIfThere, writeAtomic } from "../../ops/atomic.ts";
import { ensureHome } from "../../ops/home.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { withLock } from "../../ops/lock.ts";
import { finishPending } from "../store/recover.ts";
import { LARGEST_SAVE } from "../store/load_save.ts";
import { ensureStoreId } from "../store/store_id.ts";
import { moveToTrash } from "../../ops/trash.ts";
import { freeId, storeSave } from "../store/write_save.ts";

/** One line of `ACTIVE-PAUSE.jsonl`. */
interface Action {
  readonly type: string;
  /** As recorded. */
  readonly timestamp: string;
  readonly data: Fields;
  /** How full the context was, from 0 to 1. */
  readonly context: number;
}

/** claude-mpm's automatic pause as far as it was recorded. */
interface ActivePause {
  /** `undefined`: no line that can be read says it. */
  readonly id: string | undefined;
  /** Every whole line, the end of the pause apart. */
  readonly actions: readonly Action[];
  /** Whether its end is recorded. */
  readonly finalized: boolean;
  /** Numbers (from 1) of the lines that are torn or something else. */
  readonly torn: readonly number[];
}

/**
 * Reads the record line by line. A line that was cut by a crash, the first or
 * the last as well, costs only itself.
 */
export function parseActivePause(text: string): ActivePause {
  const actions: Action[] = [];
  const torn: number[] = [];
  let id: string | undefined;
  let finalized = false;
  text.replace(/^\ufeff/, "").split("\n").forEach((line, at) => {
    if (line.trim() === "") return;
    const value = parseLine(line);
    if (!value) return void torn.push(at + 1);
    const { session_id: named } = value;
    if (typeof named === "string" && SESSION_ID.test(named)) id ??= named;
    if (value.type === "pause_finalized") finalized = true;
    else actions.push(actionOf(value));
  });
  return { id, actions, finalized, torn };
}

function parseLine(line: string): Fields | undefined {
  const value = jsonIn(line);
  return isFields(value) && typeof value.type === "string" ? value : undefined;
}

function actionOf(value: Fields): Action {
  const { type, timestamp, data, context_percentage: context } = value;
  return {
    type: String(type),
    timestamp: typeof timestamp === "string" ? timestamp : "",
    data: isFields(data) ? data : {},
    context: typeof context === "number" && Number.isFinite(context)
      ? context
      : 0,
  };
}

/** Entries of a list that claude-mpm keeps. */
const MOST = 10;

/** Tokens of the window that claude-mpm reckons with. */
const WINDOW = 200_000;

/**
 * The fields of a save that claude-mpm makes of such a record, in its words;
 * what git says is not in it.
 */
export function activePauseFields({ actions }: ActivePause): Fields {
  const [first, last] = [actions[0], actions.at(-1)];
  const from = first?.context ?? 0;
  const to = last?.context ?? 0;
  const seconds = secondsBetween(first, last);
  return {
    ...last && last.timestamp !== "" ? { "paused_at": last.timestamp } : {},
    "duration_hours": Math.round(seconds / 36) / 100,
    "context_usage": {
      "tokens_used": Math.round(to * WINDOW),
      "tokens_total": WINDOW,
      "percentage": Math.round(to * 1000) / 10,
    },
    "conversation": {
      "primary_task": `Auto-pause triggered at ${
        Math.round(from * 100)
      }% context`,
      "current_phase": "Wind-down",
      "summary": `Session auto-paused after ${actions.length} actions. ` +
        `Context usage: ${percent(from)} -> ${percent(to)}`,
      "accomplishments": summaries(actions).slice(0, MOST),
      "next_steps": [],
    },
    "incremental_pause": {
      "enabled": true,
      "action_count": actions.length,
      "duration_seconds": seconds,
      "context_range": [from, to],
      "tool_calls": actions.filter(({ type }) => type === "tool_call").length,
      "actions_summary": actions.slice(0, MOST)
        .map(({ type, timestamp }) => ({ type, timestamp })),
    },
  };
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)}%`;
}

function summaries(actions: readonly Action[]): string[] {
  return actions.filter(({ type }) => type === "assistant_response")
    .map(({ data }) => field(data, "summary"))
    .filter((summary) =>
      typeof summary === "string" && summary !== ""
    ) as string[];
}

function secondsBetween(a: Action | undefined, b: Action | undefined): number {
  const [from, to] = [a, b].map((action) => parseTime(action?.timestamp ?? ""));
  if (from === undefined || to === undefined) return 0;
  return Math.max(0, Math.floor((to - from) / 1000));
}

/** The line that ends the record, with exactly the five keys it may have. */
export function finalizedLine(
  { actions }: ActivePause,
  { id, now }: { id: string; now: Date },
): string {
  const [first, last] = [actions[0], actions.at(-1)];
  return JSON.stringify({
    "type": "pause_finalized",
    "timestamp": now.toISOString().replace("Z", "000+00:00"),
    "session_id": id,
    "data": {
      "total_actions": actions.length,
      "final_percentage": last?.context ?? 0,
      "pause_started_at": first?.timestamp ?? "",
      "duration_seconds": secondsBetween(first, last),
    },
    "context_percentage": last?.context ?? 0,
  });
}

/** The record that an automatic pause of claude-mpm left. */
export interface PauseRecord {
  readonly pause: ActivePause;
  readonly bytes: Uint8Array;
  /** Of the file, milliseconds since the epoch. */
  readonly mtime: number;
}

/** `undefined`: there is none. Throws a FileError for a link. */
export function readRecord(
  system: System,
  root: string,
): PauseRecord | undefined {
  const { activePause } = layout(root);
  const found = system.files.lstat(activePause);
  if (!found) return undefined;
  const bytes = system.files.readOwn(activePause, LARGEST_SAVE);
  const pause = parseActivePause(new TextDecoder().decode(bytes));
  return { pause, bytes, mtime: found.mtime };
}

/** What a record became. */
interface Finalized {
  readonly id: string;
  readonly warnings: readonly string[];
}

/**
 * Saves the record as a session and gives the file the name that claude-mpm
 * gives it then. `build` makes the save for an id and a store. A record that
 * was saved before the process died is not saved again.
 */
export function finalizeRecord(
  system: System,
  root: string,
  { record, build, line }: {
    record: PauseRecord;
    build(slot: { id: string; sessions: string; store: string }): Save;
    /** The line that ends the file. */
    line(id: string): string;
  },
): Promise<Finalized> {
  return withLock(system, root, async () => {
    ensureHome(system, root);
    await finishPending(system, root);
    const { sessions, activePause } = layout(root);
    const time = new Date(startOf(record));
    const digest = sha256(record.bytes);
    let id = savedAs(system, root, { time, digest });
    let warnings: readonly string[] = [];
    if (id === undefined) {
      id = freeId(system, root, time);
      const store = ensureStoreId(system, root);
      const save = withDigest(build({ id, sessions, store }), digest);
      ({ warnings } = storeSave(system, root, {
        save,
        latest: true,
        own: false,
      }));
    }
    const bytes = ended(record, line(id));
    writeAtomic(system, join(sessions, `${id}-incremental.jsonl`), { bytes });
    removeIfThere(system, activePause);
    system.files.syncFolder(dirname(activePause));
    return { id, warnings };
  });
}

/** When it began: its id, as claude-mpm takes it, or the file's time. */
export function startOf({ pause, mtime }: PauseRecord): number {
  const known = pause.id === undefined ? undefined : idTime(pause.id);
  return known ?? mtime;
}

function withDigest(save: Save, digest: string): Save {
  const pause = field(save, "incremental_pause");
  return {
    ...save,
    "incremental_pause": { ...pause as object, "source_sha256": digest },
  };
}

/** Seconds in which a save that was moved on is looked for. */
const SEARCHED = 60;

/** The id this very record was saved under, before a death. */
function savedAs(
  system: System,
  root: string,
  { time, digest }: { time: Date; digest: string },
): string | undefined {
  const { sessions } = layout(root);
  for (let after = 0; after < SEARCHED; after++) {
    const id = sessionId(new Date(time.getTime() + after * 1000));
    const { json } = saveFiles(sessions, id);
    if (!system.files.lstat(json)) return undefined;
    if (digestIn(system, json) === digest) return id;
  }
  return undefined;
}

function digestIn(system: System, path: string): unknown {
  // What cannot be read is not the save of this record.
  const bytes = attempt(() => system.files.readOwn(path, LARGEST_SAVE));
  const value = bytes && jsonIn(new TextDecoder().decode(bytes));
  return field(field(value, "incremental_pause"), "source_sha256");
}

/** The record with its last line, which may have been torn, ended. */
function ended({ bytes, pause }: PauseRecord, line: string): Uint8Array {
  if (pause.finalized) return bytes;
  const gap = bytes.length === 0 || bytes.at(-1) === 10 ? "" : "\n";
  const more = new TextEncoder().encode(`${gap}${line}\n`);
  const all = new Uint8Array(bytes.length + more.length);
  all.set(bytes);
  all.set(more, bytes.length);
  return all;
}

/** Moves the record into the trash; returns the folder there. */
export function discardRecord(system: System, root: string): Promise<string> {
  return withLock(system, root, () => {
    ensureHome(system, root);
    const { activePause } = layout(root);
    const name = "ACTIVE-PAUSE.jsonl";
    return moveToTrash(system, root, {
      operation: "sessions recover",
      items: [{ name, files: [{ from: activePause, to: `sessions/${name}` }] }],
    });
  });
}
