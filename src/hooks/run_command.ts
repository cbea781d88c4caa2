import type { AnyCommand, Context } from "../cli/mod.ts";

/**
 * Runs a command. First settles interrupted operations in the worktree, and at
 * the end runs the project's shell hook, if the command declares these.
 */
export async function runCommand(
  context: Context,
  command: AnyCommand,
  input: Record<string, unknown>,
): Promise<unknown> {
  const { settles, shellHook } = command;
  if (typeof settles === "function" ? settles(input as never) : settles) {
    await context.settle(context);
  }
  // `parse` made `input` from this command's own flags and arguments, so it has
  // the shape that `run` declares.
  const result = await command.run(context, input as never);
  const script = shellHook?.(result);
  if (script) await runShellHookAfter(context, script);
  return result;
}

/** Milliseconds that the script may take; no one waits for it. */
const TIMEOUT = 60_000;

async function runShellHookAfter(
  { system, folder }: Context,
  { name, env }: { name: string; env: Readonly<Record<string, string>> },
): Promise<void> {
  const [{ locate }, { runShellHook }] = await Promise.all([
    import("../git/workspace.ts"),
    import("./scripts/run.ts"),
  ]);
  const { root, worktree } = await locate(system, folder);
  const event = system.env("MPM_EVENT") ?? "PostToolBatch";
  const data = { hook_event_name: event, cwd: folder };
  const json = system.env("MPM_INPUT") ?? JSON.stringify(data);
  await runShellHook(system, root, {
    name,
    event,
    cwd: worktree,
    env: {
      MPM_PROJECT: worktree,
      MPM_EVENT: event,
      MPM_CWD: system.env("MPM_CWD") ?? folder,
      MPM_BIN: system.program() ?? "mpm",
      ...env,
    },
    input: new TextEncoder().encode(`${json}\n`),
    timeout: TIMEOUT,
  });
}
