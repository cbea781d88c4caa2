import { Marked, type Tokens } from "marked";
import { escapeLines } from "../../base/escape.ts";
import type { ReplayStep } from "../commands/results.ts";

/** The maximum number of lines in a text that is not folded. */
const FOLDED = 12;

/** Texts in Markdown. */
const PROSE: ReadonlySet<string> = new Set([
  ...["prompt", "answer", "plan", "agent", "compaction"],
]);

/** Returns one step as an entry of the list. */
export function stepHtml(step: ReplayStep): string {
  const { step: number, at, type, description, agent, withdrawn } = step;
  return entryHtml({
    ...{ number, type, title: description },
    ...withdrawn && { more: "withdrawn" },
    marks: [
      ...agent ? [`by ${agent.name}`] : [],
      ...withdrawn ? ["withdrawn"] : [],
    ],
    inner: (at === null ? "" : `${timeHtml(at)}\n`) + detailsHtml(step),
  });
}

/**
 * Returns an entry of a list. Everything is escaped except `inner`, which is
 * HTML.
 */
export function entryHtml({ number, type, title, marks, inner, more, data }: {
  readonly number: number;
  readonly type: string;
  readonly title: string;
  readonly marks: readonly string[];
  readonly inner: string;
  /** Another class. */
  readonly more?: string;
  /** Attributes for the page's script. */
  readonly data?: string;
}): string {
  const noted = marks.map((mark) =>
    ` <span class="type">(${escapeHtml(mark)})</span>`
  ).join("");
  return `<li class="step ${type}${more ? ` ${more}` : ""}" ` +
    `id="step-${number}" data-type="${type}"${data ?? ""}>
<h2><a href="#step-${number}">${number}</a> <span class="type">` +
    `${type.replaceAll("_", " ")}:</span> ${escapeHtml(title)}${noted}</h2>
${inner}</li>
`;
}

/** Returns a time in a form for people, with the exact time for programs. */
export function timeHtml(at: string): string {
  const time = escapeHtml(at);
  return `<time datetime="${time}">${
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(time)
      ? `${time.slice(0, 10)} ${time.slice(11, 19)}`
      : time
  }</time>`;
}

function detailsHtml(step: ReplayStep): string {
  const { type, text, tool, args, result, failed, edits, description } = step;
  return [
    ...text === null || text.trim() === description ? [] : [
      PROSE.has(type)
        ? `<div class="said">${markdownHtml(text)}</div>\n`
        : plainHtml(text),
    ],
    ...edits.map(({ path, how, diff }) =>
      folded(
        `${path} (${how})`,
        diff === null
          ? "<p>The client did not keep the change.</p>"
          : `<pre>${diffHtml(diff)}</pre>`,
        { open: diff !== null && diff.split("\n").length <= 2 * FOLDED },
      )
    ),
    ...tool === null ? [] : [folded(
      `Arguments of ${tool}`,
      `<pre>${escapeHtml(JSON.stringify(args, null, 2) ?? "")}</pre>`,
    )],
    ...result === null ? [] : [folded(
      failed ? "Result (failed)" : "Result",
      `<pre>${escapeHtml(result)}</pre>`,
      { open: failed === true, failed: failed === true },
    )],
  ].join("");
}

/**
 * Returns plain text as a page element. Long text is folded, since it cannot
 * scroll.
 */
function plainHtml(text: string): string {
  const lines = text.split("\n").length;
  const html = `<pre>${escapeHtml(text)}</pre>`;
  return lines > FOLDED ? folded(`${lines} lines`, html) : `${html}\n`;
}

/**
 * Returns a part that can be opened. The summary is escaped; `inner` is HTML.
 */
export function folded(
  summary: string,
  inner: string,
  { open = false, failed = false }: { open?: boolean; failed?: boolean } = {},
): string {
  return `<details${open ? " open" : ""}${failed ? ' class="failed"' : ""}>` +
    `<summary>${escapeHtml(summary)}</summary>${inner}</details>\n`;
}

/**
 * Returns a diff as HTML. Each line keeps its sign, so that colour is not the
 * only cue.
 */
export function diffHtml(diff: string): string {
  let inHunk = false;
  return escapeHtml(diff.trimEnd()).split("\n").map((line) => {
    if (line.startsWith("@@")) inHunk = true;
    else if (line.startsWith("diff --git ")) inHunk = false;
    if (inHunk && line.startsWith("+")) return `<ins>${line}</ins>`;
    if (inHunk && line.startsWith("-")) return `<del>${line}</del>`;
    return `${line}\n`;
  }).join("");
}

/**
 * Converts Markdown to HTML that runs nothing and loads nothing. HTML in the
 * source is shown as text, images become their descriptions, and only web
 * addresses become links.
 */
export function markdownHtml(text: string): string {
  return RENDERER.parse(text, { async: false });
}

const WEB = /^(?:https?|mailto):[^\s"'<>`]+$/i;

const RENDERER = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html({ text }: Tokens.HTML | Tokens.Tag): string {
      return escapeHtml(text);
    },
    image({ text, href }: Tokens.Image): string {
      return escapeHtml(`[image: ${text || href}]`);
    },
    link({ href, tokens }: Tokens.Link): string {
      const inner = this.parser.parseInline(tokens);
      return WEB.test(href)
        ? `<a href="${escapeHtml(href)}" rel="noreferrer noopener">${inner}</a>`
        : inner;
    },
    // Only steps are headings of the page.
    heading({ tokens }: Tokens.Heading): string {
      return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>\n`;
    },
    checkbox({ checked }: Tokens.Checkbox): string {
      return checked ? "[x] " : "[ ] ";
    },
  },
});

/** Returns text as HTML, for an element or for an attribute in `"`. */
export function escapeHtml(text: string): string {
  const escaped = escapeLines(text);
  return SPECIAL.test(escaped)
    ? escaped.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;").replaceAll('"', "&quot;")
    : escaped;
}

const SPECIAL = /[&<>"]/;
