import { counted } from "../../base/words.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { BACKGROUND } from "../background.ts";
import { planRun, writeNewRun } from "../runner/create_run.ts";
import { runHere } from "../runner/run_to_end.ts";
import { runPaths } from "../store.ts";
import { endText, runStatus } from "../view/text.ts";

/** The maximum number of items in a dry run. */
const LISTED = 100;

export const taskRun = defineCommand({
  name: "task run",
  summary: "Run a task on all its items",
  description: `
The file .claude-mpm/tasks/NAME.yaml defines a task:

  description: Look for code smells in every source file
  items: { files: ["src/**/*.ts"] }   # or { lines: [program, argument] },
                                      # or { list: [a, b] }
  chunk: 1                            # items for each program
  run: [node, smells.mjs, "{item}"]   # "{items}" if the chunk is larger
  retries: 2                          # retries after a failure
  timeout: 60s                        # for each try
  on_error: continue                  # or stop
  repeatable: false                   # true: a chunk can safely run twice
  grace: 10s                          # between SIGTERM and SIGKILL
  notify: [notify-send, "{task}: {state}"]

mpm runs the task only after you allow the file's current content with "mpm allow FILE". Programs start without a shell, in the root folder of the working tree. A program may treat an item that begins with a dash as an option. If the program supports "--", write "--" before the item.

Before it starts a program, mpm records the run's progress on disk. Ctrl-C cancels the run: the program gets SIGTERM, and mpm records how it ended. A second Ctrl-C kills the program immediately. "mpm task resume" continues a run that was cancelled or killed.

With "--engine parallel --hosts FILE", GNU parallel runs the items on other machines, over ssh. These machines get the files of the last commit. docs/engines.md describes the hosts and their limits.

The exit status is 0 if all items are done, 130 if the run was cancelled, and 1 otherwise.`,
  positionals: [{ name: "name", summary: "The task" }],
  flags: {
    engine: {
      type: "string",
      value: "engine",
      choices: ["local", "parallel"],
      summary: "The engine that runs the items; default: local",
    },
    hosts: {
      type: "string",
      value: "file",
      names: "file",
      summary: "The hosts for GNU parallel: [JOBS/][USER@]HOST[:PORT] lines",
    },
    background: BACKGROUND,
    "dry-run": {
      type: "boolean",
      summary: "List the items without starting anything",
    },
  },
  examples: [
    "mpm task run smells",
    "mpm task run smells --background",
    "mpm task run smells --dry-run",
    "mpm task run smells --engine parallel --hosts hosts.txt",
  ],
  result: async () => (await import("./results.ts")).TaskRunResult,
  async run(context, input) {
    const workspace = await locate(context.system, context.folder);
    const { run, items } = await planRun(context, workspace, {
      ...{ task: input.name, engine: input.engine, hosts: input.hosts },
    });
    const { values, unreadable = 0 } = items ?? {};
    if (unreadable > 0) {
      const left = counted(unreadable, "item");
      context.note(`Note: left out ${left} that cannot be written as UTF-8`);
    }
    if (!input["dry-run"]) {
      const { root } = workspace;
      const id = await writeNewRun(context, workspace, run, values);
      const order = { run: runPaths(root, id), again: false };
      return await runHere(context, order, input.background);
    }
    const { task, total } = run;
    return {
      ...{ dry_run: true, run: null, task, state: null },
      ...{ total, done: 0, failed: 0, flagged: 0, waiting: total },
      ...{ started_at: null, changed_at: null, reason: null, own: true },
      items: values?.slice(0, LISTED) ?? [],
    };
  },
  render: endText,
  status: ({ state }) => runStatus(state),
});
