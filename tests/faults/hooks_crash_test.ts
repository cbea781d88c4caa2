import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { filesBelow } from "../helpers/below.ts";
import { TestEnv } from "../helpers/env.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
import { mpm, start } from "../helpers/mpm.ts";
import { putHome } from "../helpers/stores.ts";
import { sayPoints } from "../helpers/say.ts";
import { posixTest } from "../helpers/posix.ts";

const LOCAL = ".claude/settings.local.json";
const INSTALL = ["hooks", "install"];
const UNINSTALL = ["hooks", "uninstall"];
const now = () => new Date("2026-11-21T03:00:00Z");

/** Settings before: missing, and unusual ones of someone else. */
const BEFORE = [undefined, '{ "hooks" : { } ,\n\t"a" : [ ]}'];

function projectWith(before: string | undefined): TestEnv {
  const env = new TestEnv();
  if (before !== undefined) env.write(LOCAL, before);
  return env;
}

function settings(env: TestEnv): string | undefined {
  return env.exists(LOCAL) ? env.read(LOCAL) : undefined;
}

/**
 * Checks that the settings are as before and complete, without leftover files.
 */
function checkBack(env: TestEnv, before: string | undefined, where: string) {
  assertEquals(settings(env), before, where);
  const folder = join(env.project, ".claude");
  const left = env.exists(".claude")
    ? [...Deno.readDirSync(folder)].map(({ name }) => name)
    : [];
  assertEquals(
    left,
    before === undefined ? [] : ["settings.local.json"],
    where,
  );
}

for (const before of BEFORE) {
  const name = before === undefined ? "no settings" : "somebody's settings";
  // Skills double the number of writes; once is enough.
  const install = before === undefined ? [...INSTALL, "--skills"] : INSTALL;

  Deno.test(`hooks install can die at any point: ${name}`, async () => {
    using whole = projectWith(before);
    await mpm(whole, install, { now });
    const after = settings(whole)!.replaceAll(whole.root, "$ROOT");
    const points = await dieEverywhere(install, {
      now,
      prepare: () => projectWith(before),
      async check(env, where) {
        const found = settings(env)?.replaceAll(env.root, "$ROOT");
        assert(found === before || found === after, `${where}: ${found}`);
        // One user gives up, another one tries again.
        if (isOneOf(2, where)) {
          await mpm(env, install, { now });
          const written = settings(env)!.replaceAll(env.root, "$ROOT");
          assertEquals(written, after, where);
        }
        assertEquals((await mpm(env, UNINSTALL, { now })).status, 0);
        checkBack(env, before, where);
      },
    });
    sayPoints(`${install.join(" ")}, ${name}`, points);
  });

  Deno.test(`hooks uninstall can die at any point: ${name}`, async () => {
    let installed: string | undefined;
    const points = await dieEverywhere(UNINSTALL, {
      now,
      async prepare() {
        const env = projectWith(before);
        await mpm(env, install, { now });
        installed = settings(env);
        return env;
      },
      async check(env, where) {
        const found = settings(env);
        assert(found === before || found === installed, where);
        assertEquals((await mpm(env, UNINSTALL, { now })).status, 0);
        checkBack(env, before, where);
      },
    });
    sayPoints(`hooks uninstall, ${name}`, points);
  });
}

Deno.test("setup --remove can die at any point", async () => {
  const before = BEFORE[1]!;
  const page = ".local/share/fish/vendor_completions.d/mpm.fish";
  const remove = ["setup", "--remove", "--yes"];
  const points = await dieEverywhere(remove, {
    now,
    async prepare() {
      const env = projectWith(before);
      await mpm(env, INSTALL, { now });
      putHome(env, page, "# fish completion for mpm.\n");
      return env;
    },
    async check(env, where) {
      assertEquals((await mpm(env, remove, { now })).status, 0);
      checkBack(env, before, where);
      assertEquals(filesBelow(join(env.home, ".local/share")), [], where);
    },
  });
  sayPoints("setup --remove", points);
});

Deno.test("an upgrade of the hooks can die at any point", async () => {
  const before = BEFORE[1]!;
  const env = projectWith(before);
  await mpm(env, INSTALL, { now });
  const other = join(env.root, "mpm-2");
  Deno.writeTextFileSync(other, "", { mode: 0o755 });
  const points = await dieEverywhere([...INSTALL, "--binary", other], {
    now,
    prepare: () => env,
    async check(env, where) {
      assertEquals((await mpm(env, UNINSTALL, { now })).status, 0);
      checkBack(env, before, where);
    },
  });
  sayPoints("hooks install, an upgrade", points);
});

posixTest("eight simultaneous installations act like one", async () => {
  using env = projectWith(BEFORE[1]);
  const done = await Promise.all(
    Array.from({ length: 8 }, () => start(env, INSTALL).output()),
  );
  for (const { code, stderr } of done) {
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  }
  const installed = env.read(LOCAL);
  assertEquals(installed.split('"SessionEnd"').length, 3);
  const both = await Promise.all([
    start(env, UNINSTALL).output(),
    start(env, UNINSTALL).output(),
  ]);
  assertEquals(both.map(({ code }) => code), [0, 0]);
  checkBack(env, BEFORE[1], "after both");
});
