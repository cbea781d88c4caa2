import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const LOCAL = ".claude/settings.local.json";

/** Replaces Claude Code by a program that prints `says`. */
function client(env: TestEnv, says: string): void {
  const folder = join(env.root, "programs");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(
    join(folder, "claude"),
    `#!/bin/sh\nprintf '%s\\n' '${says}'\n`,
    { mode: 0o755 },
  );
  env.extra.PATH = `${folder}:${Deno.env.get("PATH")}`;
}

for (const version of ["2.1.100", "2.0.500", "1.9.200"]) {
  posixTest(
    `hooks install refuses Claude Code ${version}, which would ignore the file`,
    async () => {
      using env = TestEnv.repository();
      env.write(LOCAL, "{}");
      client(env, `${version} (Claude Code)`);
      const { status, stderr } = await mpm(env, ["hooks", "install"]);
      assertEquals(status, 4);
      assertStringIncludes(stderr, `Claude Code ${version} is too old`);
      assertStringIncludes(stderr, "claude update");
      assertEquals(env.read(LOCAL), "{}");
    },
  );
}

for (
  const says of [
    "2.1.101 (Claude Code)",
    "2.2.0 (Claude Code)",
    "10.0.0 (Claude Code)",
    "1.0",
    "",
  ]
) {
  posixTest(
    `hooks install accepts a client that prints ${JSON.stringify(says)}`,
    async () => {
      using env = TestEnv.repository();
      client(env, says);
      assertEquals((await mpm(env, ["hooks", "install"])).status, 0);
    },
  );
}
