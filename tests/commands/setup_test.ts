import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SetupResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { putHome } from "../helpers/stores.ts";

const SETTINGS = ".claude/settings.local.json";

/** A repository of someone who has Claude Code. */
function withClient(): TestEnv {
  const env = TestEnv.repository();
  putHome(env, ".claude/settings.json", "{}\n");
  return env;
}

function binaryIn(env: TestEnv): string[] {
  env.write("../bin/mpm", "#!/bin/sh\n");
  Deno.chmodSync(`${env.root}/bin/mpm`, 0o755);
  return ["--binary", `${env.root}/bin/mpm`];
}

/** The user's own configuration. */
function config(env: TestEnv): string {
  try {
    return Deno.readTextFileSync(`${env.home}/.config/mpm/config.toml`);
  } catch {
    return "";
  }
}

Deno.test("setup makes the folder, the hooks and the choice, and one undo takes all back", async () => {
  using env = withClient();
  const args = ["setup", "--yes", "--no-conversation", ...binaryIn(env)];
  const before = env.git("status", "--porcelain");
  const result = await mpmJson<SetupResult>(env, args);
  assertEquals(result.client!.folder, `${env.home}/.claude`);
  assertEquals(
    result.conversation.map(({ kept }) => kept).includes(true),
    false,
  );
  assertStringIncludes(env.read(SETTINGS), "--installed-by=mpm/");
  assertEquals(env.exists(".claude/skills/mpm-pause/SKILL.md"), true);
  assertStringIncludes(config(env), "prompts = false");
  const kept = await mpmJson<{ value: unknown }>(
    env,
    ["config", "get", "handoff.answers"],
  );
  assertEquals(kept.value, false);
  await mpmJson(env, ["undo"]);
  assertEquals([env.exists(SETTINGS), config(env)], [false, ""]);
  assertEquals(env.exists(".claude/skills"), false);
  assertEquals(env.git("status", "--porcelain"), before);
});

Deno.test("setup shows what it would write, asks, and writes nothing without a yes", async () => {
  using env = withClient();
  const binary = binaryIn(env);
  const { status, stderr } = await mpm(env, ["setup", ...binary], {
    typed: ["", "y", "no"],
  });
  assertEquals([status, env.exists(SETTINGS), env.exists(".claude-mpm")], [
    130,
    false,
    false,
  ]);
  // Lines are broken where the path of the project is long.
  const shown = stderr.replaceAll(/\s+/g, " ");
  for (
    const part of [
      "handoff.prompts: Keep people's prompts in saves",
      "Keep these parts of conversations? [Y/n]: ",
      "Install hooks and skills? [Y/n]: ",
      "Would create $ROOT/project/.claude-mpm",
      "Write this? [Y/n]: ",
    ]
  ) assertStringIncludes(shown, part.trim());
  assertEquals(stderr.split("handoff.prompts").length, 2, "listed once");
  const yes = await mpm(env, ["setup", ...binary], {
    typed: ["n", "n", ""],
  });
  assertEquals([yes.status, env.exists(SETTINGS)], [0, false]);
  assertStringIncludes(config(env), "prompts = false");
  assertEquals(env.exists(".gitignore"), false);
});

Deno.test("setup asks no one where no one is, and offers no hooks without a client", async () => {
  using env = TestEnv.repository();
  const { status, stderr } = await mpm(env, ["setup"]);
  assertEquals([status, stderr.includes("--yes accepts the proposal")], [
    2,
    true,
  ]);
  const dry = await mpmJson<SetupResult>(env, ["setup", "--dry-run"]);
  assertEquals([dry.client, dry.hooks, dry.dry_run], [null, null, true]);
  assertEquals(env.exists(".claude-mpm"), false);
  const done = await mpm(env, ["setup", "--yes"]);
  assertStringIncludes(done.stdout, "Claude Code was not found");
  assertEquals([config(env), env.exists(".claude-mpm")], ["", true]);
});
