import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  HooksEjectResult,
  HooksListResult,
  HooksRunResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { ROOT } from "../helpers/tree.ts";

const FOLDER = ".claude-mpm/hooks";
const PRE = `${FOLDER}/pre-session.sh`;
const LOG = ".claude-mpm/state/hooks.log";

/** The shipped scripts, by their names. */
const SHIPPED = new Map(
  [...Deno.readDirSync(join(ROOT, "hooks"))].map(({ name }) => name)
    .filter((name) => name.endsWith(".sh") && name !== "plugin.sh")
    .map((name) => [name, Deno.readTextFileSync(join(ROOT, "hooks", name))]),
);

async function states(env: TestEnv): Promise<Record<string, string>> {
  const { hooks } = await mpmJson<HooksListResult>(env, ["hooks", "list"]);
  return Object.fromEntries(hooks.map(({ name, state }) => [name, state]));
}

/** A project with this text as its pre-session.sh, allowed to run. */
async function withScript(text: string): Promise<TestEnv> {
  const env = new TestEnv();
  await mpmJson(env, ["hooks", "eject", "pre-session"]);
  env.write(PRE, text);
  await mpmJson<{ allowed: { name: string }[] }>(env, [
    "hooks",
    "allow",
    "pre-session",
  ]);
  return env;
}

Deno.test("hooks list and show know the shipped hooks", async () => {
  using env = new TestEnv();
  const names = [...SHIPPED.keys()];
  assertEquals(
    await states(env),
    Object.fromEntries(names.map((n) => [n, "none"])),
  );
  const list = await mpm(env, ["hooks", "list"]);
  assertStringIncludes(list.stdout, "at SessionStart; not in this project");
  for (const name of names) {
    const { stdout } = await mpm(env, ["hooks", "show", name]);
    assertEquals(stdout, SHIPPED.get(name));
  }
  const { status, stderr } = await mpm(env, ["hooks", "show", "nothing"]);
  assertEquals(status, 3);
  assertStringIncludes(stderr, "Use one of: pre-session.sh");
});

posixTest(
  "hooks eject copies them, private, and reports it",
  async () => {
    using env = TestEnv.repository();
    const dry = await mpmJson<HooksEjectResult>(env, [
      "hooks",
      "eject",
      "--dry-run",
    ]);
    assertEquals(env.exists(".claude-mpm"), false);
    const { hooks } = await mpmJson<HooksEjectResult>(env, ["hooks", "eject"]);
    assertEquals(hooks, dry.hooks);
    assert(hooks.every(({ action }) => action === "written"));
    for (const { path, name } of hooks) {
      assertEquals(Deno.statSync(path).mode! & 0o777, 0o700);
      assertEquals(Deno.readTextFileSync(path), SHIPPED.get(name));
    }
    assertEquals(Deno.statSync(join(env.project, FOLDER)).mode! & 0o777, 0o700);
    const again = await mpm(env, ["hooks", "eject", "pre-session"]);
    assertEquals(
      again.stdout,
      `Already up to date: $ROOT/project/${PRE}\n`,
    );
  },
);

Deno.test("hooks eject upgrades unedited files and keeps edited ones", async () => {
  using env = new TestEnv();
  await mpm(env, ["hooks", "eject"]);
  // As if an earlier mpm had shipped other texts.
  const list = join(env.home, ".local/state/mpm/allowed.json");
  const allowed = JSON.parse(Deno.readTextFileSync(list));
  const older = "#!/bin/sh\n# older\n";
  env.write(PRE, older);
  await mpm(env, ["hooks", "allow", "pre-session"]);
  const digest = JSON.parse(Deno.readTextFileSync(list))
    .files[join(env.project, PRE)].sha256;
  allowed.files[join(env.project, PRE)] = { sha256: digest, ejected: digest };
  Deno.writeTextFileSync(list, JSON.stringify(allowed));
  env.write(`${FOLDER}/checkpoint.sh`, "#!/bin/sh\n# mine\n");
  const before = await states(env);
  assertEquals(
    [before["pre-session.sh"], before["checkpoint.sh"]],
    ["older", "changed"],
  );
  const { stdout } = await mpm(env, ["hooks", "eject"]);
  assertStringIncludes(stdout, `Upgraded $ROOT/project/${PRE}`);
  assertStringIncludes(
    stdout,
    "Kept, but mpm will not run it until you allow it: " +
      `$ROOT/project/${FOLDER}/checkpoint.sh`,
  );
  assertEquals(env.read(PRE), SHIPPED.get("pre-session.sh"));
  assertEquals(env.read(`${FOLDER}/checkpoint.sh`), "#!/bin/sh\n# mine\n");
});

