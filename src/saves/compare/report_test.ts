import { assertEquals } from "@std/assert";
import * as z from "zod/mini";
import { type ChangedCommit, Changes } from "./changes.ts";
import { compare } from "./compare.ts";
import { NO_HISTORY } from "./history.ts";
import { renderChanges } from "./report.ts";
import { shortAge } from "../../base/times.ts";
import { shellWord } from "../../base/shell.ts";
import { saveOf } from "./helpers_test.ts";

const NOW = new Date("2026-01-08T00:00:00Z");

function commit(id: string, message: string, age: number): ChangedCommit {
  return {
    sha: id.repeat(40).slice(0, 40),
    author: "Ada",
    timestamp: "2026-01-01 00:00:00 +0000",
    time: NOW.getTime() - age * 1000,
    message,
  };
}

/** A comparison without changes except for `changes`. */
function changesWith(changes: Partial<Changes>): Changes {
  return {
    repository: "both",
    place: "here",
    relation: "same",
    compared_by: "head",
    shallow: false,
    from: "a".repeat(40),
    to: "a".repeat(40),
    commits: {
      new: [],
      rewritten: [],
      squashed: null,
      lost: [],
      own: 0,
      omitted: 0,
    },
    branch: {
      then: "main",
      now: "main",
      change: "same",
      recorded: "exists",
      renamed_to: null,
      merged: null,
      remote: null,
    },
    upstream: { then: null, now: null, change: "same" },
    files: [],
    working_directory: { clean: true, paths: [] },
    conflicts: [],
    missing: [],
    contents: null,
    stashes: { added: [], removed: [] },
    operation: { then: null, now: null, change: "same" },
    worktree: null,
    notes: [],
    ...changes,
  };
}

const EXAMPLE = changesWith({
  relation: "ahead",
  commits: {
    new: [
      commit("d", "Add test coverage for error cases", 3600),
      commit("a", "Fix webhook signature verification", 7200),
    ],
    rewritten: [],
    squashed: null,
    lost: [],
    own: 0,
    omitted: 0,
  },
  files: [
    { status: "M", path: "src/payments/stripe.py" },
    { status: "M", path: "tests/test_webhooks.py" },
    { status: "A", path: "src/payments/errors.py" },
  ],
  conflicts: [{ path: "src/payments/stripe.py", reason: "touched" }],
});

Deno.test("renderChanges() prints the documented example", () => {
  assertEquals(
    renderChanges(EXAMPLE, { now: NOW }),
    `🔄 Changes Since Pause:

  New Commits (2):
    aaaaaaa - Fix webhook signature verification (2h ago)
    ddddddd - Add test coverage for error cases (1h ago)

  Modified Files (3):
    M  src/payments/stripe.py
    M  tests/test_webhooks.py
    A  src/payments/errors.py

  ⚠️  Potential Conflicts (1):
    • src/payments/stripe.py modified both before and after pause

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("renderChanges() prints the same as Markdown, where no text acts as markup", () => {
  const changes = changesWith({
    ...EXAMPLE,
    commits: {
      ...EXAMPLE.commits,
      new: [commit("a", "Use *list[int]* <b>", 60)],
    },
    files: [{ status: "R", from: "a`b", path: "`c" }],
    conflicts: [],
  });
  assertEquals(
    renderChanges(changes, { now: NOW, markdown: true }),
    `## 🔄 Changes Since Pause

### New Commits (1)

- \`aaaaaaa\` - Use \\*list\\[int\\]\\* \\<b\\> (1m ago)

### Modified Files (1)

- R  \`\`a\`b\`\` → \`\` \`c \`\`

### Working Directory

- No uncommitted changes
`,
  );
});

