import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { createHmac } from "node:crypto";
import {
  diagnose,
  dropLog,
  healthy,
  holds,
  type Illness,
  putProgram,
} from "../helpers/doctors.ts";
import { smallFeature } from "../helpers/detours.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import { PATH, TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { copySample, ownSave, putSave, SESSIONS } from "../helpers/stores.ts";
import { CURRENT, WORK, workIds } from "../helpers/works.ts";

const LATER = () => new Date(Date.now() + 3_600_000);

function saveId(env: TestEnv): string {
  return [...Deno.readDirSync(join(env.project, SESSIONS))]
    .map(({ name }) => name).find((name) => /^session-.*\.json$/.test(name))!
    .replace(".json", "");
}

function write(path: string, text = "{"): (env: TestEnv) => void {
  return (env) => env.write(path.replace("ID", saveId(env)), text);
}

function checkpointId(env: TestEnv): string {
  const refs = env.git(
    "for-each-ref",
    "--format=%(refname)",
    "refs/mpm/checkpoints/",
  );
  return refs.split("/").at(-1)!;
}

async function holdsEach(cases: Record<string, Illness>): Promise<void> {
  for (const [what, illness] of Object.entries(cases)) {
    await holds(what, illness);
  }
}

posixTest(
  "doctor reports no problem in a healthy project, in one without a store, and outside git",
  async () => {
    using env = await healthy();
    const { status, result } = await diagnose(env);
    const states = result.checks.map(({ name, state }) => `${name} ${state}`);
    assertEquals([status, result.state, states], [0, "ok", [
      "git ok",
      "store ok",
      "modes ok",
      "saves ok",
      "sessions ok",
      "hand-off ok",
      "checkpoints ok",
      "refs ok",
      "log ok",
      "unfinished ok",
      "locks ok",
      "leftovers ok",
      "layout ok",
      "hooks ok",
      "gauge ok",
      "transcripts ok",
      "schedules ok",
      "configuration ok",
      "clock ok",
      "disk ok",
      "path ok",
    ]]);
    const fixed = await diagnose(env, ["--fix"]);
    assertEquals([fixed.status, fixed.result.fixes], [0, {
      dry_run: false,
      done: [],
      failed: [],
    }]);
    using none = new TestEnv();
    none.extra.PATH = env.extra.PATH!;
    const outside = await diagnose(none);
    assertEquals([outside.status, outside.checks.saves?.summary], [
      0,
      "none yet",
    ]);
    assertEquals(none.exists(".claude-mpm"), false);
    // Checkpoints are in an mpm repository there.
    await mpmJson(none, ["checkpoint", "save", "one"]);
    const own = await diagnose(none);
    assertStringIncludes(own.checks.checkpoints!.summary, "1 checkpoint in ");
    assertEquals(own.checks.checkpoints!.state, "ok");
  },
);

posixTest(
  "doctor finds damaged saves, and fixes them from intact copies",
  async () => {
    const json = `${SESSIONS}/ID.json`;
    await holdsEach({
      "a damaged save with a copy": {
        harm: write(json),
        ...{ check: "saves", state: "error", status: 5, says: "session-" },
        ...{ hint: "--repair", fixed: "ok" },
      },
      "a damaged save without one": {
        harm: (env) => {
          write(json)(env);
          dropLog(env);
        },
        ...{ check: "saves", state: "error", status: 5, says: "session-" },
        hint: "mpm saves rm session-",
      },
      "a derived file that was torn": {
        harm: write(`${SESSIONS}/ID.yaml`, "session_id: "),
        ...{ check: "saves", state: "warning", status: 0 },
        ...{ says: ".yaml does not match", hint: "--repair", fixed: "ok" },
      },
      "a save that is gone from the disk": {
        harm: (env) => {
          const id = saveId(env);
          for (const end of [".json", ".json.sha256", ".yaml", ".md"]) {
            env.remove(`${SESSIONS}/${id}${end}`);
          }
        },
        ...{ check: "saves", state: "unchecked", status: 0 },
        ...{
          says: "missing from the disk",
          hint: "mpm saves recover session-",
        },
      },
      "a second copy that is due": {
        harm: write(".claude-mpm/state/uncopied/session-20200101-000000", ""),
        ...{ check: "saves", state: "warning", status: 0 },
        ...{ says: "without a second copy", fixed: "ok" },
      },
      "a pointer that says nothing": {
        harm: write(`${SESSIONS}/LATEST-SESSION.txt`, ""),
        ...{ check: "saves", state: "warning", status: 0 },
        ...{ says: "does not name the newest save", fixed: "ok" },
      },
      "a pointer to nowhere": {
        harm: write(
          `${SESSIONS}/LATEST-SESSION.txt`,
          "Latest Session: session-20200101-000000\n",
        ),
        ...{ check: "saves", state: "warning", status: 0 },
        ...{ says: "which does not exist", fixed: "ok" },
      },
      "a save from the future": {
        harm: (env) => {
          const { mpm: _, ...save } = ownSave("session-20990101-000000");
          putSave(env, { ...save, project_path: env.project });
        },
        ...{ check: "clock", state: "warning", status: 0 },
        ...{ says: "session-20990101-000000", hint: "mpm saves rm" },
      },
      "a foreign save without a checksum": {
        harm: (env) => {
          const { mpm: _, ...save } = ownSave("session-20260101-000000");
          putSave(env, save, { checksum: false });
        },
        ...{ check: "saves", state: "unchecked", status: 0 },
        says: "1 save by other programs has no checksum",
      },
    });
  },
);

