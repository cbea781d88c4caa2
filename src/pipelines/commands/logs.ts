import { attempt, MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { didYouMean } from "../../base/nearest.ts";
import { defineCommand } from "../../cli/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { logText, PIPELINE_RUN, typedRun } from "../../tasks/mod.ts";
import { readPipelineStatus } from "../read.ts";
import { stepStem, verifyStem } from "../stems.ts";
import type { PipelineLogsResult } from "./results.ts";

/** The largest log, in bytes; mpm writes no larger one. */
const LARGEST = 4 * 1024 * 1024;

export const pipelineLogs = defineCommand({
  name: "pipeline logs",
  summary: "Print the output of a run's steps",
  description: `
Prints the logs in step order. Each step's log is followed by the log of its "verify" program. Secrets are redacted. A log contains the first and last 512 KiB of a program's output.`,
  positionals: [PIPELINE_RUN],
  flags: {
    step: { type: "string", value: "name", summary: "Only logs of this step" },
  },
  examples: ["mpm pipeline logs", "mpm pipeline logs release --step build"],
  result: async () => (await import("./results.ts")).PipelineLogsResult,
  async run(context, input): Promise<PipelineLogsResult> {
    const { system, print, style } = context;
    const paths = typedRun(context, input.run, "pipeline");
    const { id: run, logs } = paths;
    const { steps } = await readPipelineStatus(system, paths);
    const names = steps.map(({ name }) => name);
    if (input.step !== undefined && !names.includes(input.step)) {
      throw new MpmError("NOT_FOUND", `No step "${input.step}" in this run`, {
        hint: didYouMean(input.step, names, `Its steps: ${names.join(", ")}`),
      });
    }
    const redactor = redactorOf(system);
    const result: PipelineLogsResult = { run, logs: [] };
    for (const step of input.step === undefined ? names : [input.step]) {
      for (const stem of [stepStem(step), verifyStem(step)]) {
        const path = `${logs}/${stem}.log`;
        const bytes = attempt(() => system.files.readOwn(path, LARGEST));
        if (!bytes) continue;
        const text = redactor.text(new TextDecoder().decode(bytes));
        const verify = stem === verifyStem(step);
        const title = `${escapeText(step)}${verify ? " (verify)" : ""}`;
        if (!print) result.logs.push({ step, verify, text });
        // The reader, for example `head`, may have ended.
        else if (!print(logText(title, text, style))) return result;
      }
    }
    return result;
  },
  render: () => "",
  verbatim: () => true,
});
