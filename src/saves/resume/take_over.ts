import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { clientNamed, clientProgram, TAKE_OVER } from "../../clients/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import type { ResumeResult } from "../commands/results.ts";
import { findOne, loadResumed } from "./resume.ts";
import { agentContext } from "../handoff/agent_context.ts";

type TakeOver = NonNullable<ResumeResult["take_over"]>;

/**
 * Returns how a client starts with the hand-off of a save as its first prompt.
 * Throws NOT_FOUND for an unknown client.
 */
function takeOverBy(
  { system }: Pick<Context, "system">,
  { root }: Pick<Workspace, "root">,
  { result, name }: { result: ResumeResult; name: string },
): TakeOver {
  const client = clientNamed(name);
  const args = client?.start(`${TAKE_OVER}\n\n${agentContext(result)}`);
  if (!client || !args) {
    throw new MpmError("NOT_FOUND", `mpm cannot start the client "${name}"`);
  }
  return {
    client: client.name,
    title: client.title,
    program: clientProgram(system, client, root) ?? null,
    args: [...args],
    status: null,
  };
}

/** Starts the client if a person is at a terminal, and waits for it. */
export async function takeOver(
  context: Context,
  { cwd, root }: Workspace,
  { result, name, starts }: {
    result: ResumeResult;
    name: string;
    starts: boolean;
  },
): Promise<ResumeResult> {
  const { system, note } = context;
  const by = takeOverBy(context, { root }, { result, name });
  const { terminal } = system;
  const isWatched = context.interactive && terminal.interactive.stdout;
  for (const warning of result.warnings) note(`Warning: ${warning}`);
  if (by.program === null) {
    note(`Note: ${by.title} ("${by.args[0]}") is not on PATH`);
  } else if (starts && isWatched) {
    note(`Starting ${by.title} with ${result.session.session_id}`);
    const args = [by.program, ...by.args.slice(1)];
    const status = await terminal.lend(args, cwd) ?? null;
    if (status !== null) return { ...result, take_over: { ...by, status } };
    note(`Note: "${by.program}" cannot be started`);
  }
  return { ...result, take_over: by };
}

/**
 * Returns the command line that starts a client with the hand-off of a save, by
 * default the newest. Changes nothing. Throws NOT_FOUND if there is no save.
 */
export async function handoffStart(
  context: Context,
  { to, selector }: { to: string; selector: string | undefined },
): Promise<string[]> {
  const found = await findOne(context, {
    ...{ selector, "session-id": undefined, list: false, last: false },
    ...{ all: false, peek: true, "no-changes": false, format: "context" },
  });
  if ("sessions" in found) return [];
  const result = await loadResumed(context, found);
  return takeOverBy(context, found.workspace, { result, name: to }).args;
}
