import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { type Context, defineCommand, makeStyle } from "../../cli/mod.ts";
import { CONVERSATION_SOURCES, isFolder } from "../../clients/mod.ts";
import {
  readConfigAnyway,
  setForUser,
  settingOf,
  userConfigFile,
} from "../../config/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { claudeHome, HOME, journaled } from "../../ops/mod.ts";
import { applyInit, initText, planInit } from "../../saves/mod.ts";
import { SCOPE_FLAG } from "../install/change.ts";
import { clientVersion } from "../install/program.ts";
import { installText } from "../install/text.ts";
import {
  installReady,
  type ReadyInstall,
  readyInstall,
} from "../install/ready.ts";
import type { SetupResult } from "./results.ts";

/** `mpm setup` */
export const setup = defineCommand({
  name: "setup",
  summary: "Set up a project: folder, hooks, what mpm keeps",
  description: `
Does what "mpm init" does, finds Claude Code and offers its hooks and skills,
and lists what mpm keeps of a conversation with an agent. It shows what it will
write and asks before it does; --yes accepts everything. With --no-conversation,
mpm keeps no parts of conversations: it switches every source off in your own
configuration, for all your projects. "mpm undo" undoes the whole setup.`,
  positionals: [],
  flags: {
    yes: {
      type: "boolean",
      short: "y",
      summary: "Accept the proposal without asking",
    },
    "no-conversation": {
      type: "boolean",
      summary: "Keep no parts of conversations, in all your projects",
    },
    "no-hooks": {
      type: "boolean",
      summary: "Leave Claude Code's settings alone",
    },
    ignore: {
      type: "boolean",
      summary: "Keep the saves out of git",
    },
    scope: SCOPE_FLAG,
    binary: {
      type: "string",
      names: "file",
      value: "path",
      summary: "The mpm that hooks start, instead of this one",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and write nothing",
    },
  },
  examples: ["mpm setup", "mpm setup --yes", "mpm setup --dry-run"],
  result: async () => (await import("./results.ts")).SetupResult,
  async run(context, input): Promise<SetupResult> {
    const asks = !input.yes && !input["dry-run"];
    if (asks && !context.interactive) {
      throw new MpmError("USAGE", "Cannot ask: this is not a terminal", {
        hint: "--yes accepts the proposal, --dry-run shows it",
      });
    }
    const workspace = await locate(context.system, context.folder);
    const plan = await planned(context, workspace, { ...input, asks });
    if (input["dry-run"]) return plan.result;
    if (asks) {
      context.note(setupText(plan.result, { asked: true }).trimEnd());
      if (!agreed(context, "Write this?")) {
        throw new MpmError("CANCELLED", "Nothing was written");
      }
    }
    return await applied(context, workspace, plan);
  },
  render: (result) => setupText(result),
  next: ({ dry_run: dry }) =>
    dry
      ? undefined
      : '"mpm pause" saves a session, "mpm undo" undoes the setup',
});

interface SetupInput {
  readonly asks: boolean;
  readonly "no-conversation": boolean;
  readonly "no-hooks": boolean;
  readonly ignore: boolean;
  readonly scope: "local" | "project" | "user";
  readonly binary: string | undefined;
}

interface SetupPlan {
  /** The planned result. */
  readonly result: SetupResult;
  readonly hooks: ReadyInstall | undefined;
}

