import { claudeHome } from "../ops/mod.ts";
import { currentClaudeSession } from "./claude/home.ts";
import { codexHome, currentSession as currentCodex } from "./codex/home.ts";
import type { Client, ClientName } from "./client.ts";
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
