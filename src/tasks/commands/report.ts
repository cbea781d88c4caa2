import { defineCommand } from "../../cli/mod.ts";
import { parseLimit } from "../../saves/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { readReport } from "../results.ts";
import { RUN, typedRun } from "../root.ts";
import { documentParts } from "../run_commands.ts";
import { REPORT_HEAD, reportText } from "../view/report_text.ts";
import type { TaskReportResult } from "./results.ts";

const REPORT = documentParts<TaskReportResult>({
  ...{ what: "report", noun: "a report of a task" },
  ending: ".md",
  begins: new RegExp(`^${REPORT_HEAD}`),
  text: reportText,
});

/** The default number of items in each list. */
const LIMIT = 200;

export const taskReport = defineCommand({
  name: "task report",
  summary: "Print a Markdown report of a task run",
  description: `
Prints a summary, the failed and flagged items, and the results. You can also use this command while the run is in progress. Secrets are redacted. The file results.jsonl in the run's folder contains all results.`,
  positionals: [RUN],
  flags: {
    output: REPORT.output,
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
  run(context, { run, output, limit }) {
    const paths = typedRun(context, run);
    const { root, id: name } = paths;
    return REPORT.written(
      context,
      { root, output, name },
      () =>
        readReport(context.system, {
          ...{ run: paths, redactor: redactorOf(context.system) },
          limit: parseLimit(limit) ?? LIMIT,
        }),
    );
  },
  ...REPORT.shown,
});