Deno.test("doctor reports claude-mpm's older layout", async () => {
  using env = new TestEnv();
  copySample(env, "v4.11.0");
  const { checks } = await diagnose(env);
  assertEquals(checks.layout?.state, "warning");
  assertEquals(checks.layout?.findings[0]?.hint, "mpm migrate");
});

posixTest(
  "doctor finds files that are open to others, wrong owners, and files instead of folders",
  async () => {
    await holdsEach({
      "a store that others can look into": {
        harm: (env) => Deno.chmodSync(join(env.project, ".claude-mpm"), 0o755),
        ...{ check: "modes", state: "warning", status: 0 },
        ...{ says: "can be read by other users", fixed: "ok" },
      },
      "a link among mpm's files": {
        harm: (env) =>
          Deno.symlinkSync("/etc/hosts", join(env.project, SESSIONS, "x.json")),
        ...{ check: "modes", state: "error", status: 4, says: "symbolic link" },
      },
      "a file of another user": {
        harm: () => {},
        ...{
          check: "modes",
          state: "error",
          status: 4,
          says: "to user ID 12345",
        },
        hint: "sudo chown",
        options: {
          wrap: (system) => ({
            ...system,
            uid: 1000,
            files: {
              ...system.files,
              lstat: (path) => {
                const found = system.files.lstat(path);
                const uid = path.endsWith(".yaml") ? 12345 : 1000;
                return found && { ...found, uid };
              },
            },
          }),
        },
      },
    });
    using env = new TestEnv();
    Deno.symlinkSync(env.home, join(env.project, ".claude-mpm"));
    const { status, checks } = await diagnose(env);
    assertEquals([status, checks.store?.state, checks.saves?.state], [
      4,
      "error",
      "unchecked",
    ]);
  },
);

posixTest(
  "doctor reports a read-only store, and still checks it",
  async () => {
    using env = await healthy();
    const { status, checks } = await diagnose(env, [], {
      wrap: (system) => ({
        ...system,
        files: {
          ...system.files,
          lock: (path) => system.files.lock(join(path, "read-only"), 0),
        },
      }),
    });
    assertEquals([status, checks.store?.state, checks.saves?.state], [
      6,
      "error",
      "ok",
    ]);
    assertEquals(checks.locks?.state, "unchecked");
  },
);

