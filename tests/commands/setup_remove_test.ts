import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SetupRemoveResult } from "../../schemas/types.ts";
import { filesBelow } from "../helpers/below.ts";
import { TestEnv } from "../helpers/env.ts";
import { everything, usedHome } from "../helpers/used_home.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";

async function installAll(env: TestEnv): Promise<void> {
  const binary = ["--binary", `${env.root}/bin/mpm`];
  const setup = ["setup", "--yes", "--ignore", ...binary];
  await mpmJson(env, setup);
  for (const scope of ["project", "user"]) {
    await mpmJson(env, [
      ...["hooks", "install", "--skills", "--statusline", "--scope", scope],
      ...binary,
    ]);
  }
  await mpmJson(env, ["context", "update"]);
}

/** The man pages and completions that the installer leaves in `share`. */
function putPages(share: string): void {
  const put = (path: string, text: string) => {
    Deno.mkdirSync(join(share, path, ".."), { recursive: true });
    Deno.writeTextFileSync(join(share, path), text);
  };
  put("man/man1/mpm.1", '.TH MPM 1 "" "mpm 0.1.0" "mpm manual"\n');
  put("man/man1/mpm-pause.1", '.TH MPM-PAUSE 1 "" "" "mpm manual"\n');
  put("fish/vendor_completions.d/mpm.fish", "# fish completion for mpm.\n");
}

const REMOVE = ["setup", "--remove", "--yes"];

posixTest(
  "setup --remove restores home and project, and undo restores the setup",
  async () => {
    using env = usedHome();
    const before = everything(env);
    putPages(`${env.home}/.local/share`);
    await installAll(env);
    const installed = everything(env);
    const dry = await mpmJson<SetupRemoveResult>(env, [
      ...["setup", "--remove", "--dry-run"],
    ]);
    assertEquals(everything(env), installed, "a dry run changes nothing");
    const done = await mpmJson<SetupRemoveResult>(env, REMOVE);
    assertEquals(everything(env), before);
    assertEquals(done.kept, []);
    assertEquals(done.removed, dry.removed);
    assertEquals(
      [...new Set(done.removed.map(({ part }) => part))].sort(),
      [
        ...["completion", "context part", "hooks", "ignore rules", "man page"],
        "skill",
      ],
    );
    const again = await mpm(env, REMOVE);
    assertStringIncludes(again.stdout, "mpm is not installed here");
    assertEquals((await mpm(env, ["undo"])).status, 0);
    assertEquals(everything(env), installed);
    await mpmJson(env, REMOVE);
    assertEquals(everything(env), before, "after an undo as well");
  },
);

posixTest(
  "setup --remove keeps later text of others, and reports it",
  async () => {
    using env = usedHome();
    await installAll(env);
    const skill = ".claude/skills/mpm-pause/SKILL.md";
    const exclude = ".git/info/exclude";
    const context = ".claude/context.md";
    env.write(skill, "edited\n");
    env.write(exclude, `${env.read(exclude)}/.claude/mine\n`);
    env.write(context, `${env.read(context)}\nMore of mine\n`);
    env.write(".gitignore", `${env.read(".gitignore")}*.tmp\n`);
    const local = ".claude/settings.local.json";
    env.write(local, env.read(local).replace("{", '{ "mine": [1],'));
    const { kept } = await mpmJson<SetupRemoveResult>(env, REMOVE);
    assertEquals(kept, [{
      path: join(env.project, skill),
      reason: "it was edited",
    }]);
    assertEquals(env.read(skill), "edited\n");
    assertEquals(env.read(exclude), "/mine\n/.claude/mine\n");
    assertEquals(
      env.read(context),
      "# Mine\n\nWritten by a person\nMore of mine\n",
    );
    assertEquals(env.read(".gitignore"), "*.log\n*.tmp\n");
    assertEquals(JSON.parse(env.read(local)), { mine: [1] });
  },
);

posixTest(
  "setup --remove works without a record, in worktrees, and in a damaged project",
  async () => {
    using env = usedHome();
    env.git("worktree", "add", "-q", "../tree");
    const tree = join(env.root, "tree");
    const before = everything(env, tree);
    await installAll(env);
    // As an older mpm left them.
    Deno.mkdirSync(join(tree, ".claude"));
    Deno.copyFileSync(
      join(env.project, ".claude/settings.local.json"),
      join(tree, ".claude/settings.local.json"),
    );
    Deno.removeSync(`${env.home}/.local/state/mpm/settings`, {
      recursive: true,
    });
    Deno.removeSync(`${env.root}/bin`, { recursive: true });
    env.remove(".claude-mpm/trash");
    env.write(".claude-mpm/trash", "not a folder\n");
    const elsewhere = { cwd: tree };
    const installed = everything(env, tree);
    const done = await mpmJson<SetupRemoveResult>(env, REMOVE, elsewhere);
    assertEquals(done.kept, [{
      path: join(env.project, ".gitignore"),
      reason: 'the rule "/.claude-mpm/" may be yours',
    }]);
    const after = everything(env, tree);
    const differing = Object.keys({ ...before, ...after })
      .filter((path) => before[path] !== after[path]);
    // Without its record, no one knows that mpm made the two files.
    assertEquals(differing, [
      ...[".gitignore", ".claude/settings.local.json"].map((path) =>
        join("project", path)
      ),
      ...["tree/.claude/settings.local.json", "tree/.claude"],
    ]);
    assertEquals(env.read(".claude/settings.local.json"), "{}\n");
    assertEquals((await mpm(env, ["undo", "--user"])).status, 0);
    assertEquals(everything(env, tree), installed);
  },
);

