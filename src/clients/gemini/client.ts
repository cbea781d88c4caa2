import type { Client } from "../client.ts";
import { geminiHome } from "./home.ts";
import { news } from "./news.ts";
import { currentGemini } from "./store.ts";

export const client: Client = {
  name: "gemini",
  agent: "gemini-cli",
  title: "Gemini CLI",
  package: "@google/gemini-cli",
  key: "GEMINI_API_KEY",
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
  news,
  adapter: async () => (await import("./adapter.ts")).adapter,
  store: async () => (await import("./store.ts")).store,
  reader: async () => (await import("./read.ts")).reader,
  carry: async () => (await import("./carry.ts")).carrying,
  setup: async () => (await import("./setup.ts")).setup,
};
