import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { ensureHome, journaled, withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import {
  changeInstructions,
  instructedFiles,
  INSTRUCTION_FILES,
} from "../install/instructions.ts";
import type { SetupInstructionsResult } from "./results.ts";

/** `mpm setup instructions` */
export const setupInstructions = defineCommand({
  name: "setup instructions",
  summary: "Tell agents without hooks how to read the hand-off",
  description: `
Adds a short block to AGENTS.md, CLAUDE.md or GEMINI.md of the worktree, between
<!-- mpm: … --> and <!-- /mpm -->. The block tells an agent to run "mpm resume
--format context" before it begins, and "mpm pause" when it stops. The rest of
the file does not change.

The default is AGENTS.md, which Codex CLI, opencode and Copilot CLI read. Claude
Code reads CLAUDE.md, and Gemini CLI reads GEMINI.md. Copilot CLI reads all
three files, so mpm keeps the block in one file and removes it from the others.
An agent with mpm's hooks does not need the block.

--remove removes the block, and also the file if it contains nothing else.`,
  positionals: [{
    name: "file",
    summary: "AGENTS.md, CLAUDE.md or GEMINI.md; default: AGENTS.md",
    optional: true,
  }],
  flags: {
    remove: { type: "boolean", summary: "Remove the block from all files" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without writing anything",
    },
  },
  examples: [
    "mpm setup instructions",
    "mpm setup instructions GEMINI.md",
    "mpm setup instructions --remove",
  ],
  result: async () => (await import("./results.ts")).SetupInstructionsResult,
  async run(context, input): Promise<SetupInstructionsResult> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root, worktree } = workspace;
    const dryRun = input["dry-run"];
    const file = input.remove ? null : fileNamed(input.file);
    if (input.remove && input.file !== undefined) {
      throw new MpmError("USAGE", `Cannot remove only "${input.file}"`, {
        hint: "--remove without a file removes the block from all files",
      });
    }
    const change = (system: System) =>
      changeInstructions(system, worktree, { file, dryRun });
    const before = instructedFiles(system, worktree);
    const changes = dryRun || (file === null && before.length === 0)
      ? change(system)
      : await journaled(context, ({ system }) => {
        ensureHome(system, root);
        return change(system);
      }, {
        operation: "setup instructions",
        workspace,
        lock: withLock,
        files: INSTRUCTION_FILES.map((name) => join(worktree, name)),
        title: () =>
          file === null
            ? `remove instructions from ${before.join(", ")}`
            : `put instructions into ${file}`,
      });
    return {
      dry_run: dryRun,
      changes: changes.map(({ file, action }) => ({
        file,
        path: join(worktree, file),
        action,
      })),
    };
  },
  render({ dry_run: dry, changes }) {
    if (changes.length === 0) return "No file has instructions from mpm.\n";
    return changes.map(({ path, action }) => {
      const name = escapeText(path);
      if (action === "unchanged") return `${name} is up to date.\n`;
      const done = dry ? `Would be ${action}` : DONE[action];
      return `${done}: ${name}\n`;
    }).join("");
  },
  next: ({ dry_run: dry }) => dry ? undefined : '"mpm undo" undoes it',
});

const DONE = {
  created: "Created",
  updated: "Updated",
  removed: "Removed",
  absent: "Not found",
};

/** Returns the file with that name, in any case. Throws USAGE. */
function fileNamed(given = "AGENTS.md"): string {
  const found = INSTRUCTION_FILES.find((name) =>
    name.toLowerCase() === given.toLowerCase()
  );
  if (found) return found;
  throw new MpmError("USAGE", `mpm does not write instructions to "${given}"`, {
    hint: `Use one of ${INSTRUCTION_FILES.join(", ")}`,
  });
}
