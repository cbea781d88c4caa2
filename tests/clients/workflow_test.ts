import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { runWorkflow } from "../helpers/actions.ts";
import { ClientHome } from "../helpers/all_clients.ts";
import { PATH, TestEnv } from "../helpers/env.ts";
import { type ApiRequest, toolSteps } from "../helpers/mock_api.ts";
import { mpm, start } from "../helpers/mpm.ts";
import { soakTest } from "../helpers/posix.ts";
import { clientsSoak, textsOf } from "../helpers/real_clients.ts";
import { define, shell } from "../helpers/tasks.ts";

/**
 * Waits until both steps have begun: a step that runs alone would wait until
 * its limit.
 */
const MEETS = ': >"$MEET/$1"; until [ -e "$MEET/$2" ]; do sleep 0.02; done; ';

/** Files through folders, hidden ones, unusual names, and retries. */
function steps(meet: string) {
  const env = { MEET: meet };
  return {
    parts: {
      run: shell(
        `${MEETS}mkdir -p "out/a b" out/.h; printf %s "$3" >"out/a b/1"; ` +
          'printf %s "$4" >out/.h/x; echo "{step}" >out/step',
        ...["parts", "docs", "{title}", "{plain} ${{ github.token }}"],
      ),
      ...{ env, timeout: "1m", produces: ["out/**"] },
      verify: ["test", "-s", "out/a b/1"],
    },
    docs: {
      run: shell(
        `${MEETS}mkdir -p docs/guide; echo api >docs/api.md; echo use >docs/guide/use.md`,
        ...["docs", "parts"],
      ),
      ...{ env, timeout: "1m", produces: ["docs/api.md", "docs/guide/use.md"] },
    },
    odd: {
      run: shell('mkdir "!a#" "#b"; echo 1 >"!a#/c[1]"; echo 2 >"#b/ d"'),
      produces: ["!a#/c[1]", "#b/*"],
    },
    sum: {
      ...{ needs: ["parts", "odd"], retries: 2, produces: ["sum"] },
      run: shell('echo x >>tries; cat "out/a b/1" out/.h/x "!a#/c[1]" >sum'),
      verify: shell("test $(wc -l <tries) -ge 2"),
    },
    check: {
      needs: ["sum", "docs"],
      agent: { prompt: "Check {title} ${{ github.token }}", turns: 3 },
      produces: ["answer.md"],
    },
    last: {
      ...{ needs: ["check"], produces: ["all"] },
      run: shell(
        'cat sum answer.md docs/api.md docs/guide/use.md "#b/ d" out/step >all',
      ),
    },
  };
}

/** The workflow of a pipeline, as mpm exports it. */
async function exported(env: TestEnv): Promise<string> {
  const done = await mpm(env, ["pipeline", "export", "work"]);
  assertEquals(done.status, 0, done.stderr);
  return done.stdout.replaceAll("$ROOT", env.root);
}

/** An agent that writes a file of its working directory. */
function answer(request: ApiRequest) {
  const texts = textsOf(request);
  if (!request.tools?.length) return undefined;
  const [, folder = ""] = /orking directory: (\S+)/.exec(texts) ?? [];
  const input = { file_path: join(folder, "answer.md"), content: "Fine\n" };
  return toolSteps(request.messages ?? []) === 0
    ? [{ type: "tool_use", name: "Write", input } as const]
    : [{ type: "text", text: "Done." } as const];
}