posixTest("doctor finds damaged and lost sessions", async () => {
  const pointer = `${CURRENT}/main.json`;
  await holdsEach({
    "a record that is not JSON": {
      harm: (env) => env.write(`${WORK}/${workIds(env)[0]}.json`, "{"),
      ...{ check: "sessions", state: "error", status: 5, says: "not JSON" },
    },
    "a damaged pointer": {
      harm: (env) => env.write(pointer, "{"),
      ...{ check: "sessions", state: "error", status: 5 },
      ...{ says: "Cannot read", fixed: "ok" },
    },
    "a lost pointer": {
      harm: (env) => env.remove(pointer),
      ...{ check: "sessions", state: "warning", status: 0 },
      ...{ says: "has no session", fixed: "ok" },
    },
    "a session that another one took the place of": {
      harm: async (env) => {
        env.remove(pointer);
        await mpmJson(env, ["start", "other"], { now: LATER });
      },
      ...{ check: "sessions", state: "warning", status: 0 },
      ...{ says: 'is "other"', hint: "mpm complete work-" },
    },
  });
  // It is the same session.
  using env = await healthy();
  env.remove(pointer);
  await diagnose(env, ["--fix"]);
  assertStringIncludes((await mpm(env, ["status"])).stdout, "login (active)");
});

posixTest("doctor compares checkpoints with git", async () => {
  await holdsEach({
    "a ref without a record": {
      harm: (env) =>
        env.remove(`.claude-mpm/checkpoints/${checkpointId(env)}.json`),
      ...{ check: "checkpoints", state: "warning", status: 0 },
      ...{ says: "has no complete record", fixed: "ok" },
    },
    "a record without a ref, whose commit is there": {
      harm: (env) =>
        env.git(
          "update-ref",
          "-d",
          `refs/mpm/checkpoints/${checkpointId(env)}`,
        ),
      ...{ check: "checkpoints", state: "warning", status: 0 },
      ...{ says: "is missing from git", fixed: "ok" },
    },
    "a record whose commit is gone": {
      harm: (env) => {
        const id = checkpointId(env);
        env.git("update-ref", "-d", `refs/mpm/checkpoints/${id}`);
        env.git("gc", "--quiet", "--prune=now");
      },
      ...{ check: "checkpoints", state: "warning", status: 0 },
      ...{ says: "not the checkpoint itself", hint: "rm " },
    },
    "an invalid record": {
      harm: (env) => {
        env.write(`.claude-mpm/checkpoints/${checkpointId(env)}x.json`, "{");
      },
      ...{ check: "checkpoints", state: "error", status: 5 },
      says: "does not describe a checkpoint",
    },
    "a commit with no record in it": {
      harm: (env) => {
        const id = checkpointId(env);
        env.git("update-ref", `refs/mpm/checkpoints/${id}`, "HEAD");
      },
      ...{ check: "checkpoints", state: "error", status: 5 },
      ...{ says: "is damaged in git", hint: "git fsck" },
    },
    "contents of a save with no record in them": {
      harm: (env) => {
        const id = "session-20261120-120000";
        env.git("update-ref", `refs/mpm/contents/${id}`, "HEAD");
      },
      ...{ check: "checkpoints", state: "error", status: 5 },
      ...{ says: "is damaged in git", hint: "git fsck" },
    },
    "a ref of someone else's": {
      harm: (env) =>
        env.git("update-ref", "refs/mpm/checkpoints/not/mine", "HEAD"),
      ...{ check: "checkpoints", state: "warning", status: 0 },
      ...{ says: "is not an mpm checkpoint", hint: "git update-ref -d" },
    },
  });
});

