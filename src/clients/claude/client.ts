import { claudeHome } from "../../ops/mod.ts";
import type { Client } from "../client.ts";
import { news } from "./news.ts";

export const client: Client = {
  name: "claude",
  agent: "claude-code",
  title: "Claude Code",
  package: "@anthropic-ai/claude-code",
  key: "ANTHROPIC_API_KEY",
  instructions: "CLAUDE.md",
  home: claudeHome,
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
  news,
  adapter: async () => (await import("./adapter.ts")).adapter,
  store: async () => (await import("./store.ts")).store,
  reader: async () => (await import("./reader.ts")).reader,
  carry: async () => (await import("./carry.ts")).carrying,
  setup: undefined,
};
