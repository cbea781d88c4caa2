import type { Context } from "../../cli/command.ts";
import { locate } from "../../git/workspace.ts";
import { checkpointId } from "../../checkpoints/name.ts";
import type { BranchResult } from "../commands/results.ts";
import { newWork } from "../../work/record.ts";
import { lockDetours } from "../marker.ts";
import { freeWorkId } from "../../work/store.ts";
import { type BranchInput, planBranch } from "./plan.ts";
import { settleDetour, settleHeld } from "../back.ts";
import { answer, parentOf } from "./answer.ts";
import { Branch } from "./apply.ts";

/** Starts a detour. What fails on the way is taken back. */
export async function branched(
  context: Context,
  input: BranchInput,
): Promise<BranchResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  const { root } = workspace;
  using _held = await lockDetours(system, root);
  await settleHeld(context, workspace);
  const plan = await planBranch(context, workspace, input);
  return await new Branch(context, plan).run();
}

/** What `branched` would do. */
export async function planned(
  context: Context,
  input: BranchInput,
): Promise<BranchResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  await settleDetour(context, workspace, { strict: true });
  const plan = await planBranch(context, workspace, input);
  const time = system.now();
  const parent = plan.parent ?? newWork(parentOf(context, plan), time);
  const id = freeWorkId(
    system,
    workspace.root,
    new Date(time.getTime() + 1000),
  );
  const child = newWork({ ...plan.child, id, parent: parent.id }, time);
  const parks = input.stash && plan.dirt.length > 0;
  return {
    ...answer(plan, { parent, child, to: plan.target ?? plan.from }),
    dry_run: true,
    parked: parks
      ? {
        checkpoint: checkpointId(`parked-${input.name}`),
        paths: [...plan.dirt],
      }
      : null,
  };
}
