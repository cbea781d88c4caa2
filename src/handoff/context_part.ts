import { attempt } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import type { Config } from "../config/mod.ts";
import type { RepositoryState, Workspace } from "../git/mod.ts";
import {
  chosenName,
  contextPaths,
  type PartitionInUse,
  partitionInUse,
  Partitions,
  readPlainFile,
} from "../partitions/mod.ts";
import { lastSave, withoutContextPart } from "../saves/mod.ts";
import type { System } from "../system/system.ts";

/** A part made of lines of text. */
export interface Lines {
  /** The title, e.g. `Context file .claude/context.md`. */
  readonly title: string;
  /** Empty: nothing to say. */
  readonly text: string;
  /** The place or command that shows the whole text. */
  readonly rest: string;
  /** True if the text is only the beginning. */
  readonly partial?: boolean;
  /** The maximum number of lines to show. */
  readonly most?: number;
  /** The number of further lines that are not in the text. */
  readonly omitted?: number;
}

/** The sources that determine the current partition. */
export interface Sources {
  readonly context: Context;
  readonly workspace: Workspace;
  readonly config: Config;
  state(): Promise<RepositoryState | undefined>;
}

/**
 * The maximum number of bytes of a document to read: more than would ever fit.
 */
const MOST = 64 * 1024;

/**
 * Reads a plain file of the worktree; neither a link nor anything behind one is
 * read.
 */
export function fileLines(
  system: System,
  { worktree }: Workspace,
  { path, title }: { path: string; title: string },
): Lines | undefined {
  const found = readPlainFile(system, worktree, { path, most: MOST });
  return found && {
    title: `${title} ${path}`,
    // Removes a character that the limit cut in two.
    text: new TextDecoder().decode(found.bytes).replace(/\ufffd$/, ""),
    rest: `${path} has them`,
    partial: found.partial,
  };
}

/**
 * Returns the lines of the project's context file and of the current
 * partition's context file. mpm's part is left out: its steps may have been
 * done since, and the agent gets the open steps anyway.
 */
export async function contextLines(
  sources: Sources,
): Promise<Lines | undefined> {
  const { context: { system }, workspace } = sources;
  const inUse = await partitionNow(sources);
  const read = contextPaths(inUse).flatMap((path) => {
    const file = fileLines(system, workspace, { path, title: "Context file" });
    const text = file && withoutContextPart(file.text);
    return file && text !== undefined ? [{ path, ...file, text }] : [];
  });
  const [first, second] = read;
  if (!inUse) return first;
  const { name, description, paths } = inUse.partition;
  return {
    title: second ? "Context files" : first?.title ?? "Partition",
    text: [
      `Working on partition: ${name} (${description || paths.join(", ")})`,
      ...read.map(({ path, text }) =>
        `${second ? `### ${path}\n` : ""}${text.trim()}`
      ),
    ].join("\n\n"),
    rest: first
      ? `${read.map(({ path }) => path).join(" and ")} have them`
      : "mpm partition list shows them",
    partial: read.some(({ partial }) => partial),
  };
}

/**
 * Returns the current partition; git and saves are read only if they may affect
 * the result.
 */
export async function partitionNow(
  { context, workspace, config, state }: Sources,
): Promise<PartitionInUse | undefined> {
  const partitions = new Partitions(config);
  if (partitions.all.length === 0) return undefined;
  const { system } = context;
  const chosen = chosenName(system, workspace);
  const isChosen = chosen === null ||
    chosen !== undefined && partitions.named(chosen) !== undefined;
  const changed = isChosen ? [] : (await state())?.files ?? [];
  const found = partitionInUse(system, workspace, {
    partitions,
    changed: changed.map(({ path }) => path),
  });
  if (found || isChosen) return found;
  const last = await attempt(() => lastSave(context, workspace));
  const saved = last?.mpm?.handoff?.partition;
  return partitionInUse(system, workspace, { partitions, changed: [], saved });
}
