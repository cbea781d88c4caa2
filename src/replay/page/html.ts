import { Marked, type Tokens } from "marked";
import { escapeLines } from "../../base/escape.ts";
import type { ReplayStep } from "../commands/results.ts";

/** Lines of a text beyond which it is folded. */
const FOLDED = 12;

/** Texts that are Markdown. */
const PROSE: ReadonlySet<string> = new Set([
  ...["prompt", "answer", "plan", "agent", "compaction"],
]);

/** One step as an entry of the list. */
export function stepHtml(step: ReplayStep): string {
  const { step: number, at, type, description, agent, withdrawn } = step;
  const marks = [
    ...agent ? [`by ${agent.name}`] : [],
    ...withdrawn ? ["withdrawn"] : [],
  ].map((mark) => ` <span class="type">(${escapeHtml(mark)})</span>`).join("");
  const time = at === null
    ? ""
    : `<time datetime="${escapeHtml(at)}">${escapeHtml(at)}</time>\n`;
  return `<li class="step ${type}${withdrawn ? " withdrawn" : ""}" ` +
    `id="step-${number}" data-type="${type}">
<h2><a href="#step-${number}">${number}</a> <span class="type">${type}:</span> ` +
    `${escapeHtml(description)}${marks}</h2>
${time}${detailsHtml(step)}</li>
`;
}

function detailsHtml(step: ReplayStep): string {
  const { type, text, tool, args, result, failed, edits, description } = step;
  return [
    ...text === null || text.trim() === description ? [] : [
      PROSE.has(type)
        ? `<div class="said">${markdownHtml(text)}</div>\n`
        : `<pre>${escapeHtml(text)}</pre>\n`,
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

function folded(
  summary: string,
  inner: string,
  { open = false, failed = false }: { open?: boolean; failed?: boolean } = {},
): string {
  return `<details${open ? " open" : ""}${failed ? ' class="failed"' : ""}>` +
    `<summary>${escapeHtml(summary)}</summary>${inner}</details>\n`;
}

/** The sign of each line stays, so that colour is not all that tells. */
function diffHtml(diff: string): string {
  return escapeHtml(diff.trimEnd()).split("\n").map((line) =>
    line.startsWith("+")
      ? `<ins>${line}</ins>`
      : line.startsWith("-")
      ? `<del>${line}</del>`
      : `${line}\n`
  ).join("");
}

/**
 * Converts Markdown to HTML that runs nothing and loads nothing. HTML in it is
 * shown as text, an image becomes its description, and only web addresses
 * become links.
 */
function markdownHtml(text: string): string {
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
    // The headings of the page are its steps.
    heading({ tokens }: Tokens.Heading): string {
      return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>\n`;
    },
    checkbox({ checked }: Tokens.Checkbox): string {
      return checked ? "[x] " : "[ ] ";
    },
  },
});

/** A text as HTML, in an element or an attribute within `"`. */
export function escapeHtml(text: string): string {
  const escaped = escapeLines(text);
  return SPECIAL.test(escaped)
    ? escaped.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;").replaceAll('"', "&quot;")
    : escaped;
}

const SPECIAL = /[&<>"]/;
