import { defineCommand, during } from "../../../cli/mod.ts";
import { locate } from "../../../git/mod.ts";
import { parseSince } from "../../../saves/mod.ts";
import { redactorOf } from "../../../secrets/mod.ts";
import { gather } from "../gather.ts";
import { standupOf } from "../standup.ts";
import { standupText } from "../text.ts";

export const standup = defineCommand({
  name: "standup",
  summary: "Show what agents and people did and what is next",
  description: `
For each agent and person, mpm shows what they did, what is next, what blocks them, and which hand-offs they have to answer. At the end, mpm lists files that more than one agent or person changed or claimed. mpm reads the saves, items, hand-offs and commits of all worktrees. mpm assigns a commit to an agent if the agent's session was the only one in that worktree at the time.
Times are in UTC. Secrets are redacted.`,
  positionals: [],
  flags: {
    since: {
      type: "string",
      value: "when",
      default: "1d",
      summary:
        "Where the report starts: an age such as 12h or 2w, today, yesterday, or a date in UTC",
    },
    format: {
      type: "string",
      value: "format",
      choices: ["text", "markdown"],
      default: "text",
      summary: "The report format",
    },
  },
  examples: [
    "mpm standup",
    "mpm standup --since yesterday --format markdown",
    "mpm standup --since 2026-11-20 --json",
  ],
  result: async () => (await import("./results.ts")).StandupResult,
  async run(context, input) {
    const { system, folder } = context;
    const now = system.now();
    const since = parseSince(input.since, now)!;
    const workspace = await locate(system, folder);
    const { warnings, ...sources } = await during(
      context,
      "Reading the project",
      () => gather(system, workspace, since),
    );
    return redactorOf(system).known({
      since: new Date(since).toISOString(),
      until: now.toISOString(),
      ...standupOf(sources),
      warnings: [...warnings],
    }, KNOWN);
  },
  verbatim: (_) => true,
  render: (result, style, { format }) =>
    standupText(result, style, { markdown: format === "markdown" }),
});

/** Fields that mpm fills in: they contain no secrets. */
const KNOWN = {
  names: new Set(["path"]),
  ids: new Set(["since", "until", "at", "id", "source", "state"]),
};
