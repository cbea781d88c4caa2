import { dirname } from "@std/path";
import { MpmError } from "../base/errors.ts";
import { escapeLines } from "../base/escape.ts";
import { field, textField } from "../base/parsed_values.ts";
import type { Context } from "../cli/mod.ts";
import {
  type Carried,
  carriedOf,
  type Client,
  clientNamed,
  clientProgram,
  clientVersion,
  makeFolder,
  type NativeSession,
  uuidOf,
} from "../clients/mod.ts";
import { Git, readPosition, type Workspace } from "../git/mod.ts";
import {
  CannotUndo,
  ensureFolder,
  journaled,
  layout,
  recordFacts,
  type UndoOrder,
} from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { CarryResult } from "./commands/results.ts";
import { openSource, type Source } from "./source.ts";

/**
 * The plan for carrying a conversation to another client; nothing is written
 * yet.
 */
export interface CarryPlan {
  readonly workspace: Workspace;
  readonly source: Source;
  readonly to: Client;
  /**
   * The client's program, absolute; `undefined`: the client is not installed.
   */
  readonly program: string | undefined;
  readonly version: string | undefined;
  readonly carried: Carried;
  /** The session, or why the client cannot receive it. */
  readonly session: NativeSession | string;
}

/**
 * The time limit of a client call, in milliseconds, and the limit of its
 * output, in bytes.
 */
const CALL = { timeout: 60_000, limit: 1_000_000 };

/**
 * Makes the session for another client. Throws CONFLICT for a session without a
 * conversation.
 */
export async function planCarry(
  context: Context,
  workspace: Workspace,
  { source, to }: { source: Source; to: Client },
): Promise<CarryPlan> {
  const { system } = context;
  const { path, agentSession, client: from } = source;
  const { events } = await openSource(system, source);
  const redactor = redactorOf(system);
  const carried = carriedOf(events, {
    from: `${from.title}, session ${agentSession ?? path}`,
    clean: (text) => escapeLines(redactor.text(text)),
  });
  if (carried.turns.length < 2) {
    throw new MpmError("CONFLICT", `"${path}" has no conversation to copy`);
  }
  const program = clientProgram(system, to, workspace.root);
  const version = program === undefined
    ? undefined
    : await clientVersion(system, program, workspace.root);
  const plan = { workspace, source, to, program, version, carried };
  return { ...plan, session: await nativeSession(context, plan) };
}

async function nativeSession(
  { system }: Context,
  { workspace, to, program, version, carried }: Omit<CarryPlan, "session">,
): Promise<NativeSession | string> {
  const home = to.home(system);
  if (program === undefined || home === undefined) {
    return `${to.title} ("${to.name}") is not on PATH`;
  }
  const carrying = await to.carry();
  if (version === undefined || !carrying.versions.includes(version)) {
    return `${to.title} ${version ?? "of an unknown version"} is not tested: ` +
      `mpm can copy to ${carrying.versions.join(", ")}`;
  }
  const { root, cwd } = workspace;
  const { branch } = await positionOf(system, workspace);
  const now = system.now();
  return await carrying.session(carried, {
    ...{ home, cwd, branch, now, version },
    scratch: layout(root).state,
    id: uuidOf(`${now.toISOString()} ${system.random()}`),
    ask: async (args) => {
      const answer = await system.runProgram([program, ...args], {
        cwd,
        ...CALL,
      });
      return answer.status === 0 ? new TextDecoder().decode(answer.stdout) : "";
    },
  });
}

async function positionOf(
  system: Context["system"],
  { git, worktree }: Workspace,
): Promise<{ branch: string | null }> {
  if (git !== "repository") return { branch: null };
  return await readPosition(new Git(system, worktree));
}

/** Writes the session and lets the client import it if necessary. */
export async function carry(
  context: Context,
  plan: CarryPlan,
  session: NativeSession,
): Promise<CarryResult> {
  const { workspace, to } = plan;
  return await journaled(
    context,
    (context) => written(context, plan, session),
    {
      operation: "carry",
      workspace,
      files: session.files.map(({ path }) => path),
      title: () => `carry a conversation to ${to.title}`,
    },
  );
}

async function written(
  { system }: Context,
  plan: CarryPlan,
  { files, take, ...session }: NativeSession,
): Promise<CarryResult> {
  const { root, cwd } = plan.workspace;
  ensureFolder(system, layout(root).state, root);
  const carry = { client: plan.to.name, session: session.id };
  recordFacts(system, { after: { carry } });
  for (const { path, text } of files) {
    makeFolder(system, dirname(path));
    system.files.create(path, new TextEncoder().encode(text));
  }
  const result = carryResult(plan, { files, ...session });
  if (!take) return result;
  const answer = await system.runProgram([plan.program!, ...take], {
    cwd,
    ...CALL,
  });
  // The client has imported the files by now, or never will.
  for (const { path } of files) system.files.remove(path);
  if (answer.status === 0) return { ...result, files: [] };
  throw new MpmError(
    "CONFLICT",
    `${plan.to.title} did not accept the session (${answer.outcome}, status ${answer.status})`,
    { hint: `mpm resume --in ${plan.to.name} gives it the hand-off` },
  );
}

/** Returns the command's result for a session that was or would be written. */
export function carryResult(
  { source, to, version, carried }: CarryPlan,
  session: NativeSession | undefined,
): Omit<CarryResult, "reason" | "dry_run"> & { reason: null; dry_run: false } {
  return {
    dry_run: false,
    from: {
      client: source.client.name,
      session: source.agentSession,
      path: source.path,
    },
    to: to.name,
    version: version ?? null,
    reason: null,
    session: session?.id ?? null,
    turns: carried.turns.length,
    left_out: [...carried.leftOut],
    files: session?.files.map(({ path }) => path) ?? [],
    start: session ? [to.name, ...session.resume] : [],
  };
}

/**
 * Removes a session that a client imported, or only checks whether it can be
 * removed. Returns a line about the session.
 */
export async function removeCarried(
  { context: { system }, workspace, entry, dryRun }: UndoOrder,
): Promise<string[]> {
  const about = field(entry.after, "carry");
  const client = clientNamed(textField(about, "client") ?? "");
  const carrying = await client?.carry();
  const id = textField(about, "session") ?? "";
  const drop = carrying?.drop?.(id);
  if (!client || !drop) return [];
  if (entry.undoes !== undefined) {
    throw new CannotUndo(entry, {
      reason: `${client.title} removed the session`,
      instead: '"mpm carry" copies it again',
    });
  }
  const program = clientProgram(system, client, workspace.root);
  const line = `remove the session ${id} of ${client.title}`;
  if (dryRun && program !== undefined) return [line];
  const answer = program && await system.runProgram([program, ...drop], {
    cwd: workspace.cwd,
    ...CALL,
  });
  if (answer && answer.status === 0) return [line];
  throw new MpmError("CONFLICT", `${client.title} did not remove ${id}`, {
    hint: [client.name, ...drop].join(" "),
  });
}
