import { utcSeconds } from "../../base/ids.ts";
import { escapeText } from "../../base/escape.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { openStore, parseLimit } from "../../saves/mod.ts";
import { type KeptFile, keptFiles, linesChanged } from "../context_versions.ts";
import type { ContextHistoryResult } from "./results.ts";

/** The default number of versions to list. */
const LISTED = 20;

/** `mpm context history` */
export const contextHistory = defineCommand({
  name: "context history",
  summary: "List the saved versions of context files",
  description: `
Each save of this worktree includes .claude/context.md and the context file of
the current partition, up to 64 KiB each. mpm lists each version with its first
save, and the number of added and removed lines.`,
  positionals: [
    {
      name: "file",
      summary: "A file, relative to the worktree; default: all files",
      optional: true,
      names: "file",
    },
  ],
  flags: {
    limit: {
      type: "string",
      value: "number",
      summary: 'The maximum number of versions of each file, or "all"',
    },
  },
  examples: [
    "mpm context history",
    "mpm context history .claude/context.md --limit all",
  ],
  result: async () => (await import("./results.ts")).ContextHistoryResult,
  async run(context, input): Promise<ContextHistoryResult> {
    const { system, folder } = context;
    const limit = parseLimit(input.limit) ?? LISTED;
    const workspace = await locate(system, folder);
    await openStore(system, workspace.root);
    const { files, warnings } = await keptFiles(context, workspace);
    warnings.forEach((warning) => context.note(`Note: ${warning}`));
    const byPath = Map.groupBy(files, ({ path }) => path);
    const wanted = [...byPath].filter(([path]) =>
      input.file === undefined || path === input.file
    );
    return {
      files: wanted.map(([path, kept]) => {
        const versions = versionsOf(kept);
        const shown = versions.slice(0, limit);
        return {
          path,
          versions: shown.map((version, at) => ({
            session_id: version.save,
            at: version.at,
            sha256: version.sha256,
            ...changedLines(version, versions[at + 1]),
          })),
          omitted: versions.length - shown.length,
        };
      }),
      warnings,
    };
  },
  render,
  next: ({ files }) =>
    files.length === 0
      ? undefined
      : '"mpm context diff <save>" shows what changed since',
});

/** Returns each version once, with the first save that contains it. */
function versionsOf(kept: readonly KeptFile[]): KeptFile[] {
  return kept.filter((one, at) => one.sha256 !== kept[at + 1]?.sha256);
}

function changedLines(
  { text }: KeptFile,
  before: KeptFile | undefined,
): { added: number | null; removed: number | null } {
  const earlier = before ? before.text : "";
  return text === undefined || earlier === undefined
    ? { added: null, removed: null }
    : linesChanged(earlier, text);
}

function render({ files }: ContextHistoryResult): string {
  if (files.length === 0) return "No save has a context file.\n";
  return files.map(({ path, versions, omitted }) =>
    [
      escapeText(path),
      ...versions.map(({ session_id: id, at, added, removed }) =>
        `  ${id}  ${utcSeconds(new Date(at))}  ${
          added === null ? "not saved" : `+${added} -${removed}`
        }`
      ),
      ...omitted > 0 ? [`  … and ${omitted} more: --limit all`] : [],
      "",
    ].join("\n")
  ).join("\n");
}
