import type { Client } from "../client.ts";
import { codexHome } from "./home.ts";
import { news } from "./news.ts";

export const client: Client = {
  name: "codex",
  agent: "codex",
  title: "Codex CLI",
  package: "@openai/codex",
  key: "OPENAI_API_KEY",
  instructions: "AGENTS.md",
  sharedSkills: true,
  line: /^\{"timestamp":"[^"]*",(?:"ordinal":\d+,)?"type":"\w+","payload":/m,
  home: codexHome,
  resume: (id) => ["codex", "resume", id],
  start: (prompt) => ["codex", prompt],
  headless: (prompt, { lines }) => [
    ...["codex", "exec", ...lines ? ["--json"] : [], "--", prompt],
  ],
  variables: ["CODEX_THREAD_ID"],
  news,
  adapter: async () => (await import("./adapter.ts")).adapter,
  store: async () => (await import("./store.ts")).store,
  reader: async () => (await import("./reader.ts")).reader,
  carry: async () => (await import("./carry.ts")).carrying,
  setup: async () => (await import("./setup.ts")).setup,
};
