import { join } from "@std/path";
import type { Save } from "../../schemas/types.ts";
import type { TestEnv } from "./env.ts";
import { AGENT, projectSlug } from "./hook_events.ts";
import { mpmJson, type MpmOptions } from "./mpm.ts";
import { putHome } from "./stores.ts";

/** One or more lines of a transcript, without times. */
type Line = Record<string, unknown>;

/** The words of a person. */
export function prompt(text: string): Line[] {
  return [{ type: "user", message: { content: text } }];
}

/** The agent's message at the end of a turn. */
export function answer(text: string): Line[] {
  const content = [{ type: "text", text }];
  return [{ type: "assistant", message: { content, stop_reason: "end_turn" } }];
}

/** A compaction, and the summary that the client writes then. */
export function compaction(summary: string): Line[] {
  const content = "This session is being continued from a previous " +
    `conversation that ran out of context.\n\n${summary}`;
  return [{ type: "user", isCompactSummary: true, message: { content } }];
}

/** A todo list with the state of each entry. */
export function todoList(states: Record<string, string>): Line[] {
  const newTodos = Object.entries(states)
    .map(([content, status]) => ({ content, status, activeForm: content }));
  return tool("TodoWrite", { todos: newTodos }, { newTodos });
}

/** A question with choices, and the one that a person chose. */
export function chosen(
  question: string,
  { labels, answer }: { labels: readonly string[]; answer: string },
): Line[] {
  const options = labels.map((label) => ({ label, description: "" }));
  const questions = [{ question, header: "", multiSelect: false, options }];
  const answers = { [question]: answer };
  return tool("AskUserQuestion", { questions }, { questions, answers });
}

/** A shell command with its exit status. */
export function ran(command: string, exit: number, output = ""): Line[] {
  const text = exit === 0 ? output : `Exit code ${exit}\n${output}`;
  return tool("Bash", { command }, { stdout: output }, text, exit !== 0);
}

let count = 0;

function tool(
  name: string,
  input: Line,
  toolUseResult: Line,
  content = "",
  is_error = false,
): Line[] {
  const id = `toolu_${++count}`;
  const call = { type: "tool_use", id, name, input };
  const result = { type: "tool_result", tool_use_id: id, content, is_error };
  return [
    { type: "assistant", message: { content: [call] } },
    {
      ...{ type: "user", message: { content: [result] } },
      toolUseResult: is_error ? `Error: ${content}` : toolUseResult,
    },
  ];
}

/** Writes the transcript of an agent session, one line per minute. */
export function putTalk(
  env: TestEnv,
  lines: readonly Line[],
  { agent = AGENT, from = "2026-11-20T10:00:00Z" } = {},
): void {
  const start = Date.parse(from);
  const text = lines.map((line, at) =>
    `${
      JSON.stringify({
        uuid: `${agent.slice(0, 8)}-${at}`,
        parentUuid: at === 0 ? null : `${agent.slice(0, 8)}-${at - 1}`,
        timestamp: new Date(start + at * 60_000).toISOString(),
        sessionId: agent,
        cwd: env.project,
        ...line,
      })
    }\n`
  ).join("");
  const folder = `.claude/projects/${projectSlug(env.project)}`;
  putHome(env, `${folder}/${agent}.jsonl`, text);
}

/** Pauses such a session, and returns the save. */
export async function pauseTalk(
  env: TestEnv,
  lines: readonly Line[],
  { agent = AGENT, from, args = [], ...options }: MpmOptions & {
    agent?: string;
    from?: string;
    args?: readonly string[];
  } = {},
): Promise<Save> {
  putTalk(env, lines, { agent, ...from !== undefined && { from } });
  await mpmJson(
    env,
    ["pause", "--no-commit", "--agent-session", agent, ...args],
    options,
  );
  return lastSave(env);
}

/** Returns the newest save from its file. */
export function lastSave(env: TestEnv): Save {
  const folder = join(env.project, ".claude-mpm", "sessions");
  const name = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^session-\d{8}-\d{6}\.json$/.test(name)).sort().at(-1);
  return JSON.parse(Deno.readTextFileSync(join(folder, name!)));
}

/** Returns the texts of the items of one kind that are open in a save. */
export function openTexts({ mpm }: Save, kind: string): string[] {
  return mpm!.handoff!.items.filter((item) =>
    item.kind === kind && ["open", "doing"].includes(item.state)
  ).map(({ text }) => text);
}
