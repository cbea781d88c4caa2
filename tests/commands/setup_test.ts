import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type {
  Save,
  SavesListResult,
  SetupReport,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { idAt, ownSave, putHome, putSave } from "../helpers/stores.ts";

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

Deno.test("setup makes the folder, the hooks and the choice, and one undo removes them", async () => {
  using env = withClient();
  const args = ["setup", "--yes", "--no-conversation", ...binaryIn(env)];
  const before = env.git("status", "--porcelain");
  const result = await mpmJson<SetupReport>(env, args);
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
    typed: ["", "", "y", "", "no"],
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
      "Files such as .env* and *.pem stay out of saves. mpm does not scan " +
      "other files for secrets. Keep the contents of uncommitted files with " +
      "saves? [Y/n]: ",
      "handoff.prompts Store people's prompts in saves",
      "Keep these parts of conversations? [Y/n]: ",
      "Install hooks and skills? [Y/n]: ",
      "Also commit saves to your branch? [y/N]: ",
      "Would create $ROOT/project/.claude-mpm",
      "mpm replay: mpm config set checkpoint.every batch",
      "Write this? [Y/n]: ",
    ]
  ) assertStringIncludes(shown, part.trim());
  assertEquals(stderr.split("handoff.prompts").length, 2, "listed once");
  const yes = await mpm(env, ["setup", ...binary], {
    typed: ["n", "n", "n", "y", ""],
  });
  assertEquals([yes.status, env.exists(SETTINGS)], [0, false]);
  assertStringIncludes(config(env), "prompts = false");
  assertStringIncludes(config(env), "contents = false");
  assertStringIncludes(config(env), "branch_commit = true");
  assertEquals(env.exists(".gitignore"), false);
});

Deno.test("setup asks nothing without a person, and offers no hooks without a client", async () => {
  using env = TestEnv.repository();
  const { status, stderr } = await mpm(env, ["setup"]);
  assertEquals([status, stderr.includes("--yes accepts the proposal")], [
    2,
    true,
  ]);
  const dry = await mpmJson<SetupReport>(env, ["setup", "--dry-run"]);
  assertEquals([dry.client, dry.hooks, dry.dry_run], [null, null, true]);
  assertEquals(env.exists(".claude-mpm"), false);
  const done = await mpm(env, ["setup", "--yes"]);
  assertStringIncludes(done.stdout, "Claude Code was not found");
  assertEquals([config(env), env.exists(".claude-mpm")], ["", true]);
});

Deno.test("setup installs completions for the user's shells, and one undo removes them", async () => {
  using env = TestEnv.repository();
  putHome(env, ".bashrc", "# mine\n");
  putHome(env, ".zshrc", "# mine\n");
  const share = `${env.home}/.local/share`;
  putHome(env, ".local/share/zsh/site-functions/_mpm", "# mine\n");
  const { completions, git } = await mpmJson<SetupReport>(env, [
    ...["setup", "--yes"],
  ]);
  assertEquals(completions.map(({ shell, action }) => [shell, action]), [
    ["bash", "added"],
    ["zsh", "foreign"],
  ]);
  assertMatch(git!, /^git version /);
  const bash = `${share}/bash-completion/completions/mpm`;
  assertStringIncludes(
    Deno.readTextFileSync(bash),
    "# bash completion for mpm",
  );
  const again = await mpm(env, ["setup", "--yes"]);
  assertStringIncludes(again.stdout, "The completion for bash already exists");
  await mpmJson(env, ["undo"]);
  await mpmJson(env, ["undo"]).catch(() => {});
  assertEquals([...Deno.readDirSync(share)].map(({ name }) => name), ["zsh"]);
  assertEquals(
    Deno.readTextFileSync(`${share}/zsh/site-functions/_mpm`),
    "# mine\n",
  );
  const none = await mpmJson<SetupReport>(env, [
    ...["setup", "--yes", "--no-completions"],
  ]);
  assertEquals(none.completions, []);
});

/** A save as claude-mpm writes it, without fields of mpm. */
function oldSave(id: string): Save {
  const { mpm: _, ...save } = ownSave(id);
  return save as Save;
}