posixTest(
  "hooks run gives a script its variables and JSON, and logs the result",
  async () => {
    using env = await withScript(
      '#!/bin/sh\nenv | grep ^MPM_ | sort; cat; echo "<private>k</private>" >&2\n',
    );
    const run = await mpmJson<HooksRunResult>(env, [
      "hooks",
      "run",
      "pre-session",
    ]);
    assertEquals(
      [run.outcome, run.status, run.stdout.replaceAll(env.root, "$ROOT")],
      [
        "exited",
        0,
        "MPM_BIN=$ROOT/bin/mpm\nMPM_CWD=$ROOT/project\n" +
        "MPM_EVENT=SessionStart\nMPM_PROJECT=$ROOT/project\n" +
        "MPM_SOURCE=startup\n" +
        '{"hook_event_name":"SessionStart","cwd":"$ROOT/project","source":"startup"}\n',
      ],
    );
    const line = JSON.parse(env.read(LOG));
    assertEquals(
      [line.name, line.event, line.outcome, line.status, line.stderr],
      ["pre-session.sh", "SessionStart", "exited", 0, "[redacted:private]\n"],
    );
    assertEquals(Deno.statSync(join(env.project, LOG)).mode! & 0o777, 0o600);
  },
);

posixTest(
  "hooks run reports how a script failed, and uses its first line to start it",
  async () => {
    using env = await withScript(
      "#!/usr/bin/env bash\n[[ a == a ]] && exit 3\n",
    );
    const { status, stdout } = await mpm(env, ["hooks", "run", "pre-session"]);
    assertEquals(status, 6);
    assertStringIncludes(stdout, "pre-session.sh ended with status 3 after");
  },
);

posixTest("the log of the hooks stays small, and follows no link", async () => {
  using env = await withScript(
    "#!/bin/sh\nhead -c 10000000 /dev/zero | tr '\\0' x\n",
  );
  env.write(LOG, "x".repeat(300_000));
  const run = await mpmJson<HooksRunResult>(env, [
    "hooks",
    "run",
    "pre-session",
  ]);
  assertEquals(run.stdout.length, 64 * 1024);
  assertEquals(env.read(`${LOG}.1`).length, 300_000);
  assert(env.read(LOG).length < 5000);
  const victim = join(env.root, "victim");
  Deno.writeTextFileSync(victim, "");
  env.remove(LOG);
  Deno.symlinkSync(victim, join(env.project, LOG));
  const linked = await mpm(env, ["hooks", "run", "pre-session"]);
  assertEquals(linked.status, 0);
  assertEquals(Deno.readTextFileSync(victim), "");
});

posixTest(
  "a script that came with a clone is not run before it is allowed",
  async () => {
    using env = TestEnv.repository();
    env.write(PRE, "#!/bin/sh\necho pwned >pwned\n");
    Deno.chmodSync(join(env.project, PRE), 0o755);
    const refused = await mpm(env, ["hooks", "run", "pre-session"]);
    assertEquals(refused.status, 4);
    assertStringIncludes(refused.stderr, "is not allowed to run here");
    assertStringIncludes(refused.stderr, "Read it, then: mpm allow ");
    assert(!env.exists("pwned"));
    const { allowed } = await mpmJson<{ allowed: { name: string }[] }>(env, [
      "hooks",
      "allow",
    ]);
    assertEquals(allowed.map(({ name }) => name), ["pre-session.sh"]);
    assertEquals((await mpm(env, ["hooks", "run", "pre-session"])).status, 0);
    assert(env.exists("pwned"));
    // Scripts that a pull changes must be allowed again.
    env.write(PRE, "#!/bin/sh\necho more >more\n");
    assertEquals((await mpm(env, ["hooks", "run", "pre-session"])).status, 4);
    assert(!env.exists("more"));
  },
);

posixTest("a script behind a link, or none at all, is not run", async () => {
  using env = new TestEnv();
  const missing = await mpm(env, ["hooks", "run", "pre-session"]);
  assertEquals(missing.status, 3);
  assertStringIncludes(missing.stderr, "mpm hooks eject pre-session.sh");
  assertEquals((await mpm(env, ["hooks", "allow"])).status, 3);
  const target = join(env.root, "target.sh");
  Deno.writeTextFileSync(target, "#!/bin/sh\necho x >x\n", { mode: 0o755 });
  env.write(`${FOLDER}/x`, "");
  Deno.symlinkSync(target, join(env.project, PRE));
  assertEquals((await states(env))["pre-session.sh"], "unusable");
  assertEquals((await mpm(env, ["hooks", "allow", "pre-session"])).status, 3);
  const linked = await mpm(env, ["hooks", "run", "pre-session"]);
  assertEquals(linked.status, 4);
  assert(!env.exists("x"));
});

Deno.test("hook accepts any event, reads its input, and prints nothing", async () => {
  using env = new TestEnv();
  for (const stdin of ["", "{", '{"hook_event_name":"Stop"}']) {
    const done = await mpm(
      env,
      ["hook", "SomethingNew", "--installed-by=mpm/9.9.9"],
      { stdin },
    );
    assertEquals(done, { status: 0, stdout: "", stderr: "" });
  }
});
