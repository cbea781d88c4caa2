import { type KeyKind, keyKind } from "./keys.ts";
import { matchesIn } from "./near.ts";
import { afterReplacement, type Span, type Window } from "../span.ts";
import { isName, isPlaceholder, isStrong } from "./value.ts";

/** The longest line of a table in UTF-16 units, and the most lines. */
const LONGEST = 2000;
const MOST_ROWS = 1000;

/** The line below the column names. */
const RULER =
  /^[ \t>]{0,20}\|?[ \t]{0,9}:?-{2,99}:?[ \t]{0,9}[|+][ \t:|+-]{0,500}$/gm;

export function findMarkdown(
  text: string,
  windows: readonly Window[],
): Span[] {
  const spans: Span[] = [];
  for (const ruler of matchesIn(text, windows, RULER)) {
    const start = text.lastIndexOf("\n", ruler.index - 2) + 1;
    const names = text.slice(
      Math.max(start, ruler.index - LONGEST),
      ruler.index,
    );
    const columns = columnsOf(names.trimEnd(), "|");
    if (!columns) continue;
    const from = ruler.index + ruler[0].length + 1;
    RULER.lastIndex = addRows(spans, text, { from, sign: "|", columns });
  }
  return spans;
}

/** A name that may indicate a secret, at the end of a column. */
const NAME =
  /(?:assw(?:or)?d|asswort|ASSWORD|oken|OKEN|ecret|ECRET|[_aA]?[kK]ey|_KEY)["]?[,;\t\r\n]/g;

/** A line that consists only of names. */
const NAMES =
  /^["]?\w[\w -]{0,40}["]?(?:([,;\t])["]?\w[\w -]{0,40}["]?){1,40}$/;

/** Finds secrets in columns of values with a separator. */
export function findSeparated(text: string): Span[] {
  const spans: Span[] = [];
  NAME.lastIndex = 0;
  for (let name; (name = NAME.exec(text)) !== null;) {
    const start = text.lastIndexOf("\n", name.index) + 1;
    const newline = text.indexOf("\n", name.index);
    if (newline < 0) break;
    NAME.lastIndex = newline;
    if (newline - start > LONGEST) continue;
    const line = text.slice(start, newline).trimEnd();
    const names = NAMES.exec(line);
    const columns = names && !/[,;] /.test(line)
      ? columnsOf(line, names[1]!)
      : undefined;
    if (!columns) continue;
    const sign = names![1]!;
    NAME.lastIndex = addRows(spans, text, { from: newline + 1, sign, columns });
  }
  return spans;
}

/** The kinds of secrets in columns, and whether one has names of people. */
interface Columns {
  readonly kinds: readonly (KeyKind | undefined)[];
  readonly ofPeople: boolean;
}

function columnsOf(line: string, sign: string): Columns | undefined {
  const names = line.split(sign).map((name) =>
    name.replaceAll(/[*`"' \t]+/g, " ").trim().replaceAll(" ", "_")
  );
  const kinds = names.map((name) =>
    name.length < 30 ? keyKind(name) : undefined
  );
  if (kinds.every((kind) => kind === undefined)) return undefined;
  return {
    kinds,
    ofPeople: names.some((name) =>
      /^(?:user|login|e?mail|account|host|server|service|site|url)/i.test(name)
    ),
  };
}

/** Adds the secrets in the rows, and returns the end of the rows. */
function addRows(
  spans: Span[],
  text: string,
  { from, sign, columns }: { from: number; sign: string; columns: Columns },
): number {
  for (let row = 0; row < MOST_ROWS && from < text.length; row++) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    if (end - from > LONGEST) return from;
    const cells = text.slice(from, end).split(sign);
    if (cells.length !== columns.kinds.length) return from;
    let at = from;
    for (const [index, cell] of cells.entries()) {
      const kind = columns.kinds[index];
      const value = kind ? valueOf(cell) : "";
      const start = at + cell.indexOf(value);
      at += cell.length + 1;
      const isSecret = kind !== undefined && value.length >= 4 &&
        isCell(value, kind, columns) && afterReplacement(text, start) === start;
      if (isSecret) {
        spans.push({ start, end: start + value.length, label: kind });
      }
    }
    from = end + 1;
  }
  return from;
}

function valueOf(cell: string): string {
  return /^[\s*`"']*([^\s*`"']+)[\s*`"']*$/.exec(cell)?.[1] ?? "";
}

function isCell(value: string, kind: KeyKind, { ofPeople }: Columns): boolean {
  if (isPlaceholder(value)) return false;
  if (kind === "pin") return /^\d{4,12}$/.test(value);
  return (kind === "password" && ofPeople) ||
    (isStrong(value) && !isName(value));
}

const ROW =
  /\(((?:[^()'"\n]|'[^'\n]{0,256}'|"[^"\n]{0,256}"){1,2000})\)\s{0,40},?\s{0,40}/y;
const CELL =
  /[ \t]*(?:'([^'\n]{0,256})'|"([^"\n]{0,256})"|[^,'"]{0,256})[ \t]*(?:,|$)/y;

/** Finds passwords in `INSERT INTO users (…) VALUES (…), (…)`. */
export function findInserted(
  text: string,
  windows: readonly Window[],
): Span[] {
  const spans: Span[] = [];
  const insert =
    /\binsert[ \t]{1,8}into[ \t]{1,8}[\w."`]{1,128}[ \t]{0,8}\(([^()]{1,1000})\)\s{0,40}values\s{0,40}/gi;
  for (const match of matchesIn(text, windows, insert)) {
    const columns = match[1]!.split(",").map((name) =>
      /(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key)["`]?\s*$/i.test(
        name,
      )
    );
    if (!columns.includes(true)) continue;
    let at = insert.lastIndex;
    for (let rows = 0; rows < 1000; rows++) {
      ROW.lastIndex = at;
      const row = ROW.exec(text);
      if (!row) break;
      addCells(spans, { row: row[1]!, from: at + 1, columns });
      at = ROW.lastIndex;
    }
    insert.lastIndex = at;
  }
  return spans;
}

function addCells(
  spans: Span[],
  { row, from, columns }: { row: string; from: number; columns: boolean[] },
): void {
  CELL.lastIndex = 0;
  for (const isSecret of columns) {
    const before = CELL.lastIndex;
    const cell = CELL.exec(row);
    if (!cell) return;
    const value = cell[1] ?? cell[2];
    if (!isSecret || !value || value.length < 3 || isPlaceholder(value)) {
      continue;
    }
    const start = from + before + cell[0].indexOf(value);
    spans.push({ start, end: start + value.length, label: "password" });
  }
}

/** The end of a column's name, and the separators after it. */
const ENDS = [
  ...["sword", "swort", "sswd", "oken", "cret", "_key", "iKey"],
  ...["SWORD", "OKEN", "CRET", "_KEY"],
];

/** Traces in every text that has a table with the name of a secret. */
export const TRACES = {
  markdown: ["--|", "-- |", "--  |", "-:|", "-: |", "-:  |", "--+"],
  separated: ENDS.flatMap((end) => [...',;\t\n\r"'].map((sign) => end + sign)),
  inserted: ["INSERT INTO", "insert into", "Insert Into"],
};