Deno.test("renderChanges() cuts long lists in text and says by how much", () => {
  const changes = changesWith({
    ...EXAMPLE,
    commits: { ...EXAMPLE.commits, omitted: 5 },
  });
  const text = renderChanges(changes, { now: NOW, limit: 1 });
  assertEquals(
    text.split("\n").slice(2, 10),
    [
      "  New Commits (7):",
      "    … and 1 more earlier",
      "    ddddddd - Add test coverage for error cases (1h ago)",
      "",
      "  Modified Files (3):",
      "    M  src/payments/stripe.py",
      "    … and 2 more",
      "",
    ],
  );
  const files = Array.from({ length: 25 }, (_, at) => ({
    status: "M",
    path: `${at}`,
  }));
  const lines = (markdown: boolean) =>
    renderChanges(changesWith({ files }), { now: NOW, markdown })
      .split("\n").filter((line) => /^ +M {2}|^- M {2}/.test(line)).length;
  assertEquals([lines(false), lines(true)], [20, 25]);
});

Deno.test("renderChanges() escapes everything that came from git or the save", () => {
  const bad = "\x1b[2Jx\u202e\n\udcff";
  const changes = changesWith({
    commits: {
      new: [commit("a", bad, 0)],
      rewritten: [
        { from: commit("b", bad, 0), to: commit("d", bad, 0), patch: "same" },
      ],
      squashed: {
        into: commit("d", bad, 0),
        how: "tree",
        commits: [commit("e", bad, 0)],
      },
      lost: [commit("c", bad, 0)],
      own: 0,
      omitted: 0,
    },
    branch: {
      then: bad,
      now: bad,
      change: "switched",
      recorded: "renamed",
      renamed_to: bad,
      merged: null,
      remote: { name: bad, merged: null },
    },
    upstream: {
      then: null,
      now: { name: bad, commit: null, ahead: 1, behind: 0 },
      change: "set",
    },
    files: [{ status: "R", path: bad, from: bad }],
    working_directory: {
      clean: false,
      paths: [{ path: bad, then: null, now: "??", change: "new" }],
    },
    conflicts: [{ path: bad, reason: "unmerged" }],
    missing: [bad],
    stashes: { added: [{ commit: "", message: bad }], removed: [] },
    worktree: { path: bad, gone: true, restore: bad },
    notes: [bad],
  });
  for (const markdown of [false, true]) {
    const text = renderChanges(changes, { now: NOW, markdown });
    // deno-lint-ignore no-control-regex -- finds control characters
    assertEquals(/[\x00-\x09\x0b-\x1f\u202e]/.test(text), false);
    assertEquals(text.isWellFormed(), true);
    assertEquals(text.includes("\n\udcff"), false);
  }
});

Deno.test("shortAge() returns the largest unit, and reports a wrong clock", () => {
  const ages = [0, 59, 60, 7200, 3 * 86_400, 20 * 86_400, 70 * 86_400, 4e7]
    .map((age) => shortAge(NOW.getTime() - age * 1000, NOW));
  assertEquals(ages, [
    "just now",
    "just now",
    "1m ago",
    "2h ago",
    "3d ago",
    "2w ago",
    "2mo ago",
    "1y ago",
  ]);
  assertEquals(shortAge(NOW.getTime() + 7200e3, NOW), "2h in the future");
  assertEquals(shortAge(NaN, NOW), "at an unknown time");
});

Deno.test("shellWord() quotes only words that a shell would split", () => {
  const words = [
    "plain/path-1.txt",
    "a b",
    "it's",
    "",
    "-x",
    "$HOME",
    "~",
    "é",
  ];
  assertEquals(words.map(shellWord), [
    "plain/path-1.txt",
    "'a b'",
    "'it'\\''s'",
    "''",
    "-x",
    "'$HOME'",
    "'~'",
    "'é'",
  ]);
});

Deno.test("compare() returns data that fits its schema, even if nothing is known", () => {
  const workspace = {
    git: "none",
    reason: undefined,
    cwd: "/p",
    worktree: "/p",
    root: "/p",
    gitDir: undefined,
    commonDir: undefined,
    linked: false,
  } as const;
  const history = {
    ...NO_HISTORY,
    git: "none",
    reason: undefined,
    place: "here",
    worktree: "/p",
  } as const;
  const changes = compare(saveOf(undefined, workspace), undefined, history);
  assertEquals(z.parse(Changes, changes), changes);
  assertEquals(changes.repository, "neither");
  assertEquals(
    renderChanges(changes, { now: NOW }),
    `🔄 Changes Since Pause:

  Notes:
    • Not a git repository, so mpm does not know what changed
`,
  );
});
