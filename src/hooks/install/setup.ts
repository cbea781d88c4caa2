import { escapeText } from "../../base/escape.ts";
import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import {
  type Client,
  CLIENTS,
  CONVERSATION_SOURCES,
  isFolder,
  missingFolders,
} from "../../clients/mod.ts";
import {
  type Config,
  readConfigAnyway,
  setForUser,
  settingOf,
  userConfigFile,
} from "../../config/mod.ts";
import { Git, type Workspace } from "../../git/mod.ts";
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
import type { ClientFilesResult, SetupResult } from "../commands/results.ts";
import {
  foldersFor,
  plannedCompletions,
  writeCompletions,
} from "./completions.ts";
import {
  applyClient,
  changing,
  type ClientFile,
  clientProblems,
  clientResult,
  planClient,
} from "./client_files.ts";
import {
  binaryFor,
  clientsHere,
  clientVersion,
  warnsOfOldClient,
} from "./program.ts";
import { accepted, agreed } from "./questions.ts";
import { installReady, type ReadyInstall, readyInstall } from "./ready.ts";
import {
  CONTENTS_NOTE,
  foundText,
  oldSavesText,
  sourcesText,
} from "./setup_text.ts";

/** The answers given as options. */
export interface SetupInput {
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

/** The result of a dry run, and the parts of the plan. */
export interface SetupPlan {
  /** The result of a dry run. */
  readonly result: SetupResult;
  readonly hooks: ReadyInstall | undefined;
  /** The files of other clients. */
  readonly files: readonly ClientFile[];
  /** Settings to change in the user's configuration. */
  readonly settings: Parameters<typeof setForUser>[2];
  /** Saves that the user identified as their own. */
  readonly trusted: readonly Mark[];
}

type Mark = { readonly id: string; readonly digest: string };

/** Reads the current state, and asks questions if allowed. Writes nothing. */
export async function planSetup(
  context: Context,
  workspace: Workspace,
  input: SetupInput,
): Promise<SetupPlan> {
  const { system } = context;
  const { asks } = input;
  const yes = (question: string) => !asks || agreed(context, question);
  const found = await foundHere(context, input);
  const { client, completions } = found;
  if (asks) context.note(foundText(found));
  const { config } = readConfigAnyway(system, workspace.root);
  const contents = config["pause.contents"] && !input["no-contents"] &&
    keepsContents(context, asks && workspace.git === "repository");
  const sources = sourcesOf(config);
  if (asks) context.note(`\n${sourcesText(sources)}`);
  const some = sources.some(({ kept }) => kept);
  const off = some && (input["no-conversation"] ||
    !yes("Keep these parts of conversations?"));
  const hooked = await hookedClients(context, input, client !== null);
  const { hooks, more } = await allHooks(context, workspace, {
    ...{ input, config, ...hooked },
  });
  const wanted = asks ? wantedCompletions(context, completions) : completions;
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
    ...{ hooks, settings, files: more.flatMap(({ files }) => files) },
    trusted: trusts ? old : [],
    result: {
      dry_run: true,
      ...{ ...found, completions: wanted },
      // File contents are stored as git objects.
      ...{ init, contents: contents && workspace.git === "repository" },
      branch_commits: commits,
      conversation: sources.map((one) => ({ ...one, kept: one.kept && !off })),
      config: settings.length > 0
        ? userConfigFile(system, workspace.root)
        : null,
      hooks: hooks?.planned ?? null,
      clients: more.map(({ result }) => result),
      claude_mpm: {
        saves: old.map(({ id, summary }) => ({ session_id: id, summary })),
        trusted: trusts,
      },
    },
  };
}

async function foundHere(context: Context, input: SetupInput) {
  const { system } = context;
  const [client, git] = await Promise.all([
    clientHere(context),
    gitHere(context),
  ]);
  const completions = input["no-completions"] ? [] : plannedCompletions(system);
  const others = otherClients(system).map(({ title }) => title);
  return { client, git, other_clients: others, completions };
}

async function hookedClients(
  context: Context,
  { asks, "no-hooks": no }: SetupInput,
  isFound: boolean,
): Promise<{ claude: boolean; others: readonly Client[] }> {
  const none = { claude: false, others: [] };
  if (no) return none;
  const others = otherClients(context.system);
  // A script gets an error if Claude Code is too old.
  const claude = isFound && !(asks && await warnsOfOldClient(context));
  if (!claude && others.length === 0) return none;
  const wanted = !asks || agreed(context, "Install hooks and skills?");
  return wanted ? { claude, others } : none;
}

