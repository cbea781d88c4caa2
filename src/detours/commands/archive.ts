import { defineCommand } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/repository.ts";
import type { Work } from "../../work/work.ts";
import { placeKey } from "../../work/current.ts";
import { labelOf } from "../../work/record.ts";
import { endText } from "../../work/text.ts";
import { listWorks } from "../../work/store.ts";
import type { System } from "../../system/system.ts";
import { end } from "../end_session.ts";
import { findSession } from "../find_session.ts";

/** `mpm archive` */
export const archive = defineCommand({
  name: "archive",
  summary: "Put a completed work session away",
  description: `
Its saves leave the lists and are found with --all, by full id, or by name.
Without a selector the completed session of this worktree is put away, if there
is only one.`,
  positionals: [{
    name: "selector",
    summary: "Which session: name, id, part of it, or one of its saves",
    names: "work",
    optional: true,
  }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and write nothing",
    },
  },
  examples: ["mpm archive", "mpm archive login"],
  result: async () =>
    (await import("../../work/commands/results.ts")).EndResult,
  settles: true,
  run: (context, { selector, "dry-run": dryRun }) =>
    end(context, {
      action: "archive",
      choose: (system, workspace) =>
        selector === undefined
          ? onlyComplete(system, workspace)
          : findSession(system, workspace, { selector, action: "archive" }),
      summary: undefined,
      dryRun,
    }),
  render: endText,
});

/** Sessions that an error names. */
const NAMED = 5;

function onlyComplete(system: System, workspace: Workspace): Work {
  const place = placeKey(workspace);
  const found = listWorks(system, workspace.root).works
    .filter((work) => work.state === "complete" && work.place === place);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    throw new MpmError("NOT_FOUND", "No completed session in this worktree", {
      hint: '"mpm stack" shows the sessions there are',
    });
  }
  const names = found.slice(0, NAMED).map((work) =>
    `${work.id} (${labelOf(work)})`
  );
  throw new MpmError(
    "AMBIGUOUS",
    `${found.length} sessions are complete here: ${names.join(", ")}`,
    { hint: "Name one: mpm archive <selector>" },
  );
}
