import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { AGENT } from "../helpers/hook_events.ts";
import { posixTest } from "../helpers/posix.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";

/**
 * The folder for single invalid files in the store. Other tests of hostile
 * stores show that they do not harm any command. These tests run the binary,
 * except for invalid texts: only there its permissions have an effect on links.
 */
const SESSIONS = ".claude-mpm/sessions";
const PLANTED = "session-20991231-000000";

function run(env: TestEnv, ...args: string[]) {
  return env.run(binary(), args);
}

/** One real save next to the planted ones. */
function store(): TestEnv {
  const env = TestEnv.repository();
  const { status } = run(env, "pause", "--no-commit", "Own");
  assertEquals(status, 0);
  return env;
}

const READING = [
  ["resume"],
  ["resume", PLANTED],
  ["resume", "--list"],
  ["saves", "list"],
  ["saves", "show", PLANTED],
  ["saves", "verify"],
];

posixTest("a link instead of a save counts as a damaged save", () => {
  using env = store();
  const secret = join(env.root, "secret");
  Deno.writeTextFileSync(secret, "# Secret\n\n**Summary**:\nhunter2\n");
  for (const format of ["json", "md", "yaml"]) {
    const path = join(env.project, SESSIONS, `${PLANTED}.${format}`);
    Deno.symlinkSync(secret, path);
    assertEquals(run(env, "saves", "verify").status, 5, format);
    Deno.removeSync(path);
  }
});

posixTest(
  "a link instead of the store is refused, and its target is not changed",
  () => {
    for (const name of [".claude-mpm", SESSIONS]) {
      using env = store();
      const outside = join(env.root, "outside");
      Deno.renameSync(join(env.project, name), outside);
      Deno.symlinkSync(outside, join(env.project, name));
      const before = [...Deno.readDirSync(outside)].map((entry) => entry.name)
        .sort();
      for (const args of [...READING, ["pause", "x"], ["init"]]) {
        const { status, stdout } = run(env, ...args);
        assertEquals(status, 4, `${name}: ${args.join(" ")}`);
        assert(!stdout.includes("Own"));
      }
      const after = [...Deno.readDirSync(outside)].map((entry) => entry.name)
        .sort();
      assertEquals(after, before);
    }
  },
);

const PENDING = [
  "null",
  "[]",
  "{",
  '{"session_id":"../../x"}',
  '{"session_id":"session-20991231-000000"}',
  `{"session_id":"ID"}`,
];

for (const text of PENDING) {
  posixTest(`a planted .pending.json does nothing: ${text}`, async () => {
    using env = TestEnv.repository();
    await mpmJson(env, ["pause", "--no-commit", "Own"]);
    const folder = join(env.project, SESSIONS);
    const own = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .find((name) => name.endsWith(".json"))!.replace(".json", "");
    const markdown = env.read(`${SESSIONS}/${own}.md`);
    env.write(`${SESSIONS}/.pending.json`, text.replace("ID", own));
    const resumed = await mpm(env, ["resume"]);
    assertEquals([resumed.status, resumed.stderr], [0, ""]);
    assertEquals(env.read(`${SESSIONS}/${own}.md`), markdown);
    await mpmJson(env, ["pause", "--no-commit", "Next"]);
    assertEquals(env.exists(`${SESSIONS}/.pending.json`), false);
    await mpmJson(env, ["saves", "verify"]);
  });
}

posixTest(
  "links instead of lock, pointer and temporary files are not followed",
  () => {
    using env = store();
    const victim = join(env.root, "victim");
    const absent = join(env.root, "absent");
    Deno.writeTextFileSync(victim, "precious\n");
    for (
      const name of [
        "LATEST-SESSION.txt",
        ".mpm.tmp",
        ".pending.json",
      ]
    ) {
      const path = join(env.project, SESSIONS, name);
      if (env.exists(`${SESSIONS}/${name}`)) Deno.removeSync(path);
      Deno.symlinkSync(victim, path);
    }
    assertEquals(run(env, "pause", "--no-commit", "x").status, 0);
    assertEquals(Deno.readTextFileSync(victim), "precious\n");
    Deno.removeSync(join(env.project, ".claude-mpm/state/lock"));
    Deno.symlinkSync(absent, join(env.project, ".claude-mpm/state/lock"));
    const locked = run(env, "pause", "--no-commit", "x");
    assertEquals(locked.status, 6);
    assertStringIncludes(locked.stderr, "it is a symbolic link");
    assertEquals(
      [...Deno.readDirSync(env.root)].some(({ name }) => name === "absent"),
      false,
    );
  },
);

