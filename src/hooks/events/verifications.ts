import { MpmError } from "../../base/errors.ts";
import { textField } from "../../base/parsed_values.ts";
import {
  type Call,
  callsOf,
  CLAUDE,
  type Notes,
  ranIn,
} from "../../clients/mod.ts";
import { findWorkspace, readState } from "../../git/mod.ts";
import { treeOf, verificationOf } from "../../items/mod.ts";
import { type HookCall, withTimeout } from "./hook_call.ts";

/** Milliseconds to wait for a result, and between two checks. */
const PATIENCE = 200;
const LOOK = 40;

/** Returns the verification commands that ran, with their tree. */
export async function verifications(
  hook: HookCall,
): Promise<Notes["commands"]> {
  const { client, context: { system }, config, input, invited } = hook;
  // For other clients, the transcript is read when the session is saved.
  if (client !== CLAUDE) return [];
  const { transcriptPath: path } = input;
  if (path === undefined || !invited || !config["handoff.commands"]) return [];
  const calls = callsOf(input);
  const verifying = calls.filter(isVerifying);
  if (verifying.length === 0) return [];
  const ids = new Set(verifying.map(({ id }) => id));
  let ran = ranIn(system, path, ids);
  for (let waited = 0; ran.length === 0 && waited < PATIENCE; waited += LOOK) {
    await system.sleep(LOOK);
    ran = ranIn(system, path, ids);
  }
  // A command in the same step as a change may have run before or after it.
  const alone = calls.every((call) =>
    isVerifying(call) || !CHANGING.has(call.tool)
  );
  const tree = ran.length > 0 && alone ? await treeHere(hook) : undefined;
  return ran.map((one) => ({ ...one, ...tree && { tree } }));
}

const CHANGING = new Set([
  ...["Bash", "PowerShell", "Edit", "Write", "NotebookEdit", "Agent", "Task"],
  "Workflow",
]);

function isVerifying({ input }: Call): boolean {
  const command = textField(input, "command");
  return command !== undefined && verificationOf(command) !== undefined;
}

/** Milliseconds that git may take, since the agent waits for it. */
const GIT_PATIENCE = 1000;

/** The maximum number of uncommitted files to record individually. */
const LISTED = 10;

/** Returns the worktree's tree; `undefined`: git is too slow. */
async function treeHere(
  { context }: HookCall,
): Promise<Notes["commands"][number]["tree"]> {
  const system = withTimeout(context.system, GIT_PATIENCE);
  try {
    const workspace = await findWorkspace(context);
    if (workspace.git !== "repository") return undefined;
    const tree = treeOf(await readState(system, workspace));
    if (!tree) return undefined;
    const { files = [], ...digest } = tree;
    const few = files.length > 0 && files.length <= LISTED;
    return { ...digest, ...few && { files } };
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
