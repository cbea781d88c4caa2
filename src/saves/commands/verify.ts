import { ONE_SESSION } from "../select.ts";
import { defineCommand, ProgressLine, type Style } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import type { VerifyResult } from "./results.ts";
import { counted } from "../../base/words.ts";
import { journaled, withLock } from "../../ops/mod.ts";
import { findSave, listSaves } from "../store/read_saves.ts";
import { areCopied } from "../store/second_copy.ts";
import { takeInKept } from "../store/upgrade.ts";
import { readCopies } from "../store/copies.ts";
import { openStore } from "../store/recover.ts";
import { type Checker, repairAll, verifyAll } from "../store/verify.ts";

type Row = VerifyResult["sessions"][number];

/** `mpm saves verify` */
export const sessionsVerify = defineCommand({
  name: "saves verify",
  summary: "Check saves against their checksums and format",
  description: `
Checks every save, or the selected save, against its checksum and the schema.
"unchecked" means that the save has no checksum, as with saves made by claude-mpm. mpm also compares the YAML and Markdown files of its saves with their expected content. --repair rewrites these files. It also replaces a damaged save with an intact copy, and moves the damaged file to the trash. In
a project without git, it also restores missing saves from their copies. The exit
status is 5 if a save is still damaged. Without --repair, mpm changes nothing.`,
  positionals: [ONE_SESSION],
  flags: {
    all: { type: "boolean", summary: "Check all saves (the default)" },
    repair: {
      type: "boolean",
      summary: "Repair derived files and second copies",
    },
  },
  examples: [
    "mpm saves verify",
    "mpm saves verify latest --json",
    "mpm saves verify --all --repair",
  ],
  result: async () => (await import("./results.ts")).VerifyResult,
  async run(context, input) {
    const { system, folder } = context;
    if (input.all && input.selector !== undefined) {
      throw new MpmError("USAGE", "Cannot combine --all with a save");
    }
    const workspace = await locate(system, folder);
    const { root } = workspace;
    await openStore(system, root);
    if (input.repair && areCopied(system, workspace)) {
      const notes = await takeInKept(system, workspace);
      notes.forEach((text) => context.note(`Warning: ${text}`));
    }
    const entries = input.selector === undefined
      ? await listSaves(system, root)
      : [await findSave(system, root, input.selector)];
    const { problemsOfSave } = await import("../schema.ts");
    using line = new ProgressLine(context);
    const checker: Checker = {
      progress: line.show,
      system,
      workspace,
      copies: await readCopies(system, workspace),
      issuesOf: problemsOfSave,
    };
    const sessions = !input.repair
      ? await verifyAll(checker, entries)
      : await journaled(
        context,
        ({ system }) => repairAll({ ...checker, system }, entries),
        {
          operation: "sessions verify",
          workspace,
          lock: withLock,
          title: (rows) => {
            const repaired = rows.filter((row) => row.repaired.length > 0);
            return `repair ${counted(repaired.length, "save")}`;
          },
        },
      );
    return {
      intact: sessions.every(({ state }) => state !== "damaged"),
      sessions,
    };
  },
  render,
  next: ({ intact }) =>
    intact ? undefined : '"mpm saves verify --repair" fixes what it can',
  status: ({ intact }) => intact ? 0 : 5,
});

/** The maximum number of sessions for which a terminal shows one line each. */
const LISTED = 20;

function render({ sessions }: VerifyResult, style: Style): string {
  const paint = {
    intact: style.green,
    unchecked: style.yellow,
    damaged: style.red,
  };
  // A long list shows only the saves that are not simply intact.
  const isLong = sessions.length > LISTED && !style.piped;
  const reported = sessions.filter(({ state, notes, repaired }) =>
    !isLong || state !== "intact" || notes.length + repaired.length > 0
  );
  const lines = reported.flatMap((
    { session_id, state, problems, notes, repaired },
  ) => [
    `${paint[state](state.padEnd(9))}  ${session_id}`,
    ...[...problems, ...notes].map((text) => `           ${escapeText(text)}`),
    ...repaired.map((text) => `           repaired: ${escapeText(text)}`),
  ]);
  const number = (wanted: Row["state"]) =>
    sessions.filter(({ state }) => state === wanted).length;
  if (sessions.length === 0) return "No saves.\n";
  return [
    ...lines,
    `${counted(sessions.length, "save")}: ${number("intact")} intact, ` +
    `${number("unchecked")} unchecked, ${number("damaged")} damaged`,
    "",
  ].join("\n");
}
