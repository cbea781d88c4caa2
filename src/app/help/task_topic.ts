import type { Topic } from "../../cli/mod.ts";

/** `mpm help tasks` */
export const TASKS: Topic = {
  name: "tasks",
  summary: "How to define a task and what its programs can report",
  sections: [
    {
      text: `
The file .claude-mpm/tasks/NAME.yaml defines the task NAME. mpm runs the task only after you allow the file with "mpm allow .claude-mpm/tasks/NAME.yaml". After each change, allow the file again. docs/tasks.md has examples.`,
    },
    {
      title: "Fields",
      rows: [
        ["description", "a one-line description"],
        [
          "items",
          "{ files: [glob, ...] }, { lines: [program, argument, ...] } or { list: [a, b] }; without this field, the program runs once",
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
        ["repeatable", "true if an item can safely run twice"],
        [
          "grace",
          "the time between SIGTERM and SIGKILL; default: 10s",
        ],
      ],
    },
    {
      title: "Placeholders in arguments",
      rows: [
        ["{item}", "the item, if the chunk has only one"],
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
          "data from which the program can continue, at most 1 MiB of JSON",
        ],
        ['{"result": ...}', "the result of the item, any JSON"],
      ],
    },
    {
      title: "Environment variables of a program",
      rows: [
        ["MPM_TASK", "the name of the task"],
        ["MPM_TASK_RUN", "the ID of the run"],
        ["MPM_TASK_ITEM", "the item, if the chunk has only one"],
        [
          "MPM_TASK_STATE",
          "a file with the last state that the program printed",
        ],
        ["MPM_VAR_<NAME>", 'each state variable ("mpm var")'],
      ],
    },
    {
      text: `
mpm does not use a shell, and passes each argument to the program unchanged. An item may begin with "-". If the program supports "--", write "--" before the item.`,
    },
  ],
};
