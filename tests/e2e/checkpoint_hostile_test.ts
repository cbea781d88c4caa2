import { createHash } from "node:crypto";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

function run(env: TestEnv, ...args: string[]) {
  return env.run(binary(), args);
}

function ok(env: TestEnv, ...args: string[]): string {
  const { status, stdout, stderr } = run(env, ...args);
  assertEquals(status, 0, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

posixTest(
  "no program that a repository's settings, attributes or hooks name is run",
  () => {
    using env = TestEnv.repository();
    const program = join(env.root, "program");
    Deno.writeTextFileSync(
      program,
      `#!/bin/sh\necho "$0 $*" >> "${env.root}/ran"\ncat\n`,
    );
    Deno.chmodSync(program, 0o755);
    env.write(
      ".gitattributes",
      "* filter=evil diff=evil merge=evil\n*.txt text eol=crlf\n",
    );
    env.write("file.evil", "one\n");
    env.write("same size", "one\n");
    env.commit("Attributes");
    for (const name of ["clean", "smudge", "process"]) {
      env.git(
        "config",
        `filter.evil.${name}`,
        program,
      );
    }
    env.git("config", "filter.evil.required", "true");
    env.git("config", "filter.e=v i.clean", program);
    for (const name of ["textconv", "command"]) {
      env.git(
        "config",
        `diff.evil.${name}`,
        program,
      );
    }
    env.git("config", "diff.external", program);
    env.git("config", "core.fsmonitor", program);
    env.git("config", "core.pager", program);
    env.git("config", "core.hooksPath", join(env.root, "hooks"));
    Deno.mkdirSync(join(env.root, "hooks"));
    for (
      const hook of [
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "fsmonitor-watchman",
      ]
    ) {
      Deno.copyFileSync(program, join(env.root, "hooks", hook));
    }
    env.write("file.evil", "two\n");
    // Touched, so that git would have to look at the content.
    env.write("same size", "one\n");
    env.write("new.evil", "new\n");
    if (env.exists("../ran")) Deno.removeSync(join(env.root, "ran"));
    ok(env, "checkpoint", "save", "one");
    env.write("file.evil", "six\n");
    ok(env, "checkpoint", "diff", "one", "--patch");
    ok(env, "checkpoint", "restore", "one", "--yes", "--exact");
    assertEquals(env.read("file.evil"), "two\n");
    ok(env, "undo");
    assertEquals(env.read("file.evil"), "six\n");
    ok(env, "checkpoint", "save", "two");
    ok(env, "checkpoint", "diff", "one", "two", "--patch");
    ok(env, "checkpoint", "restore", "one", "--to", "copy");
    ok(env, "checkpoint", "rm", "one");
    assertEquals(
      env.exists("../ran"),
      false,
      env.exists("../ran") ? Deno.readTextFileSync(join(env.root, "ran")) : "",
    );
  },
);

posixTest("no link among mpm's files is followed", () => {
  using env = TestEnv.repository();
  ok(env, "checkpoint", "save", "one");
  const outside = join(env.root, "outside");
  Deno.mkdirSync(outside);
  env.remove(".claude-mpm/checkpoints");
  Deno.symlinkSync(outside, join(env.project, ".claude-mpm/checkpoints"));
  env.write("a", "1\n");
  const saved = run(env, "checkpoint", "save", "two");
  assertEquals(saved.status, 4, saved.stderr);
  assertStringIncludes(saved.stderr, "is not a folder: link");
  env.remove(".claude-mpm/checkpoints");
  for (
    const name of ["state/journal.jsonl", "state/raw.git", "state/restore"]
  ) {
    if (env.exists(`.claude-mpm/${name}`)) env.remove(`.claude-mpm/${name}`);
    Deno.symlinkSync(
      join(outside, "victim"),
      join(env.project, ".claude-mpm", name),
    );
  }
  const restored = run(env, "checkpoint", "restore", "one", "--exact", "--yes");
  assertEquals(restored.status, 6, restored.stderr);
  assertEquals([...Deno.readDirSync(outside)], []);
});

/** A commit whose record and trees come from someone else. */
function plant(
  env: TestEnv,
  id: string,
  entries: string,
  change = (record: Record<string, unknown>) => record,
): void {
  const text = env.git("show", "refs/mpm/checkpoints/one:record.json");
  const record = JSON.stringify(change({ ...JSON.parse(text), id, name: id }));
  env.write("record", record);
  const blob = env.git("hash-object", "-w", "--no-filters", "record");
  env.remove("record");
  const hex = (id: string) =>
    id.match(/../g)!.map((pair) => parseInt(pair, 16));
  const tree = (lines: [string, string, string][]) => {
    const bytes = lines.flatMap((
      [mode, name, id],
    ) => [...new TextEncoder().encode(`${mode} ${name}\0`), ...hex(id)]);
    Deno.writeFileSync(join(env.root, "tree"), new Uint8Array(bytes));
    return env.git(
      "hash-object",
      "-t",
      "tree",
      "-w",
      "--literally",
      join(env.root, "tree"),
    );
  };
  const evil = tree([["100644", "evil", blob]]);
  const worktree = tree([["40000", entries, evil]]);
  const index = env.git("rev-parse", "refs/mpm/checkpoints/one:index");
  const all = tree([
    ["40000", "index", index],
    ["100644", "record.json", blob],
    ["40000", "worktree", worktree],
  ]);
  const commit = env.git("commit-tree", all, "-m", "x");
  env.git("update-ref", `refs/mpm/checkpoints/${id}`, commit);
}

posixTest(
  "a checkpoint by someone else writes only inside the worktree",
  () => {
    using env = TestEnv.repository();
    ok(env, "checkpoint", "save", "one");
    plant(env, "up", "..");
    plant(env, "git", ".git");
    plant(env, "odd", ".GIT");
    for (const name of ["up", "git", "odd"]) {
      const { status, stdout } = run(
        env,
        "checkpoint",
        "restore",
        name,
        "--yes",
        "--exact",
      );
      assertEquals(status, 4);
      assertStringIncludes(stdout, "its path is not allowed");
      run(
        env,
        "checkpoint",
        "restore",
        name,
        "--to",
        join(env.root, "copy", name),
      );
      run(env, "checkpoint", "diff", name, "--patch");
    }
    assertEquals([env.exists("../evil"), env.exists(".git/evil")], [
      false,
      false,
    ]);
  },
);

posixTest(
  "a record's text is escaped, and an invalid record does not hide others",
  () => {
    using env = TestEnv.repository();
    ok(env, "checkpoint", "save", "one");
    plant(env, "shown", "x", (record) => ({
      ...record,
      name: "\u001b[31mred\u202e",
      branch: "$(touch ran); `touch ran`",
      note: "\u001b]0;title\u0007",
    }));
    plant(
      env,
      "odd",
      "x",
      (record) => ({ ...record, session: [], files: null }),
    );
    plant(env, "other", "x", (record) => ({ ...record, id: "../../x" }));
    const listed = ok(env, "checkpoint", "list");
    assertStringIncludes(listed, "one");
    assertStringIncludes(listed, "\\x1b[31mred\\u{202e}");
    const foreign = ok(env, "checkpoint", "load", "shown");
    assert(!foreign.includes("git checkout"), foreign);
    ok(env, "saves", "trust", "checkpoint/shown");
    const shown = ok(env, "checkpoint", "show", "shown") + foreign +
      ok(env, "checkpoint", "load", "shown");
    // deno-lint-ignore no-control-regex -- finds control characters
    assert(!/[\u001b\u0007\u202e]/.test(listed + shown));
    assertStringIncludes(shown, "git checkout '$(touch ran); `touch ran`'");
    assertEquals(run(env, "checkpoint", "show", "odd").status, 3);
  },
);

posixTest("a restore marker of someone else does no harm", () => {
  using env = TestEnv.repository();
  env.write("a", "1\n");
  ok(env, "checkpoint", "save", "one");
  ok(env, "checkpoint", "restore", "one", "--yes");
  const key = createHash("sha256").update(env.project).digest("hex")
    .slice(0, 16);
  const marker = `.claude-mpm/state/restore-${key}.json`;
  const commit = env.git("rev-parse", "refs/mpm/checkpoints/one");
  env.write("a", "2\n");
  env.write(
    marker,
    JSON.stringify({
      restore: "0123456789",
      worktree: env.project,
      target: { id: "one", commit },
      safety: { id: "safety-1", commit },
      paths: [],
      exact: true,
      brought: null,
      operation: "checkpoint restore",
      title: "x",
      undoes: null,
      staging: "/",
    }),
  );
  ok(env, "checkpoint", "list");
  assertEquals([env.read("a"), env.exists(marker)], ["2\n", false]);
  env.write(
    ".claude-mpm/state/journal.jsonl",
    '{"id":1,"at":"x","operation":"checkpoint restore","title":"\\u001b[31m","worktree":"' +
      env.project +
      '","before":{"checkpoint":{"id":"../../x","commit":"--help"}},"after":{}}\n{"torn',
  );
  // That line is not sealed, so without its number it is not even considered.
  assertEquals(run(env, "undo").status, 3);
  const { status, stderr } = run(env, "undo", "1");
  assertEquals(status, 4, stderr);
  assertStringIncludes(ok(env, "log"), "\\x1b[31m");
});
