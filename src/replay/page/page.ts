import { createHash } from "node:crypto";
import script from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import type { ReplayStep } from "../commands/results.ts";
import { escapeHtml, stepHtml } from "./html.ts";

/** The start of a page; a file that begins with it may be replaced. */
export const PAGE_HEAD = "<!doctype html>\n<!-- mpm replay -->\n";

/**
 * One page that shows the steps: a single file that loads nothing. Handed out
 * in parts, so that it need not be in memory as one text.
 */
export class ReplayPage {
  readonly #parts: Uint8Array[] = [];
  readonly #types = new Map<string, number>();
  #steps: string[] = [];
  /** Steps in the page. */
  count = 0;

  add(step: ReplayStep): void {
    const { type } = step;
    this.count++;
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
    this.#steps.push(stepHtml(step));
    if (this.#steps.length === BATCH) this.#flush();
  }

  #flush(): void {
    this.#parts.push(new TextEncoder().encode(this.#steps.join("")));
    this.#steps = [];
  }

  /** The bytes of the page. */
  end(about: { title: string; lines: readonly string[] }): Uint8Array {
    this.#flush();
    const head = new TextEncoder().encode(headHtml(about, this.#types));
    const tail = new TextEncoder().encode(TAIL);
    const all = [head, ...this.#parts, tail];
    const bytes = new Uint8Array(all.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const part of all) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

const BATCH = 200;

const TAIL = `</ol>
</main>
<script>${script}</script>
</body>
</html>
`;

function digest(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function headHtml(
  { title, lines }: { title: string; lines: readonly string[] },
  types: ReadonlyMap<string, number>,
): string {
  const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; ` +
    `style-src ${digest(style)}; script-src ${digest(script)}`;
  return `${PAGE_HEAD}<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header class="page">
<h1>${escapeHtml(title)}</h1>
${lines.map((line) => `<p class="quiet">${escapeHtml(line)}</p>`).join("\n")}
<p class="quiet">Keys: j next step, k previous step, / search</p>
</header>
<form role="search" aria-label="Steps">
<div>
<label>Search <input type="search" name="search"></label>
${
    [...types].map(([type, count]) =>
      `<label><input type="checkbox" value="${type}"${
        type === "usage" ? "" : " checked"
      }> ${type} (${count})</label>`
    ).join("\n")
  }
<output aria-live="polite"></output>
</div>
</form>
<main>
<ol>
`;
}
