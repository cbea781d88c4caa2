import { createHash } from "node:crypto";
import script from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import { joinBytes } from "../../git/mod.ts";
import { escapeHtml } from "./html.ts";

/** Returns the start of a page. A file with this start may be replaced. */
export function pageHead(command: "replay" | "timeline"): string {
  return `<!doctype html>\n<!-- mpm ${command} -->\n`;
}

/** The content of a page. */
export interface PageKind {
  /** The command that writes the page. */
  readonly command: "replay" | "timeline";
  /** The plural noun for the entries of the list. */
  readonly noun: string;
  /** HTML before the list, with its own script. */
  readonly above?: { readonly html: string; readonly script: string };
}

/** Entries of a list. */
export interface PageEntries {
  /** The type of each entry. */
  readonly types: readonly string[];
  /** The HTML of the entries, in UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A page with a searchable list that can be filtered: a single file that loads
 * nothing. It is returned in parts, so that it is never in memory as one text.
 */
export class ListPage {
  readonly #kind: PageKind;
  readonly #parts: Uint8Array[] = [];
  readonly #types = new Map<string, number>();
  /** Number of entries in the list. */
  count = 0;

  constructor(kind: PageKind) {
    this.#kind = kind;
  }

  add({ types, bytes }: PageEntries): void {
    this.count += types.length;
    for (const type of types) {
      this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
    }
    this.#parts.push(bytes);
  }

  /** Returns the bytes of the page. */
  end(about: { title: string; lines: readonly string[] }): Uint8Array {
    const encoder = new TextEncoder();
    const head = encoder.encode(this.#head(about));
    return joinBytes([head, ...this.#parts, encoder.encode(this.#tail())]);
  }

  #scripts(): string[] {
    const { above } = this.#kind;
    return [script, ...above ? [above.script] : []];
  }

  #head(
    { title, lines }: { title: string; lines: readonly string[] },
  ): string {
    const { command, noun, above } = this.#kind;
    const scripts = this.#scripts().map(digest).join(" ");
    const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; ` +
      `style-src ${digest(style)}; script-src ${scripts}`;
    return `${pageHead(command)}<html lang="en">
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
</header>
<form role="search" aria-label="${noun}">
<div>
<label class="search">Search <input type="search" name="search"></label>
<output aria-live="polite"></output>
<details class="types">
<summary>Types</summary>
${this.#checkboxes()}
</details>
<p class="quiet keys">Keys: <kbd>j</kbd> next, <kbd>k</kbd> previous,
<kbd>g</kbd> number, <kbd>/</kbd> search</p>
</div>
</form>
<main>
${above?.html ?? ""}<ol data-noun="${noun}">
`;
  }

  #checkboxes(): string {
    return [...this.#types].map(([type, count]) =>
      `<label><input type="checkbox" value="${type}"${
        type === "usage" ? "" : " checked"
      }> ${
        type.replaceAll("_", " ")
      } <span class="quiet">${count}</span></label>`
    ).join("\n");
  }

  #tail(): string {
    const scripts = this.#scripts().map((one) => `<script>${one}</script>`);
    return `</ol>\n</main>\n${scripts.join("\n")}\n</body>\n</html>\n`;
  }
}

function digest(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