/** Looks at the present state, and asks if it may. Writes nothing. */
async function planned(
  context: Context,
  workspace: Workspace,
  input: SetupInput,
): Promise<SetupPlan> {
  const { system } = context;
  const client = await clientHere(context);
  const sources = await sourcesHere(context, workspace);
  if (input.asks) context.note(sourcesText(sources));
  const some = sources.some(({ kept }) => kept);
  const off = some && (input["no-conversation"] ||
    (input.asks && !agreed(context, "Keep these parts of conversations?")));
  const wanted = client !== null && !input["no-hooks"] &&
    (!input.asks || agreed(context, "Install hooks and skills?"));
  const { scope, binary } = input;
  const hooks = wanted
    ? await readyInstall(context, workspace, {
      ...{ scope, binary },
      skills: true,
      statusline: false,
    })
    : undefined;
  const { dry_run: _, ...init } = await planInit(
    { ...context, interactive: input.asks },
    workspace,
    { "ignore": input.ignore, "dry-run": false },
  );
  return {
    hooks,
    result: {
      dry_run: true,
      client,
      init,
      conversation: sources.map((one) => ({ ...one, kept: one.kept && !off })),
      config: off ? userConfigFile(system, workspace.root) : null,
      hooks: hooks?.planned ?? null,
    },
  };
}

async function clientHere(
  { system, folder }: Context,
): Promise<SetupResult["client"]> {
  const home = claudeHome(system);
  const version = await clientVersion(system, folder) ?? null;
  const there = home !== undefined &&
    (version !== null || isFolder(system, home));
  return there ? { version, folder: home } : null;
}

/** Settings for the parts of a conversation that mpm keeps. */
function settingsOfSources() {
  return CONVERSATION_SOURCES.map((source) => `handoff.${source}` as const);
}

async function sourcesHere(
  { system }: Context,
  { root }: Workspace,
): Promise<SetupResult["conversation"]> {
  const { config } = await readConfigAnyway(system, root);
  return settingsOfSources().map((setting) => ({
    setting,
    kept: config[setting],
    summary: settingOf(setting).summary,
  }));
}

/** Everything is one operation, which one undo undoes. */
async function applied(
  context: Context,
  workspace: Workspace,
  { result, hooks }: SetupPlan,
): Promise<SetupResult> {
  const { config } = result;
  return await journaled(
    context,
    async ({ system }) => {
      await applyInit(system, workspace, { ...result.init, dry_run: false });
      if (config !== null) {
        const off = settingsOfSources().map((key) => ({ key, value: false }));
        await setForUser(system, workspace.root, off);
      }
      const installed = hooks ? await installReady(system, hooks) : null;
      return { ...result, dry_run: false, hooks: installed };
    },
    {
      operation: "setup",
      workspace,
      files: [...hooks?.files ?? [], ...config === null ? [] : [config]],
      title: () => `set up${hooks ? " with hooks" : ""}`,
      facts: ({ init: { created } }) =>
        created ? { after: { created: HOME } } : undefined,
    },
  );
}

function agreed({ ask }: Context, question: string): boolean {
  const answer = ask(`${question} [Y/n]: `);
  return answer !== undefined && !/^no?$/i.test(answer.trim());
}

function sourcesText(sources: SetupResult["conversation"]): string {
  return [
    "Parts of a conversation that mpm keeps, with secrets redacted:",
    ...sources.map(({ setting, kept, summary }) =>
      `  ${kept ? "on " : "off"}  ${setting}: ${summary}`
    ),
  ].join("\n");
}

/** Returns the result, or the plan of a dry run or of a question, as text. */
function setupText(
  result: SetupResult,
  { asked = false }: { asked?: boolean } = {},
): string {
  const { dry_run: dry, client, init, conversation, config, hooks } = result;
  const found = client === null
    ? "Claude Code was not found, so mpm installs no hooks"
    : `Claude Code ${client.version ?? "(version unknown)"}: ${
      escapeText(client.folder)
    }`;
  const switched = dry
    ? "Would switch all of them off in"
    : "Switched all of them off in";
  return [
    `${found}\n`,
    initText({ ...init, dry_run: dry }),
    // They were listed with the question.
    ...asked ? [] : [`${sourcesText(conversation)}\n`],
    ...config === null ? [] : [`${switched} ${escapeText(config)}\n`],
    ...hooks === null
      ? []
      : [installText({ ...hooks, dry_run: dry }, makeStyle(false))],
  ].join("");
}
