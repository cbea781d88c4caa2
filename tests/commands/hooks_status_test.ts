import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../../src/system/system.ts";
import type { HooksReport } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, type MpmOptions } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const LOCAL = ".claude/settings.local.json";
const STATUS = ["hooks", "status"];

/** A project with hooks installed, and the binary they start. */
async function installed(...args: string[]): Promise<TestEnv> {
  const env = new TestEnv();
  Deno.mkdirSync(join(env.root, "bin"));
  Deno.writeTextFileSync(join(env.root, "bin", "mpm"), "", { mode: 0o755 });
  await mpm(env, ["hooks", "install", ...args]);
  return env;
}

async function status(
  env: TestEnv,
  options: MpmOptions = {},
): Promise<HooksReport & { status: number }> {
  const { status, stdout } = await mpm(env, [...STATUS, "--json"], options);
  return { status, ...JSON.parse(stdout) };
}

Deno.test("hooks status reports missing hooks, and healthy ones", async () => {
  using none = new TestEnv();
  const { status: absent, stdout: shown } = await mpm(none, STATUS);
  assertEquals(absent, 3);
  assertStringIncludes(shown, "mpm hooks install");
  using env = await installed("--statusline");
  const { status, stdout } = await mpm(env, STATUS);
  assertEquals([status, stdout], [
    0,
    `local: $ROOT/project/${LOCAL}\n` +
    "  15 events and the status line, mpm 0.1.0, $ROOT/bin/mpm\n" +
    "Everything is in order.\n",
  ]);
});

type Edit = (env: TestEnv) => void | Promise<unknown>;

function replacing(from: string | RegExp, to: string): Edit {
  return (env) => env.write(LOCAL, env.read(LOCAL).replace(from, to));
}

// deno-lint-ignore no-explicit-any -- the client's JSON
function changing(change: (hooks: any) => void): Edit {
  return (env) => {
    const value = JSON.parse(env.read(LOCAL));
    change(value.hooks);
    env.write(LOCAL, JSON.stringify(value));
  };
}

const DRIFT: Record<string, [Edit, string, string]> = {
  "a binary that is gone": [
    (env) => Deno.removeSync(join(env.root, "bin", "mpm")),
    "binary-missing",
    "mpm hooks install --scope local",
  ],
  "a binary that is not executable": [
    (env) => Deno.chmodSync(join(env.root, "bin", "mpm"), 0o644),
    "binary-missing",
    "mpm hooks install --scope local",
  ],
  "another version": [
    (env) =>
      env.write(LOCAL, env.read(LOCAL).replaceAll("mpm/0.1.0", "mpm/0.0.1")),
    "version",
    "mpm hooks install --scope local",
  ],
  "an edited timeout": [
    replacing('"timeout": 10', '"timeout": 600'),
    "edited",
    "mpm hooks install --scope local",
  ],
  "a matcher from before claims": [
    changing((hooks) => hooks.PreToolUse[0].matcher = "Agent|Task|Workflow"),
    "edited",
    "mpm hooks install --scope local",
  ],
  "an edited matcher": [
    changing((hooks) => hooks.PreToolUse[0].matcher = "*"),
    "edited",
    "mpm hooks install --scope local",
  ],
  "an entry that is missing": [
    changing((hooks) => delete hooks.PreCompact),
    "missing",
    "mpm hooks install --scope local",
  ],
  "an entry that is there twice": [
    changing((hooks) => hooks.SessionEnd.push(hooks.SessionEnd[0])),
    "duplicate",
    "mpm hooks install --scope local",
  ],
  "an entry under another event": [
    changing((hooks) => hooks.Stop = hooks.SessionEnd),
    "edited",
    "mpm hooks install --scope local",
  ],
  "hooks switched off by the user": [
    (env) => {
      Deno.mkdirSync(join(env.home, ".claude"));
      Deno.writeTextFileSync(
        join(env.home, ".claude/settings.json"),
        '{"disableAllHooks": true}',
      );
    },
    "disabled",
    'Remove "disableAllHooks" from',
  ],
  "mpm as a plugin, too": [
    (env) =>
      env.write(
        ".claude/settings.json",
        '{"enabledPlugins": {"mpm@market": true, "x@market": true}}',
      ),
    "twice",
    "claude plugin disable mpm",
  ],
  "hooks of another mpm in another scope": [
    async (env) => {
      const other = join(env.root, "mpm-2");
      Deno.writeTextFileSync(other, "", { mode: 0o755 });
      const args = ["--scope", "user", "--binary", other];
      await mpm(env, ["hooks", "install", ...args]);
    },
    "twice",
    "mpm hooks uninstall --scope user",
  ],
};

