import { type Context, defineCommand, flag } from "../../cli/mod.ts";
import { attempt, type MpmError } from "../../base/errors.ts";
import {
  type GitLine,
  quickPlace,
  readBrief,
  rootWithoutGit,
} from "../../git/mod.ts";
import { mayNameSecret, redactorOf } from "../../secrets/mod.ts";
import {
  checklistView,
  currentStack,
  isSaved,
  keptNotes,
  missingNotes,
  type Stack,
  workView,
} from "../../work/mod.ts";
import { hasRecord, latestCheckpoint } from "../../checkpoints/mod.ts";
import { actorOf, whoWorks } from "../../agents/mod.ts";
import { latestAgentSession, readGauge } from "../../clients/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { allIntents, checkFolder, layout } from "../../ops/mod.ts";
import { openHandoffs, readDocuments } from "../../documents/mod.ts";
import { itemView, openItems } from "../../items/mod.ts";
import { lastSaveHere, openStore } from "../../saves/mod.ts";
import { listPipelineRuns } from "../../pipelines/mod.ts";
import { listRuns, openRun } from "../../tasks/mod.ts";
import { readTree, treeText } from "../../detours/mod.ts";
import { statusText } from "../status_text.ts";
import type { StatusAnswer, StatusResult } from "./results.ts";
import type { System } from "../../system/system.ts";

export const status = defineCommand({
  name: "status",
  summary: "Show the current session, its checklist and the git state",
  description: `
With --porcelain, mpm prints one "name=value" pair per line, for prompts and scripts. The fields always appear in this order: version (1), session, name, task, state, depth
(number of parents), parent, done, total. After these come checkpoint, branch, ahead,
behind, staged, changed, untracked, conflicts, checkpoint_origin. Missing values are empty. Outside a project, mpm prints nothing. This command runs at most one git process.

Without --porcelain, mpm also shows the newest save and what has changed since. --short prints at most twelve lines, as plain "mpm" does in a terminal.

--tree draws all sessions and their detours, and marks this worktree's session.`,
  positionals: [],
  flags: {
    tree: flag("Draw all sessions and their detours as a tree"),
    all: flag("With --tree: include archived and cancelled sessions"),
    short: flag("Print at most twelve lines"),
    porcelain: flag("Print one field per line, for prompts and scripts"),
  },
  examples: ["mpm status", "mpm status --tree --all", "mpm status --porcelain"],
  result: async () => (await import("./results.ts")).StatusAnswer,
  // Prompts run this often, so it must not wait for anything.
  settles: ({ porcelain }) => !porcelain,
  run: (context, { porcelain, short, tree, all }): Promise<StatusAnswer> =>
    tree
      ? readTree(context, { all })
      : readStatus(context, porcelain ? "porcelain" : short ? "short" : "text"),
  render: (answer, style) =>
    "at" in answer ? statusText(answer, style) : treeText(answer, style),
});

/** Reads the whole status. For a prompt, uses at most one git process. */
async function readStatus(
  context: Context,
  form: StatusResult["form"],
): Promise<StatusResult> {
  const { system } = context;
  const place = placeHere(context);
  const { root, gitDir, worktree } = place;
  const isPrompt = form === "porcelain";
  const blank = blankStatus(system, { form, worktree });
  if (!isProject(system, root, isPrompt)) return blank;
  // Finish an interrupted pause, except in a prompt.
  if (!isPrompt) await openStore(system, root);
  // Git runs while the store is being read.
  const git = gitDir === undefined
    ? undefined
    : readBrief(system, { worktree, gitDir });
  // A prompt must appear whatever the store contains.
  const { chain, problem }: Stack = attempt(
    () => currentStack(system, place),
    ({ message }) => ({ chain: [], problem: message }),
  );
  const [work, ...parents] = chain;
  const checkpoint = latestCheckpoint(system, root);
  const [brief, rest] = await Promise.all([
    git,
    isPrompt ? undefined : readMore(context, place, form),
  ]);
  return {
    ...blank,
    ...rest,
    project: root,
    session: work ? workView(work) : null,
    resumable: work?.state === "paused" && isSaved(system, root, work),
    parents: parents.map(workView),
    checklist: checklistView(work?.checklist ?? []),
    checkpoint,
    git: brief ? cleanGit(system, brief) : null,
    problems: [
      ...problem === undefined ? [] : [problem],
      ...rest?.problems ?? [],
      ...isPrompt ? [] : parkedNotes(system, root, chain),
      ...isPrompt ? [] : unfinishedNotes(system, root),
    ],
  };
}

