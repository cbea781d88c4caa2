import { defineCommand } from "../../cli/command.ts";
import type { Style } from "../../cli/style.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/workspace.ts";
import { diffSaves } from "../diff.ts";
import { redactSave } from "../../secrets/redact_save.ts";
import type { DiffResult } from "./results.ts";
import { cutText } from "../../base/words.ts";
import { loadSave } from "../store/load_save.ts";
import { matchSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import { redactorOf } from "../../secrets/redaction.ts";

/** `mpm sessions diff` */
export const sessionsDiff = defineCommand({
  name: "sessions diff",
  summary: "Show what differs between two saved sessions",
  description: `
Compares what the two say: summary, steps, decisions, todos, branch and commit,
and the files that were uncommitted, by content where both recorded it and by
name else. What changed in the repository since a session is "mpm resume".`,
  positionals: [
    {
      name: "before",
      summary: "One session: id, part of it, number, name",
      names: "session",
    },
    { name: "after", summary: "The other one", names: "session" },
  ],
  flags: {},
  examples: ["mpm sessions diff 1 0", "mpm sessions diff 20261119 latest"],
  result: async () => (await import("./results.ts")).DiffResult,
  async run({ system, folder, note }, input) {
    const { root } = await locate(system, folder);
    await openStore(system, root);
    const chosen = await matchSaves(system, root, [input.before, input.after]);
    const [before, after] = await Promise.all(
      chosen.map(async (entry) => {
        const { save: written, warnings } = await loadSave(system, entry);
        const save = redactSave(redactorOf(system), written);
        warnings.forEach((text) => note(`Warning: ${text}`));
        return save;
      }),
    );
    return {
      before: { session_id: before!.session_id, paused_at: before!.paused_at },
      after: { session_id: after!.session_id, paused_at: after!.paused_at },
      ...diffSaves(before!, after!),
    };
  },
  render,
});

/** Longest value printed; the JSON has all of it. */
const LONGEST = 200;

const MARKS: Record<DiffResult["files"][number]["change"], string> = {
  added: "+",
  removed: "-",
  content: "~",
  status: "~",
};

function render(result: DiffResult, style: Style): string {
  const { before, after, values, lists, files } = result;
  const minus = (text: string) => style.red(`  - ${shown(text)}`);
  const plus = (text: string) => style.green(`  + ${shown(text)}`);
  return [
    `${before.session_id} -> ${after.session_id}`,
    ...result.same ? ["They say the same."] : [],
    ...values.flatMap((value) => [
      `${value.field}:`,
      minus(value.before ?? "(none)"),
      plus(value.after ?? "(none)"),
    ]),
    ...lists.flatMap(({ field, added, removed }) => [
      `${field}:`,
      ...removed.map(minus),
      ...added.map(plus),
    ]),
    ...files.length === 0
      ? []
      : [`uncommitted files${result.files_by === "name" ? ", by name" : ""}:`],
    ...files.map(({ path, change }) =>
      `  ${MARKS[change]} ${escapeText(path)}` +
      (change === "status" ? " (only its state in git)" : "")
    ),
    "",
  ].join("\n");
}

function shown(text: string): string {
  return escapeText(cutText(text, LONGEST));
}
