import { defineCommand } from "../../cli/mod.ts";
import {
  exportTarget,
  writeExport,
  type WrittenFile,
} from "../../saves/mod.ts";
import { PIPELINE_RUN, typedRun } from "../../tasks/mod.ts";
import { readPipelineStatus } from "../read.ts";
import { REPORT_HEAD, reportText } from "../view/report_text.ts";
import type { PipelineReportResult } from "./results.ts";

const REPORT: WrittenFile = {
  option: "--output",
  noun: "a report of a pipeline",
  ending: ".md",
  begins: new RegExp(`^${REPORT_HEAD}`),
};

/** `mpm pipeline report` */
export const pipelineReport = defineCommand({
  name: "pipeline report",
  summary: "Print a Markdown report of a pipeline run",
  description: `
Prints a summary, the steps with their files and the end of their output, and the conflicts between steps. You can also use this command while the run is in progress. Secrets are redacted.`,
  positionals: [PIPELINE_RUN],
  flags: {
    output: {
      type: "string",
      short: "o",
      value: "file",
      names: "file",
      summary: "Write the report to this file or folder",
    },
  },
  examples: [
    "mpm pipeline report",
    "mpm pipeline report release -o release.md",
  ],
  result: async () => (await import("./results.ts")).PipelineReportResult,
  async run(context, input): Promise<PipelineReportResult> {
    const { system, folder } = context;
    const { root, id } = typedRun(context, input.run, "pipeline");
    const target = input.output === undefined
      ? undefined
      : exportTarget(system, input.output, { folder, root, file: REPORT });
    const report = {
      ...await readPipelineStatus(system, root, id),
      file: null,
    };
    if (!target) return report;
    const bytes = new TextEncoder().encode(reportText(report));
    return { ...report, file: writeExport(system, target.path(id), bytes) };
  },
  render: (report) =>
    report.file === null ? reportText(report) : `Wrote ${report.file}\n`,
  verbatim: ({ file }) => file === null,
});
