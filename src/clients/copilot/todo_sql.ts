/** A todo that a statement changed. */
export interface TodoChange {
  readonly id: string;
  readonly title?: string | undefined;
  /** E.g. `pending`, `in_progress`, `done`, `blocked` or `deleted`. */
  readonly status?: string | undefined;
}

/** The longest statement, in UTF-16 units, and the most rows in it. */
const LONGEST = 64_000;
const MOST = 100;

/** Matches a quoted text, a word or number, or any other single character. */
const TOKEN = /'((?:[^']|'')*)'|"[^"]*"|[\w.-]+|\S/g;

/** A token: a quoted text, or any other word, in lower case. */
type Token = { readonly text: string } | { readonly word: string };

/**
 * Returns the changes that SQL text makes to the table `todos`, in order.
 * Copilot's agent stores its list in this table. Only simple forms are
 * supported: `INSERT` with columns and values, and `UPDATE` and `DELETE` of
 * rows by ID.
 */
export function todoChanges(sql: string): TodoChange[] {
  return statementsIn(sql.slice(0, LONGEST)).flatMap((tokens) => {
    const words = tokens.map(wordOf);
    if (!words.slice(0, 6).includes("todos")) return [];
    if (["insert", "replace"].includes(words[0]!)) return inserted(tokens);
    if (words[0] === "update") return updated(tokens);
    const deletes = words[0] === "delete";
    return deletes
      ? idsIn(tokens).map((id) => ({ id, status: "deleted" }))
      : [];
  });
}

function statementsIn(sql: string): Token[][] {
  const statements: Token[][] = [[]];
  for (const [whole, text] of sql.matchAll(TOKEN)) {
    if (whole === ";") statements.push([]);
    else if (text !== undefined) {
      statements.at(-1)!.push({ text: text.replaceAll("''", "'") });
    } else {
      const word = whole.replaceAll('"', "").toLowerCase();
      statements.at(-1)!.push({ word });
    }
  }
  return statements.filter((tokens) => tokens.length > 0);
}

function wordOf(token: Token): string {
  return "word" in token ? token.word : "'";
}

/** Reads groups in parentheses: the columns, then the values of each row. */
function inserted(tokens: readonly Token[]): TodoChange[] {
  const groups: Token[][] = [];
  let open = false;
  for (const token of tokens) {
    const word = wordOf(token);
    if (word === "on") break;
    if (word === "(") groups.push([]);
    else if (open && word !== "," && word !== ")") groups.at(-1)!.push(token);
    open = word === "(" || open && word !== ")";
  }
  const [columns = [], ...rows] = groups;
  const place = (name: string) =>
    columns.findIndex((token) => wordOf(token) === name);
  const [id, title, status] = [place("id"), place("title"), place("status")];
  return rows.slice(0, MOST).flatMap((row) => {
    const named = textAt(row, id);
    return named === undefined ? [] : [{
      id: named,
      title: textAt(row, title),
      status: textAt(row, status) ?? "pending",
    }];
  });
}

function textAt(row: readonly Token[], at: number): string | undefined {
  const token = row[at];
  return token && "text" in token ? token.text : undefined;
}

function updated(tokens: readonly Token[]): TodoChange[] {
  const set = (name: string) => {
    const at = tokens.findIndex((token, place) =>
      wordOf(token) === name && wordOf(tokens[place + 1] ?? token) === "="
    );
    return at < 0 ? undefined : textAt(tokens, at + 2);
  };
  const [title, status] = [set("title"), set("status")];
  return idsIn(tokens).map((id) => ({ id, title, status }));
}

/** Returns the IDs in a condition such as `id = 'x'` or `id IN ('x', 'y')`. */
function idsIn(tokens: readonly Token[]): string[] {
  const where = tokens.findIndex((token) => wordOf(token) === "where");
  if (where < 0 || wordOf(tokens[where + 1] ?? { word: "" }) !== "id") {
    return [];
  }
  const rest = tokens.slice(where + 2);
  const end = rest.findIndex((token) => ["and", "or"].includes(wordOf(token)));
  return rest.slice(0, end < 0 ? MOST : end)
    .flatMap((token) => "text" in token ? [token.text] : []);
}
