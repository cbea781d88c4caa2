import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { isAgentId } from "../../base/ids.ts";
import { field, jsonIn, textField } from "../../base/parsed_values.ts";
import { readHolders, readMachine } from "../../git/mod.ts";
import { claudeHome, readOwnJson } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { isFile, listNames } from "../look.ts";
import { lastLines } from "../tail.ts";
import { projectSlug } from "./slug.ts";
import { findTranscript } from "./transcript.ts";

/** An agent session whose client was killed or crashed. */
export interface DeadSession {
  readonly sessionId: string;
  /** Absolute. */
  readonly transcriptPath: string;
  /** The folder in which it worked. */
  readonly cwd: string;
  /** The time of the last write, in milliseconds since the epoch. */
  readonly lastActivity: number;
  /** True if the process is gone; else only the transcript says so. */
  readonly sure: boolean;
}

/** The most client files, and transcripts, to look at. */
const MOST_CLIENTS = 200;
const MOST_TRANSCRIPTS = 12;

/** The bytes at the end of a transcript that show how it ended. */
const MOST = 512 * 1024;

/** Milliseconds: older is not worth saving; newer may still run. */
const OLDEST = 14 * 86_400_000;
const RECENT = 10 * 60_000;

/** The first version that is known to leave a mark when it exits normally. */
const MARKING = [2, 1, 329] as const;

/**
 * Finds the sessions in `folders` whose clients were killed, the last one
 * first. A client was killed if its file still exists but its process is gone.
 * Otherwise, its transcript has no mark of a normal end and was not written to
 * for ten minutes. Only Linux shows whether a process is gone. `except` is the
 * session that runs this. Looks at a bounded number of files, and never throws.
 */
export async function deadSessions(
  system: System,
  { folders, except }: {
    folders: readonly string[];
    except?: string | undefined;
  },
): Promise<DeadSession[]> {
  const home = claudeHome(system);
  if (home === undefined) return [];
  const clients = await clientsOf(system, home);
  const running = new Set(
    clients.filter(({ state }) => state !== "dead").map(({ id }) => id),
  );
  if (except !== undefined) running.add(except);
  const gone = clients.filter(({ state, id, cwd }) =>
    state === "dead" && !running.has(id) && folders.includes(cwd)
  );
  const sure = gone.map(({ id, cwd }) => ({ id, cwd, sure: true }));
  const known = new Set([...running, ...gone.map(({ id }) => id)]);
  const doubtful = folders.flatMap((cwd) =>
    recentTranscripts(system, join(home, "projects", projectSlug(cwd)))
      .filter((id) => !known.has(id))
      .map((id) => ({ id, cwd, sure: false }))
  );
  const found = new Map<string, DeadSession>();
  for (const one of [...sure, ...doubtful]) {
    const dead = deadSession(system, one);
    if (dead && !found.has(dead.sessionId)) found.set(dead.sessionId, dead);
  }
  return [...found.values()].sort((a, b) => b.lastActivity - a.lastActivity);
}

/** A running or killed client; a normal exit removes its file. */
export interface RunningClient {
  /** The ID of its session. */
  readonly id: string;
  readonly cwd: string;
  readonly pid: number;
  /** Start of the process in clock ticks; `undefined`: unknown. */
  readonly start: string | undefined;
  /** The number of its process namespace; `undefined`: unknown. */
  readonly namespace: string | undefined;
  readonly state: "alive" | "dead" | "unknown";
}

/** Returns the clients recorded in this user's home folder. */
export async function runningClients(system: System): Promise<RunningClient[]> {
  const home = claudeHome(system);
  return home === undefined ? [] : await clientsOf(system, home);
}

