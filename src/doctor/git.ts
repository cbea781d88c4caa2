import { readJournal, takeLock } from "../ops/mod.ts";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { shellWord } from "../base/shell.ts";
import { durationText } from "../base/times.ts";
import { counted, sizeText } from "../base/words.ts";
import { refsOfRemovals, REMOVED } from "../checkpoints/mod.ts";
import { DETOURS } from "../detours/mod.ts";
import {
  findUnfinished,
  Git,
  isOlder,
  OLDEST_GIT,
  parseGitVersion,
  readRefs,
  removeUnfinished,
  USABLE_GIT,
  versionText,
} from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { listWorks } from "../work/mod.ts";
import { readRescues, RESCUE } from "../worktrees/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  unknown,
  warning,
} from "./check.ts";

const INSTALL = `Install git ${versionText(OLDEST_GIT)} or newer`;

/** Checks that git is installed, new enough, and accepts this repository. */
export async function checkGit(input: CheckInput): Promise<Checked> {
  const { system, workspace } = input;
  const answer = await new Git(system, workspace.cwd, { plain: true })
    .run(["version"]);
  if (answer.outcome === "missing") {
    // Files alone show whether the project needs git.
    const found = hasRepository(system, workspace.cwd)
      ? failure("GIT_FAILED", "git is not on PATH, and this is a repository", {
        advice: INSTALL,
      })
      : warning("git is not on PATH, so mpm cannot take checkpoints", {
        advice: INSTALL,
      });
    return { summary: "not installed", found: [found] };
  }
  if (answer.outcome !== "exited" || answer.status !== 0) {
    const detail = `git cannot be run: ${answer.outcome}`;
    return { summary: "cannot be run", found: [failure("GIT_FAILED", detail)] };
  }
  const text = new TextDecoder().decode(answer.stdout).trim();
  const found = [
    ...versionFindings(text),
    ...repositoryFindings(workspace),
    ...await damageFindings(system, workspace),
    ...await unfinishedFindings(input),
  ];
  return { summary: text.replace(/^git version /, ""), found };
}

function versionFindings(text: string): Finding[] {
  const version = parseGitVersion(text);
  const oldest = versionText(OLDEST_GIT);
  if (!version) {
    return [unknown(`"${text}" is not a version; mpm needs ${oldest}`)];
  }
  if (isOlder(version, USABLE_GIT)) {
    const detail =
      `git ${versionText(version)} is too old: mpm cannot list worktrees, ` +
      "and mpm return cannot combine changes";
    return [failure("GIT_FAILED", detail, { advice: INSTALL })];
  }
  if (isOlder(version, OLDEST_GIT)) {
    const detail = `git ${versionText(version)} lacks "merge-tree ` +
      `--write-tree", which mpm return needs to combine parked work with changes`;
    return [warning(detail, { advice: INSTALL })];
  }
  return [];
}

function repositoryFindings(
  { git, reason, worktree }: CheckInput["workspace"],
): Finding[] {
  if (git !== "failed" || reason === undefined) return [];
  const advice = /dubious ownership/.test(reason)
    ? `git config --global --add safe.directory ${shellWord(worktree)}`
    : "git status";
  return [failure("GIT_FAILED", `git refuses: ${reason}`, { advice })];
}

/** Finds settings that git rejects, and objects that git cannot read. */
async function damageFindings(
  system: System,
  { git: state, root, cwd, worktree, gitDir }: CheckInput["workspace"],
): Promise<Finding[]> {
  if (state === "none") {
    const refused = [root, cwd].map((folder) => join(folder, ".git"))
      .find((path) => system.files.lstat(path));
    if (refused === undefined) return [];
    const detail =
      `"${refused}" exists, but git does not accept it as a repository`;
    return [failure("GIT_FAILED", detail, { advice: "git status" })];
  }
  if (state !== "repository" || gitDir === undefined) return [];
  const git = new Git(system, worktree);
  const found: Finding[] = [];
  const head = await git.run(["rev-parse", "--verify", "--quiet", "HEAD"]);
  const tree = await git.run(["cat-file", "-e", "HEAD^{tree}"]);
  if (head.status === 0 && tree.status !== 0) {
    const detail = `git cannot read the last commit: ${firstLine(tree)}`;
    found.push(failure("GIT_FAILED", detail, { advice: "git fsck --full" }));
  }
  // A bare repository has no index.
  const index = await git.run(["ls-files", "--unmerged", "-z"]);
  if (index.status !== 0 && !/work tree/.test(firstLine(index))) {
    const path = join(gitDir, "index");
    const detail = `git cannot read the index: ${firstLine(index)}`;
    const advice = `mv ${shellWord(path)} ${shellWord(`${path}.damaged`)} && ` +
      "git reset";
    found.push(failure("GIT_FAILED", detail, { advice }));
  }
  return found;
}

