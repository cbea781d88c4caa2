import type { Context } from "../../cli/command.ts";
import { locate } from "../../git/workspace.ts";
import type { ReturnResult } from "../commands/results.ts";
import { shellWord } from "../../base/shell.ts";
import { moved } from "../../work/record.ts";
import { lockDetours } from "../marker.ts";
import { settleDetour, settleHeld } from "../back.ts";
import { aheadNotes } from "../aside.ts";
import { isCalledBack } from "../end.ts";
import { named } from "../../base/words.ts";
import { planReturn, type ReturnInput } from "./plan.ts";
import { changesSince, deedsOf } from "./report.ts";
import { targetOf } from "./target.ts";
import { answer, howOf, leftoverName, restoredOf } from "./answer.ts";
import { Return } from "./apply.ts";

/** Ends a detour. What fails on the way is taken back. */
export async function returned(
  context: Context,
  input: ReturnInput,
): Promise<ReturnResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  const { root } = workspace;
  let result: ReturnResult;
  {
    using _held = await lockDetours(system, root);
    await settleHeld(context, workspace);
    const plan = await planReturn(context, workspace, input);
    const deeds = await deedsOf(system, plan);
    result = await new Return(context, plan, deeds).run();
  }
  if (input["no-changes"] || result.worktree || !result.parent) return result;
  const changes = await changesSince(system, workspace, result.parent);
  const warnings = [...result.warnings, ...putAway(result, changes)];
  return { ...result, changes, warnings };
}

/** What to say of leftovers that were there before the detour. */
function putAway(
  { leftovers }: ReturnResult,
  changes: ReturnResult["changes"],
): string[] {
  if (!leftovers || leftovers.how === "carried") return [];
  const away = new Set(leftovers.paths);
  const own = (changes?.working_directory.paths ?? [])
    .filter(({ path, then, now }) =>
      then !== null && now === null && away.has(path)
    )
    .map(({ path }) => path);
  if (own.length === 0) return [];
  const restore = `mpm checkpoint restore ${shellWord(leftovers.checkpoint)}`;
  return [
    `Uncommitted before the detour, and put away with it: ${named(own)}. ` +
    `"${restore}" brings it back`,
  ];
}

/** What `returned` would do. */
export async function planned(
  context: Context,
  input: ReturnInput,
): Promise<ReturnResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  await settleDetour(context, workspace, { strict: true });
  const plan = await planReturn(context, workspace, input);
  const { tree, parked, from, to, child, parent } = plan;
  const deeds = await deedsOf(system, plan);
  const target = tree && parked
    ? await targetOf(tree, { parked, carried: undefined, from, to: to ?? from })
    : undefined;
  const time = system.now();
  const action = input.discard ? "cancel" as const : "complete" as const;
  const active = child.state === "paused"
    ? moved(child, "resume", time)
    : child;
  const goesOn = parent?.state === "paused" &&
    isCalledBack(system, workspace.root, { parent, place: child.place });
  const result = answer(plan, deeds, {
    child: moved(active, action, time),
    parent: goesOn ? moved(parent, "resume", time) : parent,
    time,
  });
  const how = howOf(input);
  // Its merge needs the checkpoint, which only a return takes.
  const { dirt, clearing, switching, notes } = plan.way;
  const unsure = how === "carried" && dirt.length > 0 && (parked || to);
  return {
    ...result,
    dry_run: true,
    warnings: [
      ...result.warnings,
      ...notes,
      ...aheadNotes([...clearing, ...switching]),
      ...unsure
        ? [
          "Whether what the detour left can be brought along is only found " +
          "by the return itself: a conflict is refused",
        ]
        : [],
    ],
    restored: target ? restoredOf(target, parked!) : null,
    leftovers: how && dirt.length > 0
      ? { how, checkpoint: leftoverName(child, how), paths: [...dirt] }
      : null,
  };
}
