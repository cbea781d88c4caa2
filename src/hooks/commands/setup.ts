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
  summary: "Set a project up: folder, hooks, what is kept of conversations",
  description: `
Does what init does, finds Claude Code and offers its hooks and skills, and says
what mpm keeps of a conversation with an agent. It asks on a terminal and shows
what it will write; --yes takes what it proposes. With --no-conversation nothing
of a conversation is kept: your own configuration, which counts in all projects,
then switches every source off. "mpm undo" takes all of it back.`,
  positionals: [],
  flags: {
    yes: {
      type: "boolean",
      short: "y",
      summary: "Take what is proposed and do not ask",
    },
    "no-conversation": {
      type: "boolean",
      summary: "Keep nothing of a conversation, in all your projects",
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
      throw new MpmError("USAGE", "Nobody is there to be asked", {
        hint: "--yes takes what is proposed, --dry-run shows it",
      });
    }
    const workspace = await locate(context.system, context.folder);
    const plan = await planned(context, workspace, { ...input, asks });
    if (input["dry-run"]) return plan.result;
    if (asks) {
      context.note(setupText(plan.result).trimEnd());
      if (!agreed(context, "Write this?")) {
        throw new MpmError("CANCELLED", "Nothing was written");
      }
    }
    return await applied(context, workspace, plan);
  },
  render: setupText,
  next: ({ dry_run: dry }) =>
    dry ? undefined : '"mpm pause" saves a session, "mpm undo" takes this back',
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
  /** What would be done. */
  readonly result: SetupResult;
  readonly hooks: ReadyInstall | undefined;
}

/** Finds out what there is, and asks where it may. Writes nothing. */
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
    (input.asks && !agreed(context, "Keep this of conversations?")));
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
    { "ignore": input.ignore, "no-ignore": false, "dry-run": false },
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

/** The settings of what is kept of a conversation. */
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

/** Everything is one operation, which one undo takes back. */
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
    "Of a conversation with an agent mpm keeps, without secrets:",
    ...sources.map(({ setting, kept, summary }) =>
      `  ${kept ? "on " : "off"}  ${setting}: ${summary}`
    ),
  ].join("\n");
}

/** What was set up, or would be, for people. */
function setupText(result: SetupResult): string {
  const { dry_run: dry, client, init, conversation, config, hooks } = result;
  const found = client === null
    ? "Claude Code was not found: its hooks are left out"
    : `Claude Code ${client.version ?? "of an unknown version"}: ${
      escapeText(client.folder)
    }`;
  const switched = dry ? "Would switch all of it off in" : "Switched off in";
  return [
    `${found}\n`,
    initText({ ...init, dry_run: dry }),
    `${sourcesText(conversation)}\n`,
    ...config === null ? [] : [`${switched} ${escapeText(config)}\n`],
    ...hooks === null
      ? []
      : [installText({ ...hooks, dry_run: dry }, makeStyle(false))],
  ].join("");
}
