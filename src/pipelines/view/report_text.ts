import { counted } from "../../base/words.ts";
import { MARKDOWN } from "../../saves/mod.ts";
import { fenced, shortDuration } from "../../tasks/mod.ts";
import type { PipelineStatusResult, StepView } from "../commands/results.ts";

/** The first words of every report. mpm recognizes the file by them. */
export const REPORT_HEAD = "# Pipeline report: ";

/** Returns a report in Markdown. Texts of steps and programs are data in it. */
export function reportText(report: PipelineStatusResult): string {
  const { pipeline, run, state, reason, started_at: started } = report;
  const { code, words } = MARKDOWN;
  const ms = Date.parse(report.changed_at) - Date.parse(started);
  const rows = [
    ["Run", code(run)],
    ["State", state],
    ["Started", started],
    ["Time", shortDuration(ms)],
    ["Steps", `${report.done} of ${report.total} done`],
    ...reason === null ? [] : [["Reason", words(reason)]],
  ];
  return [
    `${REPORT_HEAD}${words(pipeline)}`,
    "",
    "|  |  |",
    "| --- | --- |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
    ...mergePart(report),
    ...report.steps.flatMap(stepPart),
    "",
  ].join("\n");
}

type Merge = NonNullable<PipelineStatusResult["merge"]>;

function mergePart({ merge }: PipelineStatusResult): string[] {
  if (!merge) return [];
  const { code, words } = MARKDOWN;
  const { merged, changed, conflicts, reason } = merge;
  return [
    "",
    "## Merged results",
    "",
    ...merged.length === 0
      ? [reason === null ? "Nothing was merged." : words(reason)]
      : [
        `${merged.map(code).join(", ")}: ${counted(changed, "file")} changed.`,
        ...changed > 0 ? ['"mpm undo" undoes this.'] : [],
      ],
    ...conflicts.flatMap(conflictPart),
  ];
}

/** Says where both sides of a conflict are. */
function conflictPart(
  { step, paths, commit, worktree, folder }: Merge["conflicts"][number],
): string[] {
  const { code } = MARKDOWN;
  const why = paths.length === 0
    ? "It needs a step that was left out."
    : `It conflicts with earlier results in ${paths.map(code).join(", ")}.`;
  return [
    "",
    `### Left out: ${code(step)}`,
    "",
    why,
    "",
    ...folder === null ? [] : [`- Both sides: ${code(folder)}`],
    ...worktree === null
      ? []
      : [`- A worktree with its result: ${code(worktree)}`],
    `- Its commit: ${code(commit)}`,
    `- To apply it by hand, commit your files, then: ${
      code(`git cherry-pick --no-commit ${commit}`)
    }`,
  ];
}

function stepPart(step: StepView): string[] {
  const { code, words } = MARKDOWN;
  const { name, state, exit, attempts, ms, reason, artefacts, output } = step;
  const facts = [
    state,
    ...ms === null ? [] : [shortDuration(ms)],
    ...state === "failed" && exit !== null ? [`exit status ${exit}`] : [],
    ...attempts > 1 ? [`${attempts} attempts`] : [],
  ];
  return [
    "",
    `## ${words(name)}: ${facts.join(", ")}`,
    ...reason === null ? [] : ["", words(reason)],
    ...step.until === null ? [] : ["", `The limit ends at ${step.until}.`],
    ...artefacts.length === 0
      ? []
      : ["", `Produced: ${artefacts.map(code).join(", ")}`],
    ...output.trim() === "" ? [] : ["", ...fenced(output)],
    ...step.log === null || state === "done"
      ? []
      : ["", `Log: ${code(step.log)}`],
  ];
}
