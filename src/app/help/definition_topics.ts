import type { Topic } from "../../cli/mod.ts";
import { pairs } from "./rows.ts";

/** `mpm help tasks` */
export const TASKS: Topic["sections"] = [
  {
    text: `
The file .claude-mpm/tasks/NAME.yaml defines the task NAME. mpm runs the task only after you allow the file with "mpm allow .claude-mpm/tasks/NAME.yaml". After each change, allow the file again. docs/tasks.md has examples.`,
  },
  {
    title: "Fields",
    rows: pairs([
      "description | a one-line description",
      "items | { files: [glob, ...] }, { lines: [program, argument, ...] } or { list: [a, b] }; without this field, the program runs once",
      "chunk | the number of items for one program; default: 1",
      "run | the program and its arguments",
      "agent | instead of run: { prompt: text, turns: number, client: name }",
      "retries | the number of retries for a failed program; default: 0",
      "timeout | the time limit for a program, e.g. 60s or 10m",
      "on_error | after a failure: continue (with the next item) or stop (the run)",
      "notify | a program to run at the end, and its arguments",
      "repeatable | true if an item can safely run twice",
      "grace | the time between SIGTERM and SIGKILL; default: 10s",
    ]),
  },
  {
    title: "Placeholders in arguments",
    rows: pairs([
      "{item} | the item, if the chunk has only one",
      "{items} | all items of the chunk; must be the whole argument",
      "{task} | the name of the task",
      "{state} | in notify: the state at the end of the run",
    ]),
  },
  {
    title: "Lines of JSON that a program can print",
    rows: pairs([
      '{"progress": 0.4} | the fraction that is done, from 0 to 1; also {"done": 4, "total": 10, "text": "..."}',
      '{"state": ...} | data from which the program can continue, at most 1 MiB of JSON',
      '{"result": ...} | the result of the item, any JSON',
    ]),
  },
  {
    title: "Environment variables of a program",
    rows: pairs([
      "MPM_TASK | the name of the task",
      "MPM_TASK_RUN | the ID of the run",
      "MPM_TASK_ITEM | the item, if the chunk has only one",
      "MPM_TASK_STATE | a file with the last state that the program printed",
      'MPM_VAR_<NAME> | each state variable ("mpm var")',
    ]),
  },
  {
    text: `
mpm does not use a shell, and passes each argument to the program unchanged. An item may begin with "-". If the program supports "--", write "--" before the item.`,
  },
];

/** `mpm help pipelines` */
export const PIPELINES: Topic["sections"] = [
  {
    text: `
The file .claude-mpm/pipelines/NAME.yaml defines the pipeline NAME. mpm runs the pipeline only after you allow the file with "mpm allow .claude-mpm/pipelines/NAME.yaml". After each change, allow the file again. docs/pipelines.md has examples.`,
  },
  {
    title: "Fields",
    rows: pairs([
      "description | a one-line description",
      "vars | variables: { name: { required, default, description } }",
      "jobs | the maximum number of steps that run at the same time; default: 4",
      "notify | a program to run at the end, and its arguments",
      "steps | the steps, by name",
    ]),
  },
  {
    title: "Fields of a step",
    rows: pairs([
      "needs | the steps that must be done first",
      "run | the program and its arguments",
      "agent | instead of run: { prompt: text, turns: number, client: name }",
      "produces | files that the step must write, as paths or patterns",
      "verify | a program that checks the result of the step, and its arguments",
      "retries | the number of retries for a failed step; default: 0",
      "timeout | the time limit for each try, e.g. 60s or 10m",
      "grace | the time between SIGTERM and SIGKILL; default: 10s",
      "worktree | true: the step runs in its own worktree, and mpm merges the results at the end",
      "repeatable | true if the step can safely run twice",
      "env | environment variables for the program: { NAME: value }",
    ]),
  },
  {
    title: "Variables in arguments, prompts and env",
    rows: pairs([
      "{name} | the value of a variable of the pipeline",
      "{pipeline} | the name of the pipeline",
      "{run} | the ID of the run",
      "{step} | the name of the step",
      "{state} | in notify: the state at the end of the run",
    ]),
  },
  {
    title: "Environment variables of a program",
    rows: pairs([
      "MPM_PIPELINE | the name of the pipeline",
      "MPM_PIPELINE_RUN | the ID of the run",
      "MPM_PIPELINE_STEP | the name of the step",
    ]),
  },
  {
    text: `
mpm does not use a shell, and passes each argument to the program unchanged.`,
  },
];
