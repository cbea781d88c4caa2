import { defineCommand, flag } from "../../cli/mod.ts";
import { close } from "../say.ts";
import { doneText } from "../say_text.ts";

export const done = defineCommand({
  name: "done",
  summary: "Close next steps and other items, or list open items",
  description: `
People and agents add items with "mpm pause", "mpm next", "mpm decide", "mpm ask"
and "mpm block", and mpm finds more items in the conversation. Every save includes an item until someone closes it. Without a number, mpm lists all open items of this session. Closing an item twice has no further effect. To close an item of another session, such as a detour's parent, use --all.`,
  positionals: [{
    name: "numbers",
    summary: "Numbers from the list",
    names: "open-item",
    rest: true,
  }],
  flags: {
    drop: flag("Drop items that are no longer wanted"),
    all: flag("List or close items from all worktrees and sessions"),
    "dry-run": flag("Show what would be closed without writing anything"),
  },
  examples: ["mpm done", "mpm done 3", "mpm done 3 5 8", "mpm done 4 --drop"],
  result: async () => (await import("./results.ts")).DoneResult,
  settles: true,
  run: close,
  render: doneText,
  next: ({ dry_run: dry, closed }) =>
    dry || closed.length === 0 ? undefined : '"mpm undo" reopens it',
});
