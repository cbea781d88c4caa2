import type { Topic } from "../../cli/mod.ts";

/** `mpm help pipelines` */
export const PIPELINES: Topic = {
  name: "pipelines",
  summary: "How to define a pipeline and its steps",
  sections: [
    {
      text: `
The file .claude-mpm/pipelines/NAME.yaml defines the pipeline NAME. mpm runs the pipeline only after you allow the file with "mpm allow .claude-mpm/pipelines/NAME.yaml". After each change, allow the file again. docs/pipelines.md has examples.`,
    },
    {
      title: "Fields",
      rows: [
        ["description", "a one-line description"],
        ["vars", "variables: { name: { required, default, description } }"],
        [
          "jobs",
          "the maximum number of steps that run at the same time; default: 4",
        ],
        ["notify", "a program to run at the end, and its arguments"],
        ["steps", "the steps, by name"],
      ],
    },
    {
      title: "Fields of a step",
      rows: [
        ["needs", "the steps that must be done first"],
        ["run", "the program and its arguments"],
        [
          "agent",
          "instead of run: { prompt: text, turns: number, client: name }",
        ],
        ["produces", "files that the step must write, as paths or patterns"],
        [
          "verify",
          "a program that checks the result of the step, and its arguments",
        ],
        ["retries", "the number of retries for a failed step; default: 0"],
        ["timeout", "the time limit for each try, e.g. 60s or 10m"],
        [
          "grace",
          "the time between SIGTERM and SIGKILL; default: 10s",
        ],
        [
          "worktree",
          "true: the step runs in its own worktree, and mpm merges the results at the end",
        ],
        ["repeatable", "true if the step can safely run twice"],
        ["env", "environment variables for the program: { NAME: value }"],
      ],
    },
    {
      title: "Variables in arguments, prompts and env",
      rows: [
        ["{name}", "the value of a variable of the pipeline"],
        ["{pipeline}", "the name of the pipeline"],
        ["{run}", "the ID of the run"],
        ["{step}", "the name of the step"],
        ["{state}", "in notify: the state at the end of the run"],
      ],
    },
    {
      title: "Environment variables of a program",
      rows: [
        ["MPM_PIPELINE", "the name of the pipeline"],
        ["MPM_PIPELINE_RUN", "the ID of the run"],
        ["MPM_PIPELINE_STEP", "the name of the step"],
      ],
    },
    {
      text: `
mpm does not use a shell, and passes each argument to the program unchanged.`,
    },
  ],
};
