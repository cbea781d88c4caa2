import { assertEquals } from "@std/assert";
import { filterRows, searcher } from "./list.ts";
import type { SessionRow } from "./commands/results.ts";

function row(index: number, id: string, words: Partial<SessionRow>) {
  const paused_at = id.replace(
    /^session-(....)(..)(..)-(..)(..)(..)$/,
    "$1-$2-$3T$4:$5:$6.000Z",
  );
  const none = { name: null, branch: null, session: null, problem: null };
  const rest = { index, session_id: id, paused_at, summary: "" };
  return { ...none, ...rest, ...words } as SessionRow;
}

const ROWS = [
  row(0, "session-20261120-113511", { summary: "Fix the log" }),
  row(1, "session-20261120-103000", { summary: "Close issue 511" }),
  row(2, "session-20261119-103000", { name: "fix-511-log" }),
  row(3, "session-20261118-103000", { branch: "bug/511" }),
  row(4, "session-20261117-103000", { summary: "Nothing of it" }),
];

Deno.test("a search ranks matches in words before those in ids and times", () => {
  const find = searcher(ROWS);
  assertEquals(find("511"), [1, 2, 3, 0]);
  assertEquals(find("LOG 511"), [2, 0]);
  assertEquals(find("20261120"), [0, 1]);
  assertEquals(find(""), [0, 1, 2, 3, 4]);
  assertEquals(find("nowhere"), []);
});

Deno.test("a searched list stays in the order of its times", () => {
  const listed = { sessions: ROWS } as Parameters<typeof filterRows>[0];
  const filter = { branch: undefined, since: undefined, limit: undefined };
  assertEquals(
    filterRows(listed, { ...filter, search: "511" }).sessions,
    ROWS.slice(0, 4),
  );
});
