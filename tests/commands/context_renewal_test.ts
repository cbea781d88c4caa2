import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const PATH = ".claude/context.md";

function steps(env: TestEnv): string[] {
  return env.read(PATH).match(/(?<=^\d+\. ).*$/gm) ?? [];
}

/** Returns the open steps in the text for the next agent. */
async function handedSteps(env: TestEnv): Promise<string[]> {
  const { stdout } = await mpm(env, ["context", "inject"]);
  const [, list = ""] = /^Next steps:\n((?:- .*\n)*)/m.exec(stdout) ?? [];
  return list.match(/(?<=^- #\d+ ).*(?= \(user\)$)/gm) ?? [];
}

Deno.test("the context file has the steps of the hand-off after each command", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["context", "update", "--create"]);
  const lines = [
    ["next", "Parser"],
    ["pause", "One"],
    ["resume"],
    ["start", "Login"],
    ["next", "Form"],
    ["decide", "No form", "--supersedes", "2"],
    ["branch", "hotfix"],
    ["next", "Patch"],
    ["return"],
    ["branch", "review"],
    ["return"],
    ["complete"],
    ["pause", "Two"],
  ];
  for (const line of lines) {
    await mpmJson(env, line);
    assertEquals(steps(env), await handedSteps(env), line.join(" "));
  }
  assertEquals(steps(env), ["Parser", "Patch"]);
});

Deno.test("resume names the current branch in the context file, and a peek does not", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["context", "update", "--create"]);
  await mpmJson(env, ["pause", "One"]);
  env.git("switch", "-qc", "feature");
  const before = env.read(PATH);
  await mpmJson(env, ["resume", "--peek"]);
  await mpmJson(env, ["resume", "--list"]);
  assertEquals(env.read(PATH), before);
  await mpmJson(env, ["resume"]);
  assertStringIncludes(env.read(PATH), "Branch: `feature`\n");
});

Deno.test("a detour that parks the work begins with a clean tree and brings it back", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["context", "update", "--create"]);
  await mpmJson(env, ["next", "Parser"]);
  env.git("add", PATH);
  env.git("commit", "-qm", "context");
  const before = `${env.read(PATH)}By hand\n`.replace("Parser", "Old");
  env.write(PATH, before);
  await mpmJson(env, ["branch", "hotfix", "--stash"]);
  assertEquals(env.git("status", "--porcelain", PATH), "");
  await mpmJson(env, ["return"]);
  assertEquals(env.read(PATH), before);
});
