import type { ChecklistItem, WorkView } from "./commands/results.ts";
import type { CheckItem, Work } from "./work.ts";
import { lastMove } from "./work_record.ts";

/** A session as commands answer with it. */
export function workView(work: Work): WorkView {
  const { id, name, task, state, started_at, parent, worktree } = work;
  return {
    ...{ id, name, task, state, started_at, parent, worktree },
    since: lastMove(work),
    template: work.template?.name ?? null,
    done: work.checklist.filter((item) => item.done).length,
    total: work.checklist.length,
    save: work.saves.at(-1) ?? null,
    summary: work.summary,
  };
}

/** A checklist with its numbers. */
export function checklistView(items: readonly CheckItem[]): ChecklistItem[] {
  return items.map(({ phase, text, done, done_at }, at) => ({
    number: at + 1,
    ...{ phase, text, done, done_at },
  }));
}
