import type { Topic } from "../../cli/mod.ts";

/** `mpm help tasks` */
export const TASKS: Topic = {
  name: "tasks",
  summary: "How to define a task, and what its programs can report",
  sections: [
    {
      text: `
A task is a file .claude-mpm/tasks/NAME.yaml. mpm runs the task on this machine only after "mpm allow .claude-mpm/tasks/NAME.yaml". After each change, allow the file again. docs/tasks.md has examples.`,
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
        ["retries", "the number of retries for a failed program; default: 0"],
        ["timeout", "the time limit for a program, e.g. 60s or 10m"],
        [
          "on_error",
          "after a failure: continue (with the next item) or stop (the run)",
        ],
        ["notify", "a program to run at the end, and its arguments"],
        ["repeatable", "true if running an item twice does no harm"],
        [
          "grace",
          "the time between SIGTERM and SIGKILL when mpm stops a program; default: 10s",
        ],
      ],
    },
    {
      title: "Placeholders in arguments",
      rows: [
        ["{item}", "the item, if a chunk is a single item"],
        ["{items}", "all items of the chunk; must be the whole argument"],
        ["{task}", "the name of the task"],
        ["{state}", "in notify: the state at the end of the run"],
      ],
    },
    {
      title: "Lines of JSON that a program can print",
      rows: [
        [
          '{"progress": 0.4}',
          'the fraction that is done, from 0 to 1; also {"done": 4, "total": 10, "text": "..."}',
        ],
        [
          '{"state": ...}',
          "data that the program needs to continue, at most 1 MiB of JSON",
        ],
        ['{"result": ...}', "the result of the item, any JSON"],
      ],
    },
    {
      title: "Environment variables of a program",
      rows: [
        ["MPM_TASK", "the name of the task"],
        ["MPM_TASK_RUN", "the ID of the run"],
        ["MPM_TASK_ITEM", "the item, if a chunk is a single item"],
        [
          "MPM_TASK_STATE",
          "a file with the last state that the program printed",
        ],
      ],
    },
    {
      text: `
mpm does not use a shell, and passes each argument to the program unchanged. An item may begin with "-". If the program supports "--", write "--" before the item.`,
    },
  ],
};
