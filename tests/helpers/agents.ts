import { join } from "@std/path";
import { type Answer, fire, NOON } from "./hook_events.ts";
import type { TestEnv } from "./env.ts";
import { mpm, type MpmOptions } from "./mpm.ts";
import { putHome } from "./stores.ts";

/** Agent sessions of these tests. */
export const FRONTEND = "11111111-17de-40a5-84bf-078e9df60643";
export const BACKEND = "22222222-17de-40a5-84bf-078e9df60643";

/** The variables of a shell that a session of Claude Code starts. */
function within(session: string, name: string): Record<string, string> {
  return {
    CLAUDECODE: "1",
    CLAUDE_CODE_SESSION_ID: session,
    MPM_AGENT: name,
  };
}

/** Runs `body` with these variables. */
async function withVariables<T>(
  env: TestEnv,
  variables: Record<string, string>,
  body: () => Promise<T>,
): Promise<T> {
  Object.assign(env.extra, variables);
  try {
    return await body();
  } finally {
    for (const name of Object.keys(variables)) {
      Reflect.deleteProperty(env.extra, name);
    }
  }
}

/** Runs a command in the shell of an agent session, at noon. */
export function mpmAs(
  env: TestEnv,
  [session, name]: readonly [session: string, name: string],
  args: readonly string[],
  options: MpmOptions = {},
) {
  return withVariables(
    env,
    within(session, name),
    () => mpm(env, args, { now: () => NOON, ...options }),
  );
}

/** Asks the hook whether a session may edit a file of the project. */
export async function edit(
  env: TestEnv,
  session: string,
  path: string,
  { tool = "Edit", field = "file_path", options = {}, more = {} }: {
    tool?: string;
    field?: string;
    options?: MpmOptions;
    more?: Record<string, unknown>;
  } = {},
): Promise<Answer> {
  return await fire(env, "PreToolUse", {
    session_id: session,
    tool_name: tool,
    tool_input: { [field]: join(env.project, path) },
    ...more,
  }, options);
}

/** The reason why an edit was refused; `undefined` if it is allowed. */
export function refused(answer: Answer): string | undefined {
  const { permissionDecision, permissionDecisionReason } =
    answer.hookSpecificOutput ?? {};
  return permissionDecision === "deny" ? permissionDecisionReason : undefined;
}

/**
 * Writes the file that a client keeps while it runs. `start`: the start time of
 * the process, by default of this one.
 */
export function putClient(
  env: TestEnv,
  session: string,
  { pid, start }: { pid: number; start: string | undefined },
): string {
  const path = `.claude/sessions/${pid}.json`;
  const value = { sessionId: session, cwd: env.project, procStart: start };
  putHome(env, path, JSON.stringify(value));
  return join(env.home, path);
}

/** The start time of a process, from /proc. */
export function startOf(pid: number): string | undefined {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
