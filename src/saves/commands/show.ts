import { ONE_SESSION } from "../select.ts";
import { defineCommand } from "../../cli/mod.ts";
import { asciiJson } from "../../base/escape.ts";
import { MpmError } from "../../base/errors.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { itemsHere } from "../../items/mod.ts";
import type { System } from "../../system/system.ts";
import { saveMarkdown } from "../markdown.ts";
import { withoutDefaults } from "../normalize.ts";
import { Origins } from "../trust/origins.ts";
import { foreignNote } from "../trust/foreign.ts";
import { redactSave } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { ShowResult } from "./results.ts";
import { toYaml } from "../../base/yaml.ts";
import { loadSave } from "../store/load_save.ts";
import { openStore } from "../store/recover.ts";
import { fullId } from "../store/save_entry.ts";
import { selectSave } from "../resume/select.ts";

/** `mpm saves show` */
export const sessionsShow = defineCommand({
  name: "saves show",
  summary: "Show the contents of a save",
  description: `
Shows the save as it was written. "mpm resume" also shows what has changed since. The default is the newest save. An item number, such as "#4", selects the first save that contains the item.`,
  positionals: [ONE_SESSION],
  flags: {
    format: {
      type: "string",
      value: "format",
      choices: ["md", "json", "yaml"],
      default: "md",
      summary: "The output format",
    },
  },
  examples: [
    "mpm saves show",
    "mpm saves show 1",
    "mpm saves show '#4'",
    "mpm saves show 20261120 --format yaml",
  ],
  result: async () => (await import("./results.ts")).ShowResult,
  async run({ system, folder, note }, input) {
    const workspace = await locate(system, folder);
    await openStore(system, workspace.root);
    const selector = bySavedItem(system, workspace, input.selector ?? "latest");
    const { entry, warnings: notes } = await selectSave(system, workspace, {
      selector,
    });
    const loaded = await loadSave(system, entry);
    const { save: written, digest } = loaded;
    const origin = new Origins(system).of({ id: entry.id, digest });
    const warnings = [
      ...origin === "foreign"
        ? [foreignNote(fullId(entry), written.mpm?.author)]
        : [],
      ...notes,
      ...loaded.warnings,
    ];
    const save = redactSave(redactorOf(system), written);
    warnings.forEach((warning) => note(`Warning: ${warning}`));
    return {
      source: entry.path,
      origin,
      format: input.format,
      session: save,
      text: formatted(input.format, save, withoutDefaults(save, loaded.value)),
      warnings,
    };
  },
  verbatim: () => true,
  render: ({ text }) => text,
});

/** Returns the first save that had an item such as `#4`. Throws NOT_FOUND. */
function bySavedItem(system: System, workspace: Workspace, selector: string) {
  const [, digits] = /^#(\d{1,9})$/.exec(selector.trim()) ?? [];
  if (digits === undefined) return selector;
  const { items } = itemsHere(system, workspace).kept;
  const found = items.find(({ number }) => number === Number(digits));
  if (found?.save) return found.save;
  throw new MpmError(
    "NOT_FOUND",
    found ? `No save contains item #${digits} yet` : `No item #${digits}`,
    { hint: '"mpm done" lists the open items' },
  );
}

function formatted(
  format: ShowResult["format"],
  save: ShowResult["session"],
  said: Partial<ShowResult["session"]>,
): string {
  switch (format) {
    case "json":
      return `${asciiJson(said, 2)}\n`;
    case "yaml":
      return toYaml(said);
    case "md":
      return saveMarkdown(save, said);
  }
}
