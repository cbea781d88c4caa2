import { agentName, isSameAgent } from "../../../base/names.ts";
import { defineCommand } from "../../../cli/mod.ts";
import { DOCUMENT_STATES, readDocuments } from "../../../documents/mod.ts";
import { findWorkspace } from "../../../git/mod.ts";
import { handoffView, unknownAgentNote } from "../find.ts";
import { listText } from "../text.ts";

export const handoffList = defineCommand({
  name: "handoff list",
  summary: "List the open hand-off documents",
  description: `
Lists hand-offs, newest first, with their number, age, state, agents and title. A
hand-off is "waiting" until someone answers it, then "accepted", "done" or
"rejected". "disputed" means that two branches have different answers.
--all adds hand-offs that are done or rejected.`,
  positionals: [],
  flags: {
    to: {
      type: "string",
      value: "agent",
      summary: "Only hand-offs for this agent",
    },
    from: {
      type: "string",
      value: "agent",
      summary: "Only hand-offs by this agent",
    },
    state: {
      type: "string",
      value: "state",
      choices: DOCUMENT_STATES,
      summary: "Only hand-offs in this state",
    },
    all: { type: "boolean", summary: "Include finished hand-offs" },
  },
  examples: [
    "mpm handoff list",
    "mpm handoff list --to backend --state waiting",
    "mpm handoff list --all --json",
  ],
  result: async () => (await import("./results.ts")).HandoffListResult,
  settles: true,
  async run(context, { to, from, state, all }) {
    const { system } = context;
    const workspace = await findWorkspace(context);
    const documents = readDocuments(system, workspace);
    const names = [
      to === undefined ? undefined : agentName(to, "--to"),
      from === undefined ? undefined : agentName(from, "--from"),
    ];
    const views = documents.all
      .map((one) => handoffView(system, workspace, documents, one))
      .filter((one) => to === undefined || isSameAgent(one.to, to))
      .filter((one) => from === undefined || isSameAgent(one.from, from));
    const isFinished = (one: string) => one === "done" || one === "rejected";
    const handoffs = views.filter((one) =>
      state === undefined ? all || !isFinished(one.state) : one.state === state
    );
    const unknown = names.filter((name) => name !== undefined)
      .map((name) =>
        unknownAgentNote(system, workspace.worktree, { name, documents })
      );
    return {
      listed_at: system.now().toISOString(),
      handoffs,
      hidden: state === undefined ? views.length - handoffs.length : 0,
      warnings: [
        ...unknown.filter((note) => note !== undefined),
        ...documents.problems,
      ].map((text) => context.redact(text)),
    };
  },
  render: listText,
});