posixTest(
  "setup --remove lists the remaining data, and the commands that delete it",
  async () => {
    using env = usedHome();
    await installAll(env);
    env.write("src/a.ts", "1\n");
    await mpmJson(env, ["pause", "Halfway"]);
    await mpmJson(env, ["checkpoint", "save", "mine"]);
    const { data } = await mpmJson<SetupRemoveResult>(env, REMOVE);
    const kinds = data.map(({ kind, name }) => kind === "refs" ? name : kind);
    assertEquals(kinds, [
      ...["project", "refs/mpm/checkpoints/", "refs/mpm/contents/"],
      ...["refs/mpm/saves/", "machine", "program"],
    ]);
    for (const { count, bytes } of data) {
      assertEquals([count! > 0, bytes! > 0], [true, true]);
    }
    const shown = await mpm(env, REMOVE);
    assertStringIncludes(shown.stdout, "Your data stays. To delete it:");
    for (const { command } of data) {
      assertEquals(env.run("sh", ["-c", command]).status, 0, command);
    }
    assertEquals(env.git("for-each-ref", "refs/mpm"), "");
    assertEquals(env.exists(".claude-mpm"), false);
  },
);

posixTest(
  "setup --remove outside git, asks, and refuses options of a setup",
  async () => {
    using env = new TestEnv();
    putHome(env, ".claude/settings.json", "{}\n");
    putHome(env, ".local/state/keep", "so that the folder was there\n");
    const before = everything(env);
    env.write("../bin/mpm", "#!/bin/sh\n");
    Deno.chmodSync(`${env.root}/bin/mpm`, 0o755);
    await mpmJson(env, ["setup", "--yes", "--binary", `${env.root}/bin/mpm`]);
    const installed = everything(env);
    const asked = await mpm(env, ["setup", "--remove"]);
    assertEquals([asked.status, asked.stdout], [2, ""]);
    const no = await mpm(env, ["setup", "--remove"], { typed: ["n"] });
    assertStringIncludes(no.stderr, "Remove this? [Y/n]: ");
    assertEquals([no.status, everything(env)], [130, installed]);
    const wrong = await mpm(env, [...REMOVE, "--ignore"]);
    assertStringIncludes(wrong.stderr, "Cannot combine --remove with --ignore");
    const yes = await mpm(env, ["setup", "--remove"], { typed: ["y"] });
    assertEquals([yes.status, everything(env)], [0, before]);
  },
);

posixTest(
  "setup --remove keeps files that it cannot change, and continues",
  async () => {
    using env = usedHome();
    await installAll(env);
    env.write(".claude/settings.json", "{ broken --installed-by=mpm/");
    const { kept, removed } = await mpmJson<SetupRemoveResult>(env, REMOVE);
    assertEquals(kept.map(({ path }) => path), [
      join(env.project, ".claude/settings.json"),
    ]);
    const local = join(env.project, ".claude/settings.local.json");
    assertEquals(removed.some(({ path }) => path === local), true);
    assertEquals(
      env.read(".claude/settings.json"),
      "{ broken --installed-by=mpm/",
    );
  },
);

posixTest("one undo leaves nothing of a setup", async () => {
  using env = usedHome();
  Deno.removeSync(join(env.project, ".claude"), { recursive: true });
  Deno.removeSync(join(env.home, ".local/share"), { recursive: true });
  const before = everything(env);
  const binary = ["--binary", `${env.root}/bin/mpm`];
  await mpmJson(env, ["setup", "--yes", "--ignore", ...binary]);
  await mpmJson(env, ["undo"]);
  assertEquals(everything(env), before);
});

posixTest(
  "setup --remove changes nothing if mpm was never used",
  async () => {
    using env = TestEnv.repository();
    Deno.mkdirSync(join(env.home, ".claude"));
    const before = filesBelow(env.root);
    const { removed, data } = await mpmJson<SetupRemoveResult>(env, REMOVE);
    assertEquals([removed, data], [[], []]);
    assertEquals(filesBelow(env.root), before);
    assertEquals(Deno.statSync(join(env.home, ".claude")).isDirectory, true);
    Deno.symlinkSync(join(env.home, ".claude"), join(env.project, ".claude"));
    const linked = await mpmJson<SetupRemoveResult>(env, REMOVE);
    assertEquals([linked.removed, linked.kept], [[], []]);
    putHome(env, ".claude/settings.local.json", '"--installed-by=mpm/0.1.0"');
    const { kept } = await mpmJson<SetupRemoveResult>(env, REMOVE);
    assertStringIncludes(kept[0]!.reason, "is a symbolic link");
  },
);
