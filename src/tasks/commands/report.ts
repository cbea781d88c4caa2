import { defineCommand } from "../../cli/mod.ts";
import {
  exportTarget,
  parseLimit,
  writeExport,
  type WrittenFile,
} from "../../saves/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { readReport } from "../results.ts";
import { RUN, typedRun } from "../root.ts";
import { REPORT_HEAD, reportText } from "../view/report_text.ts";
import type { TaskReportResult } from "./results.ts";

const REPORT: WrittenFile = {
  option: "--output",
  noun: "a report of a task",
  ending: ".md",
  begins: new RegExp(`^${REPORT_HEAD}`),
};

/** The default number of items in each list. */
const LIMIT = 200;

/** `mpm task report` */
export const taskReport = defineCommand({
  name: "task report",
  summary: "Print a Markdown report of a task run",
  description: `
Prints a summary, the failed and flagged items, and the results. You can also use this command while the run is in progress. Secrets are redacted. The file results.jsonl in the run's folder contains all results.`,
  positionals: [RUN],
  flags: {
    output: {
      type: "string",
      short: "o",
      value: "file",
      names: "file",
      summary: "Write the report to this file or folder",
    },
    limit: {
      type: "string",
      value: "number",
      summary:
        'The maximum number of items in each list, or "all"; default: 200',
    },
  },
  examples: [
    "mpm task report",
    "mpm task report smells -o smells.md --limit all",
  ],
  result: async () => (await import("./results.ts")).TaskReportResult,
  async run(context, input): Promise<TaskReportResult> {
    const { system, folder } = context;
    const { root, id } = typedRun(context, input.run);
    const target = input.output === undefined
      ? undefined
      : exportTarget(system, input.output, { folder, root, file: REPORT });
    const report = await readReport(system, {
      ...{ root, id, redactor: redactorOf(system) },
      limit: parseLimit(input.limit) ?? LIMIT,
    });
    if (!target) return report;
    const bytes = new TextEncoder().encode(reportText(report));
    return { ...report, file: writeExport(system, target.path(id), bytes) };
  },
  render: (report) =>
    report.file === null ? reportText(report) : `Wrote ${report.file}\n`,
  verbatim: ({ file }) => file === null,
});
