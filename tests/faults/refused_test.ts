import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SavesVerifyResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { posixTest, unprivileged } from "../helpers/posix.ts";
import { refusing } from "../helpers/faults.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
import { FolderCopy } from "../helpers/folder_copy.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");

async function withOld(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["pause", "Old", "--no-commit"], {
    now: () => new Date("2026-11-19T12:00:00Z"),
  });
  return env;
}

function saves(env: TestEnv): string[] {
  return [...Deno.readDirSync(join(env.project, ".claude-mpm/sessions"))]
    .map(({ name }) => name).sort();
}

for (const problem of ["full", "denied", "read-only", "other"] as const) {
  Deno.test(`pause loses nothing when every write is refused: ${problem}`, async () => {
    using env = await withOld();
    env.settle();
    const copy = new FolderCopy(env.root);
    const before = saves(env);
    let refused = 0;
    for (let at = 0;; at++) {
      copy.restore();
      const { status, stderr } = await mpm(
        env,
        ["pause", "--no-commit", "New"],
        {
          now: NOON,
          wrap: (system) => refusing(system, at, problem),
        },
      );
      const { sessions, intact } = await mpmJson<SavesVerifyResult>(env, [
        "saves",
        "verify",
      ]);
      assert(intact, `refused from write ${at}`);
      if (status === 0) {
        assertEquals(sessions.length, 2, `refused from write ${at}`);
        if (stderr === "" && refused < at) break;
        continue;
      }
      refused = at + 1;
      assertEquals(status, 6, stderr);
      assertStringIncludes(stderr, "Error: Cannot ");
      assertEquals(saves(env), before, `refused from write ${at}`);
    }
    assert(refused > 0);
  });
}

Deno.test({
  name: "pause in a read-only folder exits with 6, the path and a hint",
  ignore: Deno.build.os === "windows", // folders lack this mode there
  fn: () => {
    using env = TestEnv.repository();
    for (const folder of [env.root, env.home]) Deno.chmodSync(folder, 0o755);
    Deno.chmodSync(env.project, 0o555);
    const [program, ...args] = unprivileged([binary(), "pause", "Note"]);
    const { status, stdout, stderr } = env.run(program!, args);
    Deno.chmodSync(env.project, 0o755);
    assertEquals([status, stdout], [6, ""]);
    assertStringIncludes(
      stderr,
      'Error: Cannot create "$ROOT/project/.claude-mpm": permission denied',
    );
    assertStringIncludes(stderr, "Hint: ");
    assertEquals(env.exists(".claude-mpm"), false);
  },
});

posixTest(
  "settings in an unreadable folder do not count as missing",
  () => {
    using env = TestEnv.repository();
    const folder = join(env.home, ".config");
    Deno.mkdirSync(folder);
    for (const path of [env.root, env.home]) Deno.chmodSync(path, 0o755);
    if (Deno.uid() === 0) Deno.chownSync(folder, 65534, 65534);
    for (const mode of [0o000, 0o600]) {
      Deno.chmodSync(folder, mode);
      const line = unprivileged([binary(), "config", "list"]);
      const { status, stderr } = env.run(line[0]!, line.slice(1));
      Deno.chmodSync(folder, 0o755);
      assertEquals(status, 6);
      assertStringIncludes(
        stderr,
        'Error: Cannot look at "$ROOT/home/.config/mpm/config.toml": ' +
          "permission denied",
      );
    }
  },
);

posixTest(
  "branch and return name files that git cannot change in a read-only folder",
  () => {
    using env = TestEnv.repository();
    env.write("kept/file.txt", "one\n");
    env.commit("Add a file");
    env.git("branch", "without", "HEAD~1");
    if (Deno.uid() === 0) env.run("chown", ["-R", "65534:65534", env.root]);
    const folder = join(env.project, "kept");
    const run = (...line: string[]) => {
      Deno.chmodSync(folder, 0o555);
      const [program, ...args] = unprivileged([binary(), ...line]);
      const { status, stdout, stderr } = env.run(program!, args);
      Deno.chmodSync(folder, 0o755);
      assertEquals(status, 0, stderr);
      assertStringIncludes(
        stdout + stderr,
        "git could not change every file: unable to ",
      );
      assertStringIncludes(stdout + stderr, "kept/file.txt");
    };
    run("branch", "away", "--git-branch", "without");
    env.remove("kept/file.txt");
    run("return");
  },
);

posixTest(
  "pause refuses a link instead of its folder and writes nothing there",
  async () => {
    using env = TestEnv.repository();
    const outside = join(env.root, "outside");
    Deno.mkdirSync(outside);
    Deno.symlinkSync(outside, join(env.project, ".claude-mpm"));
    const whole = await mpm(env, ["pause"]);
    assertEquals(whole.status, 4);
    assertStringIncludes(whole.stderr, "is not a folder: link");
    Deno.removeSync(join(env.project, ".claude-mpm"));
    Deno.mkdirSync(join(env.project, ".claude-mpm"));
    Deno.symlinkSync(outside, join(env.project, ".claude-mpm/sessions"));
    assertEquals((await mpm(env, ["pause"])).status, 4);
    assertEquals([...Deno.readDirSync(outside)], []);
  },
);

posixTest(
  "pause does not write through a link among its own files",
  async () => {
    using env = await withOld();
    const victim = join(env.root, "victim");
    Deno.writeTextFileSync(victim, "precious\n");
    const folder = join(env.project, ".claude-mpm/sessions");
    Deno.removeSync(join(folder, "LATEST-SESSION.txt"));
    for (
      const name of [
        "LATEST-SESSION.txt",
        ".mpm.tmp",
        ".pending.json",
        "session-20261120-120000.json.sha256",
      ]
    ) {
      Deno.symlinkSync(victim, join(folder, name));
    }
    const { status, stderr } = await mpm(env, ["pause", "--no-commit"], {
      now: NOON,
    });
    assertEquals([status, stderr], [0, ""]);
    assertEquals(Deno.readTextFileSync(victim), "precious\n");
    assertEquals(
      Deno.lstatSync(join(folder, "LATEST-SESSION.txt")).isFile,
      true,
    );
  },
);
