import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EvidenceResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { answer, prompt, putTalk, ran } from "../helpers/small_talk.ts";

/**
 * Commands that only did something verify nothing: no list of checks has them,
 * and nothing suggests that mpm should run them again.
 */

/** After the files were written, so that the runs were on the same ones. */
const BEGUN = Date.now() + 60_000;
const now = () => new Date(BEGUN + 1_800_000);

async function saved(...verify: string[]): Promise<TestEnv> {
  const env = TestEnv.repository();
  putTalk(env, [
    ...prompt("Add refunds"),
    ...ran("npm test", 0, "12 passed"),
    ...ran("terraform destroy -auto-approve", 0, "Destroyed 9"),
    ...ran("sh prove.sh", 0, "proved"),
    ...answer("Done."),
  ], { from: new Date(BEGUN).toISOString() });
  await mpm(env, ["pause", "--no-commit", "--agent-session", AGENT], { now });
  if (verify.length > 0) {
    const stdin = JSON.stringify({ verify });
    await mpm(env, ["pause", "--no-commit", "--input", "-"], { now, stdin });
  }
  return env;
}

async function listed(env: TestEnv, ...args: string[]) {
  const { stdout } = await mpm(env, ["evidence", "--json", ...args], { now });
  const { evidence, others } = JSON.parse(stdout) as EvidenceResult;
  return { commands: evidence.map(({ command }) => command).sort(), others };
}

Deno.test("evidence lists what verifies the work, and others with --all", async () => {
  using env = await saved();
  assertEquals(await listed(env), { commands: ["npm test"], others: 2 });
  const { stdout } = await mpm(env, ["evidence"], { now });
  assertStringIncludes(stdout, "holds: npm test (passed ");
  assertEquals(stdout.trimEnd().split("\n").slice(2), [
    "",
    "2 other commands ran: mpm evidence --all",
  ]);
  const all = ["npm test", "sh prove.sh", "terraform destroy -auto-approve"];
  assertEquals(await listed(env, "--all"), { commands: all, others: 0 });
});

Deno.test("evidence lists a command that someone named or allowed", async () => {
  using named = await saved("sh prove.sh");
  const both = { commands: ["npm test", "sh prove.sh"], others: 1 };
  assertEquals(await listed(named), both);
  using allowed = await saved();
  await mpm(allowed, ["allow", "--", "sh", "prove.sh"]);
  assertEquals(await listed(allowed), both);
});

Deno.test("no text says that a deployment verifies the work", async () => {
  using env = await saved();
  const { stdout: text } = await mpm(env, [
    ...["resume", "--peek", "--format", "context"],
  ], { now });
  const checks = text.slice(text.indexOf("How to verify:"));
  assertStringIncludes(checks.slice(0, 80), "holds: npm test");
  assert(checks.indexOf("Other commands") < checks.indexOf("terraform"), text);
  const { path } = await mpmJson<{ path: string }>(env, [
    ...["handoff", "new", "--to", "backend"],
  ], { now });
  const document = Deno.readTextFileSync(path);
  assertStringIncludes(document, "`npm test` passed");
  assert(!document.includes("terraform"), document);
});
