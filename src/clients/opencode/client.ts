import type { Client } from "../client.ts";
import { opencodeHome } from "./home.ts";
import { news } from "./news.ts";

export const client: Client = {
  name: "opencode",
  agent: "opencode",
  title: "opencode",
  package: "opencode-ai",
  key: "ANTHROPIC_API_KEY",
  otherKeys: true,
  instructions: "AGENTS.md",
  sharedSkills: true,
  line: /^\{"time":\d+,"type":"(?:session|message|part)"|^\{\s*"info"\s*:/m,
  home: opencodeHome,
  resume: (id) => ["opencode", "--session", id],
  start: (prompt) => ["opencode", "--prompt", prompt],
  headless: (prompt, { lines }) => [
    ...["opencode", "run", ...lines ? ["--format", "json"] : []],
    ...["--", prompt],
  ],
  variables: [],
  news,
  adapter: async () => (await import("./adapter.ts")).adapter,
  store: async () => (await import("./store.ts")).store,
  reader: async () => (await import("./reader.ts")).reader,
  carry: async () => (await import("./carry.ts")).carrying,
  setup: async () => (await import("./setup.ts")).setup,
};
