import { isAbsolute, resolve } from "@std/path";
import { join } from "../../base/join.ts";
import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import type { TemplateSource } from "../templates/template.ts";
import { writeNewFile } from "../templates/new_file.ts";
import { redactorOf } from "../../secrets/mod.ts";
import {
  findTemplate,
  LARGEST_TEMPLATE,
  parsed,
  templateFolder,
} from "../templates/store.ts";
import type { System } from "../../system/system.ts";
import { isWindowsName } from "../../base/paths_there.ts";

export const templateNew = defineCommand({
  name: "template new",
  summary: "Create a template in the project",
  description: `
Writes .claude-mpm/templates/<name>.md. The new file is a short template or, with --from, a copy of another template or file. mpm never replaces an existing file. It reports errors in the copied file with line numbers.`,
  positionals: [{ name: "name", summary: "The name of the new template" }],
  flags: {
    from: {
      type: "string",
      names: "template",
      value: "template",
      summary: "Copy this template or file",
    },
    "dry-run": dryRunFlag("written", "writing"),
  },
  examples: [
    "mpm template new hot-fix",
    "mpm template new hot-fix --from bug-fix",
    'mpm template new "Data Migration" --from ./checklist.md --dry-run',
  ],
  result: async () => (await import("./results.ts")).TemplateNewResult,
  async run(context, input) {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    const { name, title } = templateNames(input.name);
    const from = input.from === undefined
      ? undefined
      : await original(system, { from: input.from, root, folder });
    const path = join(templateFolder(system, root, "project")!, `${name}.md`);
    const source = { name, path: input.from ?? path };
    const text = await withoutSecrets(system, newTemplate(title, from), source);
    const dryRun = input["dry-run"];
    await writeNewFile(context, workspace, {
      ...{ path, text, dryRun, operation: "template new" },
      title: () => `make the template ${name}`,
    });
    return { dry_run: dryRun, name, path, text };
  },
  render: ({ dry_run: dry, name, path, text }) =>
    dry
      ? `Would write ${escapeText(path)}:\n\n${text}`
      : `Wrote ${
        escapeText(path)
      }\nUse it with: mpm start --template ${name}\n`,
});

/** Returns the text without secrets, in a valid form. Throws UNREADABLE. */
async function withoutSecrets(
  system: System,
  given: string,
  source: TemplateSource,
): Promise<string> {
  const check = (text: string) =>
    parsed(new TextEncoder().encode(text), source);
  const text = redactorOf(system).text(given);
  try {
    // The new file must pass the same checks as when it is read.
    await check(text);
    return text;
  } catch (error) {
    if (text === given || !(error instanceof MpmError)) throw error;
  }
  const quoted = quoteLabels(text);
  try {
    await check(quoted);
    return quoted;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    throw new MpmError(
      "UNREADABLE",
      `Cannot copy "${source.path}": without its secrets it is not a template. ` +
        error.message,
      { hint: "Remove the secret from the front matter", cause: error },
    );
  }
}

/**
 * Returns the text of a template, or of a file if the argument looks like a
 * path.
 */
async function original(
  system: System,
  { from, root, folder }: { from: string; root: string; folder: string },
): Promise<string> {
  const isPath = isAbsolute(from) || /[/\\]|\.md$/i.test(from);
  if (!isPath) return (await findTemplate(system, root, from)).template.text;
  const path = resolve(folder, from);
  const bytes = system.files.readUpTo(path, LARGEST_TEMPLATE);
  return (await parsed(bytes, { name: from, path: from })).text;
}

/** The initial text of a new template. */
const SKELETON = `---
name: TITLE
description: What it is for
variables:
  topic:
    description: What it is about
---

# Template: TITLE

## First Phase

- [ ] Look at {{topic}}
- [ ] Do the next thing

## Last Phase

- [ ] Verify {{topic}}
`;

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;

/**
 * Returns the name of a template's file (without `.md`) and its title. The
 * typed name is `Hot Fix` or `hot-fix`. Throws USAGE for a name that could be a
 * path.
 */
export function templateNames(typed: string): { name: string; title: string } {
  const words = typed.trim().replace(/\.md$/i, "");
  const name = words.toLowerCase().replaceAll(/[\s_]+/g, "-");
  if (!NAME.test(name) || !isWindowsName(`${name}.md`)) {
    throw new MpmError("USAGE", `"${typed}" cannot name a template`, {
      hint:
        "Use at most 100 letters, digits, spaces, dots and dashes, and no " +
        "Windows device name such as con or nul",
    });
  }
  const title = /[\s\p{Lu}]/u.test(words) ? words : words.split(/[-_]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(" ");
  return { name, title };
}

/** Returns the text of a new template: like `from`, but with its own title. */
export function newTemplate(title: string, from: string | undefined): string {
  if (from === undefined) return SKELETON.replaceAll("TITLE", () => title);
  const text = from.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");
  const [head, ...rest] = splitFront(text);
  // Also removes the continuation lines of a folded name.
  const front = head.replace(
    /^(["']?)name\1[ \t]*:.*\n(?:[ \t]+\S.*\n|[ \t]*\n(?=[ \t]))*/m,
    "",
  );
  const body = rest.join("").replace(
    /^#\s+Template:.*$/m,
    () => `# Template: ${title}`,
  );
  return `---\nname: ${yamlText(title)}\n${front}---\n${body}`;
}

/**
 * A value that begins with a label, on the same line as its name or its list
 * item.
 */
const LABELLED =
  /^(\s*(?:- +)*(?:[^\s:#][^:#\n]*:[ \t]+)?)(\[redacted:[^\]\n]*\].*?)([ \t]+#.*)?$/gm;

/** Such a value within braces. */
const LABELLED_WITHIN = /([{,:]\s*)(\[redacted:[^\]\n]*\])(?=\s*[,}])/g;

/**
 * Returns the text of a template with quotes around each label of a secret in
 * the front matter. Without quotes, YAML reads a bracket as the start of a
 * list.
 */
export function quoteLabels(text: string): string {
  const [head, rest = ""] = splitFront(text);
  if (head === "") return text;
  const quoted = head
    .replaceAll(LABELLED_WITHIN, '$1"$2"')
    .replaceAll(
      LABELLED,
      (_, before: string, value: string, comment = "") =>
        `${before}${JSON.stringify(value.trimEnd())}${comment}`,
    );
  return `---\n${quoted}---\n${rest}`;
}

/** Returns the lines of the front matter, and the rest of the text. */
function splitFront(text: string): [string, string] {
  const found = /^---[ \t]*\n([^]*?)^(?:---|\.\.\.)[ \t]*\n/m.exec(text);
  return found?.index === 0
    ? [found[1]!, text.slice(found[0].length)]
    : ["", `\n${text}`];
}

function yamlText(text: string): string {
  return /^[\p{L}\p{N}][\p{L}\p{N} .-]*$/u.test(text)
    ? text
    : JSON.stringify(text);
}
