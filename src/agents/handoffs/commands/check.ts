import { resolve } from "@std/path";
import { EXIT_FOUND } from "../../../base/errors.ts";
import { escapeText } from "../../../base/escape.ts";
import { counted } from "../../../base/words.ts";
import { defineCommand, noteLines, type Style } from "../../../cli/mod.ts";
import { documentAt, readDocuments } from "../../../documents/mod.ts";
import { locate } from "../../../git/mod.ts";
import { checkDocument, type CheckedText } from "../check_document.ts";
import { findHandoff } from "../find.ts";
import type { HandoffCheckResult } from "./results.ts";

export const handoffCheck = defineCommand({
  name: "handoff check",
  summary: "Check a hand-off document before the other agent gets it",
  description: `
Prints each rule violation as file:line. The document must name two
different agents, the completed work, the needs and the acceptance criteria. A
need or criterion must be testable: "Proper error handling" is not testable, but
"Proper error handling (404, 400)" is. Each file, link and anchor must exist. Paths are relative to the project
or to the document. A line such as "\`npm test\` passes" requires that the command passed on the current files (see "mpm evidence"). The text must not contain secrets.

Without a name, mpm checks the open hand-offs. The exit status is 5 if mpm finds
a problem.`,
  positionals: [{
    name: "handoff",
    summary:
      "The hand-off: its number in the list, its ID or part of the ID, or any file",
    names: "handoff",
    optional: true,
  }],
  flags: {},
  examples: [
    "mpm handoff check",
    "mpm handoff check 0",
    "mpm handoff check docs/handoffs/users.md --json",
  ],
  result: async () => (await import("./results.ts")).HandoffCheckResult,
  settles: true,
  async run(context, { handoff }): Promise<HandoffCheckResult> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const documents = readDocuments(system, workspace);
    const texts = (): CheckedText[] => {
      if (handoff === undefined) {
        return documents.all.filter(({ standing: { state } }) =>
          state !== "done" && state !== "rejected"
        ).map(({ path, text }) => ({ path, text }));
      }
      const path = resolve(folder, handoff);
      const isFile = system.files.lstat(path)?.kind === "file";
      return isFile
        ? [{ path, text: documentAt(system, path) }]
        : [findHandoff(documents, handoff)];
    };
    const checked = [];
    for (const { path, text } of texts()) {
      const findings = await checkDocument(context, workspace, { path, text });
      checked.push({ path, findings });
    }
    return {
      checked: checked.map(({ path, findings }) => ({
        path,
        findings: findings.map((one) => ({
          ...one,
          message: context.redact(one.message),
        })),
      })),
      findings: checked.reduce((sum, one) => sum + one.findings.length, 0),
      warnings: [...documents.problems],
    };
  },
  status: ({ findings }) => findings === 0 ? 0 : EXIT_FOUND,
  render,
});

function render(
  { checked, findings, warnings }: HandoffCheckResult,
  style: Style,
): string {
  const lines = checked.flatMap(({ path, findings }) =>
    findings.map(({ line, rule, message }) =>
      `${escapeText(path)}:${line}: ${style.red(rule)}: ${escapeText(message)}`
    )
  );
  const found = findings === 0 ? "No findings" : counted(findings, "finding");
  return [
    ...lines,
    `${found} in ${counted(checked.length, "hand-off")}`,
    ...noteLines(warnings, style),
    "",
  ].join("\n");
}
