import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { CONVERSATION_SOURCES, isFolder } from "../../clients/mod.ts";
import {
  readConfigAnyway,
  setForUser,
  settingOf,
  userConfigFile,
} from "../../config/mod.ts";
import { Git, locate, type Workspace } from "../../git/mod.ts";
import {
  checkFolder,
  claudeHome,
  HOME,
  journaled,
  layout,
  withUserLock,
} from "../../ops/mod.ts";
import {
  applyInit,
  isLog,
  listSaves,
  Origins,
  planInit,
  trustedFile,
  trustSaves,
} from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import {
  plannedCompletions,
  writeCompletions,
} from "../install/completions.ts";
import { SCOPE_FLAG } from "../install/change.ts";
import { clientVersion } from "../install/program.ts";
import {
  installReady,
  type ReadyInstall,
  readyInstall,
} from "../install/ready.ts";
import {
  foundText,
  oldSavesText,
  setupText,
  sourcesText,
} from "../install/setup_text.ts";
import type { SetupResult } from "./results.ts";

/** `mpm setup` */
export const setup = defineCommand({
  name: "setup",
  summary: "Set up a project: folder, hooks, what mpm keeps",
  description: `
Finds git, Claude Code and your shells. Then it proposes the project's folder,
hooks and skills, completion scripts, and what mpm keeps. It shows what it will
write and asks before it does; --yes accepts everything except saves of
claude-mpm.

If claude-mpm left saves in this project, setup lists them and asks once whether
they are yours: neither their path nor their owner proves it. A yes records their
digests, and mpm uses them as your own.

"mpm undo" undoes the whole setup.`,
  positionals: [],
  flags: {
    yes: {
      type: "boolean",
      short: "y",
      summary: "Accept the proposal without asking",
    },
    "no-contents": {
      type: "boolean",
      summary:
        "Do not keep contents of uncommitted files, in all your projects",
    },
    "no-conversation": {
      type: "boolean",
      summary: "Keep no parts of conversations, in all your projects",
    },
    "no-hooks": {
      type: "boolean",
      summary: "Leave Claude Code's settings alone",
    },
    "no-completions": {
      type: "boolean",
      summary: "Install no completion scripts",
    },
    "branch-commits": {
      type: "boolean",
      summary: "Also commit saves to your branch, in all your projects",
    },
    "trust-saves": {
      type: "boolean",
      summary: "The saves of claude-mpm in this project are yours",
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

/** The contents are as they are: only names keep some out. */
const CONTENTS_QUESTION =
  "Names such as .env* and *.pem stay out of saves; other files are not " +
  "scanned for secrets. Keep the contents of uncommitted files with saves?";

interface SetupInput {
  readonly asks: boolean;
  readonly "no-contents": boolean;
  readonly "no-completions": boolean;
  readonly "trust-saves": boolean;
  readonly "branch-commits": boolean;
  readonly "no-conversation": boolean;
  readonly "no-hooks": boolean;
  readonly ignore: boolean;
  readonly scope: "local" | "project" | "user";
  readonly binary: string | undefined;
}

interface SetupPlan {
  /** The answer of a dry run. */
  readonly result: SetupResult;
  readonly hooks: ReadyInstall | undefined;
  /** Settings that change in the user's configuration. */
  readonly settings: Parameters<typeof setForUser>[2];
  /** Saves that the user says are theirs. */
  readonly trusted: readonly Mark[];
}

type Mark = { readonly id: string; readonly digest: string };

/** Looks at the present state, and asks if it may. Writes nothing. */
async function planned(
  context: Context,
  workspace: Workspace,
  input: SetupInput,
): Promise<SetupPlan> {
  const { system } = context;
  const { asks } = input;
  const yes = (question: string) => !asks || agreed(context, question);
  const [client, git, sources] = await Promise.all([
    clientHere(context),
    gitHere(context),
    sourcesHere(context, workspace),
  ]);
  if (asks) context.note(foundText({ client, git }));
  const { config } = await readConfigAnyway(system, workspace.root);
  const contents = config["pause.contents"] && !input["no-contents"] &&
    yes(CONTENTS_QUESTION);
  if (asks) context.note(sourcesText(sources));
  const some = sources.some(({ kept }) => kept);
  const off = some && (input["no-conversation"] ||
    !yes("Keep these parts of conversations?"));
  const hooks = client !== null && !input["no-hooks"] &&
      yes("Install hooks and skills?")
    ? await hooksFor(context, workspace, input)
    : undefined;
  const completions = completionsFor(context, input);
  const folder = { "ignore": input.ignore, "dry-run": false };
  const { dry_run: _, ...init } = await planInit(context, workspace, folder);
  const commits = config["pause.branch_commit"] || input["branch-commits"] ||
    (asks && workspace.git === "repository" &&
      accepted(context, "Also commit saves to your branch?"));
  const old = await savesOfClaudeMpm(system, workspace.root);
  const trusts = old.length > 0 &&
    (input["trust-saves"] || (asks && areTheirs(context, old)));
  const settings = changedSettings({
    contents: contents !== config["pause.contents"],
    conversation: off,
    commits: commits !== config["pause.branch_commit"],
  });
  return {
    ...{ hooks, settings },
    trusted: trusts ? old : [],
    result: {
      dry_run: true,
      ...{ client, git, init, contents, completions },
      branch_commits: commits,
      conversation: sources.map((one) => ({ ...one, kept: one.kept && !off })),
      config: settings.length > 0
        ? userConfigFile(system, workspace.root)
        : null,
      hooks: hooks?.planned ?? null,
      claude_mpm: {
        saves: old.map(({ id, summary }) => ({ session_id: id, summary })),
        trusted: trusts,
      },
    },
  };
}

/** Returns the settings that differ from what the user wants. */
function changedSettings(
  changed: {
    readonly contents: boolean;
    readonly conversation: boolean;
    readonly commits: boolean;
  },
): SetupPlan["settings"] {
  return [
    ...[
      ...changed.contents ? ["pause.contents" as const] : [],
      ...changed.conversation ? settingsOfSources() : [],
    ].map((key) => ({ key, value: false })),
    ...changed.commits
      ? [{ key: "pause.branch_commit" as const, value: true }]
      : [],
  ];
}

const NO_GIT = { status: -1, stdout: new Uint8Array() };

/** Returns what `git version` prints; null: git does not run. */
async function gitHere({ system, folder }: Context): Promise<string | null> {
  const { status, stdout } = await new Git(system, folder).run(["version"])
    .catch(() => NO_GIT);
  const text = new TextDecoder().decode(stdout).trim();
  return status === 0 && text !== "" ? escapeText(text) : null;
}

function hooksFor(
  context: Context,
  workspace: Workspace,
  { scope, binary }: SetupInput,
): Promise<ReadyInstall> {
  const parts = { skills: true, statusline: false };
  return readyInstall(context, workspace, { scope, binary, ...parts });
}

function completionsFor(
  context: Context,
  { asks, "no-completions": none }: SetupInput,
): SetupResult["completions"] {
  const found = none ? [] : plannedCompletions(context.system);
  const due = found.filter(({ action }) =>
    action === "added" || action === "replaced"
  );
  if (due.length === 0 || !asks) return found;
  const shells = due.map(({ shell }) => shell).join(" and ");
  return agreed(context, `Install completions for ${shells}?`) ? found : [];
}

/** The saves of claude-mpm in the project that the user does not trust yet. */
async function savesOfClaudeMpm(
  system: System,
  root: string,
): Promise<(Mark & { readonly summary: string })[]> {
  // A link instead of the folder leads outside the project.
  if (!checkFolder(system, layout(root).home)) return [];
  const origins = new Origins(system);
  return (await listSaves(system, root)).flatMap((entry) => {
    const { id, digest, own, imported, summary } = entry;
    return digest !== undefined && !own && !imported && !isLog(entry) &&
        origins.of({ id, digest }) === "foreign"
      ? [{ id, digest, summary }]
      : [];
  });
}

function areTheirs(
  { ask, note }: Context,
  saves: readonly (Mark & { readonly summary: string })[],
): boolean {
  note(oldSavesText(saves.map(({ id, summary }) => ({
    session_id: id,
    summary,
  }))));
  return accepted({ ask }, "Are these saves yours?");
}

/** Asks a question that only a yes answers with yes. */
function accepted({ ask }: Pick<Context, "ask">, question: string): boolean {
  const answer = ask(`${question} [y/N]: `);
  return /^y(es)?$/i.test(answer?.trim() ?? "");
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
  { result, hooks, settings, trusted }: SetupPlan,
): Promise<SetupResult> {
  const { config, completions } = result;
  const { system } = context;
  return await journaled(
    context,
    async ({ system }) => {
      await applyInit(system, workspace, { ...result.init, dry_run: false });
      if (config !== null) {
        await setForUser(system, workspace.root, settings);
      }
      await withUserLock(system, () => {
        writeCompletions(system, completions);
        if (trusted.length > 0) trustSaves(system, trusted, workspace.root);
      });
      const installed = hooks ? await installReady(system, hooks) : null;
      return { ...result, dry_run: false, hooks: installed };
    },
    {
      operation: "setup",
      workspace,
      files: [
        ...hooks?.files ?? [],
        ...config === null ? [] : [config],
        ...completions.map(({ path }) => path),
        ...trusted.length > 0 ? [trustedFile(system)] : [],
      ],
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
