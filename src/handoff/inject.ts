import {
  currentStack,
  fullTitle,
  phasesOf,
  type Stack,
  type Work,
} from "../work/mod.ts";
import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import {
  findWorkspace,
  readIn,
  readState,
  type RepositoryState,
  type Workspace,
} from "../git/mod.ts";
import {
  asData,
  handoffSections,
  handoffText,
  OPEN_REST,
  openLine,
  openSections,
  restOf,
  type ResumeResult,
  type Section,
  takenUpLine,
} from "../saves/mod.ts";
import type { InjectResult } from "./commands/results.ts";
import {
  type Config,
  type INJECTED_PARTS,
  readConfigAnyway,
} from "../config/mod.ts";
import { type Item, itemsNow } from "../items/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import { lookingOnce } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { contextLines, fileLines, type Lines } from "./context_part.ts";
import { type ExtraPart, injection, type Part } from "./injection.ts";
import { latestSession } from "./resume_file.ts";
import { layersText, plainLayers } from "./summary/layers.ts";
import { readLayers, usualSince } from "./summary/read.ts";
import { escapeLines, escapeText } from "../base/escape.ts";
import { once } from "../base/remembered.ts";
import { bounded } from "../base/bounded.ts";

/** The sources of a part. */
interface Sources {
  readonly context: Context;
  readonly workspace: Workspace;
  readonly config: Config;
  /** Asks git once, for all parts that need it. */
  state(): Promise<RepositoryState | undefined>;
  /** Also read once. */
  stack(): Stack;
  /** The prompts of the agent session so far. */
  readonly said: readonly Item[];
}

type Read = Omit<Part, "name"> | undefined;

type Reader = (sources: Sources) => Read | Promise<Read>;

/** The reader of each part; `undefined`: the part is empty. */
const READERS: Readonly<Record<typeof INJECTED_PARTS[number], Reader>> = {
  session: readSession,
  stack: readStack,
  checklist: readChecklist,
  context: readContexts,
  readme: (sources) => readFile(sources, "README.md", "Readme"),
  commits: readCommits,
  status: readStatus,
  architecture: (sources) =>
    readFile(sources, sources.config["context.architecture"], "Architecture"),
  layers: readSummary,
};

/** The text for an agent, and the line for a person. */
interface Injected {
  readonly result: InjectResult;
  /** The line for a person; `undefined`: no line. */
  readonly takenUp: string | undefined;
}

/**
 * Returns what an agent gets at the start of its session, from the configured
 * parts. A part that cannot be read is left out and named.
 */
export async function injected(
  given: Context,
  { parts, limit, said = [], extra = [] }: {
    parts: readonly (keyof typeof READERS)[] | undefined;
    limit: number | undefined;
    /** The prompts of the agent session so far. */
    said?: readonly Item[];
    /** Parts that the caller has already read. */
    extra?: readonly ExtraPart[];
  },
): Promise<Injected> {
  const workspace = await findWorkspace(given);
  const system = lookingOnce(given.system);
  const context = { ...given, system };
  const { config, faults } = await readConfigAnyway(system, workspace.root);
  const most = limit ?? config["context.inject_limit"];
  const sources: Sources = {
    context,
    workspace,
    config,
    state: once(() =>
      readIn(system, workspace, (found) => stateOf(system, found))
    ),
    stack: once(() => currentStack(system, workspace)),
    said,
  };
  const names = parts ??
    config["context.inject"] as readonly (keyof typeof READERS)[];
  const warnings = [...faults];
  const read = await readParts(names, sources, warnings);
  const others = extra.map(({ name, ...lines }): Part => ({
    name,
    ...ofLines(sources, lines),
  }));
  const { text, parts: shown } = injection([...read, ...others], {
    fence: system.random(),
    limit: most,
  });
  const result = { text, parts: [...shown], limit: most, warnings };
  return { result, takenUp: read.find(({ takenUp }) => takenUp)?.takenUp };
}

