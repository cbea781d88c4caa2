import { assertEquals, assertNotEquals } from "@std/assert";
import type { FileState } from "../git/mod.ts";
import {
  compareTrees,
  contentsOf,
  treeAt,
  treeOf,
  type TreeState,
} from "./tree.ts";

const HEAD = "a".repeat(40);

function file(path: string, more: Partial<FileState> = {}): FileState {
  return {
    ...{ path, status: " M", size: 1, mtime: 5, mode: "100644" },
    sha256: "1".repeat(64),
    ...more,
  };
}

function state(
  files: FileState[],
  more: Partial<TreeState> = {},
): TreeState {
  const unwatched = { paths: [], omitted: 0 };
  return { head: HEAD, files, filesOmitted: 0, unwatched, ...more };
}

const gone = { sha256: null, size: null, mtime: null };

function changes(files: FileState[]): string | undefined {
  return treeOf(state(files))?.changes;
}

Deno.test("the tree is identified by contents, not by staged changes", () => {
  const one = changes([file("a"), file("b")]);
  assertEquals(changes([file("b", { status: "M " }), file("a")]), one);
  assertEquals(changes([file("a", { mtime: 9 }), file("b")]), one);
  assertNotEquals(changes([file("a")]), one);
  assertNotEquals(changes([file("a"), file("c")]), one);
  const other = { sha256: "2".repeat(64) };
  assertNotEquals(changes([file("a"), file("b", other)]), one);
  assertNotEquals(changes([file("a"), file("b", { mode: "100755" })]), one);
});

Deno.test("other worktrees in the project do not count", () => {
  const other = file(".claude/worktrees/x/", { status: "??", sha256: null });
  assertEquals(changes([file("a"), other]), changes([file("a")]));
});

Deno.test("a rename counts as a deleted file and a new one", () => {
  const renamed = file("new", { status: "R ", from: "old" });
  assertEquals(treeOf(state([renamed]))?.files, [
    { path: "new", content: `100644 ${"1".repeat(32)}` },
    { path: "old", content: "gone" },
  ]);
  assertEquals(
    changes([renamed]),
    changes([
      file("old", { status: " D", ...gone }),
      file("new", { status: "??" }),
    ]),
  );
});

Deno.test("for a removed and untracked path, the file counts", () => {
  const removed = file("a", { status: "D ", ...gone });
  assertEquals(
    changes([file("a", { status: "??" }), removed]),
    changes([file("a")]),
  );
});

Deno.test("the files that mpm writes by itself do not count", () => {
  assertEquals(
    changes([file(".claude-mpm/x"), file(".claude/context.md")]),
    changes([]),
  );
});

Deno.test("large files are known by size and time", () => {
  const large = { sha256: null, size: 99_999_999, unread: "large" };
  const one = changes([file("a", large)]);
  assertEquals(changes([file("a", large)]), one);
  assertNotEquals(changes([file("a", { ...large, mtime: 6 })]), one);
});

Deno.test("a tree with unknown content is unknown", () => {
  for (
    const unknown of [
      file("a", { sha256: null, unread: "denied" }),
      file("repository/", { status: "??", ...gone, object: HEAD }),
      file("submodule", { ...gone, mode: "160000" }),
      // It vanished while it was read.
      file("a", gone),
    ]
  ) assertEquals(treeOf(state([unknown])), undefined);
  assertEquals(treeOf(state([], { filesOmitted: 1 })), undefined);
  assertEquals(treeOf(state([], { unwatched: undefined })), undefined);
  const closed = [{ path: "a/", reason: "git cannot read it" }];
  assertEquals(treeOf(state([], { closed })), undefined);
});

Deno.test("many files are known by their digest alone", () => {
  const many = Array.from({ length: 101 }, (_, at) => file(`f${at}`));
  const tree = treeOf(state(many));
  assertEquals([tree?.files, tree?.changes.length], [undefined, 64]);
});

const OTHER = "b".repeat(40);

/** Compares two states; `committed`: the difference between their commits. */
function compared(
  then: TreeState,
  now: TreeState,
  { committed, settled = {} }: {
    committed?: string[];
    settled?: Record<string, string>;
  } = {},
) {
  return compareTrees(
    treeOf(then)!,
    { tree: treeOf(now)!, contents: contentsOf(now)! },
    {
      committed: committed && new Set(committed),
      settled: new Map(Object.entries(settled)),
    },
  );
}

const CONTENT = `100644 ${"1".repeat(32)}`;
const SAME = { same: true, paths: [] };

Deno.test("a commit of exactly what was tested changes nothing", () => {
  const then = state([file("a"), file("b", { status: "??" })]);
  const now = state([], { head: OTHER });
  const settled = { a: CONTENT, b: CONTENT };
  assertEquals(compared(then, now, { committed: ["a", "b"], settled }), SAME);
  const edited = { ...settled, b: `100644 ${"2".repeat(32)}` };
  assertEquals(
    compared(then, now, { committed: ["a", "b"], settled: edited }),
    { same: false, paths: ["b"] },
  );
  assertEquals(
    compared(then, now, { committed: ["a", "b", "c"], settled }),
    { same: false, paths: ["c"] },
  );
});

Deno.test("commits of mpm files change nothing", () => {
  const committed = [".claude-mpm/sessions/x.json", ".claude/context.md"];
  const now = state([], { head: OTHER });
  assertEquals(compared(state([]), now, { committed }), SAME);
});

Deno.test("files that changed since are named", () => {
  const then = state([file("a"), file("b")]);
  const now = state([
    file("a", { sha256: "3".repeat(64) }),
    file("c", { status: "??" }),
  ]);
  assertEquals(compared(then, now), { same: false, paths: ["a", "b", "c"] });
});

Deno.test("if it is unknown, nothing counts as the same", () => {
  const now = state([], { head: OTHER });
  assertEquals(compared(state([]), now), {
    ...{ same: undefined, paths: [] },
    why: "it ran on aaaaaaa, which is not in this repository",
  });
  const many = Array.from({ length: 101 }, (_, at) => file(`f${at}`));
  assertEquals(compared(state(many), state([file("a")])), {
    same: false,
    paths: [],
  });
  assertEquals(compared(state(many), now, { committed: [] }).same, undefined);
});

Deno.test("a tree counts as that of an earlier run only if nothing is newer", () => {
  const recent = (time: number) => [
    { sha: HEAD, author: "", timestamp: "", message: "", time },
  ];
  const at = (files: FileState[], time = 1) =>
    treeAt({ ...state(files), recent: recent(time) }, 10)?.changes;
  assertEquals(at([file("a")]), changes([file("a")]));
  assertEquals(at([file("a", { mtime: 11 })]), undefined);
  assertEquals(at([file("a", { status: " D", ...gone })]), undefined);
  assertEquals(at([file("a")], 11), undefined);
  assertEquals(treeAt({ ...state([]), recent: [] }, NaN), undefined);
});