clientsSoak(
  ["claude"],
  "an exported workflow makes the files that the pipeline makes here",
  async () => {
    await using home = new ClientHome(["claude"], { answer });
    const { env } = home;
    const meet = join(env.root, "meet");
    const vars = {
      title: { required: true, description: "The ${{ title }}" },
      plain: { default: "a 'b' \"c\" `id` $(id) \\" },
    };
    await define(env, { vars, steps: steps(meet) }, "work", "pipeline");
    const settings = { permissions: { defaultMode: "acceptEdits" } };
    env.write(".claude/settings.json", JSON.stringify(settings));
    env.write(".gitignore", "/out/\n/.claude-mpm/runs/\n");
    env.commit("Add a pipeline");
    const title = "1'; touch never; $(touch never) ${{ github.token }}\nnext";
    // It needs no installation of the client, and gets the key as a secret.
    const npm = join(home.bin, "npm");
    const called = join(env.root, "npm");
    Deno.writeTextFileSync(npm, `#!/bin/sh\necho "$@" >>'${called}'\n`, {
      mode: 0o755,
    });
    const { ANTHROPIC_API_KEY = "", ...machine } = env.extra;
    Deno.mkdirSync(meet);
    const ends = await runWorkflow({
      text: await exported(env),
      inputs: { title, plain: vars.plain.default },
      secrets: { ANTHROPIC_API_KEY },
      repository: env.project,
      root: join(env.root, "github"),
      env: machine,
      minute: 60,
    });
    const logs = [...ends].map(([id, { state, log }]) =>
      `${id}: ${state} ${log}`
    );
    const states = new Set([...ends.values()].map(({ state }) => state));
    assertEquals([...states], ["success"], logs.join("\n"));
    const installed = Deno.readTextFileSync(called);
    assertEquals(installed, "install --global @anthropic-ai/claude-code\n");
    const asked = textsOf(
      home.api.requests.find(({ tools }) => tools?.length)!,
    );
    assertStringIncludes(asked, `Check ${title} \${{ github.token }}`);

    Deno.removeSync(meet, { recursive: true });
    Deno.mkdirSync(meet);
    const here = ["pipeline", "run", "work", "--var", `title=${title}`];
    // The mock server answers in this process.
    const { code, stderr } = await start(env, here).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const { folder } = ends.get("last")!;
    for (
      const path of [
        ...["all", "sum", "answer.md", "out/a b/1", "out/.h/x", "out/step"],
        ...["docs/api.md", "docs/guide/use.md", "!a#/c[1]", "#b/ d"],
      ]
    ) {
      const there = await Deno.readTextFile(join(folder, path));
      assertEquals(there, env.read(path), path);
    }
    assertStringIncludes(
      env.read("all"),
      `${title}a 'b' "c" \`id\` $(id) \\ $`,
    );
    for (const { folder } of ends.values()) {
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
      assert(!names.includes("never"), folder);
    }
  },
);

soakTest("a failed job of a workflow skips the jobs that need it", async () => {
  using env = TestEnv.repository();
  await define(
    env,
    {
      steps: {
        slow: { run: ["sleep", "60"], timeout: "1m" },
        fails: { run: shell("echo x >>tries; exit 3"), retries: 1 },
        bad: { run: ["true"], verify: ["false"] },
        none: { run: ["true"], produces: ["out/**"] },
        pipe: { run: ["sh", "-c", "exit 1 | true"] },
        after: { run: ["true"], needs: ["slow", "fails"] },
        later: { run: ["true"], needs: ["after"] },
        well: { run: ["true"], needs: ["pipe"] },
      },
    },
    "work",
    "pipeline",
  );
  env.commit("Add a pipeline");
  const ends = await runWorkflow({
    ...{ text: await exported(env), inputs: {}, repository: env.project },
    ...{ root: join(env.root, "github"), env: { PATH }, minute: 2 },
  });
  const states = [...ends].map(([id, { state }]) => `${id}: ${state}`);
  assertEquals(states, [
    ...["slow", "fails", "bad", "none"].map((id) => `${id}: failure`),
    "pipe: success",
    ...["after: skipped", "later: skipped", "well: success"],
  ]);
  const { folder } = ends.get("fails")!;
  assertEquals(Deno.readTextFileSync(join(folder, "tries")), "x\nx\n");
  assertStringIncludes(ends.get("slow")!.log, "timed out");
  assertStringIncludes(ends.get("none")!.log, "No files were found");
  const text = (await exported(env)).replace("runs-on:", "runs_on:");
  await runWorkflow({
    ...{ text, inputs: {}, repository: env.project },
    ...{ root: join(env.root, "other"), env: { PATH } },
  }).then(
    () => assert(false, "GitHub's parser takes anything"),
    (error) => assertStringIncludes(error.message, "runs_on"),
  );
});
