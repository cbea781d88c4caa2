import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import type {
  ConfigGetResult,
  ConfigListResult,
  ConfigSetResult,
} from "../../schemas/types.ts";
import { FAULTS, LOCAL, PROJECT, USER } from "../helpers/config_faults.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";
import { ROOT } from "../helpers/tree.ts";

function user(env: TestEnv): string {
  return Deno.readTextFileSync(join(env.home, USER));
}

async function limitOf(env: TestEnv) {
  const { value, origin } = await mpmJson<ConfigGetResult>(env, [
    "config",
    "get",
    "context.inject_limit",
  ]);
  return [value, origin];
}

Deno.test("config takes the nearest of default, user, project, local, environment", async () => {
  using env = TestEnv.repository();
  assertEquals(await limitOf(env), [9500, "default"]);
  putHome(env, USER, "[context]\ninject_limit = 1001\n");
  assertEquals(await limitOf(env), [1001, "user"]);
  env.write(PROJECT, "context.inject_limit = 1002\n");
  assertEquals(await limitOf(env), [1002, "project"]);
  env.write(LOCAL, "\ufeff[context]\r\ninject_limit = 1003\r\n");
  assertEquals(await limitOf(env), [1003, "local"]);
  env.extra.MPM_CONFIG_CONTEXT_INJECT_LIMIT = "1004";
  assertEquals(await limitOf(env), [1004, "environment"]);
  env.extra.MPM_CONFIG_CONTEXT_INJECT_LIMIT = "";
  assertEquals(await limitOf(env), [1003, "local"]);
});

