import { SESSIONS } from "../select.ts";
import { defineCommand, ProgressLine } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import type { ExportResult } from "./results.ts";
import { isLog, type SaveEntry } from "../store/save_entry.ts";
import { counted } from "../../base/words.ts";
import {
  bundleBytes,
  exportBytes,
  exportTarget,
  writeExport,
} from "../share/export.ts";
import { listSaves, matchSaves } from "../store/read_saves.ts";
import type { System } from "../../system/system.ts";
import { openStore } from "../store/recover.ts";

/** `mpm saves export` */
export const sessionsExport = defineCommand({
  name: "saves export",
  summary: "Export one save, or a bundle of several saves",
  description: `
Exports one save as an exact copy of its JSON file, or several saves as a bundle. A bundle is a JSON file with the text and checksum of each save. To import either file, use "mpm import". mpm does not export a damaged save. The default is
the newest save.`,
  positionals: [SESSIONS],
  flags: {
    output: {
      type: "string",
      names: "file",
      short: "o",
      value: "path",
      summary: "The file to write, or a folder; default: the current folder",
    },
    all: { type: "boolean", summary: "Export all saves except logs" },
    bundle: {
      type: "boolean",
      summary: "Write a bundle even for a single save",
    },
  },
  examples: [
    "mpm saves export -o handoff.json",
    "mpm saves export 0 1 2 -o handoff.json",
    "mpm saves export --all -o /mnt/backup",
  ],
  result: async () => (await import("./results.ts")).ExportResult,
  async run(context, input) {
    const { system, folder } = context;
    const { root } = await locate(system, folder);
    const target = exportTarget(system, input.output ?? ".", { folder, root });
    await openStore(system, root);
    const chosen = await choose(system, root, input);
    if (chosen.length === 1 && !input.bundle && !input.all) {
      const entry = chosen[0]!;
      const bytes = await exportBytes(system, entry);
      const file = writeExport(system, target.path(entry.id), bytes);
      return { file, bundle: false, sessions: [entry.id], skipped: [] };
    }
    using line = new ProgressLine(context);
    const { bytes, sessions, skipped } = await bundleBytes(
      system,
      chosen,
      line.show,
    );
    const newest = sessions[0] ?? chosen[0]!.id;
    const file = sessions.length === 0
      ? null
      : writeExport(system, target.path(`${newest}-bundle`), bytes);
    return { file, bundle: true, sessions, skipped };
  },
  render,
  next: ({ file }) =>
    file === null ? undefined : '"mpm saves import <file>" imports it',
  status: ({ skipped }) => skipped.length === 0 ? 0 : 5,
});

async function choose(
  system: System,
  root: string,
  { selectors, all }: { selectors: readonly string[]; all: boolean },
): Promise<SaveEntry[]> {
  if (all && selectors.length > 0) {
    throw new MpmError("USAGE", "Cannot combine --all with a save");
  }
  const chosen = all
    ? (await listSaves(system, root)).filter((entry) => !isLog(entry))
    : await matchSaves(
      system,
      root,
      selectors.length > 0 ? selectors : ["latest"],
    );
  if (chosen.length === 0) {
    throw new MpmError("NOT_FOUND", "No saves to export", {
      hint: '"mpm pause" makes a save',
    });
  }
  return [...new Set(chosen)];
}

function render({ file, bundle, sessions, skipped }: ExportResult): string {
  const what = bundle
    ? `${counted(sessions.length, "save")} in a bundle`
    : sessions[0];
  return [
    file === null
      ? "Nothing was exported."
      : `Exported ${what}: ${escapeText(file)}`,
    ...skipped.map(({ session_id: id, reason }) =>
      `Left out ${id}: ${escapeText(reason)}`
    ),
    "",
  ].join("\n");
}
