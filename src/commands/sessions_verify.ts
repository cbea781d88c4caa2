import { defineCommand } from "../cli/command.ts";
import type { Style } from "../cli/style.ts";
import { MpmError } from "../errors.ts";
import { escapeText } from "../escape.ts";
import { locate } from "../git/workspace.ts";
import type { VerifyResult } from "../session/results.ts";
import type { SaveEntry } from "../session/save_entry.ts";
import { counted } from "../session/words.ts";
import { missingDerived } from "../store/derived.ts";
import { loadSave } from "../store/load_save.ts";
import { findSave, listSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import type { System } from "../system/system.ts";

type Row = VerifyResult["sessions"][number];

/** `mpm sessions verify` */
export const sessionsVerify = defineCommand({
  name: "sessions verify",
  summary: "Check saved sessions against their checksums and their format",
  description: `
Reads every save, or the one selected, and compares it with its checksum and
with the schema. "unchecked" is a save without a checksum, as claude-mpm writes
them. The exit status is 5 if one is damaged; no save is changed.`,
  positionals: [{
    name: "selector",
    summary: "Which session: id, part of it, number in the list, name, latest",
    optional: true,
  }],
  flags: {},
  examples: ["mpm sessions verify", "mpm sessions verify latest --json"],
  result: async () => (await import("../session/results.ts")).VerifyResult,
  async run({ system, folder }, input) {
    const { root } = await locate(system, folder);
    await openStore(system, root);
    const entries = input.selector === undefined
      ? await listSaves(system, root)
      : [await findSave(system, root, input.selector)];
    const { Save } = await import("../session/save.ts");
    const { problemsOf } = await import("../session/validate.ts");
    const issuesOf = (value: unknown) => problemsOf(Save, value);
    const sessions = [];
    for (const entry of entries) {
      sessions.push(await verify(system, entry, issuesOf));
    }
    return {
      intact: sessions.every(({ state }) => state !== "damaged"),
      sessions,
    };
  },
  render,
  status: ({ intact }) => intact ? 0 : 5,
});

async function verify(
  system: System,
  entry: SaveEntry,
  issuesOf: (value: unknown) => string[],
): Promise<Row> {
  const row = { session_id: entry.id, source: entry.path };
  try {
    const { save, checksum, warnings } = await loadSave(system, entry);
    const problems = issuesOf(save);
    const missing = entry.own ? missingDerived(system, entry.path) : [];
    return {
      ...row,
      state: problems.length > 0
        ? "damaged"
        : checksum === "absent"
        ? "unchecked"
        : "intact",
      problems,
      notes: [...warnings, ...missing.map((name) => `${name} is missing`)],
    };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const problems = [error.message];
    return { ...row, state: "damaged", problems, notes: [] };
  }
}

function render({ sessions }: VerifyResult, style: Style): string {
  const paint = {
    intact: style.green,
    unchecked: style.yellow,
    damaged: style.red,
  };
  const lines = sessions.flatMap(({ session_id, state, problems, notes }) => [
    `${paint[state](state.padEnd(9))}  ${session_id}`,
    ...[...problems, ...notes].map((text) => `           ${escapeText(text)}`),
  ]);
  const number = (wanted: Row["state"]) =>
    sessions.filter(({ state }) => state === wanted).length;
  return [
    ...lines,
    `${counted(sessions.length, "session")}: ${number("intact")} intact, ` +
    `${number("unchecked")} unchecked, ${number("damaged")} damaged`,
    "",
  ].join("\n");
}