/** Reads what a prompt does not show. A problem must not hide the rest. */
async function readMore(
  context: Context,
  place: Place,
  form: StatusResult["form"],
) {
  const { system } = context;
  const { items, problems } = openItems(system, place);
  const documents = readDocuments(system, place);
  const found = [...problems, ...documents.problems];
  const noted = <T>(otherwise: T) => ({ message }: MpmError) => {
    found.push(message);
    return otherwise;
  };
  const handoffs = redactorOf(system).value(openHandoffs(documents));
  const save = await attempt(() => lastSaveHere(context), noted(null));
  const named = handoffs.length > 0;
  return {
    items: items.map((item) => itemView(item, true)),
    handoffs,
    last_save: save,
    ...await openRuns(system, place.root),
    ...await attempt(
      () => atWork(context, place, { whole: form === "text", named }),
      noted(NO_ONE),
    ),
    context: await contextHere(context, place),
    problems: found,
  };
}

/** Returns the newest runs if they are running or were interrupted. */
async function openRuns(system: System, root: string) {
  const limit = 1;
  return {
    run: await openRun(() =>
      listRuns(system, root, { task: undefined, limit })
    ),
    pipeline_run: await openRun(() =>
      listPipelineRuns(system, root, { pipeline: undefined, limit })
    ),
  };
}

/** Returns the status outside a project. */
function blankStatus(
  system: System,
  { form, worktree }: Pick<StatusResult, "form" | "worktree">,
): StatusResult {
  return {
    project: null,
    at: system.now().toISOString(),
    form,
    session: null,
    resumable: false,
    parents: [],
    last_save: null,
    checklist: [],
    checkpoint: null,
    git: null,
    items: [],
    handoffs: [],
    run: null,
    pipeline_run: null,
    you: null,
    agents: [],
    claims: [],
    worktree,
    context: null,
    problems: [],
  };
}

/** Points to operations that mpm cannot finish without the user's key. */
function unfinishedNotes(system: System, root: string): string[] {
  const isLeft = allIntents(system, root)
    .some(({ intent }) => intent === undefined);
  return isLeft
    ? ['An unfinished operation needs your attention: run "mpm doctor"']
    : [];
}

const NO_ONE: Pick<StatusResult, "you" | "agents" | "claims"> = {
  you: null,
  agents: [],
  claims: [],
};

/** Returns who works here. */
async function atWork(
  context: Context,
  { root, worktree, gitDir }: Place,
  { whole, named }: { whole: boolean; named: boolean },
) {
  const git = gitDir === undefined ? "none" : "repository";
  const team = whole ? await whoWorks(context, root) : NO_ONE;
  const you = named
    ? (await actorOf(context.system, { git, worktree }, undefined)).name
    : null;
  return { ...team, you };
}

type Place = ReturnType<typeof placeHere>;

/** Finds the place of the current folder without git. */
function placeHere({ system, folder }: Context) {
  return quickPlace(system, folder) ?? {
    root: rootWithoutGit(system, folder),
    worktree: folder,
    linked: false,
    gitDir: undefined,
  };
}

/** Returns how full the agent's context is, if there is a reading. */
async function contextHere(
  { system, folder }: Context,
  { root, worktree }: { root: string; worktree: string },
): Promise<StatusResult["context"]> {
  const here = { root, worktree, cwd: folder };
  const session = await latestAgentSession(system, here);
  if (session === undefined) return null;
  const { config } = readConfigAnyway(system, root);
  const watched = { ...session, root, cwd: folder, transcriptPath: undefined };
  const { gauge } = await readGauge(system, { ...watched, config });
  const { tokens, window, age, unknown } = gauge;
  return tokens === null ? null : { tokens, window, age: age ?? 0, unknown };
}

/** Lists the state of the work that detours left parked. */
function parkedNotes(
  system: System,
  root: string,
  chain: Stack["chain"],
): string[] {
  const exists = (id: string) => hasRecord(system, root, id);
  return [...keptNotes(chain, exists), ...missingNotes(chain, exists)];
}

function cleanGit(system: System, git: GitLine): GitLine {
  return {
    ...git,
    branch: cleanName(system, git.branch),
    upstream: cleanName(system, git.upstream),
  };
}

/** Redacts a name; few names need a redactor. */
function cleanName(system: System, name: string | null): string | null {
  return name !== null && mayNameSecret(name)
    ? redactorOf(system).name(name)
    : name;
}

/** Returns whether this is a project. Unless `quiet`, throws CONFLICT. */
function isProject(system: System, root: string, quiet: boolean): boolean {
  const { home } = layout(root);
  return quiet
    ? system.files.lstat(home)?.kind === "folder"
    : checkFolder(system, home);
}
