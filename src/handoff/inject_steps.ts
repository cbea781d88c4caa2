import { join } from "@std/path";
import type { Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import { readState } from "../git/status/state.ts";
import { facts, restOf } from "../saves/agent_context.ts";
import { injection, type Part, type PartName } from "./injection.ts";
import type { RepositoryState, Workspace } from "../git/repository.ts";
import type { InjectResult } from "./commands/results.ts";
import type { Config } from "../config/settings.ts";
import { openLines, stackLines } from "../work/work_facts.ts";
import { readConfigAnyway } from "../config/config.ts";
import { redactorOf } from "../secrets/redaction.ts";
import type { System } from "../system/system.ts";
import { findWorkspace, readIn } from "../work/commands/quick_steps.ts";
import { latestSession } from "./resume_file_steps.ts";

/** What a part is read from. */
interface Sources {
  readonly context: Context;
  readonly workspace: Workspace;
  readonly config: Config;
  /** Characters of all parts together. */
  readonly limit: number;
  /** Asked of git once, for all parts that want it. */
  state(): Promise<RepositoryState | undefined>;
}

type Reader = (sources: Sources) => Promise<Omit<Part, "name"> | undefined>;

/** Where each part comes from; `undefined`: there is nothing to say. */
const READERS: Readonly<Record<Exclude<PartName, "script">, Reader>> = {
  session: readSession,
  stack: readStack,
  checklist: readChecklist,
  context: (sources) => readFile(sources, ".claude/context.md", "Context file"),
  readme: (sources) => readFile(sources, "README.md", "Readme"),
  commits: readCommits,
  status: readStatus,
  architecture: (sources) =>
    readFile(sources, sources.config["context.architecture"], "Architecture"),
};

/**
 * What an agent is given at the start of its session, of the parts that are
 * configured. A part that cannot be read is left out and told of.
 */
export async function injected(
  context: Context,
  { parts, limit, printed = "" }: {
    parts: readonly (keyof typeof READERS)[] | undefined;
    limit: number | undefined;
    /** What the project's script prints for the agent. */
    printed?: string;
  },
): Promise<InjectResult> {
  const { system } = context;
  const workspace = await findWorkspace(context);
  const { config, faults } = await readConfigAnyway(system, workspace.root);
  const most = limit ?? config["context.inject_limit"];
  const sources: Sources = {
    context,
    workspace,
    config,
    limit: most,
    state: once(() =>
      readIn(system, workspace, (workspace) => stateOf(system, workspace))
    ),
  };
  const names = parts ??
    config["context.inject"] as readonly (keyof typeof READERS)[];
  const redactor = redactorOf(system);
  const warnings = [...faults];
  const read = await Promise.all(
    [...new Set(names)].map(async (name): Promise<Part[]> => {
      try {
        const part = await READERS[name](sources);
        return part ? [{ ...part, name, text: redactor.text(part.text) }] : [];
      } catch (error) {
        if (!(error instanceof MpmError)) throw error;
        warnings.push(`${name}: ${error.message}`);
        return [];
      }
    }),
  );
  const script: Part = {
    name: "script",
    title: "Printed by .claude-mpm/hooks/session-start.sh",
    text: redactor.text(printed),
    rest: "mpm hooks run session-start shows them",
  };
  const { text, parts: shown } = injection([...read.flat(), script], {
    fence: system.random(),
    limit: most,
  });
  return { text, parts: [...shown], limit: most, warnings };
}

function nothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => answer ??= ask();
}

async function stateOf(
  system: System,
  workspace: Workspace,
): Promise<RepositoryState | undefined> {
  return workspace.git === "repository"
    ? await readState(system, workspace)
    : undefined;
}

/** A damaged session is a fact, too: nobody may take it for none. */
async function readSession({ context, limit }: Sources) {
  const title = "Latest session, and what changed since";
  try {
    const latest = await latestSession(context, { changes: true });
    return latest && {
      title,
      text: facts(latest, limit).join("\n"),
      rest: restOf(latest.session.session_id),
    };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const { message, hint } = error;
    const text = [message, hint].join("\n").trim();
    return { title, text, rest: "mpm resume shows them" };
  }
}

/** The parents of this worktree's session, the nearest first. */
async function readStack({ context, workspace }: Sources) {
  const { currentStack } = await import("../work/work_current.ts");
  const { chain, problem } = currentStack(context.system, workspace);
  const text = stackLines(chain, problem).join("\n");
  return { title: "Work sessions", text, rest: "mpm stack shows them" };
}

async function readChecklist({ context, workspace }: Sources) {
  const { currentStack } = await import("../work/work_current.ts");
  const [work] = currentStack(context.system, workspace).chain;
  const text = openLines(work).join("\n");
  return { title: "Checklist", text, rest: "mpm status shows them" };
}

async function readCommits({ state }: Sources) {
  const recent = (await state())?.recent ?? [];
  const lines = recent.map(({ sha, timestamp, author, message }) =>
    `- ${sha.slice(0, 7)} ${timestamp.slice(0, 16)} ${message} (${author})`
  );
  const text = lines.join("\n");
  return { title: "Recent commits", text, rest: "git log shows them" };
}

/** Files of the status that are listed. */
const LISTED = 20;

async function readStatus({ state }: Sources) {
  const found = await state();
  if (!found) return undefined;
  const { branch, files, filesOmitted, operation } = found;
  const more = files.length - LISTED + filesOmitted;
  const lines = [
    `Branch: ${branch ?? "(detached)"}`,
    ...operation === undefined ? [] : [`In progress: ${operation}`],
    files.length === 0 ? "No uncommitted changes" : "Uncommitted changes:",
    ...files.slice(0, LISTED).map(({ status, path }) => `${status} ${path}`),
    ...more > 0 ? [`… and ${more} more`] : [],
  ];
  const text = lines.join("\n");
  return { title: "Working tree", text, rest: "git status shows them" };
}

/** Bytes of a document that are read: more than would ever fit. */
const MOST = 64 * 1024;

/** A plain file of the worktree; whatever is a link, or behind one, is none. */
function readFile(
  { context: { system }, workspace: { worktree } }: Sources,
  path: string,
  title: string,
) {
  const full = join(worktree, ...path.split("/"));
  const isPlain = system.files.lstat(full)?.kind === "file" &&
    system.files.realPath(full) === full;
  if (!isPlain) return nothing();
  const bytes = system.files.readPart(full, 0, MOST);
  // A character that the limit cut in two.
  const text = new TextDecoder().decode(bytes).replace(/\ufffd$/, "");
  return Promise.resolve({
    title: `${title} ${path}`,
    text,
    rest: `${path} has them`,
    partial: bytes.length === MOST,
  });
}
