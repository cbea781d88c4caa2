import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { WORK_ID } from "../base/ids.ts";
import type { Workspace } from "../git/mod.ts";
import { findSave } from "../saves/mod.ts";
import {
  type Action,
  currentWork,
  isOpen,
  isSettled,
  labelOf,
  listWorks,
  placeKey,
  readWork,
  stepsFor,
  type Work,
} from "../work/mod.ts";
import { holdsPart, isIndex, onlyOne } from "../base/selector.ts";
import type { System } from "../system/system.ts";

/**
 * Returns this worktree's session. Throws NOT_FOUND if the session is not
 * known.
 */
export function needCurrent(system: System, workspace: Workspace): Work {
  const { root } = workspace;
  const place = placeKey(workspace);
  const { work, problem, foreign } = currentWork(system, root, place);
  if (work) return work;
  if (foreign) {
    throw new MpmError("FOREIGN", problem!, {
      hint: 'Start your own session with "mpm start". If this one is yours, ' +
        'trust one of its saves with "mpm saves trust", then run "mpm ' +
        'resume" on it',
    });
  }
  if (problem !== undefined) {
    throw new MpmError("UNREADABLE", problem, {
      hint: "Name the session, or move the file away",
    });
  }
  throw new MpmError("NOT_FOUND", "No session in this worktree", {
    hint: '"mpm start" starts one, "mpm resume" continues a paused one, and ' +
      '"mpm status --tree" lists all of them',
  });
}

/**
 * Returns the session that a selector means for an action, see
 * {@link matchWork}. The ID or number of a save, or `latest`, means the session
 * of that save. Throws NOT_FOUND, AMBIGUOUS.
 */
export async function findSession(
  system: System,
  workspace: Workspace,
  { selector, action }: { selector: string; action: Action },
): Promise<Work> {
  const { root } = workspace;
  const id = selector.toLowerCase();
  if (WORK_ID.test(id)) return readWork(system, root, id);
  const isSave = isIndex(selector) || /^latest$|^session-/.test(id);
  const works = isSave ? [] : listWorks(system, root).works;
  const work = matchWork(works, { selector, action });
  if (work) return work;
  const save = await findSave(system, root, selector).catch((error) => {
    const missing = error instanceof MpmError && error.code === "NOT_FOUND";
    // A number refers to the list of saves.
    if (!missing || isIndex(selector)) throw error;
    const names = works.flatMap(({ name }) => name ?? []);
    const all = '"mpm status --tree --all" lists the sessions';
    throw new MpmError("NOT_FOUND", `No session matches "${selector}"`, {
      hint: didYouMean(selector, names, all),
      cause: error,
    });
  });
  if (save.session) return readWork(system, root, save.session.id);
  throw new MpmError("NOT_FOUND", `${save.id} does not belong to a session`, {
    hint: '"mpm status --tree" lists the sessions',
  });
}

/**
 * Returns the session that `selector` means: an ID, a name, or a unique part of
 * an ID. If several sessions have the same name, those that allow `action` come
 * first, then open sessions, then listed sessions. `undefined`: no match.
 * Throws AMBIGUOUS with the matches.
 */
function matchWork(
  works: readonly Work[],
  { selector, action }: { selector: string; action: Action },
): Work | undefined {
  const exact = works.find(({ id }) => id === selector);
  if (exact || selector === "") return exact;
  const named = works.filter(({ name }) => name === selector);
  const tiers = [
    named.filter(({ state }) => stepsFor(state, action)),
    named.filter(({ state }) => isOpen(state)),
    named.filter(({ state }) => !isSettled(state)),
    named,
    works.filter(({ id }) => holdsPart(id, selector)),
  ];
  const found = tiers.find((tier) => tier.length > 0) ?? [];
  return onlyOne(found, selector, {
    noun: "session",
    label: (work) => `${work.id} (${labelOf(work)}, ${work.state})`,
    hint: "Use the full ID",
  });
}