Deno.test("config list --show-origin names file and line", async () => {
  using env = TestEnv.repository();
  putHome(env, USER, "# mine\n\n[context]\npause_at = 60 # early\n");
  env.extra.MPM_HOOKS = "off";
  const { status, stdout } = await mpm(env, [
    "config",
    "list",
    "--show-origin",
  ]);
  assertEquals(status, 0);
  assertStringIncludes(
    stdout,
    `context.pause_at = 60  # user: $ROOT/home/${USER}:4\n`,
  );
  assertStringIncludes(
    stdout,
    "hooks.enabled = false  # environment: MPM_HOOKS\n",
  );
  assertStringIncludes(stdout, "commit = true  # default\n");
  const { settings } = await mpmJson<ConfigListResult>(env, ["config", "list"]);
  const page = Deno.readTextFileSync(join(ROOT, "docs/configuration.md"));
  const keys = [...page.matchAll(/^\| `([a-z_.]+)`/gm)]
    .map(([, key]) => key!);
  assertEquals(settings.map(({ key }) => key), keys);
  const names = settings.map(({ variable }) => variable)
    .filter((name) => name !== null);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("config set changes one value and keeps every other byte", async () => {
  using env = TestEnv.repository();
  const before = "# mine\r\ncommit = true   # yes\r\n\r\n[worktrees]\r\n" +
    'trash = [ # rebuilt\r\n  "dist",\r\n]\r\n';
  putHome(env, USER, before);
  await mpmJson(env, ["config", "set", "commit", "off"]);
  assertEquals(user(env), before.replace("commit = true", "commit = false"));
  await mpmJson(env, ["config", "set", "commit", "true"]);
  assertEquals(user(env), before);
  await mpmJson(env, ["config", "set", "worktrees.min_age", "2h"]);
  await mpmJson(env, ["config", "set", "context.windows.us.x-v1:0", "300000"]);
  assertEquals(
    user(env),
    `${before}min_age = "2h"\r\n\r\n[context.windows]\r\n"us.x-v1:0" = 300000\r\n`,
  );
  const value = async (key: string) =>
    (await mpmJson<ConfigGetResult>(env, ["config", "get", key])).value;
  assertEquals(await value("worktrees.min_age"), "2h");
  assertEquals(await value("context.windows"), { "us.x-v1:0": 300_000 });
  await mpmJson(env, ["config", "unset", "worktrees.min_age"]);
  await mpmJson(env, ["config", "unset", "context.windows.us.x-v1:0"]);
  assertEquals(user(env), `${before}\r\n[context.windows]\r\n`);
  const again = await mpmJson<ConfigSetResult>(env, [
    ...["config", "unset", "worktrees.min_age"],
  ]);
  assertEquals(again.changed, false);
});

Deno.test("config set makes private files, and keeps the local one out of git", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/.gitignore", "/state/\n");
  const set = (...args: string[]) => mpmJson(env, ["config", "set", ...args]);
  await set("context.pause_at", "60");
  await set("commit", "false", "--scope", "project");
  await set("commit", "false", "--scope", "local");
  assertEquals(
    env.git("status", "--porcelain", "-uall").split("\n"),
    [
      "?? .claude-mpm/.gitignore",
      `?? ${PROJECT}`,
    ],
  );
  if (Deno.build.os === "windows") return;
  for (
    const path of [
      join(env.home, USER),
      join(env.project, PROJECT),
      join(env.project, LOCAL),
    ]
  ) assertEquals(Deno.statSync(path).mode! & 0o777, 0o600, path);
});

Deno.test("config says which value takes precedence", async () => {
  using env = TestEnv.repository();
  env.write(LOCAL, "commit = true\n");
  const { overridden_by: by } = await mpmJson<ConfigSetResult>(env, [
    ...["config", "set", "commit", "false"],
  ]);
  assertEquals(by, join(env.project, LOCAL));
  const dry = ["config", "set", "commit", "true", "--dry-run"];
  assertMatch((await mpm(env, dry)).stdout, /^Would set: commit = true, in /);
  assertEquals(user(env), "commit = false\n");
});

for (const [path, text, message] of FAULTS) {
  Deno.test(`config refuses ${JSON.stringify(text)} in ${path}`, async () => {
    using env = TestEnv.repository();
    const place = path === USER ? env.home : env.project;
    Deno.mkdirSync(join(place, path, ".."), { recursive: true });
    Deno.writeTextFileSync(join(place, path), text);
    const { status, stderr } = await mpm(env, ["config", "list"]);
    assertEquals(status, 2);
    assertStringIncludes(stderr, message);
    const scope = path === USER
      ? []
      : ["--scope", path === PROJECT ? "project" : "local"];
    const set = await mpm(env, ["config", "set", "commit", "false", ...scope]);
    assertEquals(set.status, 2);
    assertEquals(Deno.readTextFileSync(join(place, path)), text);
  });
}

/** A valid text, and a change that only a person can make in it. */
const BY_HAND: [string, string[]][] = [
  ["context = { pause_at = 60 }\n", ["set", "context.block_at", "90"]],
  ["[context.windows]\na = 5000\n", ["set", "context.windows", "b=6000"]],
  ["[context.windows]\na = 5000\n", ["unset", "context.windows"]],
  ["commit = true\ncommit = true\n", ["set", "commit", "false"]],
];

for (const [text, args] of BY_HAND) {
  Deno.test(`config ${args.join(" ")} does not edit ${JSON.stringify(text)}`, async () => {
    using env = TestEnv.repository();
    putHome(env, USER, text);
    const { status, stderr } = await mpm(env, ["config", ...args]);
    assertEquals(status, 4, stderr);
    assertStringIncludes(stderr, "Edit the file by hand; nothing was changed");
    assertEquals(user(env), text);
  });
}

const USAGE: [string[], string][] = [
  [["get", "comit"], 'Did you mean "commit"?'],
  [["set", "commit", "maybe"], '"commit" must be true or false'],
  [["set", "commit"], "Missing argument <value>"],
  [["set", "worktrees.trash", "a/b"], "must be a list of names"],
  [["set", "context.windows.x", "few"], "must be a number of tokens"],
  [
    ["set", "context.block_at", "90", "--scope", "project"],
    "cannot be set for a project",
  ],
  [["unset", "context"], 'Unknown key "context"'],
];

for (const [args, message] of USAGE) {
  Deno.test(`config ${args.join(" ")} is refused`, async () => {
    using env = TestEnv.repository();
    const { status, stderr } = await mpm(env, ["config", ...args]);
    assertEquals(status, 2);
    assertStringIncludes(stderr, message);
    assert(!env.exists(".claude-mpm"));
  });
}

Deno.test("config refuses a variable that does not fit, and names it", async () => {
  using env = TestEnv.repository();
  env.extra.MPM_CONFIG_CONTEXT_STALE_AFTER = "soon";
  const { status, stderr } = await mpm(env, ["config", "list"]);
  assertEquals(status, 2);
  assertStringIncludes(stderr, "variable MPM_CONFIG_CONTEXT_STALE_AFTER");
});

for (
  const [name, near] of [
    ["MPM_CONFIG_CONTEXT_PAUSEAT", "Did you mean MPM_CONFIG_CONTEXT_PAUSE_AT?"],
    ["MPM_CONFIG_HOOKS_ENABLED", "Did you mean MPM_HOOKS?"],
    ["MPM_CONFIG_X", "mpm config list --json"],
  ] as const
) {
  Deno.test(`config names the unknown variable ${name}`, async () => {
    using env = TestEnv.repository();
    env.extra[name] = "";
    assertEquals((await mpm(env, ["config", "list"])).status, 0);
    env.extra[name] = "off";
    const { status, stderr } = await mpm(env, ["config", "list"]);
    assertEquals(status, 2);
    assertStringIncludes(stderr, `Unknown variable ${name}`);
    assertStringIncludes(stderr, near);
  });
}

Deno.test("config refuses a file that is not UTF-8, and keeps its bytes", async () => {
  using env = TestEnv.repository();
  putHome(env, USER, "");
  const path = join(env.home, USER);
  const before = new TextEncoder().encode("# caf?\ncommit = true\n")
    .map((byte) => byte === 0x3f ? 0xe9 : byte);
  Deno.writeFileSync(path, before);
  for (const args of [["list"], ["set", "commit", "false"]]) {
    const { status, stderr } = await mpm(env, ["config", ...args]);
    assertEquals(status, 2);
    assertStringIncludes(stderr, `${USER}" is not UTF-8 text`);
  }
  assertEquals(Deno.readFileSync(path), before);
});

Deno.test("config get prints a text as it is", async () => {
  using env = TestEnv.repository();
  const text = 'docs/a "b".md';
  await mpm(env, ["config", "set", "context.architecture", text]);
  const { stdout } = await mpm(env, ["config", "get", "context.architecture"]);
  assertEquals(stdout, `${text}\n`);
});

Deno.test("config shows the origin of each entry of a table", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["config", "set", "context.windows.near.x", "2000"]);
  env.extra.MPM_CONFIG_CONTEXT_WINDOWS = "far=3000";
  const { stdout } = await mpm(env, ["config", "list", "--show-origin"]);
  assertStringIncludes(
    stdout,
    'context.windows = { "near.x" = 2000, far = 3000 }' +
      `  # user: $ROOT/home/${USER}:1; environment: MPM_CONFIG_CONTEXT_WINDOWS\n`,
  );
  const of = async (entry: string) => {
    const key = `context.windows.${entry}`;
    const row = await mpmJson<ConfigGetResult>(env, ["config", "get", key]);
    return [row.value, row.origin, row.adds_to.length];
  };
  assertEquals(await of("near.x"), [2000, "user", 0]);
  assertEquals(await of("far"), [3000, "environment", 0]);
  assertEquals(await of("none"), [null, "default", 0]);
});

