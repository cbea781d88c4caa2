import { createHash } from "node:crypto";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { diagnose, healthy, holds, type Illness } from "../helpers/doctors.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { SESSIONS } from "../helpers/stores.ts";
import { unfinishedIn } from "../helpers/unfinished.ts";
import { CURRENT } from "../helpers/works.ts";

const STORE = ".claude-mpm";
const LOG = `${STORE}/state/journal.jsonl`;

/** A file instead of a folder, or the other way round. */
function swap(path: string, kind: "file" | "folder") {
  return (env: TestEnv) => {
    const at = join(env.project, path);
    if (env.exists(path)) env.remove(path);
    if (kind === "file") env.write(path, "");
    else Deno.mkdirSync(at);
  };
}

function edit(path: string, change: (text: string) => string) {
  return (env: TestEnv) => {
    const at = join(env.project, path);
    Deno.writeTextFileSync(at, change(Deno.readTextFileSync(at)));
  };
}

const CASES: Record<string, Illness> = {
  "a repository that git does not accept": {
    harm: (env) => env.write(".git/HEAD", "garbage\n"),
    ...{ check: "git", state: "error", status: 6 },
    ...{ says: "does not accept it", hint: "git status" },
  },
  "an index that git cannot read": {
    harm: (env) => env.write(".git/index", "garbage"),
    ...{ check: "git", state: "error", status: 6 },
    ...{ says: "cannot read the index", hint: "git reset" },
  },
  "a commit whose files are gone": {
    harm: (env) => {
      const tree = env.git("rev-parse", "HEAD^{tree}");
      env.remove(`.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`);
    },
    ...{ check: "git", state: "error", status: 6 },
    ...{ says: "cannot read the last commit", hint: "git fsck" },
  },
  "a file instead of the trash": {
    harm: swap(`${STORE}/trash`, "file"),
    ...{ check: "store", state: "error", status: 4 },
    ...{ says: 'trash" is not a folder: file', hint: "move the file" },
  },
  "a file instead of the templates": {
    harm: swap(`${STORE}/templates`, "file"),
    ...{ check: "store", state: "error", status: 4 },
    ...{ says: 'templates" is not a folder: file', hint: "move the file" },
  },
  "a record that does not describe a checkpoint": {
    harm: (env) => env.write(`${STORE}/checkpoints/before.json`, "{"),
    ...{ check: "checkpoints", state: "warning", status: 0 },
    ...{ says: '"before" has no complete record', fixed: "ok" },
  },
  "a worktree whose session does not exist": {
    harm: edit(
      `${CURRENT}/main.json`,
      (text) => text.replaceAll(/work-[0-9-]+/g, "work-20200101-000000"),
    ),
    ...{ check: "sessions", state: "warning", status: 0 },
    ...{ says: "does not exist", fixed: "ok" },
  },
  "a torn line in the log": {
    harm: edit(LOG, (text) => `${text}{"id":9,"at`),
    ...{ check: "log", state: "warning", status: 0 },
    ...{ says: "1 line of", fixed: "ok" },
  },
  "an operation that someone changed": {
    harm: edit(LOG, (text) => text.replace("login", "logout")),
    ...{ check: "log", state: "warning", status: 0 },
    ...{ says: "was changed later", hint: "mpm undo list" },
  },
  "a folder instead of the log": {
    harm: swap(LOG, "folder"),
    ...{ check: "log", state: "error", status: 4 },
    ...{ says: "is not a file: folder", hint: "Move it" },
  },
  "a folder instead of the pointer": {
    harm: swap(`${SESSIONS}/LATEST-SESSION.txt`, "folder"),
    ...{ check: "saves", state: "warning", status: 0 },
    ...{ says: "is not a file: folder", hint: "Move it" },
  },
  "a removed checkpoint that no operation knows": {
    harm: (env) => env.git("update-ref", "refs/mpm/removed/1/x", "HEAD"),
    ...{ check: "refs", state: "warning", status: 0 },
    ...{ says: "removed/1/x", hint: "git update-ref -d refs/mpm/removed/1/x" },
  },
  "commits of a detour that no longer exists": {
    harm: (env) =>
      env.git("update-ref", "refs/mpm/detours/work-20200101-000000", "HEAD"),
    ...{ check: "refs", state: "warning", status: 0 },
    ...{ says: "commits of a detour", hint: "git update-ref -d" },
  },
  "a removed worktree without a note": {
    harm: (env) => env.git("update-ref", "refs/mpm/rescue/1/x/head", "HEAD"),
    ...{ check: "refs", state: "warning", status: 0 },
    ...{ says: "rescue/1/x/head", hint: "git update-ref -d" },
  },
  "shell hooks that no one allowed": {
    harm: async (env) => {
      await mpmJson(env, ["hooks", "install"]);
      await mpmJson(env, ["hooks", "eject", "on-error"]);
      edit(`${STORE}/hooks/on-error.sh`, (text) => `${text}# more\n`)(env);
    },
    ...{ check: "hooks", state: "warning", status: 0 },
    ...{ says: "does not run on-error.sh", hint: "mpm allow" },
  },
};