posixTest("doctor finds interrupted work, and finishes it", async () => {
  await holdsEach({
    "a pause": {
      harm: (env) => env.write(`${SESSIONS}/.pending.json`, "{"),
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: "A pause was interrupted", fixed: "ok" },
    },
    "an automatic pause of claude-mpm": {
      harm: (env) => env.write(`${SESSIONS}/ACTIVE-PAUSE.jsonl`, "{}\n"),
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: "claude-mpm", hint: "mpm saves recover" },
    },
    "a migration": {
      harm: (env) =>
        env.write(
          ".claude-mpm/backups/pause_backup_20260101-000000/unfinished.json",
          "{}",
        ),
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: "pause_backup_20260101-000000", hint: "mpm migrate" },
    },
    "a removal of a worktree": {
      harm: (env) => {
        env.write(".git/mpm/removing/one/name", "one");
        env.write(".git/mpm/removing/one/checked", "");
      },
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: "1 removal of worktrees", fixed: "ok" },
    },
    "an operation that someone else began": {
      harm: (env) => env.write(".claude-mpm/state/ops/0123abcd.json", "{}"),
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: "0123abcd.json", hint: "Delete the file" },
    },
    "an operation that someone else began in the user's own state": {
      harm: (env) => {
        const folder = ".local/state/mpm/.claude-mpm/state/ops";
        env.write(`../home/${folder}/0123abcd.json`, "{}");
      },
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: "0123abcd.json", hint: "Delete the file" },
    },
    "an operation in a worktree that is gone": {
      harm: (env) => {
        const store = env.read(".claude-mpm/state/store-id");
        const path = join(env.home, ".local/state/mpm/journal-key");
        const id = "0123abcd";
        const worktree = join(env.root, "gone");
        const body = JSON.stringify({ schema: 1, id, kind: "branch", worktree })
          .slice(0, -1);
        const seal = createHmac("sha256", Deno.readTextFileSync(path))
          .update(`intent at ${env.project} of ${store}\n${body}`).digest(
            "hex",
          );
        const text = `${body},"seal":"${seal}"}`;
        env.write(`.claude-mpm/state/ops/${id}.json`, text);
      },
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: "which no longer exists", fixed: "ok" },
    },
    "a restore that had no key": {
      harm: (env) => {
        const facts = { target: { id: "one" } };
        const text = JSON.stringify({ schema: 1, kind: "restore", facts });
        env.write(".claude-mpm/state/ops/0123abcd.json", text);
      },
      ...{ check: "unfinished", state: "warning", status: 0 },
      ...{ says: '"mpm restore" was', hint: "mpm checkpoint restore one" },
    },
  });
});

posixTest(
  "doctor finds a branch and a restore that died, and repairs them",
  async () => {
    const prepare = async () => {
      const env = smallFeature();
      await mpmJson(env, ["start", "feature"]);
      await mpmJson(env, ["checkpoint", "save", "one"]);
      env.write("login.js", "changed since\n");
      return env;
    };
    for (
      const [args, says] of [
        [["branch", "fix", "--stash"], "mpm branch"],
        [["checkpoint", "restore", "one", "--yes"], "mpm restore"],
      ] as const
    ) {
      let found = false;
      const check = async (env: TestEnv) => {
        if (found) return;
        const { unfinished } = (await diagnose(env)).checks;
        const [finding] = unfinished!.findings;
        if (!finding) return;
        found = true;
        assertStringIncludes(finding.detail, says);
        const other = join(env.root, "other");
        env.git("worktree", "add", "-q", "--detach", other);
        const there = (await diagnose(env, [], { cwd: other })).checks;
        const { hint } = there.unfinished!.findings[0]!;
        assertEquals(hint, 'mpm status, in "$ROOT/project"');
        const fixed = await diagnose(env, ["--fix"]);
        assertEquals(fixed.checks.unfinished!.findings, []);
        assertEquals(fixed.result.fixes!.failed, []);
      };
      await dieEverywhere(args, { prepare, check, now: () => new Date() });
      assert(found, "it never left anything");
    }
  },
);

posixTest(
  "doctor finds leftovers of killed writes, locks, and a full trash",
  async () => {
    const old = new Date(Date.now() - 3_600_000);
    const aged = (path: string) => (env: TestEnv) => {
      env.write(path, "");
      Deno.utimeSync(join(env.project, path), old, old);
    };
    await holdsEach({
      "a temporary file": {
        harm: aged(`${SESSIONS}/.mpm.tmp`),
        ...{ check: "leftovers", state: "warning", status: 0 },
        ...{ says: ".mpm.tmp", fixed: "ok" },
      },
      "a temporary file of claude-mpm": {
        harm: aged(`${SESSIONS}/.session-20260101-000000_abcdefgh.tmp`),
        ...{ check: "leftovers", state: "warning", status: 0 },
        ...{ says: "abcdefgh.tmp", fixed: "ok" },
      },
      "a checksum of a save that is gone": {
        harm: aged(`${SESSIONS}/session-20260101-000000.json.sha256`),
        ...{ check: "leftovers", state: "warning", status: 0 },
        ...{ says: "is the checksum of a missing save", fixed: "ok" },
      },
      "a removal that is very old": {
        harm: (env) => {
          env.write(".claude-mpm/trash/20250101-000000-rm/manifest.json", "{}");
          const path = ".claude-mpm/trash/20250101-000000-rm";
          Deno.utimeSync(join(env.project, path), 0, 0);
        },
        ...{ check: "leftovers", state: "warning", status: 0 },
        says: "1 folder in the trash",
        hint: "mpm undo trash --prune",
      },
      "a git lock": {
        harm: aged(".git/index.lock"),
        ...{ check: "locks", state: "warning", status: 0 },
        ...{ says: "index.lock", hint: "If no git is running: rm " },
      },
    });
    using env = await healthy();
    // A file that is being written is not a leftover.
    env.write(`${SESSIONS}/.mpm.tmp`, "");
    env.write(".git/index.lock", "");
    const { checks } = await diagnose(env);
    assertEquals([checks.leftovers!.state, checks.locks!.summary], [
      "ok",
      "git is running",
    ]);
  },
);