/** Finds files that git left behind when it was killed or ran out of space. */
async function unfinishedFindings(
  { context, system, workspace }: CheckInput,
): Promise<Finding[]> {
  if (workspace.git !== "repository") return [];
  const git = new Git(system, workspace.worktree);
  const found = await findUnfinished(system, git);
  if (found.length === 0) return [];
  const bytes = found.reduce((sum, { size }) => sum + size, 0);
  const detail = `git did not finish writing ${counted(found.length, "file")}` +
    ` (${sizeText(bytes)}), e.g. "${found[0]!.path}"`;
  return [warning(detail, {
    fix: {
      title: "Remove files that git did not finish writing",
      apply: () => removeUnfinished(context.system, git),
    },
  })];
}

function firstLine({ stderr }: { readonly stderr: Uint8Array }): string {
  return new TextDecoder().decode(stderr).trim().split("\n")[0]!;
}

function hasRepository({ files }: System, folder: string): boolean {
  for (let at = folder;; at = join(at, "..")) {
    if (files.lstat(join(at, ".git"))) return true;
    if (join(at, "..") === at) return false;
  }
}

/** Files with which a running git locks out other git processes. */
const GIT_LOCKS = ["index.lock", "HEAD.lock"];
const SHARED_LOCKS = ["packed-refs.lock", "config.lock", "shallow.lock"];

/** Milliseconds after which a git process is unlikely to be still running. */
const STALE = 10 * 60_000;

/** Finds mpm and git locks that are held or left behind. */
export async function checkLocks(input: CheckInput): Promise<Checked> {
  const { context, at, hasStore, workspace } = input;
  const found: Finding[] = [];
  const held: string[] = [];
  const own = [at.lock, at.oldLock, at.detourLock];
  for (const path of hasStore ? own : []) {
    const state = await stateOfLock(context.system, path);
    if (state === "held") held.push("another mpm is writing");
    if (state instanceof MpmError) {
      found.push(
        unknown(`${state.message}; mpm does not know whether it is locked`),
      );
    }
  }
  const { gitDir, commonDir } = workspace;
  const locks = [
    ...GIT_LOCKS.map((name) => gitDir && join(gitDir, name)),
    ...SHARED_LOCKS.map((name) => commonDir && join(commonDir, name)),
  ].filter((path) => path !== undefined);
  for (const path of locks) {
    const age = ageOf(input, path);
    if (age === undefined) continue;
    if (age < STALE) held.push("git is running");
    else {
      const detail =
        `"${path}" is ${durationText(age)} old: git refuses changes while it ` +
        "exists";
      const advice = `If no git is running: rm ${shellWord(path)}`;
      found.push(warning(detail, { advice }));
    }
  }
  const summary = [...new Set(held)].join(", ") || "none";
  return { summary, found };
}

function ageOf(
  { context, system }: CheckInput,
  path: string,
): number | undefined {
  const found = system.files.lstat(path);
  return found && context.system.now().getTime() - found.mtime;
}

/** Takes the lock briefly, since only the kernel knows who holds it. */
async function stateOfLock(
  { files }: System,
  path: string,
): Promise<"free" | "held" | MpmError> {
  if (!files.lstat(path)) return "free";
  return await attempt(async () => {
    using lock = await takeLock({ files }, path, 0);
    return lock ? "free" as const : "held" as const;
  }, (error) => error);
}

/** Finds refs whose objects no mpm command uses. */
export async function checkRefs(
  { system, workspace }: CheckInput,
): Promise<Checked> {
  if (workspace.git === "none") return { summary: "no repository", found: [] };
  const { root } = workspace;
  const git = new Git(system, root);
  const folders = [DETOURS, REMOVED, RESCUE].map((folder) => `${folder}/`);
  const refs = (await readRefs(git, ["%(refname)"], ...folders)).flat();
  if (refs.length === 0) {
    return { summary: "no leftover refs", found: [] };
  }
  const { works, problems } = listWorks(system, root);
  const removals = refsOfRemovals(readJournal(system, root));
  const rescues = (await readRescues(git)).map(({ ref }) => `${ref}/`);
  const found = refs.flatMap((ref): Finding[] => {
    if (ref.startsWith(`${REMOVED}/`)) {
      return removals.has(ref)
        ? []
        : [lone(ref, "a removed checkpoint that no operation restores")];
    }
    if (ref.startsWith(`${RESCUE}/`)) {
      return rescues.some((front) => ref.startsWith(front))
        ? []
        : [lone(ref, "a removed worktree without a record")];
    }
    const id = ref.slice(DETOURS.length + 1).replace(/-left$/, "");
    // An unreadable record may belong to this detour.
    return problems.length > 0 || works.some((work) => work.id === id)
      ? []
      : [lone(ref, "commits of a detour that no longer exists")];
  });
  return {
    summary: counted(refs.length, "ref"),
    found: bounded(found, "more ref"),
  };
}

function lone(ref: string, what: string): Finding {
  return warning(`"${ref}" keeps ${what}`, {
    advice: `If it is not needed: git update-ref -d ${shellWord(ref)}`,
  });
}
