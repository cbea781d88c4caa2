import { basename } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { counted } from "../base/words.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  type Fix,
  lockedFix,
  unknown,
  warning,
} from "./check.ts";
import {
  currentWork,
  foreignWorksNote,
  isOpen,
  labelOf,
  leadsNowhere,
  listWorks,
  lostWorks,
  missingNotes,
  pointTo,
  type Work,
  type Works,
} from "../work/mod.ts";
import { hasRecord } from "../checkpoints/mod.ts";
import { namesIn } from "../saves/mod.ts";
import { moveToTrash } from "../ops/mod.ts";
import { isStranded } from "../detours/mod.ts";

/** Checks that sessions can be read, and that worktrees point to them. */
export function checkWork(input: CheckInput): Checked {
  const { system, workspace } = input;
  const { root } = workspace;
  const all = listWorks(system, root);
  const { works, problems, foreign } = all;
  const open = works.filter(({ state }) => isOpen(state));
  const records = problems.map(({ message }) =>
    failure("UNREADABLE", message, {
      advice:
        "Move the file away; this does not change the saves of the session",
    })
  );
  const lost = lostWorks(system, root, works);
  // A worktree with a damaged pointer is reported with the pointer.
  const isPointed = ({ place }: Work) =>
    currentWork(system, root, place).problem === undefined;
  const parked = missingNotes(works, (id) => hasRecord(system, root, id));
  const found = [
    ...records,
    ...foreign === 0 ? [] : [warning(foreignWorksNote(foreign), {
      advice: "If they are yours: mpm saves trust --all, then mpm resume",
    })],
    ...pointerFindings(input, all, lost),
    ...open.filter((work) => isStranded(system, workspace, work))
      .map(strandedFinding),
    ...lost.filter(isPointed).map((work) => lostFinding(input, work, lost)),
    ...parked.map((text) => warning(text)),
  ];
  return {
    summary: works.length === 0
      ? "none"
      : `${counted(works.length, "session")}, ${open.length} open`,
    found: bounded(found, "more finding"),
  };
}

function strandedFinding(work: Work): Finding {
  const { id, worktree } = work;
  return warning(
    `${labelOf(work)} is ${work.state}, but "${worktree}" no longer exists`,
    { advice: `mpm complete ${id}, or mpm cancel ${id}` },
  );
}

/**
 * Reports an active session to which its worktree does not point. Commands
 * without a session name do not find it. The fix applies only in clear cases.
 */
function lostFinding(
  input: CheckInput,
  work: Work,
  lost: readonly Work[],
): Finding {
  const { system, workspace } = input;
  const { id, place, worktree } = work;
  const there = currentWork(system, workspace.root, place);
  const isOnly = lost.filter((one) => one.place === place).length === 1;
  const advice = `mpm complete ${id}, or mpm cancel ${id}`;
  if (there.work) {
    const detail = `${labelOf(work)} is ${work.state}, but the session of ` +
      `"${worktree}" is ${labelOf(there.work)}`;
    return warning(detail, { advice });
  }
  const detail = `${labelOf(work)} is ${work.state}, but "${worktree}" has ` +
    "no session";
  return isOnly && there.problem === undefined
    ? warning(detail, { fix: pointerFix(input, { place, only: work }) })
    : warning(detail, { advice });
}

/** Finds useless pointers; problems of records are reported with them. */
function pointerFindings(
  input: CheckInput,
  { problems }: Works,
  lost: readonly Work[],
): Finding[] {
  const { system, workspace, at } = input;
  const messages = problems.map(({ message }) => message);
  const names = attempt(() => namesIn(system, at.current), (error) => error);
  if (names instanceof MpmError) return [unknown(names.message)];
  const places = names.map(({ name }) => name)
    .filter((name) => /^[\w.%-]+\.json$/.test(name))
    .map((name) => basename(name, ".json"));
  return places.flatMap((place): Finding[] => {
    const { work, problem, foreign } = currentWork(
      system,
      workspace.root,
      place,
    );
    if (foreign) return []; // > Reported with the records.
    if (problem !== undefined && messages.includes(problem)) return [];
    if (problem === undefined) {
      return work || !leadsNowhere(system, workspace.root, place)
        ? []
        : [nowhereFinding(input, place)];
    }
    const here = lost.filter((work) => work.place === place);
    const only = here.length === 1 ? here[0] : undefined;
    return [failure("UNREADABLE", problem, {
      fix: pointerFix(input, { place, only }),
    })];
  });
}

/** Reports a pointer to an unknown session. */
function nowhereFinding(input: CheckInput, place: string): Finding {
  const detail = `The session of the worktree "${place}" does not exist`;
  return warning(detail, {
    fix: pointerFix(input, { place, only: undefined }),
  });
}

/** Returns the fix that moves the pointer to the trash. */
function pointerFix(
  input: CheckInput,
  { place, only }: { place: string; only: Work | undefined },
): Fix {
  const title = only
    ? `Make ${labelOf(only)} the session of the worktree "${place}" again`
    : `Leave the worktree "${place}" without a session`;
  const from = join(input.at.current, `${place}.json`);
  return lockedFix(input, title, (system, root) => {
    if (system.files.lstat(from)) {
      moveToTrash(system, root, {
        operation: "doctor",
        items: [{ name: place, files: [{ from, to: basename(from) }] }],
      });
    }
    if (only) pointTo(system, root, { place, id: only.id });
  });
}
