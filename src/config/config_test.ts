import { assertEquals } from "@std/assert";
import {
  FAULTS,
  LOCAL,
  PROJECT,
  USER,
} from "../../tests/helpers/config_faults.ts";
import { TestEnv } from "../../tests/helpers/env.ts";
import { putHome } from "../../tests/helpers/stores.ts";
import { readConfigAnyway } from "./config.ts";
import { DEFAULTS } from "./settings.ts";

Deno.test("a hook ignores only a faulty setting, or a whole huge file", async () => {
  using env = TestEnv.repository();
  putHome(env, USER, "comit = 1\n[hooks]\nenabled = false\n");
  // The parser would take minutes to read it.
  const huge = "k = 1\n".repeat(150_000);
  env.write(PROJECT, `commit = false\n${huge}`);
  env.write(LOCAL, "[context]\nblock_at = 1\ninject_limit = 600\n");
  const { config, faults } = await readConfigAnyway(env.system(), env.project);
  assertEquals(config, {
    ...DEFAULTS,
    "hooks.enabled": false,
    "context.inject_limit": 600,
  });
  assertEquals(faults.length, 3);
});

Deno.test("a hook continues without a file that has a fault", async () => {
  for (const [path, text] of FAULTS) {
    using env = new TestEnv();
    if (path === USER) putHome(env, path, text);
    else env.write(path, text);
    const { config, faults } = await readConfigAnyway(
      env.system(),
      env.project,
    );
    assertEquals([config, faults.length], [DEFAULTS, 1], text);
  }
});

Deno.test("a hook continues with an unknown variable", async () => {
  using env = new TestEnv();
  for (const name of ["CONTEXT_PAUSEAT", "HOOKS_ENABLED", "X"]) {
    const variable = `MPM_CONFIG_${name}`;
    env.extra[variable] = "off";
    const { faults } = await readConfigAnyway(env.system(), env.project);
    assertEquals(faults, [`Unknown variable ${variable}`]);
    delete env.extra[variable];
  }
});
