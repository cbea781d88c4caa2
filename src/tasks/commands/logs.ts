import { escapeText } from "../../base/escape.ts";
import { cutText, named } from "../../base/words.ts";
import { defineCommand } from "../../cli/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { readLogs, type TaskLog } from "../logs.ts";
import { RUN, typedRun } from "../root.ts";
import { logText } from "../run_commands.ts";
import type { TaskLogsResult } from "./results.ts";

/** The maximum number of characters of all logs in one answer for programs. */
const MOST = 16 * 1024 * 1024;

export const taskLogs = defineCommand({
  name: "task logs",
  summary: "Print the output of a run's programs",
  description: `
Prints the logs in item order. Secrets are redacted. A log contains the first and last 512 KiB of a program's output.`,
  positionals: [RUN],
  flags: {
    item: {
      type: "string",
      value: "item",
      summary: "Only the log of this item",
    },
  },
  examples: ["mpm task logs", "mpm task logs smells --item src/main.ts"],
  result: async () => (await import("./results.ts")).TaskLogsResult,
  run(context, { run, item }): Promise<TaskLogsResult> {
    const { system, print, style } = context;
    const paths = typedRun(context, run);
    const redactor = redactorOf(system);
    const result: TaskLogsResult = { run: paths.id, logs: [], left_out: 0 };
    let size = 0;
    for (const log of readLogs(system, { run: paths, item, redactor })) {
      if (print) {
        // The reader, for example `head`, may have ended.
        if (!print(logText(titleOf(log), log.text, style))) break;
        continue;
      }
      size += log.text.length;
      if (size > MOST) result.left_out++;
      else result.logs.push(log);
    }
    return Promise.resolve(result);
  },
  render: () => "",
  verbatim: () => true,
});

function titleOf({ chunk, items }: TaskLog): string {
  return items.length === 0
    ? `chunk ${chunk}`
    : named(items.map((item) => escapeText(cutText(item, 200))));
}
