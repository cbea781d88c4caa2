import { assertEquals, assertStringIncludes } from "@std/assert";
import { filesBelow } from "../helpers/below.ts";
import { TestEnv } from "../helpers/env.ts";
import { EVENTS, fire, namesIn, NOON, talked } from "../helpers/hook_events.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";
import { ROOT } from "../helpers/tree.ts";

/** Returns the paths of the table in docs/formats.md, as patterns. */
function rows(): { path: string; pattern: RegExp }[] {
  const page = Deno.readTextFileSync(`${ROOT}/docs/formats.md`);
  const table = /<!-- places -->([^]*?)<!-- \/places -->/.exec(page)![1]!;
  const paths = table.split("\n").filter((line) => line.startsWith("| `"))
    .flatMap((line) => {
      const [, cell = ""] = line.split(" |")[0]!.split(/^\| /);
      return [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
    });
  return paths.map((path) => {
    const escaped = path.replaceAll(/[.+*?^$(){}[\]\\]/g, "\\$&")
      .replaceAll(/<[a-z]+>|…/g, "[^/]+")
      .replaceAll(/YYYY-?MM-?DD-HHMMSS/g, "\\d{4}-?\\d{2}-?\\d{2}-\\d{6}");
    return {
      path,
      pattern: new RegExp(`^${escaped}${path.endsWith("/") ? "" : "$"}`),
    };
  });
}

/** Returns every file and ref of mpm, as the table names its place. */
function present(env: TestEnv): string[] {
  const below = (folder: string, shown: string) => {
    try {
      return filesBelow(folder).map((path) => `${shown}${path}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  };
  const git = below(`${env.project}/.git`, ".git/")
    .filter((path) => /^\.git\/(mpm|.*mpm-)/.test(path));
  const refs = env.run("git", [
    ...["for-each-ref", "--format=%(refname)", "refs/mpm"],
  ]).stdout;
  return [
    ...below(`${env.project}/.claude-mpm`, ".claude-mpm/"),
    ...git,
    ...refs.split("\n").filter((ref) => ref !== ""),
    ...below(`${env.home}/.local/state`, "~/.local/state/"),
    ...below(`${env.home}/.config/mpm`, "~/.config/mpm/"),
  ];
}

/** A story that uses all features of mpm; each step is a command line. */
const STORY = [
  "setup --yes --binary $ROOT/bin/mpm",
  "config set trash.max_age 20d",
  "config set --scope local commit true",
  "start refunds Refund the orders --template bug-fix --var bug=42",
  "check 1",
  "next Send the mails",
  "decide Use the ledger --why It is there",
  "ask Which currency?",
  "block The bank answers slowly",
  "var set port 8080",
  "done 1",
  "allow -- true",
  "evidence --run -- true",
  "partition use web",
  "pause Halfway",
  "pause Again -q",
  "resume",
  "status --tree",
  "saves list",
  "saves verify",
  "summary --all",
  "context update --create",
  "context resume-file",
  "checkpoint save mine",
  "checkpoint restore mine",
  "checkpoint save other",
  "checkpoint rm other",
  "branch urgent Fix it --stash",
  "return -s Fixed",
  "template new mine",
  "hooks eject",
  "hooks allow checkpoint",
  "hooks install --scope user --statusline",
  "hooks status",
  "saves export latest -o $ROOT/one.json",
  "saves import $ROOT/one.json",
  "saves rm latest",
  "undo",
  "undo list",
  "undo trash",
  "undo trash --prune --older-than 0s",
  "worktrees list",
  "worktrees prune --min-age 0s",
  "doctor",
  "migrate --dry-run",
  "complete",
  "setup --remove --yes",
];

/** Fires the events of an agent session whose context becomes full. */
async function agentSession(env: TestEnv): Promise<void> {
  talked(env, 150_000);
  for (const { event, fields } of EVENTS) await fire(env, event, { ...fields });
  talked(env, 199_000);
  await fire(env, "UserPromptSubmit", { prompt: "Go on" });
}

/** Runs the story, and returns each path that no row of the table covers. */
async function strays(env: TestEnv, story: readonly string[]) {
  putHome(env, ".claude/settings.json", "{}\n");
  putHome(env, ".bashrc", "");
  env.write("../bin/mpm", "#!/bin/sh\n");
  Deno.chmodSync(`${env.root}/bin/mpm`, 0o755);
  env.write("draft.txt", "not committed\n");
  const seen = new Set<string>();
  const failed: string[] = [];
  for (const line of story) {
    const args = line.replaceAll("$ROOT", env.root).split(" ");
    const { status, stderr } = await mpm(env, args);
    if (status !== 0) failed.push(`${line}: ${stderr}`);
    for (const path of present(env)) seen.add(path);
    if (line === "resume") await agentSession(env);
  }
  assertEquals(failed, []);
  const known = rows();
  return [...seen]
    .filter((path) => !known.some(({ pattern }) => pattern.test(path)));
}

const NAME = "every file and ref of a long story is in the table of places";

posixTest(NAME, async () => {
  using env = TestEnv.repository();
  env.git("worktree", "add", "-q", ".claude/worktrees/agent");
  env.write(
    ".claude-mpm/config.toml",
    '[partitions.web]\npaths = ["web/**"]\n',
  );
  putHome(
    env,
    ".config/mpm/config.toml",
    '[summarizer]\ncommand = ["sh", "-c", "cat >/dev/null; echo short"]\n',
  );
  assertEquals(await strays(env, STORY), []);
});

posixTest(`${NAME}, outside git`, async () => {
  using env = new TestEnv();
  const needsGit =
    /^(worktrees|evidence|partition|branch|return|saves (rm|im|ex)|undo$)/;
  const story = STORY.filter((line) => !needsGit.test(line));
  assertEquals(await strays(env, story), []);
});

/** Files that `put` makes, each one minute older than the next. */
function putOld(env: TestEnv, folder: string, names: readonly string[]): void {
  for (const [at, name] of names.entries()) {
    env.write(`${folder}/${name}`, "{}");
    const time = Date.now() / 1000 - 60 * (at + 1);
    Deno.utimeSync(`${env.project}/${folder}/${name}`, time, time);
  }
}

const STATE = ".claude-mpm/state";

Deno.test("errors, summaries and copies of settings have the bounds of the table", async () => {
  using env = TestEnv.repository();
  env.write("../bin/mpm", "#!/bin/sh\n");
  Deno.chmodSync(`${env.root}/bin/mpm`, 0o755);
  await mpm(env, [
    "pause",
    "Refunds",
    "-a",
    "Wrote the ledger",
    "-n",
    "Test it",
  ]);
  const numbers = [...Array(60).keys()].map((number) => String(100 + number));
  const errors = ".claude-mpm/errors";
  putOld(
    env,
    errors,
    numbers.map((number) => `error-20260101-120000${number}-abcdefgh.json`),
  );
  await fire(env, "StopFailure", { error: "overloaded" });
  assertEquals(namesIn(env, errors).filter(isJson).length, 50);
  putOld(env, `${STATE}/summaries`, numbers.map((number) => `${number}.json`));
  putHome(
    env,
    ".config/mpm/config.toml",
    '[summarizer]\ncommand = ["sh", "-c", "cat >/dev/null; echo short"]\n',
  );
  const { stdout } = await mpm(env, ["summary", "--all"], {
    now: () => new Date(Date.now() + 2 * 3_600_000),
  });
  assertStringIncludes(stdout, "short");
  assertEquals(namesIn(env, `${STATE}/summaries`).length, 50);
  const settings = ".claude/settings.local.json";
  for (const number of numbers.slice(0, 25)) {
    env.write(settings, `{"model": "m${number}"}`);
    const binary = ["--binary", `${env.root}/bin/mpm`];
    await mpm(env, ["hooks", "install", ...binary]);
  }
  const copies = filesBelow(`${env.home}/.local/state/mpm/settings`)
    .filter((path) => path.includes("/before-"));
  assertEquals(copies.length <= 21, true, `${copies.length}`);
  await mpm(env, ["hooks", "uninstall"]);
  assertEquals(env.read(settings), '{"model": "m124"}');
});

const isJson = (name: string) => name.endsWith(".json");

Deno.test("readings of agent sessions go after 30 days", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["pause", "x"]);
  const old =
    `${STATE}/agents/0cfd0319-17de-40a5-84bf-078e9df60640.status.json`;
  env.write(old, "{}");
  const time = NOON.getTime() / 1000 - 31 * 86_400;
  Deno.utimeSync(`${env.project}/${old}`, time, time);
  for (const { event, fields } of EVENTS) await fire(env, event, { ...fields });
  assertEquals(env.exists(old), false);
});

Deno.test("the last 20 removals of checkpoints can be undone, and older refs go", async () => {
  using env = TestEnv.repository();
  putHome(env, ".config/mpm/config.toml", '[trash]\nmax_age = "0"\n');
  const ok = async (...args: string[]) => {
    const { status, stderr } = await mpm(env, args);
    assertEquals([status, stderr], [0, ""]);
  };
  const removed = () =>
    env.git("for-each-ref", "--format=%(refname)", "refs/mpm/removed/")
      .trim().split("\n");
  for (let number = 0; number < 21; number++) {
    await ok("checkpoint", "save", `c${number}`);
    await ok("checkpoint", "rm", `c${number}`);
    if (number === 19) assertEquals(removed().length, 20);
  }
  assertEquals(removed().length, 20);
  assertEquals(removed().some((ref) => ref.endsWith("/c0")), false);
});
