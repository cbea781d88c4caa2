import { relative } from "@std/path";
import { isAgentId } from "../base/ids.ts";
import { claudeHome } from "../ops/mod.ts";
import { currentClaudeSession } from "./claude/home.ts";
import { codexHome, currentSession as currentCodex } from "./codex/home.ts";
import type { System } from "../system/system.ts";
import type { Client, ClientName, ConversationRequest } from "./client.ts";
import { copilotHome, currentCopilot } from "./copilot/home.ts";
import { geminiHome } from "./gemini/home.ts";
import { currentGemini } from "./gemini/store.ts";
import { opencodeHome } from "./opencode/home.ts";

/**
 * Every client that mpm knows, Claude Code first. The parts of each are loaded
 * on demand.
 */
export const CLIENTS: readonly Client[] = [
  {
    name: "claude",
    agent: "claude-code",
    title: "Claude Code",
    program: "claude",
    instructions: "CLAUDE.md",
    home: claudeHome,
    current: currentClaudeSession,
    resume: (id) => ["claude", "--resume", id],
    start: (prompt) => ["claude", prompt],
    headless: (prompt, { turns, lines }) => [
      ...["claude", "-p"],
      ...lines ? ["--output-format", "stream-json", "--verbose"] : [],
      ...turns === undefined ? [] : ["--max-turns", String(turns)],
      ...["--", prompt],
    ],
    limitsTurns: true,
    variables: ["CLAUDECODE", "CLAUDE_CODE_SESSION_ID"],
    adapter: async () => (await import("./claude/adapter.ts")).adapter,
    store: async () => (await import("./claude/store.ts")).store,
    reader: async () => (await import("./claude/reader.ts")).reader,
    carry: async () => (await import("./claude/carry.ts")).carrying,
    setup: undefined,
  },
  {
    name: "codex",
    agent: "codex",
    title: "Codex CLI",
    program: "codex",
    instructions: "AGENTS.md",
    line: /^\{"timestamp":"[^"]*",(?:"ordinal":\d+,)?"type":"\w+","payload":/m,
    home: codexHome,
    current: currentCodex,
    resume: (id) => ["codex", "resume", id],
    start: (prompt) => ["codex", prompt],
    headless: (prompt, { lines }) => [
      ...["codex", "exec", ...lines ? ["--json"] : [], "--", prompt],
    ],
    variables: ["CODEX_THREAD_ID"],
    adapter: async () => (await import("./codex/adapter.ts")).adapter,
    store: async () => (await import("./codex/store.ts")).store,
    reader: async () => (await import("./codex/reader.ts")).reader,
    carry: async () => (await import("./codex/carry.ts")).carrying,
    setup: async () => (await import("./codex/setup.ts")).setup,
  },
  {
    name: "opencode",
    agent: "opencode",
    title: "opencode",
    program: "opencode",
    instructions: "AGENTS.md",
    line: /^\{"time":\d+,"type":"(?:session|message|part)"|^\{\s*"info"\s*:/m,
    home: opencodeHome,
    current: () => undefined,
    resume: (id) => ["opencode", "--session", id],
    start: (prompt) => ["opencode", "--prompt", prompt],
    headless: (prompt, { lines }) => [
      ...["opencode", "run", ...lines ? ["--format", "json"] : []],
      ...["--", prompt],
    ],
    variables: [],
    adapter: async () => (await import("./opencode/adapter.ts")).adapter,
    store: async () => (await import("./opencode/store.ts")).store,
    reader: async () => (await import("./opencode/reader.ts")).reader,
    carry: async () => (await import("./opencode/carry.ts")).carrying,
    setup: async () => (await import("./opencode/setup.ts")).setup,
  },
  {
    name: "gemini",
    agent: "gemini-cli",
    title: "Gemini CLI",
    program: "gemini",
    instructions: "GEMINI.md",
    line: /^\{"(?:sessionId":"[^"]*","projectHash|\$set|\$rewindTo)":/m,
    home: geminiHome,
    current: currentGemini,
    resume: (id) => ["gemini", "--resume", id],
    start: (prompt) => ["gemini", "--prompt-interactive", prompt],
    headless: (prompt, { lines }) => [
      ...["gemini", ...lines ? ["--output-format", "stream-json"] : []],
      `--prompt=${prompt}`,
    ],
    variables: ["GEMINI_CLI"],
    adapter: async () => (await import("./gemini/adapter.ts")).adapter,
    store: async () => (await import("./gemini/store.ts")).store,
    reader: async () => (await import("./gemini/read.ts")).reader,
    carry: async () => (await import("./gemini/carry.ts")).carrying,
    setup: async () => (await import("./gemini/setup.ts")).setup,
  },
  {
    name: "copilot",
    agent: "copilot-cli",
    title: "Copilot CLI",
    program: "copilot",
    instructions: "AGENTS.md",
    line: /^\{"type":"\w+\.\w+","data":\{/m,
    home: copilotHome,
    current: currentCopilot,
    resume: (id) => ["copilot", `--resume=${id}`],
    start: (prompt) => ["copilot", "--interactive", prompt],
    headless: (prompt, { lines }) => [
      ...["copilot", ...lines ? ["--output-format", "json"] : ["--silent"]],
      `--prompt=${prompt}`,
    ],
    variables: ["COPILOT_CLI", "COPILOT_AGENT_SESSION_ID"],
    adapter: async () => (await import("./copilot/adapter.ts")).adapter,
    store: async () => (await import("./copilot/store.ts")).store,
    reader: async () => (await import("./copilot/read.ts")).reader,
    carry: async () => (await import("./copilot/carry.ts")).carrying,
    setup: async () => (await import("./copilot/setup.ts")).setup,
  },
];

/** Claude Code, which events without a client come from. */
export const CLAUDE = CLIENTS[0]!;

/** The names of the clients, for options. */
export const CLIENT_NAMES: readonly ClientName[] = CLIENTS.map(({ name }) =>
  name
);

/** Returns the client of that name, by its own or by that in saves. */
export function clientNamed(name: string): Client | undefined {
  return CLIENTS.find((one) => one.name === name || one.agent === name);
}

/** A session and the client that it is of. */
export interface ClientSession {
  readonly client: Client;
  readonly id: string;
}

/** The variables with the session that a process was started in. */
export const SESSION_VARIABLES: readonly string[] = [
  ...["MPM_AGENT_CLIENT", "MPM_AGENT_SESSION"],
  ...CLIENTS.flatMap(({ variables }) => variables),
];

/**
 * Returns the session that this process was started in, by its environment. The
 * plugin of a client without such variables sets two for mpm.
 */
export function currentSession(system: System): ClientSession | undefined {
  const named = clientNamed(system.env("MPM_AGENT_CLIENT") ?? "");
  const given = system.env("MPM_AGENT_SESSION");
  if (named && given !== undefined && isAgentId(given)) {
    return { client: named, id: given };
  }
  for (const client of CLIENTS) {
    const id = client.current(system);
    if (id !== undefined) return { client, id };
  }
  return undefined;
}

/** Returns the id of that session, whatever client it is of. */
export function currentAgentSession(system: System): string | undefined {
  return currentSession(system)?.id;
}

/**
 * Returns the client that a session is of. That is the one this process runs in,
 * the one whose folder has its file, or the one whose store has it. Claude Code
 * if nothing tells.
 */
export async function clientOf(
  system: System,
  { sessionId, cwd, transcriptPath: path }: Pick<
    ConversationRequest,
    "sessionId" | "cwd" | "transcriptPath"
  >,
): Promise<Client> {
  const here = currentSession(system);
  if (here?.id === sessionId) return here.client;
  const owner = path === undefined
    ? undefined
    : CLIENTS.find((one) => isBelow(one.home(system), path));
  if (owner) return owner;
  for (const client of CLIENTS) {
    const store = await client.store();
    if (await store.find(system, { sessionId, cwd })) return client;
  }
  return CLAUDE;
}

function isBelow(folder: string | undefined, path: string): boolean {
  return folder !== undefined && !/^(\.\.|$)/.test(relative(folder, path));
}
