import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { MpmError } from "../base/errors.ts";
import type { SaveEntry } from "./store/save_entry.ts";
import { matchSave } from "./select.ts";
import { timeOf } from "../../tests/helpers/stores.ts";

function entry(id: string, name: string | null = null): SaveEntry {
  return {
    id,
    pausedAt: timeOf(id),
    path: `/p/${id}.json`,
    format: "json",
    location: "sessions",
    summary: "",
    name,
    branch: null,
    worktree: null,
    projectPath: "",
    own: true,
    imported: false,
    author: null,
    agentName: null,
    session: null,
    automatic: false,
    agent: null,
    client: null,
    incremental: false,
    evidence: [],
    size: 0,
    mtime: 0,
  };
}

const ENTRIES = [
  entry("session-20251020-143022", "payments"),
  entry("session-20251019-170015"),
  entry("session-20251018-155500", "payments"),
  entry("session-20251018-000002", "143022"),
];

for (
  const [selector, index] of [
    ["latest", 0],
    ["session-20251019-170015", 1],
    [" session-20251019-170015 ", 1],
    ["0", 0],
    ["3", 3],
    ["0002", 2],
    ["00000", 3],
    ["000002", 3],
    ["20251019", 1],
    ["17001", 1],
    ["SESSION-20251019-170015", 1],
    ["Session-20251019", 1],
    ["143022", 3],
    ["170015", 1],
  ] as const
) {
  Deno.test(`matchSave() treats "${selector}" as entry ${index}`, () => {
    assertEquals(matchSave(ENTRIES, selector), ENTRIES[index]!);
  });
}

Deno.test("matchSave() throws AMBIGUOUS and names those that match", () => {
  const error = assertThrows(() => matchSave(ENTRIES, "20251018"), MpmError);
  assertEquals(error.code, "AMBIGUOUS");
  assertStringIncludes(error.message, "session-20251018-155500 (payments)");
  assertStringIncludes(error.message, "session-20251018-000002");
  const named = assertThrows(() => matchSave(ENTRIES, "payments"), MpmError);
  assertEquals(named.code, "AMBIGUOUS");
});

for (const selector of ["", "99999", "x", "session-20200101-000000", "0x0"]) {
  Deno.test(`matchSave() throws NOT_FOUND for "${selector}" and lists the ids`, () => {
    const error = assertThrows(() => matchSave(ENTRIES, selector), MpmError);
    assertEquals(error.code, "NOT_FOUND");
    assertStringIncludes(error.hint!, "session-20251019-170015");
  });
}

for (
  const [selector, code, message] of [
    ["4", "NOT_FOUND", "No save 4: the list has numbers 0 to 3"],
    ["2025", "NOT_FOUND", "No save 2025: the list has numbers 0 to 3"],
    ["-1", "USAGE", 'Invalid number "-1"'],
  ] as const
) {
  Deno.test(`matchSave() treats "${selector}" only as an index`, () => {
    const named = [...ENTRIES.slice(1), entry("session-20251017-000000", "4")];
    const error = assertThrows(() => matchSave(named, selector), MpmError);
    assertEquals([error.code, error.message], [code, message]);
  });
}

Deno.test("matchSave() names ten ids at most", () => {
  const many = Array.from(
    { length: 25 },
    (_, at) => entry(`session-20250101-0000${10 + at}`),
  );
  const error = assertThrows(() => matchSave(many, "none"), MpmError);
  assertEquals(error.hint!.match(/session-/g)!.length, 10);
  assertStringIncludes(error.hint!, "and 15 more");
});

Deno.test("matchSave() shows how to save if the list is empty", () => {
  const error = assertThrows(() => matchSave([], "latest"), MpmError);
  assertEquals(error.code, "NOT_FOUND");
  assertStringIncludes(error.hint!, "mpm pause");
});
