import { attempt } from "../base/errors.ts";
import { field, textField } from "../base/parsed_values.ts";
import { counted, sizeText } from "../base/words.ts";
import type { AgentEvent, EventsLost, OpenEvents } from "../clients/mod.ts";
import { Git, quickRoot, readSince, type Workspace } from "../git/mod.ts";
import { readJournal } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { ReplayStep } from "./commands/results.ts";
import { NO_DETAILS, stepOf, type UnnumberedStep } from "./step.ts";
import type { StepType } from "./types.ts";

/**
 * Yields the steps of a conversation, numbered, with the steps of mpm and git
 * in between. Reads the transcript once.
 */
export async function* stepsOf(
  system: System,
  workspace: Workspace,
  open: OpenEvents,
): AsyncGenerator<ReplayStep> {
  let step = 0;
  let own: readonly UnnumberedStep[] | undefined;
  let next = 0;
  for (const event of open.events) {
    own ??= await ownStepsAround(system, workspace, { open, event });
    while (next < own.length && own[next]!.at! < event.at) {
      yield { step: ++step, ...own[next++]! };
    }
    yield { step: ++step, ...stepOf(event, workspace.worktree) };
  }
  for (const one of own?.slice(next) ?? []) yield { step: ++step, ...one };
}

/**
 * Returns the steps of mpm and git from the first event to the last change of
 * the transcript.
 */
async function ownStepsAround(
  system: System,
  workspace: Workspace,
  { open: { changed }, event: { at, cwd } }: {
    open: OpenEvents;
    event: AgentEvent;
  },
): Promise<UnnumberedStep[]> {
  // A transcript of another project has no connection with this project's
  // steps.
  const here = cwd === undefined || quickRoot(system, cwd) === workspace.root;
  const from = Date.parse(at);
  if (!here || Number.isNaN(from)) return [];
  return await ownSteps(system, workspace, { from, to: changed });
}

/** Operations with their own step type. */
const TYPES: ReadonlyMap<string, StepType> = new Map([
  ["pause", "pause"],
  ["automatic save", "pause"],
  ["resume", "resume"],
  ["checkpoint save", "checkpoint"],
  ["automatic checkpoint", "checkpoint"],
  ["checkpoint restore", "checkpoint"],
  ["branch", "detour"],
  ["return", "detour"],
]);

/** Returns mpm operations and commits, in order of time. */
async function ownSteps(
  system: System,
  workspace: Workspace,
  { from, to }: {
    /** Milliseconds since the epoch. */
    from: number;
    to: number;
  },
): Promise<UnnumberedStep[]> {
  const steps = [
    ...operations(system, workspace),
    ...await commits(system, workspace, from),
  ];
  return steps.filter(({ at }) => {
    const time = Date.parse(at!);
    return time >= from && time <= to;
  }).sort((a, b) => a.at! < b.at! ? -1 : a.at! > b.at! ? 1 : 0);
}

function operations(
  system: System,
  { root, worktree }: Workspace,
): UnnumberedStep[] {
  return readJournal(system, root)
    .filter(({ own, worktree: where }) => own && where === worktree)
    .map(({ at, operation, title, after }) => ({
      ...{ at, key: null, description: title, agent: null, withdrawn: false },
      ...NO_DETAILS,
      type: TYPES.get(operation) ?? "operation",
      checkpoint: takenIn(after),
    }));
}

/** Returns the checkpoint taken by an operation, if any. */
function takenIn(after: unknown): UnnumberedStep["checkpoint"] {
  const list = field(after, "restored");
  const [id, commit] = ["id", "commit"].map((name) =>
    textField(Array.isArray(list) ? list[0] : undefined, name)
  );
  return id === undefined || commit === undefined ? null : { id, commit };
}

async function commits(
  system: System,
  { git, worktree }: Workspace,
  from: number,
): Promise<UnnumberedStep[]> {
  if (git !== "repository") return [];
  const runner = new Git(system, worktree);
  const found = await attempt(() => readSince(runner, new Date(from))) ?? [];
  return found.map(({ sha, time, message, author }) => ({
    at: new Date(time).toISOString(),
    key: null,
    type: "commit",
    description: `${sha.slice(0, 7)} ${message} (${author})`,
    agent: null,
    withdrawn: false,
    ...NO_DETAILS,
  }));
}

/** Lists the parts of a transcript that were left out, one sentence each. */
export function lostText(lost: EventsLost): string[] {
  const { torn, long, bytes, failed } = lost;
  const rows: [count: number, text: string][] = [
    [bytes, `the first ${sizeText(bytes)} of the transcript`],
    [torn, counted(torn, "damaged line")],
    [long, `${counted(long, "line")} over 2 MB`],
    [failed, `the end of ${counted(failed, "transcript")}`],
  ];
  return rows.filter(([count]) => count > 0).map(([, text]) =>
    `Not read: ${text}`
  );
}
