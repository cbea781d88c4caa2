import { defineCommand, type Style, table } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import { phasesOf } from "../record.ts";
import type { TemplateRow, TemplatesResult } from "./results.ts";
import {
  listTemplates,
  readTemplate,
  strayTemplates,
  type TemplateEntry,
} from "../templates/store.ts";
import type { System } from "../../system/system.ts";

export const templateList = defineCommand({
  name: "template list",
  summary: "List the templates for sessions",
  description: `
The project's templates are in .claude-mpm/templates/. Your own templates are in mpm/templates/ in your configuration folder, e.g. ~/.config/mpm/templates/. If several templates have the same name, mpm prefers the project's, then yours, then the built-in one. claude-mpm also stores documents in the project's template folder. There, mpm lists only files that begin with template front matter or with the heading "# Template: ...".`,
  positionals: [],
  flags: {},
  examples: ["mpm template list", "mpm template list --json"],
  result: async () => (await import("./results.ts")).TemplatesResult,
  async run({ system, folder, note }) {
    const { root } = await locate(system, folder);
    const entries = listTemplates(system, root);
    const stray = strayTemplates(system, root);
    for (const path of stray.slice(0, LISTED)) note(strayNote(path));
    if (stray.length > LISTED) note(`Note: and ${stray.length - LISTED} more`);
    const templates: TemplateRow[] = [];
    for (const entry of entries) {
      templates.push(await row(system, entry));
    }
    return { templates };
  },
  render,
  next: ({ templates }) =>
    templates.length > 0
      ? '"mpm start --template <name>" makes a checklist from one'
      : undefined,
});

/** The maximum number of files to report that are not templates. */
const LISTED = 5;

function strayNote(path: string): string {
  return `Note: "${path}" is not a template. Its name must consist of ` +
    'letters, digits, ".", "_" and "-", begin with a letter or digit, and end ' +
    'with ".md"';
}

async function row(
  system: System,
  entry: TemplateEntry,
): Promise<TemplateRow> {
  const { name, origin: source, path = null } = entry;
  const blank = { name, source, path, title: name, description: "" };
  try {
    const { template } = await readTemplate(system, entry);
    const { title, description, items } = template;
    const counts = { phases: phasesOf(items).length, items: items.length };
    return { ...blank, title, description, ...counts, problem: null };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return { ...blank, phases: 0, items: 0, problem: error.message };
  }
}

function render({ templates }: TemplatesResult, style: Style): string {
  return table(
    templates.map(({ name, source, items, description, problem }) => [
      style.cyan(escapeText(name)),
      style.dim(source === "shipped" ? "mpm" : source),
      problem === null ? `${items} items` : style.red("damaged"),
      problem === null
        ? escapeText(description)
        : style.red(escapeText(problem)),
    ]),
    style.columns,
  );
}
