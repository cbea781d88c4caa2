import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { TestEnv } from "./env.ts";
import { mpm, type MpmOptions } from "./mpm.ts";
import { putHome } from "./stores.ts";

/** The agent's session in these tests, and its time. */
export const AGENT = "6cfd0319-17de-40a5-84bf-078e9df60643";
export const NOON = new Date("2026-11-20T12:00:00Z");

const TASK = {
  task_id: "1",
  task_subject: "Try the hooks",
  task_description: "",
};

const QUESTIONS = [{ question: "Which ledger?", options: [] }];

const ANSWERED = {
  tool_name: "AskUserQuestion",
  tool_use_id: "toolu_1",
  tool_input: { questions: QUESTIONS },
  tool_response: {
    questions: QUESTIONS,
    answers: { "Which ledger?": "Ours" },
  },
};

const FAILED = {
  tool_name: "Bash",
  tool_input: { command: "exit 3" },
  error: "Exit code 3",
};

/** An event of each kind that mpm handles, in the order of a session. */
export const EVENTS: readonly { event: string; fields: object }[] = [
  {
    event: "UserPromptSubmit",
    fields: { prompt: "/mpm-pause Tried by hooks test" },
  },
  { event: "SessionStart", fields: { source: "startup" } },
  { event: "PreToolUse", fields: { tool_name: "Agent", tool_input: {} } },
  { event: "PreToolUse", fields: { tool_name: "Workflow", tool_input: {} } },
  { event: "Stop", fields: { last_assistant_message: "It is done" } },
  {
    event: "SubagentStart",
    fields: { agent_id: "a1", agent_type: "tried-by-hooks-test" },
  },
  {
    event: "SubagentStop",
    fields: { agent_id: "a1", agent_type: "tried-by-hooks-test" },
  },
  { event: "PostToolBatch", fields: { tool_calls: [] } },
  { event: "PostToolUse", fields: ANSWERED },
  { event: "PostToolUseFailure", fields: FAILED },
  { event: "StopFailure", fields: { error: "overloaded" } },
  {
    event: "PreCompact",
    fields: { trigger: "manual", custom_instructions: null },
  },
  {
    event: "PostCompact",
    fields: { trigger: "manual", compact_summary: "Half of the ledger" },
  },
  { event: "TaskCreated", fields: TASK },
  { event: "TaskCompleted", fields: TASK },
  { event: "SessionEnd", fields: { reason: "other" } },
];

/** The answer of a hook, as Claude Code reads it. */
export interface Answer {
  readonly decision?: string;
  readonly reason?: string;
  readonly systemMessage?: string;
  /** The addition of PreCompact to the client's own instructions. */
  readonly text?: string;
  readonly hookSpecificOutput?: {
    readonly hookEventName: string;
    readonly additionalContext?: string;
    readonly permissionDecision?: string;
    readonly permissionDecisionReason?: string;
    readonly suppressOriginalPrompt?: boolean;
  };
}

/** An event as Claude Code writes it. */
export function eventJson(
  env: TestEnv,
  event: string,
  fields: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    session_id: AGENT,
    transcript_path: transcriptOf(env),
    cwd: env.project,
    hook_event_name: event,
    ...fields,
  });
}

/** The folder in which Claude Code keeps a project with a path of 200 units. */
export function projectSlug(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]/g, "-");
}

/** The transcript of the session in these tests. */
export function transcriptOf(env: TestEnv): string {
  const slug = projectSlug(env.project);
  return join(env.home, ".claude/projects", slug, `${AGENT}.jsonl`);
}

/**
 * Fires an event in this process, at noon, as a client in a terminal does
 * unless the environment says otherwise; `{}` if nothing is printed.
 */
export async function fire(
  env: TestEnv,
  event: string,
  fields: Record<string, unknown> = {},
  options: MpmOptions = {},
): Promise<Answer> {
  const stdin = eventJson(env, event, fields);
  env.extra.CLAUDE_CODE_ENTRYPOINT ??= "cli";
  const { status, stdout, stderr } = await mpm(env, ["hook", event], {
    now: () => NOON,
    stdin,
    ...options,
  });
  assertEquals([status, stderr], [0, ""]);
  if (stdout === "") return {};
  // The client uses the text of PreCompact unchanged.
  return event === "PreCompact" ? { text: stdout } : JSON.parse(stdout);
}

/** A transcript whose last answer had the given number of 200,000 tokens. */
export function talked(
  env: TestEnv,
  tokens: number,
  { ago = 60 }: { ago?: number } = {},
): void {
  const lines = [
    { type: "last-prompt", lastPrompt: "Asked in another session" },
    {
      type: "assistant",
      timestamp: new Date(NOON.getTime() - 1000 * ago).toISOString(),
      message: { model: "claude-haiku-4-5", usage: { input_tokens: tokens } },
    },
  ].map((line) => `${JSON.stringify(line)}\n`);
  const slug = projectSlug(env.project);
  putHome(env, `.claude/projects/${slug}/${AGENT}.jsonl`, lines.join(""));
}

/** Names in a folder of the project; empty if it is missing. */
export function namesIn(env: TestEnv, folder: string): string[] {
  if (!env.exists(folder)) return [];
  return [...Deno.readDirSync(join(env.project, folder))]
    .map(({ name }) => name).sort();
}

/** The resume files that were written. */
export function resumeFiles(env: TestEnv): string[] {
  return namesIn(env, ".claude-mpm/sessions")
    .filter((name) => name.startsWith("session-resume-"));
}

/** Errors in mpm itself that hooks noted. */
export function failures(env: TestEnv): string {
  const path = ".claude-mpm/state/hook-errors.log";
  return env.exists(path) ? env.read(path) : "";
}