/** Reads `sessions/<pid>.json`, but never the secret keys next to them. */
async function clientsOf(
  system: System,
  home: string,
): Promise<RunningClient[]> {
  const folder = join(home, "sessions");
  const files = listNames(system, folder)
    .filter((name) => /^[1-9]\d{0,9}\.json$/.test(name)).slice(0, MOST_CLIENTS)
    .flatMap((name) => {
      const value = readOwnJson(system, join(folder, name), 64 * 1024);
      const id = textField(value, "sessionId");
      const cwd = textField(value, "cwd");
      if (!isAgentId(id) || cwd === undefined) return [];
      const start = field(value, "procStart");
      return [{
        id,
        cwd,
        pid: parseInt(name),
        start: /^\d{1,20}$/.test(String(start)) ? String(start) : undefined,
        namespace: /pid:\[(\d+)\]/
          .exec(textField(value, "pidDomain") ?? "")?.[1],
      }];
    });
  const states = await readHolders(system, files);
  // A process in another container is not visible from here and seems dead.
  const own = states.includes("dead")
    ? (await readMachine(system)).namespace
    : undefined;
  return files.map((file, at) => ({
    ...file,
    state: states[at] === "dead" && file.namespace !== undefined &&
        file.namespace !== own
      ? "unknown"
      : states[at]!,
  }));
}

/** Returns the sessions in a folder of transcripts that were written last. */
function recentTranscripts(system: System, folder: string): string[] {
  const now = system.now().getTime();
  return listNames(system, folder)
    .filter((name) =>
      name.endsWith(".jsonl") && isAgentId(name.slice(0, -".jsonl".length))
    )
    .slice(-1000)
    .map((name) => ({
      id: name.slice(0, -".jsonl".length),
      time: attempt(() => system.files.stat(join(folder, name))?.mtime) ?? 0,
    }))
    .sort((a, b) => b.time - a.time).slice(0, MOST_TRANSCRIPTS)
    .filter(({ time }) => now - time < OLDEST && now - time > RECENT)
    .map(({ id }) => id);
}

function deadSession(
  system: System,
  { id, cwd, sure }: { id: string; cwd: string; sure: boolean },
): DeadSession | undefined {
  const path = findTranscript(system, { sessionId: id, cwd });
  if (path === undefined || !isFile(system, path)) return undefined;
  const lastActivity = attempt(() => system.files.stat(path)?.mtime) ?? 0;
  if (system.now().getTime() - lastActivity > OLDEST) return undefined;
  const end = endOf(system, path);
  if (end === "orderly" || end === "empty") return undefined;
  // An older client leaves no mark even when it exits normally.
  if (!sure && end !== "marking") return undefined;
  return { sessionId: id, transcriptPath: path, cwd, lastActivity, sure };
}

/**
 * Returns how a transcript ended: with the mark of a normal end after the last
 * answer, or with an answer. The answer may come from a client version that
 * would have left a mark, or from an older one.
 */
function endOf(
  system: System,
  path: string,
): "orderly" | "marking" | "unmarking" | "empty" {
  let isTorn: boolean | undefined;
  for (const line of lastLines(system, path, MOST)) {
    // The client died while writing, so earlier lines cannot be the end.
    isTorn ??= jsonIn(line) === undefined;
    if (/"type"\s*:\s*"cost-state"/.test(line.slice(0, 200))) {
      return isTorn ? "unmarking" : "orderly";
    }
    if (!/"type"\s*:\s*"(?:assistant|user)"/.test(line)) continue;
    const value = jsonIn(line);
    const answered = field(value, "type") === "assistant" ||
      field(value, "type") === "user" && field(value, "isMeta") !== true;
    if (answered) return leavesMark(value) ? "marking" : "unmarking";
  }
  const size = attempt(() => system.files.stat(path)?.size) ?? 0;
  return size > MOST ? "unmarking" : "empty";
}

function leavesMark(value: unknown): boolean {
  const version = /^(\d+)\.(\d+)\.(\d+)/.exec(
    textField(value, "version") ?? "",
  );
  const parts = (version ?? []).slice(1).map(Number);
  const at = MARKING.findIndex((least, index) => parts[index] !== least);
  return parts.length === 3 && (at < 0 || parts[at]! > MARKING[at]!);
}
