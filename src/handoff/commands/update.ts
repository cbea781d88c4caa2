import { defineCommand } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import type { ContextUpdateResult } from "./results.ts";
import { contextFilePath, updateContextFile } from "../../saves/mod.ts";
import { ensureHome, journaled, pathBelow, withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { contextFacts } from "../context_renewal.ts";

/** `mpm context update` */
export const contextUpdate = defineCommand({
  name: "context update",
  summary: "Update branch, time and next steps in .claude/context.md",
  description: `
Updates mpm's part of the file, between <!-- mpm: … --> and <!-- /mpm -->, with
the branch, the time, and the open next steps. If the file does not have this part yet, mpm adds it at the end. If the file already has a line that begins with "Branch: " or "Last updated: ", mpm updates that line instead. The
rest of the file does not change. mpm creates the file only with --create. Once
mpm's part is there, "mpm pause", "mpm next", "mpm done" and "mpm undo" keep its steps up to date.`,
  positionals: [],
  flags: {
    create: { type: "boolean", summary: "Create a missing file" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without writing anything",
    },
  },
  examples: ["mpm context update", "mpm context update --create"],
  result: async () => (await import("./results.ts")).ContextUpdateResult,
  settles: true,
  async run(context, input): Promise<ContextUpdateResult> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root, worktree } = workspace;
    const file = contextFilePath(worktree);
    const dryRun = input["dry-run"];
    const result = { file, dry_run: dryRun };
    if (!input.create && !system.files.lstat(file)) {
      return { ...result, state: "absent" };
    }
    const facts = await contextFacts(context, workspace);
    const update = (system: System) =>
      updateContextFile(system, worktree, {
        facts,
        create: input.create,
        dryRun,
      });
    const state = dryRun
      ? update(system)
      : await journaled(context, ({ system }) => {
        ensureHome(system, root);
        return update(system);
      }, {
        lock: withLock,
        operation: "context update",
        workspace,
        title: (state) => `context file ${state}: ${pathBelow(root, file)}`,
      });
    return { ...result, state };
  },
  render,
});

function render({ file, state, dry_run: dry }: ContextUpdateResult): string {
  const path = escapeText(file);
  switch (state) {
    case "absent":
      return `There is no ${path}; --create makes it.\n`;
    case "created":
      return `${dry ? "Would create" : "Created"} ${path}\n`;
    case "updated":
      return `${dry ? "Would update" : "Updated"} ${path}\n`;
    case "unchanged":
      return `${path} is up to date.\n`;
  }
}