posixTest(
  "a deeply nested save counts as damaged and causes no crash",
  () => {
    using env = store();
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    env.write(`${SESSIONS}/${PLANTED}.json`, `{"a":${deep}}`);
    const { status, stderr } = run(env, "resume", "--json");
    assertEquals(status, 5);
    assertStringIncludes(stderr, "nested more than");
    assertStringIncludes(run(env, "saves", "list").stdout, "Own");
  },
);

posixTest(
  "a read-only folder of derived files does not stop a pause",
  () => {
    using env = store();
    env.remove(`${SESSIONS}/LATEST-SESSION.txt`);
    env.write(`${SESSIONS}/LATEST-SESSION.txt/x`, "");
    for (const message of ["One", "Two"]) {
      const { status, stdout } = run(env, "pause", "--no-commit", message);
      assertEquals(status, 0);
      assertStringIncludes(stdout, "Warning: The save is safe");
    }
  },
);

posixTest("invalid input is a clear error, never a crash", () => {
  using env = TestEnv.repository();
  const shell = (script: string) =>
    env.run("sh", ["-c", script, "sh", binary()]);
  const folder = shell('"$1" pause --input - < .');
  assertEquals(folder.status, 6);
  const endless = shell('"$1" pause --input /dev/zero');
  assertEquals(endless.status, 6);
  assertStringIncludes(endless.stderr, "it is over");
  const piped = shell(
    `echo '{"summary":"piped"}' | "$1" pause --input /dev/stdin`,
  );
  assertEquals(piped.status, 0, piped.stderr);
  for (
    const args of [
      ["pause", "--agent-session", "../../x"],
      ["pause", "--export", ""],
      ["pause", "--input", ""],
    ]
  ) {
    const { status } = run(env, ...args);
    assert([2, 6].includes(status), args.join(" "));
  }
});

posixTest("without a store, mpm does not wait for a pipe", async () => {
  using env = TestEnv.repository();
  const system = env.system();
  const stdin = JSON.stringify({
    session_id: AGENT,
    cwd: env.project,
    prompt: "x",
  });
  for (const name of [".claude/settings.json", ".git/config"]) {
    env.write(name, "");
    env.remove(name);
    env.run("mkfifo", [join(env.project, name)]);
    const { outcome, status } = await system.run(binary(), {
      args: ["hook", "UserPromptSubmit"],
      cwd: env.project,
      stdin: new TextEncoder().encode(stdin),
      timeout: 10_000,
    });
    assertEquals([outcome, status], ["exited", 0], name);
  }
});

posixTest("the user's own folders may be links", () => {
  using env = TestEnv.repository();
  const dotfiles = join(env.root, "dotfiles");
  Deno.mkdirSync(join(env.home, ".config/mpm"), { recursive: true });
  Deno.mkdirSync(dotfiles);
  Deno.writeTextFileSync(join(dotfiles, "config.toml"), "commit = false\n");
  Deno.symlinkSync(
    join(dotfiles, "config.toml"),
    join(env.home, ".config/mpm/config.toml"),
  );
  Deno.mkdirSync(join(env.home, ".claude-mpm"));
  Deno.symlinkSync(dotfiles, join(env.home, ".claude-mpm/sessions"));
  const { status, stdout } = run(env, "pause", "x");
  assertEquals(status, 0);
  assertStringIncludes(stdout, "no copy in git (commit = false");
  assertEquals(run(env, "resume").status, 0);
  assertEquals(run(env, "saves", "verify").status, 0);
});
