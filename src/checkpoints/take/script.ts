import type { Context } from "../../cli/command.ts";
import { locate } from "../../git/workspace.ts";
import { runShellHook } from "../../hooks/scripts/run.ts";

/** Milliseconds the script may take; nobody waits for it. */
const TIMEOUT = 60_000;

/** Runs the project's `checkpoint.sh` after an automatic checkpoint. */
export async function runCheckpointScript(
  { system, folder }: Context,
  checkpoint: string,
): Promise<void> {
  const { root, worktree } = await locate(system, folder);
  const event = system.env("MPM_EVENT") ?? "PostToolBatch";
  const data = { hook_event_name: event, cwd: folder };
  const json = system.env("MPM_INPUT") ?? JSON.stringify(data);
  await runShellHook(system, root, {
    name: "checkpoint.sh",
    event,
    cwd: worktree,
    env: {
      MPM_PROJECT: worktree,
      MPM_EVENT: event,
      MPM_CWD: system.env("MPM_CWD") ?? folder,
      MPM_CHECKPOINT: checkpoint,
      MPM_BIN: system.program() ?? "mpm",
    },
    input: new TextEncoder().encode(`${json}\n`),
    timeout: TIMEOUT,
  });
}
