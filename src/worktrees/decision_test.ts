import { assert, assertEquals, assertThrows } from "@std/assert";
import { MpmError } from "../base/errors.ts";
import { durationText, parseDuration } from "../base/times.ts";
import { patchForm } from "../git/history/patches.ts";
import { refPart } from "./rescue.ts";
import { sizeText } from "../base/words.ts";
import type { WorktreeFacts } from "./facts.ts";
import { isPassing } from "./remove.ts";
import { lockHolder, startInStat } from "../git/run/processes.ts";
import { DEFAULTS } from "../config/settings.ts";
import { isTrashName } from "../config/values.ts";
import { decide, isTrash, worktreeRules } from "./decision.ts";

const WORKTREE_RULES = worktreeRules(DEFAULTS);

const HOUR = 3_600_000;

/** The complete facts about a removable worktree. */
const FREE: WorktreeFacts = {
  path: "/p/.claude/worktrees/x",
  kind: "worktree",
  place: "inside",
  own: false,
  repository: "linked",
  branch: "x",
  head: "1".repeat(40),
  lock: undefined,
  operation: undefined,
  usedAt: 0,
  status: { changes: 0, ignored: [] },
  landed: { how: "contained", branch: "main" },
  unwatched: [],
  filtered: [],
  extras: { own: [], sparse: undefined },
  contents: { bytes: 1, newest: 0, nested: undefined, print: "" },
  standing: [],
};

const rules = { ...WORKTREE_RULES, now: 2 * HOUR };

Deno.test("decide() removes only files that are known in full", () => {
  assert(decide(FREE, rules)!.remove);
  const steps = [
    "status",
    "landed",
    "unwatched",
    "filtered",
    "extras",
    "contents",
  ] as const;
  for (const read of steps) {
    const { [read]: _, ...partly } = FREE;
    assertEquals(decide(partly, rules), undefined);
    const failed = { ...FREE, [read]: { failed: "no answer" } };
    const { remove, unsaved } = decide(failed, rules)!;
    assertEquals([remove, unsaved], [false, true]);
  }
});

Deno.test("decide() keeps a folder that a process is in, even an empty one", () => {
  const empty = {
    ...FREE,
    kind: "orphan",
    repository: "empty",
  } as WorktreeFacts;
  for (const facts of [FREE, empty]) {
    const { standing: _, ...partly } = facts;
    assertEquals(decide(partly, rules), undefined);
    const said = [[1], [1, 2, 3, 4, 5]].map((standing) =>
      decide({ ...facts, standing }, rules)!.reason
    );
    assertEquals(said, [
      "in use by process 1",
      "in use by processes 1, 2, 3 and 2 more",
    ]);
    const unknown = decide({ ...facts, standing: { failed: "?" } }, rules);
    assertEquals(unknown!.remove, false);
  }
  assert(decide(empty, rules)!.remove);
});

Deno.test("decide() treats files that change in the meantime as in use, at any age", () => {
  const { contents } = FREE as { contents: { newest: number } };
  const ahead = {
    ...FREE,
    contents: { ...contents, newest: rules.now + 1 },
  } as WorktreeFacts;
  assertEquals(decide(ahead, { ...rules, minAge: 0 })!.reason, "is in use");
  const now = { ...FREE, usedAt: rules.now };
  assert(decide(now, { ...rules, minAge: 0 })!.remove);
});

Deno.test("isTrash() depends only on the name of the ignored path", () => {
  const is = (path: string, link = false) =>
    isTrash({ path, link }, WORKTREE_RULES.trash);
  for (const path of ["node_modules/", "a/b/dist/", "a/x.pyc", ".DS_Store"]) {
    assert(is(path), path);
  }
  for (const path of ["dist", "dist/x", ".env", ".pyc", "x.pyc/", "build/"]) {
    assert(!is(path), path);
  }
  assert(is("node_modules", true));
});

