import type { Topic } from "../../cli/mod.ts";

/** `mpm help tasks` */
export const TASKS: Topic = {
  name: "tasks",
  summary: "How to define a task, and what its programs can report",
  sections: [
    {
      text: `
A task is a file .claude-mpm/tasks/NAME.yaml. It runs on this machine only after "mpm allow .claude-mpm/tasks/NAME.yaml", and after each change only when you allow it again. docs/tasks.md has examples.`,
    },
    {
      title: "Fields",
      rows: [
        ["description", "one line for people"],
        [
          "items",
          "{ files: [glob, ...] }, { lines: [program, argument, ...] } or { list: [a, b] }; without it, the program runs once",
        ],
        ["chunk", "the number of items for one program; default: 1"],
        ["run", "the program and its arguments"],
        [
          "agent",
          "instead of run: { prompt: text, turns: number, client: name }",
        ],
        ["retries", "how often a failed program runs again; default: 0"],
        ["timeout", "how long a program may take, e.g. 60s or 10m"],
        ["on_error", "continue with the next item, or stop the run"],
        ["notify", "a program and its arguments, which runs at the end"],
        ["repeatable", "true if running an item twice does no harm"],
        [
          "grace",
          "the time between SIGTERM and SIGKILL when a program is to end; default: 10s",
        ],
      ],
    },
    {
      title: "Placeholders in arguments",
      rows: [
        ["{item}", "the item, if a chunk has one"],
        ["{items}", "as a whole argument: every item of the chunk"],
        ["{task}", "the name of the task"],
        ["{state}", "in notify: how the run ended"],
      ],
    },
    {
      title: "Lines of JSON that a program can print",
      rows: [
        [
          '{"progress": 0.4}',
          'the share that is done; also {"done": 4, "total": 10, "text": "..."}',
        ],
        ['{"state": ...}', "what it needs to continue, at most 1 MiB of JSON"],
        ['{"result": ...}', "the result of the item, any JSON"],
      ],
    },
    {
      title: "Variables of a program",
      rows: [
        ["MPM_TASK", "the name of the task"],
        ["MPM_TASK_RUN", "the ID of the run"],
        ["MPM_TASK_ITEM", "the item, if a chunk has one"],
        ["MPM_TASK_STATE", "a file with the last state that it printed"],
      ],
    },
    {
      text: `
There is no shell: each argument reaches the program unchanged. An item may begin with "-". Write "--" before it if the program knows that.`,
    },
  ],
};
