import { MpmError } from "../../base/errors.ts";
import { isWindowsName } from "../../base/paths_there.ts";

/** What a new template begins with. */
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
 * The name of a template's file (without `.md`) and its title from what was
 * typed, `Hot Fix` or `hot-fix`. Throws USAGE for what could be a path.
 */
export function templateNames(typed: string): { name: string; title: string } {
  const words = typed.trim().replace(/\.md$/i, "");
  const name = words.toLowerCase().replaceAll(/[\s_]+/g, "-");
  if (!NAME.test(name) || !isWindowsName(`${name}.md`)) {
    throw new MpmError("USAGE", `"${typed}" cannot name a template`, {
      hint: "Use letters, digits, blanks, dots and dashes, 100 at most, and " +
        "no name that Windows has for a device, such as con or nul",
    });
  }
  const title = /[\s\p{Lu}]/u.test(words) ? words : words.split(/[-_]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(" ");
  return { name, title };
}

/** The text of a new template: like `from`, with a title of its own. */
export function newTemplate(title: string, from: string | undefined): string {
  if (from === undefined) return SKELETON.replaceAll("TITLE", () => title);
  const text = from.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");
  const [head, ...rest] = splitFront(text);
  // With the lines that belong to it, where it was folded.
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

/** A value that begins with a label, on the line of its name or its item. */
const LABELLED =
  /^(\s*(?:- +)*(?:[^\s:#][^:#\n]*:[ \t]+)?)(\[redacted:[^\]\n]*\].*?)([ \t]+#.*)?$/gm;

/** The same within braces. */
const LABELLED_WITHIN = /([{,:]\s*)(\[redacted:[^\]\n]*\])(?=\s*[,}])/g;

/**
 * The text of a template in whose front matter each label that stands for a
 * secret is quoted, since YAML takes what begins with a bracket for a list.
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

/** The lines of the front matter, and what follows it. */
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
