import { fits } from "../base/shape.ts";
import {
  CHECK_ITEM,
  type CheckItem,
  CHILDREN,
  DETOUR,
  type Detour,
  MOVES,
  pausedBy,
  TEMPLATE,
  type Work,
} from "../work/mod.ts";
import { WORK_ID } from "../base/ids.ts";
import { field, textField } from "../base/parsed_values.ts";
import type { PauseResult } from "./commands/results.ts";
import type { OwnFields, Save, SavedWork } from "./save.ts";
import { parseTime } from "../base/times.ts";

/** The most steps of a session to store, the latest. */
const CARRIED = 200;

/** The maximum number of parents to rebuild from a save. */
const MOST_PARENTS = 100;

/**
 * Returns the data with which the session `chain[0]` can continue anywhere: the
 * session after this pause, its checklist, its parents, nearest first. Without
 * a `pause`, it stays unchanged.
 */
export function savedWork(
  chain: readonly Work[],
  pause: { save: string; time: Date } | undefined,
): Partial<OwnFields> {
  const [work, ...parents] = chain;
  if (!work) return {};
  return {
    parent: work.parent,
    template: work.template?.name ?? null,
    checklist: [...work.checklist],
    session: carried(pause ? pausedBy(work, pause.save, pause.time) : work),
    stack: parents.map((parent) => ({
      ...carried(parent),
      branch: detourOf(chain, parent)?.branch_before ?? parent.git.branch,
      checkpoint: detourOf(chain, parent)?.checkpoint ?? null,
      checklist: [...parent.checklist],
    })),
  };
}

/** Returns the session for the result of a pause. */
export function pausedSession({ mpm }: Save): PauseResult["session"] {
  if (!mpm?.session) return null;
  const { id, name, task, state } = mpm.session;
  const items = checkItems(mpm.checklist);
  const done = items.filter((item) => item.done).length;
  return { id, name, task, state, done, total: items.length };
}

/** Returns a record without machine data and what a save stores itself. */
function carried(work: Work): SavedWork {
  const { id, name, task, state, ...rest } = work;
  const { saves: _, checklist: __, place: ___, worktree: ____, ...more } = rest;
  const transitions = work.transitions.slice(-CARRIED);
  return { id, name, task, state, ...more, transitions };
}

/** Returns the record of a detour, with its parent's parked work. */
function detourOf(chain: readonly Work[], { id }: Work): Detour | null {
  return chain.find(({ parent }) => parent === id)?.detour ?? null;
}

/** The place to rebuild a session. */
export interface Here {
  readonly place: string;
  /** Absolute. */
  readonly worktree: string;
}

/**
 * Rebuilds the session in a save and its parents as records of this place, all
 * paused. Empty if the save has no session.
 */
export function rebuiltWork(save: Save, here: Here): Work[] {
  const { mpm } = save;
  const own = rebuilt(mpm?.session, { save, here, checklist: mpm?.checklist });
  if (!own) return [];
  const chain = [{ ...own, saves: [save.session_id] }];
  for (const saved of (mpm?.stack ?? []).slice(0, MOST_PARENTS)) {
    const { checklist } = saved;
    const parent = rebuilt(saved, { save, here, checklist });
    if (!parent || parent.id !== chain.at(-1)!.parent) break;
    chain.push({ ...parent, saves: [] });
  }
  // A shortened chain ends at this session.
  const last = chain.pop()!;
  return [...chain, { ...last, parent: null }];
}

function rebuilt(
  value: unknown,
  { save, here, checklist }: {
    save: Save;
    here: Here;
    checklist: unknown;
  },
): Work | undefined {
  const id = workIdIn(value);
  if (id === undefined) return undefined;
  const transitions = field(value, "transitions");
  const template = field(value, "template") ?? null;
  const detour = field(value, "detour") ?? null;
  const children = field(value, "children");
  const parent = field(value, "parent");
  const git = field(value, "git");
  return {
    schema: 1,
    id,
    name: textField(value, "name") ?? null,
    task: textField(value, "task") ?? "",
    state: "paused",
    started_at: timeOf(textField(value, "started_at")) ?? save.paused_at,
    transitions: fits(MOVES, transitions) ? transitions : [],
    parent: typeof parent === "string" && WORK_ID.test(parent) ? parent : null,
    ...here,
    git: {
      branch: textField(git, "branch") ?? null,
      head: textField(git, "head") ?? null,
    },
    agent_session: null,
    template: fits(TEMPLATE, template) ? template : null,
    checklist: checkItems(checklist),
    saves: [],
    children: fits(CHILDREN, children) ? children : [],
    detour: fits(DETOUR, detour) ? detour : null,
    summary: null,
  };
}

/** Returns the items of a checklist from elsewhere. */
export function checkItems(value: unknown): CheckItem[] {
  return Array.isArray(value)
    ? value.filter((item) => fits(CHECK_ITEM, item))
    : [];
}

/** Lists the open items of a saved checklist, each with its phase. */
export function openItems(checklist: unknown): string[] {
  return checkItems(checklist).filter(({ done }) => !done).map(
    ({ phase, text }) => phase === "" ? text : `${phase}: ${text}`,
  );
}

/** Returns the ID of a saved session if it is valid. */
export function workIdIn(value: unknown): string | undefined {
  const id = textField(value, "id") ?? "";
  return WORK_ID.test(id) ? id : undefined;
}

function timeOf(text = ""): string | undefined {
  const time = parseTime(text);
  return time === undefined ? undefined : new Date(time).toISOString();
}
