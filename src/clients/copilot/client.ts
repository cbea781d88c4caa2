import type { Client } from "../client.ts";
import { copilotHome } from "./home.ts";
import { news } from "./news.ts";

export const client: Client = {
  name: "copilot",
  agent: "copilot-cli",
  title: "Copilot CLI",
  package: "@github/copilot",
  key: "COPILOT_GITHUB_TOKEN",
  instructions: "AGENTS.md",
  sharedSkills: true,
  line: /^\{"type":"\w+\.\w+","data":\{/m,
  home: copilotHome,
  resume: (id) => ["copilot", `--resume=${id}`],
  start: (prompt) => ["copilot", "--interactive", prompt],
  headless: (prompt, { lines }) => [
    ...["copilot", ...lines ? ["--output-format", "json"] : ["--silent"]],
    `--prompt=${prompt}`,
  ],
  variables: ["COPILOT_CLI", "COPILOT_AGENT_SESSION_ID"],
  news,
  adapter: async () => (await import("./adapter.ts")).adapter,
  store: async () => (await import("./store.ts")).store,
  reader: async () => (await import("./read.ts")).reader,
  carry: async () => (await import("./carry.ts")).carrying,
  setup: async () => (await import("./setup.ts")).setup,
};
