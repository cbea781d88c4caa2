import type { Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import { readBrief } from "../git/status/brief.ts";
import { quickPlace } from "../git/quick_place.ts";
import { rootWithoutGit } from "../git/root_without_git.ts";
import { mayNameSecret } from "../secrets/maybe_secret.ts";
import type { Workspace } from "../git/repository.ts";
import type { StatusResult } from "./commands/results.ts";
import { checklistView, workView } from "./work_view.ts";
import { latestCheckpoint } from "../checkpoints/latest.ts";
import { currentStack, type Stack } from "./work_current.ts";
import { checkFolder } from "../ops/folders.ts";
import { layout } from "../ops/layout.ts";
import { keptNotes, missingNotes } from "./work_parked.ts";
import { hasRecord } from "../checkpoints/store.ts";
import { openWorks } from "./work_change.ts";
import { isSaved } from "./work_saved.ts";
import type { System } from "../system/system.ts";

/** Reads everything with one git process at most. */
export async function readStatus(
  context: Context,
  porcelain: boolean,
): Promise<StatusResult> {
  const { system, folder } = context;
  const place = quickPlace(system, folder) ?? {
    root: rootWithoutGit(system, folder),
    worktree: folder,
    linked: false,
    gitDir: undefined,
  };
  const blank: StatusResult = {
    project: null,
    at: system.now().toISOString(),
    form: porcelain ? "porcelain" : "text",
    session: null,
    resumable: false,
    parents: [],
    checklist: [],
    checkpoint: null,
    git: null,
    problems: [],
  };
  const { root, gitDir, worktree } = place;
  if (!isProject(system, root, porcelain)) return blank;
  // What a dead pause left is finished, but never by a prompt.
  if (!porcelain) await openWorks(system, root);
  // Git works while the store is read.
  const git = gitDir === undefined
    ? undefined
    : readBrief(system, { worktree, gitDir });
  const { chain, problem } = stackHere(system, place);
  const [work, ...parents] = chain;
  const exists = (id: string) => hasRecord(system, root, id);
  return {
    ...blank,
    project: root,
    session: work ? workView(work) : null,
    resumable: work?.state === "paused" && isSaved(system, root, work),
    parents: parents.map(workView),
    checklist: checklistView(work?.checklist ?? []),
    checkpoint: latestCheckpoint(system, root),
    git: await told(system, await git),
    problems: [
      ...problem === undefined ? [] : [problem],
      ...porcelain ? [] : [
        ...keptNotes(chain, exists),
        ...missingNotes(chain, exists),
      ],
    ],
  };
}

type Git = NonNullable<StatusResult["git"]>;

/** What redacts names is loaded only where one may hold a secret. */
async function told(system: System, git: Git | undefined): Promise<Git | null> {
  const { branch, upstream } = git ?? {};
  const suspect = [branch, upstream].some((name) =>
    name && mayNameSecret(name)
  );
  if (!git || !suspect) return git ?? null;
  const { redactorOf } = await import("../secrets/redaction.ts");
  const clean = (name: string | null) =>
    name === null ? null : redactorOf(system).name(name);
  return {
    ...git,
    branch: clean(git.branch),
    upstream: clean(git.upstream),
  };
}

/** Throws CONFLICT for a link in place of the folder, unless `quiet`. */
function isProject(system: System, root: string, quiet: boolean): boolean {
  const { home } = layout(root);
  return quiet
    ? system.files.lstat(home)?.kind === "folder"
    : checkFolder(system, home);
}

/** A prompt must come whatever lies in the store. */
function stackHere(
  system: System,
  place: Pick<Workspace, "root" | "linked" | "gitDir">,
): Stack {
  try {
    return currentStack(system, place);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return { chain: [], problem: error.message };
  }
}
