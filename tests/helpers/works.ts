import { createHmac } from "node:crypto";
import { join } from "@std/path";
import type { WorkSession } from "../../schemas/types.ts";
import { asciiJson } from "./bytes.ts";
import type { TestEnv } from "./env.ts";
import { misfits } from "./schemas.ts";

export const WORK = ".claude-mpm/state/work";
export const CURRENT = ".claude-mpm/state/current";

/** A clock at the given number of minutes after noon. */
export const at = (minute: number) => () =>
  new Date(Date.UTC(2026, 10, 21, 12, minute));

/** The ids of the records, the oldest first. */
export function workIds(env: TestEnv): string[] {
  if (!env.exists(WORK)) return [];
  return [...Deno.readDirSync(`${env.project}/${WORK}`)]
    .map(({ name }) => name).filter((name) => name.startsWith("work-"))
    .map((name) => name.replace(".json", "")).sort();
}

/** A record, which must fit its schema. */
export function recordOf(env: TestEnv, id: string): WorkSession {
  const value = JSON.parse(env.read(`${WORK}/${id}.json`));
  const problems = misfits("work-session", value);
  if (problems !== "") throw new Error(problems);
  return value;
}

/** Writes a record as this user's mpm would have. */
export function putWork(
  env: TestEnv,
  record: { readonly id: string } & Record<string, unknown>,
): void {
  const { seal: _, ...work } = record;
  const body = asciiJson(work).slice(0, -"\n}".length);
  const seal = createHmac("sha256", sealKey(env))
    .update(`work session\n${body}`).digest("hex");
  env.write(`${WORK}/${record.id}.json`, `${body},\n  "seal": "${seal}"\n}`);
}

/** The key of this user's records, created if missing. */
function sealKey(env: TestEnv): string {
  const folder = join(env.home, ".local/state/mpm");
  const path = join(folder, "journal-key");
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    Deno.writeTextFileSync(path, "0".repeat(64), {
      createNew: true,
      mode: 0o600,
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return Deno.readTextFileSync(path);
}

/** Every record with its completed steps, by name or id. */
export function states(env: TestEnv): Record<string, string> {
  return Object.fromEntries(
    workIds(env).map((id) => recordOf(env, id)).map((work) => [
      work.name ?? work.id,
      ["new", ...work.transitions.map(({ to }) => to)].join(" "),
    ]),
  );
}

/**
 * Starts a detour of the project's session, as a branch does: the parent is
 * paused, and the child becomes the current session.
 */
export function detour(
  env: TestEnv,
  { name, task = "", minute }: { name: string; task?: string; minute: number },
): WorkSession {
  const time = at(minute)().toISOString();
  const pointer = `${CURRENT}/main.json`;
  const parent = recordOf(env, JSON.parse(env.read(pointer)).session);
  const paused = pausedAt(parent, time);
  putWork(env, paused);
  const id = `work-${time.slice(0, 19).replaceAll(/[-:]/g, "")}`
    .replace("T", "-");
  const child: WorkSession = {
    ...{ schema: 1, id, name, task, state: "active", started_at: time },
    transitions: [{ from: "new", to: "active", at: time }],
    parent: parent.id,
    place: parent.place,
    worktree: parent.worktree,
    git: { branch: "main", head: null },
    agent_session: null,
    template: null,
    checklist: [],
    saves: [],
    children: [],
    detour: {
      kind: "plain",
      checkpoint: `parked-${name}`,
      branch_before: `branch-of-${parent.name}`,
      head_before: null,
      worktree: null,
    },
    summary: null,
  };
  env.write(
    pointer,
    JSON.stringify({ schema: 1, session: id, before: parent.id }),
  );
  putWork(env, child);
  return child;
}

function pausedAt(work: WorkSession, at: string): WorkSession {
  const steps = work.state === "working" ? ["active"] : [];
  const states = [work.state, ...steps, "paused"] as WorkSession["state"][];
  const transitions = states.slice(1)
    .map((to, nth) => ({ from: states[nth]!, to, at }));
  return {
    ...work,
    state: "paused",
    transitions: [...work.transitions, ...transitions],
  };
}
