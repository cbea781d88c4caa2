import { defineCommand } from "../../cli/mod.ts";
import { documentParts, PIPELINE_RUN, typedRun } from "../../tasks/mod.ts";
import { readPipelineStatus } from "../read.ts";
import { REPORT_HEAD, reportText } from "../view/report_text.ts";
import type { PipelineReportResult } from "./results.ts";

const REPORT = documentParts<PipelineReportResult>({
  ...{ what: "report", noun: "a report of a pipeline" },
  ending: ".md",
  begins: new RegExp(`^${REPORT_HEAD}`),
  text: reportText,
});

export const pipelineReport = defineCommand({
  name: "pipeline report",
  summary: "Print a Markdown report of a pipeline run",
  description: `
Prints a summary, the steps with their files and the end of their output, and the conflicts between steps. You can also use this command while the run is in progress. Secrets are redacted.`,
  positionals: [PIPELINE_RUN],
  flags: { output: REPORT.output },
  examples: [
    "mpm pipeline report",
    "mpm pipeline report release -o release.md",
  ],
  result: async () => (await import("./results.ts")).PipelineReportResult,
  run(context, { run, output }) {
    const paths = typedRun(context, run, "pipeline");
    const { root, id: name } = paths;
    return REPORT.written(context, { root, output, name }, async () => ({
      ...await readPipelineStatus(context.system, paths),
      file: null,
    }));
  },
  ...REPORT.shown,
});
