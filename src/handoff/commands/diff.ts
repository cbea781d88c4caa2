import { MpmError } from "../../base/errors.ts";
import { escapeDiff, escapeText } from "../../base/escape.ts";
import { unifiedDiff } from "../../base/unified_diff.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { locate, readState, type Workspace } from "../../git/mod.ts";
import { contextPaths, readPlainFile } from "../../partitions/mod.ts";
import { openStore } from "../../saves/mod.ts";
import { partitionNow } from "../context_part.ts";
import { keptFiles, keptIn } from "../context_versions.ts";
import type { ContextDiffResult } from "./results.ts";

/** The maximum size of the current file to compare, in bytes. */
const LARGEST = 1024 * 1024;

/** `mpm context diff` */
export const contextDiff = defineCommand({
  name: "context diff",
  summary: "Show how context files changed since a save",
  description: `
Prints a unified diff of .claude/context.md and of the context file of the current partition, or of the file that --file names. Without a save, mpm compares the newest saved version with the current file. With one save, it compares the version in that save with the current file. With two saves, it compares the saves.
mpm redacts secrets on both sides.`,
  positionals: [
    {
      name: "before",
      summary: "The older save",
      names: "session",
      optional: true,
    },
    {
      name: "after",
      summary: "The newer save; default: the current file",
      names: "session",
      optional: true,
    },
  ],
  flags: {
    file: {
      type: "string",
      value: "path",
      names: "file",
      summary: "A file, relative to the worktree; default: all in use",
    },
  },
  examples: [
    "mpm context diff",
    "mpm context diff 1 0",
    "mpm context diff latest --file .claude/backend-context.md",
  ],
  result: async () => (await import("./results.ts")).ContextDiffResult,
  run: compareFiles,
  verbatim: () => true,
  render: ({ files }: ContextDiffResult) =>
    files.map(({ path, diff }) =>
      diff === "" ? `${escapeText(path)} is unchanged.\n` : escapeDiff(diff)
    ).join(""),
});

interface Input {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly file?: string | undefined;
}

/** Compares the files. Throws NOT_FOUND if no file can be compared. */
async function compareFiles(
  context: Context,
  { before, after, file }: Input,
): Promise<ContextDiffResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  await openStore(system, workspace.root);
  const paths = file === undefined
    ? await pathsInUse(context, workspace)
    : [file];
  const files: ContextDiffResult["files"] = [];
  const faults: MpmError[] = [];
  for (const path of paths) {
    try {
      files.push(await difference(context, workspace, { before, after, path }));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      faults.push(error);
    }
  }
  if (files.length === 0) throw faults[0]!;
  const warnings = faults.map(({ message }) => message);
  warnings.forEach((warning) => context.note(`Note: ${warning}`));
  return { files, warnings };
}

/** Returns the context files in use. */
async function pathsInUse(
  context: Context,
  workspace: Workspace,
): Promise<string[]> {
  const { system } = context;
  const { config } = readConfigAnyway(system, workspace.root);
  const state = async () =>
    workspace.git === "repository"
      ? await readState(system, workspace)
      : undefined;
  return contextPaths(
    await partitionNow({ context, workspace, config, state }),
  );
}

async function difference(
  context: Context,
  workspace: Workspace,
  { before, after, path }: Input & { readonly path: string },
): Promise<ContextDiffResult["files"][number]> {
  const from = before === undefined
    ? await newestKept(context, workspace, path)
    : await keptIn(context, workspace, { selector: before, path });
  const to = after === undefined
    ? { save: null, text: present(context, workspace, path) }
    : await keptIn(context, workspace, { selector: after, path });
  const diff = unifiedDiff(path, from.text, to.text);
  return {
    path,
    before: { session_id: from.save, at: from.at },
    after: {
      session_id: to.save,
      at: "at" in to ? to.at : context.system.now().toISOString(),
    },
    same: diff === "",
    diff,
  };
}

async function newestKept(
  context: Context,
  workspace: Workspace,
  path: string,
) {
  const { files } = await keptFiles(context, workspace);
  const found = files.find((one) => one.path === path);
  if (found?.text !== undefined) return { ...found, text: found.text };
  throw new MpmError("NOT_FOUND", `No save of this worktree has "${path}"`, {
    hint: '"mpm context history" lists the files in saves',
  });
}

/** Returns the current file, redacted; empty if it is missing. */
function present(
  { system, redact }: Context,
  { worktree }: Workspace,
  path: string,
): string {
  const isInside = path.split("/").every((part) =>
    !["", ".", ".."].includes(part)
  );
  const found = isInside
    ? readPlainFile(system, worktree, { path, most: LARGEST })
    : undefined;
  if (!found) return "";
  if (found.partial) {
    throw new MpmError("CONFLICT", `"${path}" is larger than 1 MiB`, {
      hint: "Name two saves to compare their versions",
    });
  }
  return redact(new TextDecoder().decode(found.bytes));
}