Deno.test("isTrashName() takes one name or a suffix", () => {
  for (const name of ["build", ".cache", "*.o", "*.tar.gz"]) {
    assert(isTrashName(name), name);
  }
  for (const name of ["", "*", "*.", "**", ".", "..", ".git", "a/b", "a*"]) {
    assert(!isTrashName(name), name);
  }
});

Deno.test("lockHolder() knows Claude Code's reasons and no others", () => {
  assertEquals(lockHolder("claude session a b (pid 23902 start 252784)"), {
    pid: 23902,
    start: "252784",
  });
  assertEquals(lockHolder("claude agent agent-1 (pid 7)"), {
    pid: 7,
    start: undefined,
  });
  for (
    const reason of [
      "",
      "claude",
      "claude session x (pid 7) keep",
      "my claude session x (pid 7)",
      "claude session x (pid 0)",
      "claude session x\nkeep (pid 7)",
    ]
  ) assertEquals(lockHolder(reason), undefined, reason);
});

Deno.test("startInStat() handles any program name", () => {
  const fields = Array.from({ length: 40 }, (_, at) => `${at + 3}`);
  assertEquals(startInStat(`1 (a) b (c) ${fields.join(" ")}`), "22");
  assertEquals(startInStat("rubbish"), undefined);
});

Deno.test("patchForm() leaves out the position of a patch, but not its changes", () => {
  const patch = (line: number, text: string, ids = "1..2") =>
    `diff --git a/f b/f\nindex ${ids} 100644\n--- a/f\n+++ b/f\n` +
    `@@ -${line},2 +${line},2 @@ near\n x\n-@@ old @@\n+${text}\n`;
  assertEquals(patchForm(patch(1, "new")), patchForm(patch(9, "new", "3..4")));
  assert(patchForm(patch(1, "new")) !== patchForm(patch(1, "newer")));
  const binary = (ids: string) =>
    `diff --git a/f b/f\nindex ${ids} 100644\nBinary files a/f and b/f differ\n`;
  assert(patchForm(binary("1..2")) !== patchForm(binary("1..3")));
});

Deno.test("isPassing() spares branches that outlive a worktree", () => {
  assert(isPassing("worktree-x", ["main"]));
  assert(isPassing("released", ["main"]));
  for (const name of ["trunk2", "develop", "release/1.0", "release"]) {
    assert(!isPassing(name, ["trunk2"]), name);
  }
});

Deno.test("refPart() turns any name into one unique part of a ref name", () => {
  assertEquals(refPart("agent-1_a", 0), "agent-1_a");
  assertEquals(refPart("a/b.lock é", 0), "a%2fb%2elock%20%c3%a9");
  assert(refPart("%2f", 0) !== refPart("/", 0));
  const long = "x".repeat(300);
  assert(refPart(long, 0) !== refPart(long, 1));
  assert(refPart(long, 1).length < 200);
});

Deno.test("parseDuration() accepts whole numbers with a unit", () => {
  assertEquals(
    ["0", "90s", "30m", "1h", "2d", "1w"].map((text) =>
      parseDuration(text, "It") / 1000
    ),
    [0, 90, 1800, 3600, 172_800, 604_800],
  );
  for (const text of ["", "1", "h", "-1h", "1.5h", "1h ", "1y", "9999999h"]) {
    assertThrows(() => parseDuration(text, "It"), MpmError);
  }
  assertEquals(durationText(HOUR), "1 hour");
  assertEquals(durationText(45_000), "45 seconds");
});

Deno.test("sizeText() has three digits at most", () => {
  assertEquals(
    [0, 999, 1000, 1234, 9950, 999_499, 999_500, 12_345_678, 5e12].map(
      sizeText,
    ),
    [
      ...["0 B", "999 B", "1.0 kB", "1.2 kB", "10 kB", "999 kB", "1.0 MB"],
      ...["12 MB", "5.0 TB"],
    ],
  );
});
