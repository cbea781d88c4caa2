import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { handoffFor, isCarried, isOpenItem } from "../../items/mod.ts";
import { layout, readStoreId } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { currentStack } from "../../work/mod.ts";
import {
  type ContextFacts,
  renewContextFile,
} from "../context/context_file.ts";
import { buildSave } from "../draft.ts";
import { outlineOf } from "../handoff/outline.ts";
import { redactSave } from "../redact.ts";
import type { Save } from "../save.ts";
import { freeId } from "../store/write_save.ts";
import type { PausePlan } from "./result.ts";

/** The save that a plan would make now. */
interface Foreseen {
  /** Redacted. */
  readonly save: Save;
  /** A sentence for each problem. */
  readonly problems: readonly string[];
}

/** Builds the save of a plan without writing anything. */
export function foreseen(
  system: System,
  { draft, order }: PausePlan,
): Foreseen {
  const { workspace } = draft;
  const { sessions } = layout(workspace.root);
  const id = freeId(system, workspace.root, draft.time);
  const store = readStoreId(system, workspace.root) ?? null;
  const { chain: stack, problem } = currentStack(system, workspace);
  const { handoff, problems } = handoffFor(system, workspace, {
    ...order,
    save: null,
  });
  const save = buildSave({ ...draft, stack, handoff }, { id, sessions, store });
  return {
    save: redactSave(redactorOf(system), save),
    problems: [...problem === undefined ? [] : [problem], ...problems],
  };
}

/**
 * Updates mpm's part of the context file before the save. Otherwise the file
 * would be listed as changed since the save. Returns whether the file changed.
 * The save is more important, so a failure here is only a note.
 */
export async function renewContext(
  { system, note }: Context,
  plan: PausePlan,
): Promise<boolean> {
  const facts = () => factsOf(foreseen(system, plan).save, plan);
  try {
    return await renewContextFile(system, plan.draft.workspace, facts);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Note: .claude/context.md is not up to date: ${error.message}`);
    return false;
  }
}

function factsOf(save: Save, { draft: { time } }: PausePlan): ContextFacts {
  const items = (save.mpm?.handoff?.items ?? [])
    .filter((item) => isCarried(item) && isOpenItem(item));
  const { begun, next } = outlineOf({ session: save, items });
  return {
    branch: save.git_context.branch ?? undefined,
    time,
    next: [...begun, ...next].map(({ text }) => text),
  };
}