posixTest(
  "doctor --fix moves leftovers to where undo finds them, and shows that first",
  async () => {
    using env = await healthy();
    const path = `${SESSIONS}/.mpm.tmp`;
    env.write(path, "half");
    const shown = await diagnose(env, ["--fix", "--dry-run"], { now: LATER });
    assertEquals(shown.result.fixes, {
      dry_run: true,
      done: ["Move 1 file left by failed writes to the trash"],
      failed: [],
    });
    assertEquals(env.exists(path), true);
    await diagnose(env, ["--fix"], { now: LATER });
    assertEquals(env.exists(path), false);
    const trash = ".claude-mpm/trash";
    const moved = [...Deno.readDirSync(join(env.project, trash))]
      .map(({ name }) => `${trash}/${name}/sessions/.mpm.tmp`)
      .filter((path) => env.exists(path));
    assertEquals(moved.map((path) => env.read(path)), ["half"]);
    const { status, stderr } = await mpm(env, ["doctor", "--dry-run"]);
    assertEquals([status, stderr.split("\n")[0]], [
      2,
      "Error: --dry-run works only with --fix",
    ]);
  },
);

posixTest(
  "doctor checks git, the configuration, the disk and PATH",
  async () => {
    const fakeGit = (version: string) => (env: TestEnv) => {
      const real = env.run("sh", ["-c", "command -v git"]).stdout.trim();
      env.write(
        "../bin/git",
        `#!/bin/sh\ncase "$*" in *" version") echo "${version}" ;;\n` +
          `*) exec ${real} "$@" ;; esac\n`,
      );
      Deno.chmodSync(join(env.root, "bin", "git"), 0o755);
    };
    const space = (free: number, entries = 1e6) => ({
      wrap: (system: ReturnType<TestEnv["system"]>) => ({
        ...system,
        files: {
          ...system.files,
          space: () => Promise.resolve({ size: 1e12, free, entries }),
        },
      }),
    });
    await holdsEach({
      "a git that is too old for a part": {
        harm: fakeGit("git version 2.37.1 (Apple Git-137)"),
        ...{ check: "git", state: "warning", status: 0, says: "merge-tree" },
      },
      "a git that is too old": {
        harm: fakeGit("git version 2.30.2"),
        ...{ check: "git", state: "error", status: 6, says: "too old" },
      },
      "a git that says no version": {
        harm: fakeGit("hello"),
        ...{ check: "git", state: "unchecked", status: 0, says: "hello" },
      },
      "a configuration with a fault": {
        harm: write(".claude-mpm/config.toml", "comit = true\n"),
        ...{ check: "configuration", state: "error", status: 4, says: "comit" },
      },
      "a disk that is nearly full": {
        harm: () => {},
        ...{ check: "disk", state: "warning", status: 0, says: "100 MB" },
        options: space(1e8),
      },
      "a full disk": {
        harm: () => {},
        ...{ check: "disk", state: "error", status: 6, says: "1.0 MB" },
        options: space(1e6),
      },
      "a disk without room for files": {
        harm: () => {},
        ...{
          check: "disk",
          state: "warning",
          status: 0,
          says: "12 more files",
        },
        options: space(1e12, 12),
      },
      "an unknown disk": {
        harm: () => {},
        ...{
          check: "disk",
          state: "unchecked",
          status: 0,
          says: "cannot find out",
        },
        options: {
          wrap: (system) => ({
            ...system,
            files: { ...system.files, space: () => Promise.resolve(undefined) },
          }),
        },
      },
      "no mpm on PATH": {
        harm: (env) => env.extra.PATH = PATH,
        ...{ check: "path", state: "warning", status: 0 },
        ...{ says: "mpm is not on PATH", hint: "export PATH=" },
      },
      "another mpm first": {
        harm: (env) => {
          putProgram(env, "first", "0.0.7");
          env.extra.PATH = `${join(env.root, "first")}:${env.extra.PATH}`;
        },
        ...{ check: "path", state: "warning", status: 0, says: "(mpm 0.0.7)" },
        hint: "first in PATH",
      },
      "another mpm behind": {
        harm: (env) => {
          putProgram(env, "second", "0.0.7");
          env.extra.PATH += `:${join(env.root, "second")}`;
        },
        ...{ check: "path", state: "warning", status: 0, says: "(mpm 0.0.7)" },
        hint: "rm ",
      },
      "one that is in the project, which is not run": {
        harm: (env) => {
          putProgram(env, "project/bin", "0.0.7");
          env.extra.PATH += `:${join(env.project, "bin")}`;
        },
        ...{ check: "path", state: "warning", status: 0 },
        says: "(version unknown)",
      },
      "an mpm that runs from source": {
        harm: () => {},
        ...{
          check: "path",
          state: "unchecked",
          status: 0,
          says: "from source",
        },
        options: {
          wrap: (system) => ({ ...system, program: () => undefined }),
        },
      },
    });
  },
);

