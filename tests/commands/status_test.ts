import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { PauseResult, StatusReport } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { NOON, talked } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const at = (time: string) => () => new Date(`2026-11-20T${time}Z`);
const AGENT = "6cfd0319-17de-40a5-84bf-078e9df60643";

/** A project with a save at noon, and a commit and an edit since. */
async function saved(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, [
    ...["pause", "--no-commit", "-s", "Refunds", "-n", "Add taxes"],
    ...["-n", "Ship", "--agent-session", AGENT],
  ], { now: at("12:00:00") });
  env.write("refund.ts", "1\n");
  env.commit("Add refunds");
  env.write("README.md", "# Edited\n");
  return env;
}

Deno.test("status shows the last save and what changed since", async () => {
  using env = await saved();
  const { stdout } = await mpm(env, ["status"], { now: at("14:00:00") });
  assertStringIncludes(
    stdout,
    "Last save: 2h ago, Refunds\n" +
      "Since then: 1 new commit, 2 files changed\n" +
      `Agent: claude --resume ${AGENT}\n`,
  );
  const { last_save: save } = await mpmJson<StatusReport>(env, ["status"]);
  assertEquals(save?.next_steps, ["Add taxes", "Ship"]);
  assertEquals(save?.origin, "own");
  const prompt = await mpm(env, ["status", "--porcelain"]);
  assertEquals(prompt.stdout.includes("Refunds"), false);
});

Deno.test("the help of status names the fields for prompts in their order", async () => {
  using env = await saved();
  const { stdout } = await mpm(env, ["status", "--porcelain"]);
  const fields = stdout.trimEnd().split("\n")
    .map((line) => line.slice(0, line.indexOf("=")));
  const help = (await mpm(env, ["help", "status"])).stdout;
  const [, text = ""] = /always appear in this order:([^]*?)Missing values/
    .exec(help) ?? [];
  const named = text.replaceAll(/\([^)]*\)/g, "").match(/\w+/g) ?? [];
  const words = ["After", "these", "come"];
  assertEquals(named.filter((one) => !words.includes(one)), fields);
});

Deno.test("status reports the saves that it cannot read, and shows the rest", async () => {
  using env = await saved();
  const folder = join(env.project, ".claude-mpm/sessions");
  for (const { name } of [...Deno.readDirSync(folder)]) {
    if (name.endsWith(".json")) env.write(`.claude-mpm/sessions/${name}`, "{");
  }
  const { status, stdout } = await mpm(env, ["status"]);
  assertEquals(status, 0);
  assertStringIncludes(stdout, "Note: ");
  assertStringIncludes(stdout, "Git: main");
});

Deno.test("mpm alone is a dashboard in a project on a terminal, else the help", async () => {
  using env = await saved();
  const now = at("14:00:00");
  const shown = await mpm(env, [], { typed: [], now });
  assertEquals(shown.status, 0);
  assertEquals(shown.stdout.split("\n"), [
    "Session: not started",
    "Git: main, 1 uncommitted file",
    "Last save: 2h ago, Refunds",
    "Since then: 1 new commit, 2 files changed",
    `Agent: claude --resume ${AGENT}`,
    "Next: Add taxes (and 1 more)",
    "  mpm resume  show what changed since",
    "  mpm pause   save the session",
    "  mpm help    list the commands",
    "",
  ]);
  const help = await mpm(env, ["help"]);
  assertEquals((await mpm(env, [])).stdout, help.stdout);
  using other = TestEnv.repository();
  assertStringIncludes((await mpm(other, [], { typed: [] })).stdout, "Usage:");
  await mpmJson(env, ["start", "pay", "Pay by card"]);
  await mpmJson(env, ["branch", "aside", "Look at a bug", "--no-commit"]);
  for (const text of ["One", "Two"]) await mpmJson(env, ["ask", text]);
  await mpmJson(env, ["block", "Keys"]);
  const lines = (await mpm(env, [], { typed: [] })).stdout.trimEnd()
    .split("\n");
  assert(lines.length <= 12, lines.join("\n"));
  assertStringIncludes(
    lines.join("\n"),
    "Waiting for you: 2 questions, 1 blocker",
  );
  assertStringIncludes(lines.join("\n"), "mpm return");
  talked(env, 150_000);
  const full = (now: Date) => mpm(env, [], { typed: [], now: () => now });
  const fresh = (await full(NOON)).stdout.trimEnd().split("\n");
  assert(fresh.length <= 12, fresh.join("\n"));
  assert(
    fresh.includes("Context: 150,000 of 200,000 tokens, 75.0 % (1 minute ago)"),
    fresh.join("\n"),
  );
  assertEquals(fresh.filter((line) => line.startsWith("  mpm ")).length, 3);
  const stale = await full(new Date(NOON.getTime() + 86_400_000));
  assertStringIncludes(stale.stdout, "Context: unknown (it is outdated: ");
});

Deno.test("mpm alone does not shorten the command that restores a lost file", async () => {
  using env = TestEnv.repository();
  env.write("draft.txt", "draft\n");
  const { session_id: id } = await mpmJson<PauseResult>(env, ["pause"]);
  env.remove("draft.txt");
  env.commit("Later");
  const { stdout } = await mpm(env, [], { typed: [] });
  assertStringIncludes(stdout, `("mpm restore ${id}")\n`);
  assert(stdout.split("\n").every((line) => line.length <= 80), stdout);
});

Deno.test("mpm alone shows no next step of the work that a detour interrupts, and no save of a completed session", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "Refunds"]);
  await mpmJson(env, ["pause", "-n", "Add taxes"]);
  await mpmJson(env, ["resume"]);
  const shown = async () => (await mpm(env, [], { typed: [] })).stdout;
  assertStringIncludes(await shown(), "Next: Add taxes\n");
  await mpmJson(env, ["branch", "Flaky test"]);
  const detour = await shown();
  assertStringIncludes(detour, "Detour of: Refunds\n");
  assertEquals(detour.includes("Add taxes"), false, detour);
  await mpmJson(env, ["return"]);
  await mpmJson(env, ["complete"]);
  assertStringIncludes(await shown(), "Last save: none to resume\n");
});