function keepsContents(context: Context, asks: boolean): boolean {
  if (!asks) return true;
  context.note(`\n${CONTENTS_NOTE}`);
  const question = "Keep the contents of uncommitted files with saves?";
  return agreed(context, question);
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

/** Returns the output of `git version`; null: git does not run. */
async function gitHere({ system, folder }: Context): Promise<string | null> {
  const git = new Git(system, folder, { plain: true });
  const { status, stdout } = await git.run(["version"]).catch(() => NO_GIT);
  const text = new TextDecoder().decode(stdout).trim();
  return status === 0 && text !== "" ? escapeText(text) : null;
}

async function allHooks(
  context: Context,
  workspace: Workspace,
  { input, config, claude, others }: {
    input: SetupInput;
    config: Config;
    claude: boolean;
    others: readonly Client[];
  },
) {
  const { binary, scope } = input;
  const parts = { scope, binary, skills: true, statusline: false };
  return {
    hooks: claude ? await readyInstall(context, workspace, parts) : undefined,
    more: await hooksOfOthers(context, others, {
      ...{ binary, claims: config["claims.auto"] },
    }),
  };
}

/** Returns the clients on this machine that use the common hook format. */
function otherClients(system: System): Client[] {
  return clientsHere(system).filter((client) => client.setup);
}

/** A client whose files cannot be changed does not stop the others. */
async function hooksOfOthers(
  context: Context,
  clients: readonly Client[],
  { binary: named, claims }: { binary: string | undefined; claims: boolean },
): Promise<{ files: ClientFile[]; result: ClientFilesResult }[]> {
  const { system } = context;
  const planned: { files: ClientFile[]; result: ClientFilesResult }[] = [];
  // Several clients share the same skills.
  const seen = new Set<string>();
  for (const client of clients) {
    const binary = binaryFor(context, named);
    const order = { binary, dryRun: true };
    try {
      const wanted = { binary, claims, skills: true };
      const files = (await planClient(system, client, wanted))
        .filter(({ entry }) => !seen.has(entry.path));
      files.forEach(({ entry }) => seen.add(entry.path));
      planned.push({ files, result: clientResult(client, files, order) });
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      const { message, hint } = error;
      const warnings = [hint === undefined ? message : `${message}. ${hint}`];
      const result = { ...clientResult(client, [], order), warnings };
      planned.push({ files: [], result });
    }
  }
  return planned;
}

function wantedCompletions(
  context: Context,
  found: SetupResult["completions"],
): SetupResult["completions"] {
  const due = found.filter(({ action }) =>
    action === "added" || action === "replaced"
  );
  if (due.length === 0) return found;
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
  context: Context,
  saves: readonly (Mark & { readonly summary: string })[],
): boolean {
  context.note(oldSavesText(saves.map(({ id, summary }) => ({
    session_id: id,
    summary,
  }))));
  return accepted(context, "Are these saves yours?");
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

function settingsOfSources() {
  return CONVERSATION_SOURCES.map((source) => `handoff.${source}` as const);
}

function sourcesOf(config: Config): SetupResult["conversation"] {
  return settingsOfSources().map((setting) => ({
    setting,
    kept: config[setting],
    summary: settingOf(setting).summary,
  }));
}

/** Applies the setup as one operation, which a single undo reverses. */
export async function applySetup(
  context: Context,
  workspace: Workspace,
  { result, hooks, files, settings, trusted }: SetupPlan,
): Promise<SetupResult> {
  const { config, completions } = result;
  const { system } = context;
  const changed = changing(files).map(({ entry }) => entry.path);
  return await journaled(
    context,
    async ({ system }) => {
      await applyInit(system, workspace, { ...result.init, dry_run: false });
      if (config !== null) {
        await setForUser(system, workspace.root, settings);
      }
      await withUserLock(system, () => {
        writeCompletions(system, completions);
        applyClient(system, files);
        if (trusted.length > 0) trustSaves(system, trusted, workspace.root);
      });
      const installed = hooks ? await installReady(system, hooks) : null;
      const clients = await Promise.all(result.clients.map(async (one) => {
        const client = CLIENTS.find(({ name }) => name === one.client)!;
        const problems = await clientProblems(system, client);
        return { ...one, dry_run: false, problems };
      }));
      return { ...result, dry_run: false, hooks: installed, clients };
    },
    {
      operation: "setup",
      workspace,
      files: [
        ...hooks?.files ?? [],
        ...config === null ? [] : [config],
        ...completions.map(({ path }) => path),
        ...foldersFor(system, completions),
        ...missingFolders(system, changed),
        ...changed,
        ...trusted.length > 0 ? [trustedFile(system)] : [],
      ],
      title: () => `set up${hooks ? " with hooks" : ""}`,
      facts: ({ init: { created } }) =>
        created ? { after: { created: HOME } } : undefined,
    },
  );
}
