import { dirname, isAbsolute, normalize, SEPARATOR } from "@std/path";
import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { findSession } from "../../detours/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import {
  journaled,
  layout,
  pathBelow,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import { openStore, parseSince } from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { layersText } from "../summary/layers.ts";
import { readLayers, type Span, usualSince } from "../summary/read.ts";
import { rewrittenLayers } from "../summary/rewrite.ts";
import type { SummaryResult } from "./results.ts";

/** `mpm summary` */
export const summary = defineCommand({
  name: "summary",
  summary: "Summarize the work, with more detail for recent work",
  description: `
Prints the work in four layers. The first shows the last hour in detail. The second lists accomplishments and decisions from one to four hours ago. The third sums up older work in one or two sentences, and the fourth has one line for each ended session. mpm reads this worktree's saves from the last 7 days. Each line ends with a save ID, and an item number if there is one. "mpm saves show" accepts both. mpm includes other people's saves only if you trust them.

If you set "[summarizer] command" in your own configuration, that command rewrites the second and third layers. mpm marks the rewritten text.`,
  positionals: [],
  flags: {
    since: {
      type: "string",
      value: "when",
      summary: "Only work newer than an age (e.g. 2h, 7d) or a date in UTC",
    },
    session: {
      type: "string",
      value: "name",
      names: "work",
      summary: "Only one session and its detours, from all worktrees",
    },
    all: { type: "boolean", summary: "All saves of the project" },
    output: {
      type: "string",
      short: "o",
      value: "file",
      names: "file",
      summary: "Write to a file, such as session-summary.md",
    },
    "dry-run": {
      type: "boolean",
      summary: "Print the summary without writing anything",
    },
  },
  examples: [
    "mpm summary",
    "mpm summary --since 2h --output session-summary.md",
    "mpm summary --session login",
    "mpm summary --all --json",
  ],
  result: async () => (await import("./results.ts")).SummaryResult,
  async run(context, input): Promise<SummaryResult> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    const dryRun = input["dry-run"];
    const file = input.output === undefined
      ? null
      : outputPath(context, workspace, input.output);
    await openStore(system, root);
    const { config, faults } = readConfigAnyway(system, root);
    const span = await spanOf(system, workspace, input);
    const read = await readLayers(system, workspace, span);
    const shown = await rewrittenLayers(system, root, {
      layers: read.layers,
      config,
      keep: !dryRun,
    });
    const text = layersText(shown.layers);
    const warnings = [...faults, ...read.notes, ...shown.notes];
    warnings.forEach((warning) => context.note(`Note: ${warning}`));
    return {
      generated_at: system.now().toISOString(),
      since: span.kind === "since" ? new Date(span.since).toISOString() : null,
      session: span.kind === "session" ? span.id : null,
      saves: read.saves,
      layers: read.layers.map((layer, at) => ({
        ...layer,
        blocks: layer.blocks.map(({ heading, lines }) => ({
          heading,
          lines: [...lines],
        })),
        ...shown.layers[at]!,
      })),
      text,
      file,
      changed: file !== null &&
        await write(context, workspace, { file, text, dryRun }),
      dry_run: dryRun,
      warnings,
    };
  },
  verbatim: ({ file, dry_run: dry }) => file === null || dry,
  render: ({ text, file, changed, dry_run: dry }) =>
    file === null || dry
      ? text
      : changed
      ? `Wrote ${escapeText(file)}\n`
      : `${escapeText(file)} is up to date.\n`,
});

async function spanOf(
  system: System,
  workspace: Workspace,
  { since, session, all }: {
    since: string | undefined;
    session: string | undefined;
    all: boolean;
  },
): Promise<Span> {
  const given = [
    since === undefined ? "" : "--since",
    session === undefined ? "" : "--session",
    all ? "--all" : "",
  ].filter((flag) => flag !== "");
  if (given.length > 1) {
    throw new MpmError("USAGE", `Cannot combine ${given.join(" and ")}`, {
      hint: "Use only one of these options",
    });
  }
  if (all) return { kind: "all" };
  if (session !== undefined) {
    const selector = { selector: session, action: "resume" } as const;
    const { id } = await findSession(system, workspace, selector);
    return { kind: "session", id };
  }
  const now = system.now();
  const from = parseSince(since, now) ?? usualSince(now);
  return { kind: "since", since: from };
}

/** The first line of every summary. */
const MARK = "# Session Summary Layers";

/** The largest summary to replace, in bytes. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Returns the path of the summary. Throws CONFLICT for a link, for the folders
 * of mpm and git, and for a file that is not a summary. Throws NOT_FOUND for a
 * missing folder.
 */
function outputPath(
  { system: { files }, folder }: Context,
  { root, commonDir }: Workspace,
  given: string,
): string {
  const refuse = (why: string, hint: string) =>
    new MpmError("CONFLICT", `Cannot write "${given}": ${why}`, { hint });
  const path = normalize(isAbsolute(given) ? given : join(folder, given));
  const parent = dirname(path);
  if (given === "" || /[/\\]$/.test(given)) {
    throw new MpmError("USAGE", 'Option "--output" needs a file');
  }
  if (files.stat(parent)?.kind !== "folder") {
    throw new MpmError(
      "NOT_FOUND",
      `Cannot write "${given}": folder "${parent}" does not exist`,
      { hint: "Create the folder first; nothing was written" },
    );
  }
  const real = files.realPath(parent);
  const above = isAbsolute(given) ? real : files.realPath(folder);
  if (
    !isAbsolute(given) && real !== normalize(join(above, dirname(given)))
        .replace(/(?<=.)[/\\]$/, "")
  ) {
    throw refuse("a folder in it is a symbolic link", "Name the real folder");
  }
  const closed = [layout(root).home, ...commonDir ? [commonDir] : []];
  for (const one of closed) {
    const at = files.stat(one) ? files.realPath(one) : one;
    if (`${real}${SEPARATOR}`.startsWith(`${at}${SEPARATOR}`)) {
      throw refuse(
        `"${one}" belongs to mpm or git`,
        "Choose a path outside that folder",
      );
    }
  }
  const found = files.lstat(path);
  if (found?.kind === "link") {
    throw refuse("it is a symbolic link", "Use the file that it points to");
  }
  if (found && found.kind !== "file") {
    throw refuse("it is not a file", "Choose another name");
  }
  const start = found && files.readPart(path, 0, MARK.length);
  if (start && found.size > 0 && new TextDecoder().decode(start) !== MARK) {
    throw refuse("it exists and is not a summary", "Choose another name");
  }
  return join(real, path.slice(parent.length));
}

/** Writes the file if its content changes; returns whether it does. */
async function write(
  context: Context,
  workspace: Workspace,
  { file, text, dryRun }: { file: string; text: string; dryRun: boolean },
): Promise<boolean> {
  const { files } = context.system;
  const bytes = new TextEncoder().encode(text);
  const found = files.lstat(file);
  const same = found?.size === bytes.length &&
    sha256(files.readOwn(file, LARGEST)) === sha256(bytes);
  if (same || dryRun) return !same;
  // Runs under the lock, so that the next command replaces the file that a
  // killed one left.
  await journaled(
    context,
    ({ system }) =>
      writeAtomic(system, file, {
        bytes,
        temporary: ".session-summary.mpm.tmp",
        ...found?.mode === undefined ? {} : { mode: found.mode },
      }),
    {
      lock: withLock,
      operation: "summary",
      workspace,
      files: [file],
      title: () => `write a summary to ${pathBelow(workspace.root, file)}`,
    },
  );
  return true;
}