for (const [name, [edit, problem, hint]] of Object.entries(DRIFT)) {
  posixTest(
    `hooks status finds ${name}, and its advice fixes it`,
    async () => {
      using env = await installed();
      await edit(env);
      const found = await status(env);
      assertEquals(found.status, 4);
      const finding = found.findings.find((one) => one.problem === problem);
      assertStringIncludes(finding?.hint ?? "", hint);
      const { stdout } = await mpm(env, STATUS);
      assertStringIncludes(stdout, `fix: ${hint}`);
      if (!hint.startsWith("mpm") || problem === "binary-missing") return;
      assertEquals((await mpm(env, hint.split(" ").slice(1))).status, 0);
      assertEquals((await status(env)).findings, []);
    },
  );
}

Deno.test("hooks status uses the switch of the effective scope", async () => {
  using env = await installed();
  Deno.mkdirSync(join(env.home, ".claude"));
  Deno.writeTextFileSync(
    join(env.home, ".claude/settings.json"),
    '{"disableAllHooks": true}',
  );
  replacing("{", '{"disableAllHooks": false,')(env);
  assertEquals((await status(env)).findings, []);
});

Deno.test("hooks status finds what Claude Code ignores or cannot read", async () => {
  using env = await installed();
  env.write(".claude/settings.json", '{"hooks": {"PreToolUse": "x"}}');
  const ignored = await status(env);
  assertEquals(ignored.findings.map(({ problem }) => problem), ["ignored"]);
  env.write(".claude/settings.json", "{");
  const broken = await status(env);
  assertEquals(broken.findings.map(({ problem }) => problem), ["unreadable"]);
});

Deno.test("hooks status reports a binary that cannot be read", async () => {
  using env = await installed();
  const program = join(env.root, "bin", "mpm");
  const found = await status(env, {
    wrap: (system) => ({
      ...system,
      files: {
        ...system.files,
        stat(path) {
          if (path !== program) return system.files.stat(path);
          throw new FileError("denied", "look at", path);
        },
      },
    }),
  });
  assertEquals(found.findings.map(({ problem }) => problem), [
    "binary-missing",
  ]);
  assertStringIncludes(found.findings[0]!.detail, "permission denied");
});

Deno.test("hooks status names the user's settings once in the home folder", async () => {
  using env = await installed("--scope", "user");
  const { stdout } = await mpm(env, STATUS, { cwd: env.home });
  assertEquals(stdout.match(/settings\.json/g)?.length, 1, stdout);
  assert(stdout.startsWith("user: "), stdout);
});

Deno.test("hooks status reports hooks in a file that Claude Code rejects", async () => {
  using env = await installed();
  replacing("{", '{"model": 5, "disableAllHooks": true,')(env);
  const ignored = await status(env);
  assertEquals(
    [ignored.status, ignored.installed.length, ignored.findings.length],
    [4, 1, 1],
  );
  assertStringIncludes(ignored.findings[0]!.detail, "model must be a string");
  const { stderr } = await mpm(env, ["hooks", "test"]);
  assertStringIncludes(stderr, "model must be a string");
  replacing("{", "{,")(env);
  const broken = await status(env);
  assertEquals(
    [broken.status, broken.installed, broken.findings[0]!.problem],
    [4, [], "unreadable"],
  );
});

const MANAGED = "/etc/claude-code/managed-settings";

