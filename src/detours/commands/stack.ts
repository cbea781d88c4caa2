import { defineCommand } from "../../cli/command.ts";
import { cut, width } from "../../cli/table.ts";
import { locate } from "../../git/workspace.ts";
import { stackText } from "../stack_text.ts";
import { stackTree } from "../stack_tree.ts";
import { currentWork, lostWorks, placeKey } from "../../work/current.ts";
import { workView } from "../../work/record.ts";
import { foreignWorksNote, lostNote } from "../../work/text.ts";
import { keptNotes, missingNotes, parkedBy } from "../../work/parked.ts";
import { hasRecord } from "../../checkpoints/store.ts";
import { openStore } from "../../saves/store/recover.ts";
import { listWorks } from "../../work/store.ts";

/** `mpm stack` */
export const stack = defineCommand({
  name: "stack",
  summary: "Draw the work sessions and their detours as a tree",
  description: `
The one this worktree is at is marked. Archived and cancelled sessions are left
out, unless --all is given.`,
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      summary: "Archived and cancelled sessions, too",
    },
  },
  examples: ["mpm stack", "mpm stack --all --json"],
  result: async () =>
    (await import("../../work/commands/results.ts")).StackResult,
  settles: true,
  async run(context, { all }) {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    await openStore(system, root);
    const { works, problems, foreign } = listWorks(system, root);
    const current = currentWork(system, root, placeKey(workspace));
    const { placed, hidden } = stackTree(works, { all });
    const exists = (id: string) => hasRecord(system, root, id);
    return {
      project: root,
      listed_at: system.now().toISOString(),
      current: current.work?.id ?? null,
      sessions: placed.map(({ work, depth }) => ({
        session: workView(work),
        depth,
        parked: parkedBy(work, works),
      })),
      hidden,
      problems: [
        ...problems.map(({ message }) => message),
        ...foreign === 0 ? [] : [foreignWorksNote(foreign)],
        ...keptNotes(works, exists),
        ...missingNotes(works, exists),
        ...lostWorks(system, root, works).map(lostNote),
        ...current.problem === undefined ? [] : [current.problem],
      ],
    };
  },
  render: (result, style) => stackText(result, { ...style, width, cut }),
});
