import { defineCommand } from "../../cli/mod.ts";
import { escapeLines } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import { findTemplate } from "../templates/store.ts";

export const templateShow = defineCommand({
  name: "template show",
  summary: "Print a template",
  description: `
A template is a Markdown file. Its headings are the phases of the checklist, and its "- [ ]" lines are the items. YAML front matter can set a name, a description and variables. In headings and items, mpm replaces {{variable}} with the variable's value.`,
  positionals: [{
    name: "name",
    summary: "The template's name or title",
    names: "template",
  }],
  flags: {},
  examples: [
    "mpm template show feature-development",
    'mpm template show "Bug Fix" --json',
  ],
  result: async () => (await import("./results.ts")).TemplateResult,
  async run({ system, folder }, { name: wanted }) {
    const { root } = await locate(system, folder);
    const { template, origin, path } = await findTemplate(system, root, wanted);
    const { name, title, description, variables, items, text } = template;
    return {
      ...{ name, title, description, text },
      source: origin,
      path: path ?? null,
      variables: variables.map((variable) => ({
        ...variable,
        default: variable.default ?? null,
      })),
      items: items.map(({ phase, text, done }) => ({ phase, text, done })),
    };
  },
  verbatim: () => true,
  render: ({ text }) =>
    `${escapeLines(text.replace(/^\ufeff/, "").trimEnd())}\n`,
});