/** A machine whose administrator installed these files. */
function managed(texts: Record<string, string>): MpmOptions["wrap"] {
  return (system) => {
    const { files } = system;
    const folder = { ...files.stat("/")!, kind: "folder" } as const;
    const file = (path: string) =>
      Object.keys(texts).find((name) => path === `${MANAGED}${name}`);
    const info = (path: string) => {
      if (path === `${MANAGED}.d`) return folder;
      if (!path.startsWith(MANAGED)) return undefined;
      return file(path) === undefined
        ? undefined
        : { ...folder, kind: "file" as const };
    };
    return {
      ...system,
      platform: "linux",
      files: {
        ...files,
        stat: (path) => info(path) ?? files.stat(path),
        lstat: (path) => info(path) ?? files.lstat(path),
        realPath: (path) => info(path) ? path : files.realPath(path),
        list: (path) =>
          info(path)
            ? Object.keys(texts).filter((name) => name.startsWith(".d/"))
              .map((name) => ({ name: name.slice(3), kind: "file" as const }))
            : files.list(path),
        readOwn: (path, limit) =>
          file(path) === undefined
            ? files.readOwn(path, limit)
            : new TextEncoder().encode(texts[file(path)!]),
      },
    };
  };
}

const OFF = "Claude Code does not run your hooks";
const PLUGINS = "Claude Code runs hooks of plugins only";

for (
  const [texts, shown] of [
    [{ ".json": '{"allowManagedHooksOnly": true}' }, OFF],
    [{ ".d/10-x.json": '{"allowManagedHooksOnly": true}' }, OFF],
    [{ ".d/10-x.json": '{"disableAllHooks": true}' }, OFF],
    [{
      ".json": '{"disableAllHooks": true}',
      ".d/10-x.json": '{"disableAllHooks": false}',
    }, ""],
    [{
      ".d/a.json": '{"disableAllHooks": false}',
      ".d/b.json": '{"disableAllHooks": true}',
    }, OFF],
    [{ ".d/.off.json": '{"disableAllHooks": true}' }, ""],
    [{ ".json": '{"strictPluginOnlyCustomization": ["hooks"]}' }, PLUGINS],
    [{ ".json": '{"strictPluginOnlyCustomization": true}' }, PLUGINS],
    [{ ".json": '{"strictPluginOnlyCustomization": ["skills"]}' }, ""],
  ] as const
) {
  posixTest(`hooks status heeds ${JSON.stringify(texts)}`, async () => {
    using env = await installed();
    const { findings } = await status(env, { wrap: managed(texts)! });
    assertEquals(
      findings.map(({ detail }) => detail.replace(/^.* is set: /, "")),
      shown === "" ? [] : [shown],
    );
    if (shown) assertStringIncludes(findings[0]!.hint, "administrator");
  });
}

Deno.test("hooks status also uses the effective scope for the plugin", async () => {
  using env = await installed();
  env.write(".claude/settings.json", '{"enabledPlugins": {"mpm@m": true}}');
  assertEquals((await status(env)).findings.length, 1);
  replacing("{", '{"enabledPlugins": {"mpm@m": false},')(env);
  assertEquals((await status(env)).findings, []);
});

Deno.test("hooks status, install and doctor know the plugin", async () => {
  using env = new TestEnv();
  env.write(
    ".claude/settings.json",
    '{"enabledPlugins": {"mpm@mpm": true}, "strictPluginOnlyCustomization": true}',
  );
  const alone = await status(env);
  const path = join(env.project, ".claude/settings.json");
  assertEquals([alone.status, alone.findings], [0, []]);
  assertEquals(alone.plugins, [path.replace(env.root, "$ROOT")]);
  const { stdout } = await mpm(env, STATUS);
  assertStringIncludes(
    stdout,
    "settings.json\n  starts the mpm on PATH\nEverything",
  );
  const doctor = await mpm(env, ["doctor"]);
  assertMatch(doctor.stdout, /ok +hooks +installed by the plugin/);
  assert(!doctor.stdout.includes("without hooks"), doctor.stdout);
  const { stdout: shown } = await mpm(env, ["hooks", "install"]);
  assertStringIncludes(
    shown,
    "To disable the plugin: claude plugin disable mpm",
  );
});

Deno.test("hooks status names an mpm other than the running one", async () => {
  using env = await installed();
  const { findings } = await status(env, {
    wrap: (system) => ({ ...system, program: () => Deno.execPath() }),
  });
  assertEquals(findings.map(({ problem }) => problem), ["binary-other"]);
});
