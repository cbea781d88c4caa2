import { asciiJson } from "../../src/escape.ts";
import { locate } from "../../src/git/workspace.ts";
import type { Work } from "../../src/session/work.ts";
import { Work as WorkSchema } from "../../src/session/work.ts";
import { placeKey } from "../../src/session/work_place.ts";
import { moved, newWork } from "../../src/session/work_record.ts";
import { problemsOf } from "../../src/session/validate.ts";
import { changeWorks } from "../../src/store/work_change.ts";
import { currentWork, pointTo } from "../../src/store/work_current.ts";
import { freeWorkId, writeWork } from "../../src/store/work_files.ts";
import { sealedRecord } from "../../src/store/work_seal.ts";
import type { TestEnv } from "./env.ts";

export const WORK = ".claude-mpm/state/work";
export const CURRENT = ".claude-mpm/state/current";

/** A clock that stands at so many minutes after noon. */
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
export function recordOf(env: TestEnv, id: string): Work {
  const value = JSON.parse(env.read(`${WORK}/${id}.json`));
  const problems = problemsOf(WorkSchema, value);
  if (problems.length > 0) throw new Error(problems.join("; "));
  return value;
}

/** Writes a record as this user's mpm would have. */
export function putWork(
  env: TestEnv,
  record: { readonly id: string } & Record<string, unknown>,
): void {
  const { seal: _, ...work } = record;
  const text = sealedRecord(env.system(), asciiJson(work, 2));
  env.write(`${WORK}/${record.id}.json`, text);
}

/** Every record with the steps it made, by name or id. */
export function states(env: TestEnv): Record<string, string> {
  return Object.fromEntries(
    workIds(env).map((id) => recordOf(env, id)).map((work) => [
      work.name ?? work.id,
      ["new", ...work.transitions.map(({ to }) => to)].join(" "),
    ]),
  );
}

/**
 * Starts a detour of the session that the project is at, as a branch does:
 * the parent is paused, the child becomes the one the worktree is at.
 */
export async function detour(
  env: TestEnv,
  { name, task = "", minute, folder = env.project }: {
    name: string;
    task?: string;
    minute: number;
    folder?: string;
  },
): Promise<Work> {
  const system = env.system({ now: at(minute) });
  const workspace = await locate(system, folder);
  const { root, worktree } = workspace;
  const place = placeKey(workspace);
  return await changeWorks(system, root, () => {
    const parent = currentWork(system, root, place).work!;
    if (parent.state !== "paused") {
      writeWork(system, root, moved(parent, "pause", system.now()));
    }
    const id = freeWorkId(system, root, system.now());
    pointTo(system, root, { place, id });
    return writeWork(
      system,
      root,
      newWork({
        ...{ id, name, task, place, worktree },
        git: { branch: "main", head: null },
        agent_session: null,
        parent: parent.id,
        detour: {
          kind: "plain",
          checkpoint: `parked-${name}`,
          branch_before: `branch-of-${parent.name}`,
          head_before: null,
          worktree: null,
        },
      }, system.now()),
    );
  });
}
