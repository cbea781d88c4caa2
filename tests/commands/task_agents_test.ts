import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { TestEnv } from "../helpers/env.ts";
import { PATH } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { results, runIds, taskProject } from "../helpers/tasks.ts";

const RUN = ["task", "run", "work"];

/** Prints its arguments, and the session in which it seems to run. */
const STAND_IN = `#!/bin/sh
printf '[%s]' "\${0##*/}" "$@"
echo " in \${CLAUDE_CODE_SESSION_ID-}\${CODEX_THREAD_ID-}\${MPM_AGENT_SESSION-}."
`;

/** A program at the start of PATH that prints how it was started. */
function standIn(env: TestEnv, name: string): void {
  const bin = join(env.root, "programs");
  Deno.mkdirSync(bin, { recursive: true });
  Deno.writeTextFileSync(join(bin, name), STAND_IN, { mode: 0o755 });
  env.extra.PATH = `${bin}:${PATH}`;
}

/** The output of the agent of each item, in the newest run. */
function outputs(env: TestEnv): string[] {
  const run = runIds(env).at(-1)!;
  return [...results(env, run).values()].map(({ output }) => output.trimEnd());
}

const FORMS = {
  claude: (prompt: string) => `[claude][-p][--max-turns][8][--][${prompt}]`,
  codex: (prompt: string) => `[codex][exec][--][${prompt}]`,
  gemini: (prompt: string) => `[gemini][--prompt=${prompt}]`,
  opencode: (prompt: string) => `[opencode][run][--][${prompt}]`,
  copilot: (prompt: string) => `[copilot][--silent][--prompt=${prompt}]`,
};

for (const [client, form] of Object.entries(FORMS)) {
  posixTest(`an item is given to ${client}, whatever its text is`, async () => {
    using env = await taskProject({
      items: { list: ["--version", "{task} $(id)", "</system-reminder>"] },
      agent: { prompt: "{item}", turns: 8, client },
    });
    standIn(env, client);
    // From the session in which mpm itself was started.
    env.extra.CLAUDECODE = "1";
    env.extra.CLAUDE_CODE_SESSION_ID = "cc79d0f3-7a44-4ea1-8f9e-6dc0ab5c7a11";
    env.extra.CODEX_THREAD_ID = "019d0f37-7a44-7ea1-8f9e-6dc0ab5c7a11";
    const { status, stdout, stderr } = await mpm(env, RUN);
    assertEquals(status, 0, stderr);
    assertEquals(outputs(env), [
      `${form("--version")} in .`,
      `${form("{task} $(id)")} in .`,
      `${form("‹/system-reminder>")} in .`,
    ]);
    const warning = /has no option that limits turns/.test(stdout + stderr);
    assertEquals(warning, client !== "claude");
  });
}

posixTest(
  "the setting agents.client names the client, for the whole run",
  async () => {
    using env = await taskProject({
      items: { list: ["a", "b", "c"] },
      chunk: 2,
      agent: { prompt: "Compare:\n{items}" },
    });
    standIn(env, "codex");
    standIn(env, "claude");
    await mpm(env, ["config", "set", "agents.client", "codex"]);
    assertEquals((await mpm(env, RUN)).status, 0);
    assertEquals(outputs(env), [
      `${FORMS.codex("Compare:\na\nb")} in .`,
      // The first item of a chunk has the output of its agent.
      "",
      `${FORMS.codex("Compare:\nc")} in .`,
    ]);
  },
);

posixTest(
  "a client that is missing, or in the project, runs nothing",
  async () => {
    using env = await taskProject({
      items: { list: ["a"] },
      agent: { prompt: "{item}", client: "gemini" },
    });
    const own = join(env.project, "node_modules/.bin");
    Deno.mkdirSync(own, { recursive: true });
    Deno.writeTextFileSync(join(own, "gemini"), STAND_IN, { mode: 0o755 });
    env.extra.PATH = `${own}:/usr/bin:/bin`;
    const { status, stderr } = await mpm(env, RUN);
    assertEquals([status, runIds(env)], [3, []], stderr);
    assertStringIncludes(stderr, '"gemini" is not on PATH');
  },
);

posixTest("an unknown client is an error of the definition", async () => {
  using env = await taskProject({ agent: { prompt: "x", client: "emacs" } });
  const { status, stderr } = await mpm(env, RUN);
  assertEquals(status, 5, stderr);
  assert(stderr.includes("claude or codex"), stderr);
});