posixTest(
  "doctor works without git, which is only an error in a repository",
  async () => {
    using env = await healthy();
    env.extra.PATH = join(env.root, "bin");
    const { status, checks } = await diagnose(env);
    assertEquals([status, checks.git?.state, checks.saves?.state], [
      6,
      "error",
      "ok",
    ]);
    assertEquals(checks.checkpoints?.state, "unchecked");
    using none = new TestEnv();
    none.extra.PATH = join(none.root, "bin");
    const outside = await diagnose(none);
    assertEquals([outside.status, outside.checks.git?.state], [0, "warning"]);
  },
);

posixTest(
  "doctor changes nothing, not even a mode",
  async () => {
    using env = await healthy();
    env.write(`${SESSIONS}/.pending.json`, "{");
    env.write(".claude-mpm/state/work/work-20260101-000000.json", "{");
    Deno.chmodSync(join(env.project, ".claude-mpm"), 0o755);
    const all = () =>
      env.run("sh", ["-c", "ls -lRa --time-style=full-iso"]).stdout;
    const before = all();
    await diagnose(env);
    assertEquals(all(), before);
  },
);

posixTest(
  "doctor prints one line per check, and the fix of each problem",
  async () => {
    using env = await healthy();
    env.write(`${SESSIONS}/.pending.json`, "{");
    const { stdout } = await mpm(env, ["doctor"]);
    const lines = stdout.split("\n");
    const at = lines.findIndex((line) => line.startsWith("warning"));
    assertEquals(lines.slice(at, at + 3), [
      "warning  unfinished     1 operation",
      "         A pause was interrupted or is running",
      "           mpm doctor --fix",
    ]);
    assertEquals(lines.slice(-4), [
      "",
      "21 checks: 20 ok, 1 warning",
      '"mpm doctor --fix" fixes 1 thing of these; with --dry-run it lists them',
      "",
    ]);
  },
);

Deno.test("doctor prints the whole text of a check however narrow the terminal is", async () => {
  using env = await healthy();
  const summary = "not installed; mpm hooks install adds them";
  for (const columns of [40, 60, 80]) {
    const { stdout } = await mpm(env, ["doctor"], {
      typed: [],
      wrap: (system) => ({
        ...system,
        terminal: { ...system.terminal, columns: () => columns },
      }),
    });
    const lines = stdout.split("\n");
    const at = lines.findIndex((line) => /^ok +hooks /.test(line));
    const next = lines.findIndex((line, n) => n > at && /^\S|^$/.test(line));
    const [first = "", ...rest] = lines.slice(at, next);
    const said = [first.slice(24), ...rest.map((line) => line.trim())];
    assertEquals(said.join(" "), summary);
    for (const line of [first, ...rest]) assert(line.length <= columns, line);
    for (const line of rest) assertEquals(line.search(/\S/), 24);
  }
});
