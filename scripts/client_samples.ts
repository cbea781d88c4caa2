import type { ClientName } from "../src/base/clients.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A conversation of a client, and the inputs of its hooks. */
export interface ClientSample {
  readonly client: Exclude<ClientName, "claude">;
  readonly id: string;
  /** The transcript, below the home folder. */
  readonly transcript: string;
  /** A file that the client wrote, below `tests/formats/`. */
  readonly sample: string;
  /** False if its hooks do not get the path of the transcript. */
  readonly tells: boolean;
  /** Fields of every event. */
  readonly fields: Fields;
  /** A prompt and the use of a tool, by the client's names. */
  readonly prompt: Fields;
  readonly tool: Fields;
  env(folder: string): Readonly<Record<string, string>>;
}

const ID = "01a204f9-2052-7a20-bbae-92ff9a8e4796";
const OPENCODE = "ses_1bd9fcd77ffeQ2xQXSm0yZrvJv";
const TIME = "2026-11-22T20:32:32.646Z";
const COMMAND = { command: "npm test" };

/** A sample of each client except Claude Code. */
export const CLIENT_SAMPLES: readonly ClientSample[] = [
  {
    client: "codex",
    id: ID,
    transcript:
      `.codex/sessions/2026/11/22/rollout-2026-11-22T20-36-05-${ID}.jsonl`,
    sample: "codex/gpt55-work.jsonl",
    tells: true,
    fields: {
      turn_id: "01a204f9-208d-7653-a152-82f3c2129c20",
      model: "gpt-5.5",
      permission_mode: "bypassPermissions",
    },
    prompt: { hook_event_name: "UserPromptSubmit" },
    tool: {
      hook_event_name: "PostToolUse",
      tool_name: "Bash",
      tool_input: COMMAND,
      tool_response: "4 passed\n",
      tool_use_id: "call_1",
    },
    env: () => ({}),
  },
  {
    client: "gemini",
    id: ID,
    transcript:
      ".gemini/tmp/project/chats/session-2026-11-22T20-32-01a204f9.jsonl",
    sample: "gemini/work.jsonl",
    tells: true,
    fields: { timestamp: TIME },
    prompt: { hook_event_name: "BeforeAgent" },
    tool: {
      hook_event_name: "AfterTool",
      tool_name: "run_shell_command",
      tool_input: COMMAND,
      tool_response: { llmContent: "4 passed\n", returnDisplay: "4 passed" },
    },
    env: (folder) => ({
      ...{ GEMINI_SESSION_ID: ID, GEMINI_PROJECT_DIR: folder },
      CLAUDE_PROJECT_DIR: folder,
    }),
  },
  {
    client: "opencode",
    id: OPENCODE,
    transcript: `.local/state/mpm/opencode/${OPENCODE}.jsonl`,
    sample: "opencode/work.jsonl",
    tells: true,
    fields: {},
    prompt: { hook_event_name: "UserPromptSubmit" },
    tool: {
      hook_event_name: "PostToolBatch",
      tool_calls: [{
        ...{ tool_name: "bash", tool_input: COMMAND, tool_use_id: "call_1" },
        tool_response: "4 passed\n",
      }],
    },
    env: () => ({}),
  },
  {
    client: "copilot",
    id: ID,
    transcript: `.copilot/session-state/${ID}/events.jsonl`,
    sample: "copilot/work.jsonl",
    tells: false,
    fields: { timestamp: TIME },
    prompt: { hook_event_name: "UserPromptSubmit" },
    tool: {
      hook_event_name: "PostToolUse",
      tool_name: "bash",
      tool_input: COMMAND,
      tool_result: {
        result_type: "success",
        text_result_for_llm: "4 passed\n",
      },
    },
    env: (folder) => ({
      ...{ COPILOT_CLI: "1", COPILOT_PROJECT_DIR: folder },
      CLAUDE_PROJECT_DIR: folder,
    }),
  },
];

/** Returns the input of a hook of that client, as JSON. */
export function hookInput(
  { id, tells, fields }: ClientSample,
  { folder, transcript, event }: {
    folder: string;
    /** Absolute. */
    transcript: string;
    /** The event's own fields. */
    event: Fields;
  },
): string {
  return JSON.stringify({
    ...{ session_id: id, cwd: folder, ...fields, ...event },
    ...tells && { transcript_path: transcript },
  });
}
