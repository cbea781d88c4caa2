import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { eventJson, failures } from "../helpers/hook_events.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { pathOf } from "../helpers/programs.ts";

const CALL = { tool_name: "Edit", tool_input: {}, tool_use_id: "1" };

/** A shell that says that it is there and waits for the file `go`. */
const SLOW_SHELL = `#!/bin/sh
: >"$WAITS_FOR.here"
until [ -e "$WAITS_FOR" ]; do sleep 0.01; done
exec /bin/sh "$@"
`;

/** A project in which the shells of mpm wait until they are told to go. */
function slow(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  env.write("new", "1\n");
  const folder = join(env.root, "bin");
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(join(folder, "sh"), SLOW_SHELL, { mode: 0o755 });
  env.extra.PATH = `${folder}:${env.env().PATH}`;
  env.extra.WAITS_FOR = join(env.root, "go");
  return env;
}

interface Fired {
  /** The hook's number, and the number of its group. */
  readonly pid: number;
  readonly stdout: string;
}

/** Runs a hook as the leader of a group, until its output ends. */
async function fire(
  env: TestEnv,
  event: string,
  fields: Record<string, unknown>,
): Promise<Fired> {
  const child = new Deno.Command(binary(), {
    ...{ args: ["hook", event], cwd: env.project },
    ...{ env: env.env(), clearEnv: true, detached: true },
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const writer = child.stdin.getWriter();
  const json = eventJson(env, event, fields);
  await writer.write(new TextEncoder().encode(json));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, stderr.length], [0, 0]);
  return { pid: child.pid, stdout: new TextDecoder().decode(stdout) };
}

/** The names of checkpoints, as soon as there is one. */
async function checkpoints(env: TestEnv): Promise<string[]> {
  const folder = join(env.project, ".claude-mpm/checkpoints");
  for (let tries = 0; tries < 3000; tries++) {
    if (env.exists(".claude-mpm/checkpoints")) {
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
        .filter((name) => /^auto-.*\.json$/.test(name));
      if (names.length > 0) return names;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return [];
}

posixTest(
  "background work goes on if a client ends the hook's group at once",
  async () => {
    using env = slow();
    const go = env.extra.WAITS_FOR!;
    const fired = fire(env, "PostToolBatch", { tool_calls: [CALL] });
    while (!existsSync(`${go}.here`)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    Deno.writeTextFileSync(go, "");
    const { pid, stdout } = await fired;
    assertEquals(stdout, "");
    try {
      Deno.kill(-pid, "SIGKILL");
    } catch (error) {
      // The hook was the only process of its group.
      assert(error instanceof Deno.errors.NotFound, String(error));
    }
    assertEquals((await checkpoints(env)).length, 1);
  },
);

posixTest(
  "a hook answers where no shell can start background work",
  async () => {
    using env = TestEnv.repository();
    env.write(".claude-mpm/config.toml", "");
    env.write("new", "1\n");
    const folder = join(env.root, "bin");
    Deno.mkdirSync(folder);
    Deno.symlinkSync(pathOf("git")!, join(folder, "git"));
    env.extra.PATH = folder;
    await fire(env, "UserPromptSubmit", { prompt: "Mend the ledger" });
    await fire(env, "SessionEnd", { reason: "other" });
    const { stdout } = await fire(env, "SessionStart", { source: "startup" });
    assertStringIncludes(stdout, "Mend the ledger");
    assertStringIncludes(failures(env), "Cannot run in the background");
  },
);
