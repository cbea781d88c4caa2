import type { Form } from "./forms.ts";
import { afterReplacement, mergeSpans, type Span } from "../span.ts";
import { isPlaceholder, isStrong } from "../value.ts";

/** Passwords in statements of SQL. */
function findSql(text: string): Span[] {
  return mergeSpans([
    spansOf(
      text,
      /\bidentified[ \t]{1,8}(?:with[ \t]{1,8}['"]?\w{1,40}['"]?[ \t]{1,8})?(?:by|as)[ \t]{1,8}(?:password[ \t]{1,8})?(?:(["'])([^"'\n]{2,256})\1|([^\s;"']{3,256}))/gi,
    ),
    spansOf(
      text,
      /\b(?:with|encrypted|user[ \t]{1,4}["'`]?\w{1,64}["'`]?|role[ \t]{1,4}["'`]?\w{1,64}["'`]?|login)[ \t]{1,8}password[ \t]{0,4}=?[ \t]{0,4}N?(')([^'\n]{2,256})'/gi,
    ),
    spansOf(
      text,
      /\bset[ \t]{1,8}password(?:[ \t]{1,8}for[ \t]{1,8}[^\s=]{1,128})?[ \t]{0,8}=[ \t]{0,8}(?:password[ \t]{0,2}\()?(["'])([^"'\n]{2,256})\1/gi,
    ),
  ]);
}

function spansOf(text: string, pattern: RegExp): Span[] {
  const spans: Span[] = [];
  for (let match; (match = pattern.exec(text)) !== null;) {
    const [whole, quote, quoted, plain] = match;
    const value = quoted ?? plain!;
    const end = match.index + whole.length - (quote ? 1 : 0);
    const start = end - value.length;
    const told = !isPlaceholder(value) &&
      (quoted !== undefined || isStrong(value)) &&
      afterReplacement(text, start) === start;
    if (told) spans.push({ start, end, label: "password" });
  }
  return spans;
}

const ROW =
  /\(((?:[^()'"\n]|'[^'\n]{0,256}'|"[^"\n]{0,256}"){1,2000})\)\s{0,40},?\s{0,40}/y;
const CELL =
  /[ \t]*(?:'([^'\n]{0,256})'|"([^"\n]{0,256})"|[^,'"]{0,256})[ \t]*(?:,|$)/y;

/** The columns of passwords in `INSERT INTO users (…) VALUES (…), (…)`. */
function inserted(text: string): Span[] {
  const spans: Span[] = [];
  const insert =
    /\binsert[ \t]{1,8}into[ \t]{1,8}[\w."`]{1,128}[ \t]{0,8}\(([^()]{1,1000})\)\s{0,40}values\s{0,40}/gi;
  for (let match; (match = insert.exec(text)) !== null;) {
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
  for (const told of columns) {
    const before = CELL.lastIndex;
    const cell = CELL.exec(row);
    if (!cell) return;
    const value = cell[1] ?? cell[2];
    if (!told || !value || value.length < 3 || isPlaceholder(value)) continue;
    const start = from + before + cell[0].indexOf(value);
    spans.push({ start, end: start + value.length, label: "password" });
  }
}

export const SQL_FORMS: readonly Form[] = [
  {
    traces: [
      ...["IDENTIFIED", "identified by", "identified with", "Identified By"],
      ...["WITH PASSWORD", "with password", "ENCRYPTED PASSWORD"],
      ...["SET PASSWORD", "encrypted password", "set password"],
      ...["PASSWORD '", "password '", "PASSWORD = N'", "PASSWORD=N'"],
    ],
    find: findSql,
  },
  { traces: ["INSERT INTO", "insert into", "Insert Into"], find: inserted },
];