Deno.test("setup asks once whether saves of claude-mpm are yours, and undo removes the digests", async () => {
  using env = TestEnv.repository();
  const ids = [5, 6].map(idAt);
  for (const id of ids) putSave(env, oldSave(id));
  const origins = async () =>
    (await mpmJson<SavesListResult>(env, ["saves", "list"])).sessions
      .map(({ origin }) => origin);
  assertEquals(await origins(), ["foreign", "foreign"]);
  const answers = ["", "", "", "", ""];
  const no = await mpm(env, ["setup"], { typed: answers });
  assertEquals(no.status, 0, no.stderr);
  const shown = no.stderr.replaceAll(/\s+/g, " ");
  assertStringIncludes(shown, "2 saves by claude-mpm in this project:");
  for (const id of ids) assertStringIncludes(shown, id);
  assertEquals(shown.split("Are these saves yours? [y/N]:").length, 2);
  assertEquals(await origins(), ["foreign", "foreign"]);
  await mpmJson(env, ["setup", "--yes"]);
  assertEquals(await origins(), ["foreign", "foreign"], "a yes for all else");
  const yes = ["", "", "", "y", ""];
  assertEquals((await mpm(env, ["setup"], { typed: yes })).status, 0);
  assertEquals(await origins(), ["trusted", "trusted"]);
  await mpmJson(env, ["undo"]);
  assertEquals(await origins(), ["foreign", "foreign"]);
  await mpmJson(env, ["setup", "--yes", "--trust-saves"]);
  assertEquals(await origins(), ["trusted", "trusted"]);
  env.write(
    `.claude-mpm/sessions/${ids[0]}.json`,
    JSON.stringify({ ...oldSave(ids[0]!), version: "changed" }),
  );
  assertEquals((await origins()).toSorted(), ["foreign", "trusted"]);
});

Deno.test("setup refuses a link instead of the folder, and shows nothing behind it", async () => {
  using env = TestEnv.repository();
  env.write("../other/.claude-mpm/sessions/x", "");
  Deno.symlinkSync(
    `${env.root}/other/.claude-mpm`,
    `${env.project}/.claude-mpm`,
  );
  for (const more of ["--yes", "--dry-run"]) {
    const { status, stdout } = await mpm(env, ["setup", more]);
    assertEquals([status, stdout], [4, ""], more);
  }
});

posixTest(
  "setup names other clients, and adds hooks to them",
  async () => {
    using env = withClient();
    for (const name of ["codex", "gemini"]) {
      env.write(`../bin/${name}`, "#!/bin/sh\nexit 1\n");
      Deno.chmodSync(`${env.root}/bin/${name}`, 0o755);
    }
    env.extra.PATH = `${env.root}/bin:${env.env().PATH}`;
    putHome(env, ".bashrc", "");
    const binary = binaryIn(env);
    const { stdout } = await mpm(env, ["setup", "--dry-run", ...binary]);
    assertStringIncludes(
      stdout,
      "Other clients: Codex CLI, Gemini CLI\nShells: bash\n",
    );
    const { other_clients: others } = await mpmJson<SetupReport>(env, [
      ...["setup", "--yes", ...binary],
    ]);
    assertEquals(others, ["Codex CLI", "Gemini CLI"]);
  },
);

Deno.test("setup asks again after an answer that is not yes or no, and the end of input cancels it", async () => {
  using env = TestEnv.repository();
  const ended = await mpm(env, ["setup"], { typed: ["", ""] });
  assertEquals([ended.status, env.exists(".claude-mpm")], [
    130,
    false,
  ]);
  assertStringIncludes(
    ended.stderr,
    "[y/N]: \nError: Nothing was changed\n",
  );
  const again = await mpm(env, ["setup"], {
    typed: ["wat", "n", "", "", ""],
  });
  assertEquals(again.status, 0, again.stderr);
  assertStringIncludes(again.stderr, "Please answer yes or no.");
  assertStringIncludes(config(env), "contents = false");
});

Deno.test("setup lists the plan once, and asks nothing more where all is set up", async () => {
  using env = withClient();
  const args = ["setup", ...binaryIn(env)];
  const first = await mpm(env, args, { typed: ["", "", "", "", ""] });
  assertEquals(first.status, 0, first.stderr);
  assertStringIncludes(first.stderr, "added: SessionStart");
  assertStringIncludes(first.stdout, "Installed mpm's hooks in");
  assertEquals(first.stdout.includes("SessionStart"), false, first.stdout);
  const second = await mpm(env, args, { typed: ["", "", "", ""] });
  assertEquals(second.stdout, "Everything was already set up.\n");
  assertEquals(second.stderr.includes("Write this?"), false);
});

posixTest(
  "setup warns of a Claude Code that is too old for hooks, and goes on",
  async () => {
    using env = withClient();
    env.write(
      "../bin/claude",
      "#!/bin/sh\necho '2.1.50 (Claude Code)'\n",
    );
    Deno.chmodSync(`${env.root}/bin/claude`, 0o755);
    env.extra.PATH = `${env.root}/bin:${env.env().PATH}`;
    const { status, stderr } = await mpm(env, ["setup"], {
      typed: ["", "", "", ""],
    });
    assertEquals([status, env.exists(".claude-mpm"), env.exists(SETTINGS)], [
      0,
      true,
      false,
    ]);
    assertStringIncludes(
      stderr.replaceAll(/\s+/g, " "),
      "Warning: Claude Code 2.1.50 is too old for hooks, which need 2.1.101 " +
        "or later. Update it first: claude update",
    );
  },
);
