import { defineCommand, flag } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { matchCheckpoint } from "../select.ts";
import type { CheckpointRmResult } from "./results.ts";
import { withLock } from "../../ops/mod.ts";
import { findPlace, listCheckpoints } from "../place.ts";
import { removeCheckpoints } from "../remove.ts";

export const checkpointRm = defineCommand({
  name: "checkpoint rm",
  summary: "Remove checkpoints",
  description: `
Removes checkpoints from the list. You can undo a removal with "mpm undo" while it is among the last 20 or newer than trash.max_age. After that, git deletes the checkpoint's contents.`,
  positionals: [{
    name: "checkpoints",
    summary: "The checkpoints: names or parts of names, or numbers in the list",
    names: "checkpoint",
    rest: true,
    asked: true,
  }],
  flags: {
    "dry-run": flag("Show what would be removed without removing anything"),
  },
  examples: ["mpm checkpoint rm before-refactoring", "mpm checkpoint rm 3 4"],
  result: async () => (await import("./results.ts")).CheckpointRmResult,
  settles: true,
  async run(context, input): Promise<CheckpointRmResult> {
    const { system } = context;
    if (input.checkpoints.length === 0) {
      throw new MpmError("USAGE", "Missing argument <checkpoint>", {
        hint:
          'Name the checkpoints to remove: "mpm checkpoint list" shows them',
      });
    }
    const place = await findPlace(context);
    const { vault } = place;
    // Lists everything first, so that the numbers still refer to the same
    // items.
    const known = await listCheckpoints(system, place);
    const records = [
      ...new Set(
        input.checkpoints.map((selector) => matchCheckpoint(known, selector)),
      ),
    ];
    const removed = records.map(({ name, id, commit }) => ({
      name,
      id,
      commit,
    }));
    if (input["dry-run"] || !vault) {
      return { dry_run: true, removed, operation: null };
    }
    const entry = await withLock(
      system,
      place.workspace.root,
      () => removeCheckpoints(context, { ...place, vault }, { records }),
    );
    return { dry_run: false, removed, operation: entry.id };
  },
  render({ dry_run: dry, removed }) {
    const lines = removed.map(({ name }) =>
      `${dry ? "Would remove" : "Removed"} ${escapeText(name)}`
    );
    return [...lines, ...dry ? [] : ['"mpm undo" restores it'], ""].join("\n");
  },
});