posixTest(
  "config writes only through a link to the user's file",
  async () => {
    using env = TestEnv.repository();
    putHome(env, "dotfiles/config.toml", "commit = true\n");
    putHome(env, ".config/mpm/x", "");
    const dangling = join(env.home, USER);
    Deno.symlinkSync("/nowhere/x.toml", dangling);
    const lost = await mpm(env, ["config", "set", "commit", "false"]);
    assertEquals(lost.status, 2);
    assertStringIncludes(
      lost.stderr,
      '"/nowhere/x.toml", which does not exist',
    );
    Deno.removeSync(dangling);
    const target = join(env.home, "dotfiles/config.toml");
    Deno.symlinkSync(target, join(env.home, USER));
    await mpmJson(env, ["config", "set", "commit", "false"]);
    assertEquals(Deno.readTextFileSync(target), "commit = false\n");
    assert(Deno.lstatSync(join(env.home, USER)).isSymlink);
    env.write(".claude-mpm/x", "");
    Deno.symlinkSync(target, join(env.project, PROJECT));
    const args = ["config", "set", "commit", "true", "--scope", "project"];
    assertEquals((await mpm(env, args)).status, 6);
    Deno.removeSync(join(env.home, USER));
    assertEquals((await mpm(env, args)).status, 6);
    assertEquals(Deno.readTextFileSync(target), "commit = false\n");
  },
);

Deno.test("config set leaves the old or the new file at every crash point", async () => {
  for (const scope of ["user", "project", "local"]) {
    const path = scope === "user"
      ? USER
      : scope === "project"
      ? PROJECT
      : LOCAL;
    const before = "# mine\ncommit = true\n";
    const after = "# mine\ncommit = false\n";
    const place = (env: TestEnv) =>
      join(scope === "user" ? env.home : env.project, path);
    const args = ["config", "set", "commit", "false", "--scope", scope];
    await dieEverywhere(args, {
      now: () => new Date(),
      prepare() {
        const env = TestEnv.repository();
        Deno.mkdirSync(join(place(env), ".."), { recursive: true });
        Deno.writeTextFileSync(place(env), before);
        return env;
      },
      async check(env, where) {
        const text = Deno.readTextFileSync(place(env));
        assert([before, after].includes(text), `${scope} ${where}: ${text}`);
        await mpmJson(env, args);
        assertEquals(Deno.readTextFileSync(place(env)), after);
        const names = [...Deno.readDirSync(join(place(env), ".."))]
          .map(({ name }) => name).filter((name) => name.endsWith(".tmp"));
        assertEquals(names, []);
      },
    });
  }
});
