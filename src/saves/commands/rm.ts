import { SESSIONS } from "../select.ts";
import { removalText, remove } from "../remove.ts";
import { defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { asSessionId } from "../../base/ids.ts";
import { locate } from "../../git/mod.ts";
import { bringBack, lostSaves } from "../store/copies.ts";
import { matchSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import { fullId, isTeams } from "../store/save_entry.ts";

/** `mpm saves rm` */
export const sessionsRm = defineCommand({
  name: "saves rm",
  summary: "Move saves to the trash",
  description: `
Moves all files of a save into a separate folder in .claude-mpm/trash/. A manifest in the folder lists the original paths, and "mpm undo" restores the files. When mpm deletes the files from the trash, it also removes the save's copy in git. If someone committed the save to a branch, it remains in that branch.`,
  positionals: [{ ...SESSIONS, asked: true }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be moved without moving anything",
    },
  },
  examples: ["mpm saves rm 3", "mpm saves rm 20261120-120000 --dry-run"],
  result: async () => (await import("./results.ts")).RemovalResult,
  async run(context, input) {
    const { system, folder } = context;
    if (input.selectors.length === 0) {
      throw new MpmError("USAGE", "Missing argument <save>", {
        hint:
          'Name the saves to remove: "mpm saves list" shows their IDs and ' +
          "numbers",
      });
    }
    const workspace = await locate(system, folder);
    await openStore(system, workspace.root);
    if (!input["dry-run"]) {
      // Restores saves that only git has, so that an undo has their files.
      const ids = new Set(
        input.selectors.map((one) => asSessionId(one) ?? one),
      );
      const lost = await lostSaves(system, workspace);
      await bringBack(context, workspace, lost.filter(({ id }) => ids.has(id)));
    }
    // Lists everything first, so that the numbers still refer to the same
    // items.
    const chosen = new Set(
      await matchSaves(system, workspace.root, input.selectors),
    );
    const theirs = [...chosen].find(isTeams);
    if (theirs) {
      const who = escapeText(theirs.author ?? "someone else");
      throw new MpmError(
        "CONFLICT",
        `Cannot remove ${fullId(theirs)}: it belongs to ${who}`,
        {
          hint:
            "It disappears from the list when its author removes it and syncs",
        },
      );
    }
    return await remove(context, {
      operation: "sessions rm",
      workspace,
      entries: [...chosen],
      dryRun: input["dry-run"],
    });
  },
  render: removalText,
});
