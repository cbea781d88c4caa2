import { escapeLines, escapeText } from "../../../base/escape.ts";
import { defineCommand } from "../../../cli/mod.ts";
import { readDocuments } from "../../../documents/mod.ts";
import { findWorkspace } from "../../../git/mod.ts";
import { WHICH } from "../answer.ts";
import { findHandoff, handoffView } from "../find.ts";
import { answerLines } from "../text.ts";

export const handoffShow = defineCommand({
  name: "handoff show",
  summary: "Show a hand-off document and its answers",
  description: `
Prints the document with secrets redacted, followed by each answer with its author and time.`,
  positionals: [WHICH],
  flags: {},
  examples: ["mpm handoff show 0", "mpm handoff show frontend-backend --json"],
  result: async () => (await import("./results.ts")).HandoffShowResult,
  settles: true,
  async run(context, input) {
    const { system } = context;
    const workspace = await findWorkspace(context);
    const documents = readDocuments(system, workspace);
    const stored = findHandoff(documents, input.handoff);
    return {
      shown_at: system.now().toISOString(),
      handoff: handoffView(system, workspace, documents, stored),
      text: context.redact(stored.text),
    };
  },
  render({ handoff, text, shown_at: at }, style) {
    const answers = answerLines(handoff, new Date(at));
    const lines = answers.length === 0 ? ["waiting for an answer"] : answers;
    return [
      escapeLines(text.trimEnd()),
      "",
      style.dim(escapeText(handoff.path)),
      ...lines,
      "",
    ].join("\n");
  },
  verbatim: () => true,
});
