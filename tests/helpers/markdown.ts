import { ROOT } from "./tree.ts";

/** A fenced block of a page. */
export interface Block {
  /** The page, below the top folder of the project. */
  readonly page: string;
  /** Number of its first line within the fence, from 1. */
  readonly line: number;
  /** The word behind the fence: `sh`, `console`, `json`, … */
  readonly kind: string;
  readonly lines: readonly string[];
}

/** Folders whose Markdown is data: templates, skills, samples of tests. */
const DATA = ["tests/", "templates/", "skills/", "dist/", ".git/"];

/** Every page that people read, as paths below the top folder. */
export function pages(folder = ""): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}/${folder}`)) {
    const path = `${folder}${name}`;
    if (DATA.includes(`${path}/`)) continue;
    if (isDirectory) found.push(...pages(`${path}/`));
    else if (name.endsWith(".md")) found.push(path);
  }
  return found.sort();
}

/** The fenced blocks of a page, in their order. */
export function blocksOf(page: string): Block[] {
  const found: Block[] = [];
  let open: { line: number; kind: string; lines: string[] } | undefined;
  const text = Deno.readTextFileSync(`${ROOT}/${page}`);
  text.split("\n").forEach((line, at) => {
    const fence = /^ *```(\w*)$/.exec(line);
    if (!fence) {
      open?.lines.push(line);
      return;
    }
    if (open) found.push({ page, ...open });
    open = open ? undefined : { line: at + 2, kind: fence[1]!, lines: [] };
  });
  if (open) throw new Error(`${page}: a block has no end`);
  return found;
}

/** The anchors that GitHub makes of the headings of a page. */
export function anchorsOf(page: string): Set<string> {
  const inBlocks = new Set(
    blocksOf(page).flatMap(({ line, lines }) =>
      lines.map((_, at) => line + at)
    ),
  );
  const lines = Deno.readTextFileSync(`${ROOT}/${page}`).split("\n");
  const headings = lines.filter((line, at) =>
    /^#{1,6} /.test(line) && !inBlocks.has(at + 1)
  );
  return new Set(
    headings.map((heading) =>
      heading.replace(/^#+ /, "").toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    ),
  );
}
