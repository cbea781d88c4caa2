import { MpmError } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import { branchByFiles, findWorkspace, type Workspace } from "../git/mod.ts";
import { openItems } from "../items/mod.ts";
import {
  type ContextFacts,
  outlineOf,
  renewContextFile,
  type ResumeResult,
} from "../saves/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import { wholeSession } from "./resume_file.ts";

/** Returns the facts about the current work for the context file. */
export async function contextFacts(
  context: Context,
  workspace: Workspace,
): Promise<ContextFacts> {
  const { system } = context;
  const latest = await wholeSession(context);
  const branch = branchByFiles(system, workspace.worktree);
  return {
    branch: branch === undefined ? undefined : redactorOf(system).name(branch),
    time: system.now(),
    next: latest ? nextSteps(latest) : openItems(system, workspace).items
      .filter(({ kind }) => kind === "next").map(({ text }) => text),
  };
}

/** Returns the open next steps, those in progress first. */
function nextSteps(latest: ResumeResult): string[] {
  const { begun, next } = outlineOf(latest);
  return [...begun, ...next].map(({ text }) => text);
}

/**
 * Updates mpm's part of the context file after a command that changed the open
 * steps. The command is already done, so a failure here is only reported as a
 * note.
 */
export async function renewContext(context: Context): Promise<void> {
  const { system, note } = context;
  try {
    const workspace = await findWorkspace(context);
    await renewContextFile(
      system,
      workspace,
      () => contextFacts(context, workspace),
    );
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Note: .claude/context.md is not up to date: ${error.message}`);
  }
}
