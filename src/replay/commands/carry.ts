import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { shellWord } from "../../base/shell.ts";
import { counted } from "../../base/words.ts";
import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { CLIENT_NAMES } from "../../base/clients.ts";
import { clientNamed } from "../../clients/mod.ts";
import { locate } from "../../git/mod.ts";
import { handoffStart } from "../../saves/mod.ts";
import { type KnownKeys, redactorOf } from "../../secrets/mod.ts";
import { carry as carryTo, carryResult, planCarry } from "../carry.ts";
import { findSource } from "../source.ts";

/** Data from mpm and clients that must not be changed. */
const PLAIN: KnownKeys = {
  names: new Set(["path", "files", "start"]),
  ids: new Set(["session"]),
};

export const carry = defineCommand({
  name: "carry",
  summary: "Copy an agent's conversation to another client",
  description: `
Writes the conversation to another client's files, so that you can continue it there. Tool calls, questions, plans and sub-agents' reports become sentences, because each client has different tools. The summary from the last compaction replaces the conversation that preceded it. Secrets are redacted. mpm lists what it left out, such as the model's thinking and sub-agents' work.

mpm copies conversations only to client versions that it has been tested with. For other versions, mpm prints the reason and a command that starts the client with the save's hand-off. mpm does not change the client's existing files. For opencode, mpm runs the client's import command. For Gemini CLI, mpm writes a file to .claude-mpm, and the client opens that file. "mpm undo" removes the copied conversation, unless you have continued it in the client.`,
  positionals: [
    {
      name: "session",
      summary: "A save, an agent session ID or a transcript file",
      names: "session",
      optional: true,
    },
  ],
  flags: {
    to: {
      type: "string",
      value: "client",
      choices: CLIENT_NAMES,
      summary: "The client to copy the conversation to; required",
    },
    "dry-run": dryRunFlag("written"),
  },
  examples: [
    "mpm carry latest --to gemini",
    "mpm carry --to opencode --dry-run",
  ],
  result: async () => (await import("./results.ts")).CarryResult,
  async run(context, input) {
    const to = clientNamed(input.to ?? "");
    if (!to) {
      throw new MpmError(
        "USAGE",
        "The client is missing: name it with --to",
        {
          hint: `Choose one of: ${CLIENT_NAMES.join(", ")}`,
        },
      );
    }
    const workspace = await locate(context.system, context.folder);
    const source = await findSource(context, workspace, input.session);
    const plan = await planCarry(context, workspace, { source, to });
    const { session } = plan;
    const dry_run = input["dry-run"];
    const redactor = redactorOf(context.system);
    if (typeof session === "string") {
      const selector = source.save ?? undefined;
      const start = await handoffStart(context, { to: to.name, selector });
      const result = { ...carryResult(plan, undefined), dry_run, start };
      return redactor.known({ ...result, reason: session }, PLAIN);
    }
    const result = dry_run
      ? { ...carryResult(plan, session), dry_run }
      : await carryTo(context, plan, session);
    return redactor.known(result, PLAIN);
  },
  verbatim: ({ reason }) => reason !== null,
  render({ dry_run: dry, reason, turns, to, left_out: left, files, start }) {
    const line = `${escapeText(start.map(shellWord).join(" "))}\n`;
    if (reason !== null) {
      return `# ${escapeText(reason)}. With the hand-off instead:\n` +
        `${start.map(shellWord).join(" ")}\n`;
    }
    return [
      `${dry ? "Would carry" : "Carried"} ${counted(turns, "turn")} to ${to}`,
      ...files.map((path) => `  File: ${escapeText(path)}`),
      ...left.map((what) => `  Left out: ${escapeText(what)}`),
      `Continue there: ${line}`,
    ].join("\n");
  },
  next: ({ dry_run: dry, reason }) =>
    dry || reason !== null ? undefined : '"mpm undo" removes it',
});
