import { MpmError } from "../../base/errors.ts";
import { escapeDiff, escapeText } from "../../base/escape.ts";
import { unifiedDiff } from "../../base/unified_diff.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { CONTEXT_FILE, readPlainFile } from "../../partitions/mod.ts";
import { openStore } from "../../saves/mod.ts";
import { keptFiles, keptIn } from "../context_versions.ts";
import type { ContextDiffResult } from "./results.ts";

/** Bytes of the present file that are compared. */
const LARGEST = 1024 * 1024;

/** `mpm context diff` */
export const contextDiff = defineCommand({
  name: "context diff",
  summary: "Show how a context file changed since a save",
  description: `
Prints a unified diff of .claude/context.md, or of the file that --file names. Without a save, mpm compares the newest save with the current file. With one save, it compares that save with the current file. With two saves, it compares the saves.
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
      default: CONTEXT_FILE,
      summary: "A file, relative to the worktree",
    },
  },
  examples: [
    "mpm context diff",
    "mpm context diff 1 0",
    "mpm context diff latest --file .claude/backend-context.md",
  ],
  result: async () => (await import("./results.ts")).ContextDiffResult,
  async run(context, { before, after, file }): Promise<ContextDiffResult> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    await openStore(system, workspace.root);
    const from = before === undefined
      ? await newestKept(context, workspace, file)
      : await keptIn(context, workspace, { selector: before, path: file });
    const to = after === undefined
      ? { save: null, text: present(context, workspace, file) }
      : await keptIn(context, workspace, { selector: after, path: file });
    const diff = unifiedDiff(file, from.text, to.text);
    return {
      path: file,
      before: { session_id: from.save, at: from.at },
      after: {
        session_id: to.save,
        at: "at" in to ? to.at : system.now().toISOString(),
      },
      same: diff === "",
      diff,
    };
  },
  verbatim: () => true,
  render: ({ path, diff }: ContextDiffResult) =>
    diff === "" ? `${escapeText(path)} is unchanged.\n` : escapeDiff(diff),
});

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

/** The present file, redacted; empty if it is missing. */
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
