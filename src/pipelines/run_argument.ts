/** The argument of the commands about one run. */
export const RUN = {
  name: "run",
  summary:
    "The ID of a run, or the name of a pipeline to select its newest run; default: the newest run",
  optional: true,
  names: "pipeline-run",
} as const;