for (const [what, illness] of Object.entries(CASES)) {
  posixTest(`doctor sees ${what}`, () => holds(what, illness));
}

posixTest("doctor reports problems that it could not fix", async () => {
  using env = new TestEnv();
  await mpmJson(env, ["pause", "Half of it"]);
  for (const folder of [SESSIONS, `${STORE}/kept`]) {
    for (const { name } of Deno.readDirSync(join(env.project, folder))) {
      if (!/^session-[0-9-]+\.json$/.test(name)) continue;
      edit(`${folder}/${name}`, (text) => text.replace("Half", "Helf"))(env);
    }
  }
  const { checks, result } = await diagnose(env, ["--fix"]);
  assertEquals(checks.saves?.state, "error");
  assertEquals(result.fixes?.done, []);
  assertStringIncludes(result.fixes!.failed[0]!.reason, "no undamaged copy of");
});

posixTest(
  "doctor reports no check as ok that needs a missing home folder",
  async () => {
    using env = await healthy();
    env.extra.HOME = "";
    const { checks } = await diagnose(env);
    for (const name of ["configuration", "log", "hooks"]) {
      assertEquals(checks[name]?.state, "unchecked", name);
    }
  },
);

/** A `git fast-import` that has begun a pack and waits for more data. */
async function beginImport(env: TestEnv): Promise<Deno.ChildProcess> {
  const known = unfinishedIn(env).length;
  const child = new Deno.Command("git", {
    args: ["fast-import", "--quiet"],
    cwd: env.project,
    env: env.env(),
    stdin: "piped",
  }).spawn();
  while (unfinishedIn(env).length === known) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return child;
}

/** A pack with the hash that git writes when the pack is complete. */
function emptyPack(): Uint8Array {
  const pack = new Uint8Array([80, 65, 67, 75, 0, 0, 0, 2, 0, 0, 0, 0]);
  const hash = createHash("sha1").update(pack).digest();
  return new Uint8Array([...pack, ...hash]);
}

posixTest(
  "doctor removes files of a git that died, not those of a running one",
  async () => {
    using env = await healthy();
    const dead = await beginImport(env);
    dead.kill("SIGKILL");
    await dead.stdin.abort().catch(() => {});
    await dead.status;
    const known = unfinishedIn(env);
    assertEquals(known.length, 1);
    const live = await beginImport(env);
    // A pack that `git repack` has closed and is about to name.
    env.write(".git/objects/pack/tmp_pack_closed", emptyPack());
    // From an import that ran out of space.
    env.write(".git/objects/pack/tmp_pack_torn", emptyPack().slice(0, -1));
    known.push("pack/tmp_pack_torn");
    try {
      const { checks } = await diagnose(env);
      assertEquals(checks.git?.state, "warning");
      const { detail } = checks.git!.findings[0]!;
      assertStringIncludes(detail, "did not finish writing 2 files");
      const { result } = await diagnose(env, ["--fix"]);
      assertEquals(result.fixes?.done, [
        "Remove files that git did not finish writing",
      ]);
      const left = unfinishedIn(env);
      assertEquals(left.length, 2);
      assertEquals(left.filter((path) => known.includes(path)), []);
    } finally {
      await live.stdin.close();
      await live.status;
    }
    assertEquals(unfinishedIn(env), ["pack/tmp_pack_closed"]);
  },
);