/** Reads parts; a failed part is named in `warnings`. */
async function readParts(
  names: readonly (keyof typeof READERS)[],
  sources: Sources,
  warnings: string[],
): Promise<Part[]> {
  const { system } = sources.context;
  const read = [...new Set(names)].map(async (name): Promise<Part[]> => {
    // The other parts are read while git works for the save, which starts in
    // the same turn.
    if (name !== "session") await system.sleep(0);
    try {
      const part = await READERS[name](sources);
      return part ? [{ ...part, name }] : [];
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      warnings.push(`${name}: ${error.message}`);
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}

async function stateOf(
  system: System,
  workspace: Workspace,
): Promise<RepositoryState | undefined> {
  return workspace.git === "repository"
    ? await readState(system, workspace)
    : undefined;
}

/**
 * Reads the latest session. A damaged session is also reported: it must not
 * look like a missing one.
 */
async function readSession(sources: Sources): Promise<Read> {
  const { context, workspace } = sources;
  const title = "Latest save, and changes since";
  try {
    const asked = { workspace, changes: true, lines: true };
    const found = await latestSession(context, asked);
    if (!found) return readOpen(sources);
    const latest = sources.said.length === 0
      ? found
      : await withoutAnswered(found, sources.said);
    const rest = restOf(latest, { newest: true });
    const sections = redacted(context.system, handoffSections(latest, rest));
    return {
      title,
      fit: (limit) => handoffText(sections, { limit, rest }),
      takenUp: takenUpLine(latest),
    };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const { message, hint } = error;
    const text = [message, hint].join("\n").trim();
    return ofLines(sources, { title, text, rest: "mpm resume shows them" });
  }
}

/** Returns a session in which a question is closed if a prompt answered it. */
async function withoutAnswered(
  latest: ResumeResult,
  said: readonly Item[],
): Promise<ResumeResult> {
  // Loaded here, since few agent sessions are told anything in the middle.
  const { withAnswer } = await import("../items/prose/answered.ts");
  const { session, items } = latest;
  const { mpm } = session;
  const saved = mpm?.handoff?.items ?? [];
  const answered = withAnswer(said, [...saved, ...items]);
  if (!answered || !mpm?.handoff) return latest;
  const closed = answered.items.filter(({ kind, state }) =>
    kind === "question" && state === "superseded"
  );
  const gone = new Set([answered.question, ...closed].map(({ id }) => id));
  const isOther = ({ id }: Item) => !gone.has(id);
  const decisions = answered.items.filter(({ kind, state }) =>
    kind !== "prompt" && state === "open"
  );
  const handoff = {
    ...mpm.handoff,
    items: saved.map((item) =>
      isOther(item) ? item : { ...item, state: "superseded" as const }
    ),
  };
  return {
    ...latest,
    session: { ...session, mpm: { ...mpm, handoff } },
    items: [...items.filter(isOther), ...decisions],
  };
}

/** Returns sections with each line redacted by the current rules. */
function redacted(system: System, sections: readonly Section[]): Section[] {
  const redactor = redactorOf(system);
  return sections.map((section) => ({
    ...section,
    entries: section.entries.map((entry) => redactor.text(entry)),
  }));
}

/** Reads the open items if there is no save. */
function readOpen({ context: { system }, workspace }: Sources): Read {
  const now = itemsNow(system, workspace, {
    ...{ handoff: undefined, session: undefined, own: true },
  });
  const sections = redacted(system, openSections(now, system.now()));
  return {
    title: "Open items (no save yet)",
    fit: (limit) => handoffText(sections, { limit, rest: OPEN_REST }),
    takenUp: openLine(now.items),
  };
}

/** Reads the parents of this worktree's session, nearest first. */
function readStack(sources: Sources) {
  const { chain, problem } = sources.stack();
  const text = stackLines(chain, problem).join("\n");
  const rest = "mpm status --tree shows them";
  return ofLines(sources, { title: "Sessions", text, rest });
}

function readChecklist(sources: Sources) {
  const [work] = sources.stack().chain;
  const text = openLines(work).join("\n");
  const rest = "mpm check shows them";
  const most = OPEN_LISTED;
  return ofLines(sources, { title: "Checklist", text, rest, most });
}

/** Reads the layers that are not empty, as mpm words them. */
async function readSummary(sources: Sources) {
  const { context: { system }, workspace } = sources;
  const span = { kind: "since", since: usualSince(system.now()) } as const;
  const { layers } = await readLayers(system, workspace, span);
  const text = layersText(plainLayers(layers), { empty: false });
  const rest = "mpm summary shows them";
  return ofLines(sources, { title: "Summary", text, rest });
}

async function readCommits(sources: Sources) {
  const recent = (await sources.state())?.recent ?? [];
  const lines = recent.map(({ sha, timestamp, author, message }) =>
    `- ${sha.slice(0, 7)} ${timestamp.slice(0, 16)} ${message} (${author})`
  );
  const text = lines.join("\n");
  const rest = "git log shows them";
  return ofLines(sources, { title: "Recent commits", text, rest });
}

/** The maximum number of lines about the working tree. */
const LISTED = 22;

async function readStatus(sources: Sources) {
  const found = await sources.state();
  if (!found) return undefined;
  const { branch, files, filesOmitted, operation } = found;
  const lines = [
    `Branch: ${branch ?? "(detached)"}`,
    ...operation === undefined ? [] : [`In progress: ${operation}`],
    files.length === 0 ? "No uncommitted changes" : "Uncommitted changes:",
    ...files.map(({ status, path }) => `${status} ${path}`),
  ];
  const text = lines.join("\n");
  return ofLines(sources, {
    ...{ title: "Working tree", text, rest: "git status shows them" },
    ...{ most: LISTED, omitted: filesOmitted },
  });
}

function readFile(sources: Sources, path: string, title: string) {
  const { context: { system }, workspace } = sources;
  const found = fileLines(system, workspace, { path, title });
  return found && ofLines(sources, found);
}

async function readContexts(sources: Sources) {
  const found = await contextLines(sources);
  return found && ofLines(sources, found);
}

/** Makes a part from lines, which can be cut between them. */
function ofLines(
  { context: { system } }: Pick<Sources, "context">,
  { title, text, rest, ...bounds }: Lines,
): Omit<Part, "name"> {
  const lines = clean(redactorOf(system).text(text));
  const where = asData(escapeText(rest));
  return {
    title: asData(escapeText(title)),
    fit: (limit) =>
      lines === "" ? "" : bounded(lines, limit, { rest: where, ...bounds }),
  };
}

/** Removes hidden characters, fence-like text, and repeated empty lines. */
function clean(text: string): string {
  return asData(escapeLines(text.trim())).replaceAll(/\n{3,}/g, "\n\n");
}

/** The maximum number of items and phases in an agent's text. */
const OPEN_LISTED = 30;

/**
 * Returns the text about the session of the agent's worktree and its parents,
 * the nearest first; empty without a session.
 */
function stackLines(
  chain: readonly Work[],
  problem: string | undefined,
): string[] {
  const lines = chain.map((work, at) => {
    const { checklist } = work;
    const done = checklist.filter((item) => item.done).length;
    const progress = checklist.length === 0
      ? ""
      : `, ${done} of ${checklist.length} items done`;
    const kind = at === 0 ? "Session of this worktree" : "Detour of";
    return `${kind}: ${escapeText(fullTitle(work))} (${work.state}${progress})`;
  });
  return problem === undefined
    ? lines
    : [...lines, `Note: ${escapeText(problem)}`];
}

/** Returns the open items of the session's checklist, by phase. */
function openLines(work: Work | undefined): string[] {
  if (!work) return [];
  const open = work.checklist.filter(({ done }) => !done);
  return phasesOf(open).flatMap(({ name, items }) => [
    ...name === "" ? [] : [`${escapeText(name)}:`],
    ...items.map(({ text }) => `- [ ] ${escapeText(text)}`),
  ]);
}
