import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Changes, Save } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { alnum } from "../helpers/secrets.ts";
import { putHome } from "../helpers/stores.ts";

/** A different token for every place where it is put. */
class Planted {
  readonly places = new Map<string, string>();

  at(place: string): string {
    const token = `ghp_${alnum(36, this.places.size + 1)}`;
    this.places.set(place, token);
    return token;
  }

  /** The places whose token is in `text`. */
  in(text: string): string[] {
    return [...this.places]
      .filter(([, token]) => text.includes(token.slice(4)))
      .map(([place]) => place);
  }
}

function existsSync(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Every file below a folder, by its path. */
function filesBelow(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!existsSync(folder)) return found;
  const walk = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const below = join(path, name);
      if (isDirectory) walk(below);
      else found.set(below, Deno.readTextFileSync(below));
    }
  };
  walk(folder);
  return found;
}

/** Every object of the repository: its name and, except for trees, its text. */
function objects(env: TestEnv): Map<string, string> {
  const format = "--batch-check=%(objectname) %(objecttype)";
  const all = env.git("cat-file", "--batch-all-objects", format).split("\n");
  return new Map(all.map((line) => {
    const [id, type] = line.split(" ") as [string, string];
    return [id, env.git("cat-file", type === "tree" ? "-p" : type, id)];
  }));
}

function writeTask(env: TestEnv, id: number, subject: string): void {
  const task = {
    id: `${id}`,
    subject,
    description: subject,
    status: "pending",
  };
  putHome(env, `.claude/tasks/${AGENT}/${id}.json`, JSON.stringify(task));
}

/** A repository with a secret in everything that is not a file's content. */
function plantedProject(planted: Planted): TestEnv {
  const env = TestEnv.repository();
  env.write("a.txt", "one\n");
  env.commit("First");
  env.git("checkout", "-qb", `fix/${planted.at("branch")}`);
  env.write("a.txt", "two\n");
  env.commit(`Use ${planted.at("commit subject")}`);
  env.write("a.txt", "stashed\n");
  env.git("stash", "push", "-qm", `Try ${planted.at("stash message")}`);
  env.write("a.txt", "three\n");
  env.write(`keys-${planted.at("file name")}.txt`, "x\n");
  writeTask(env, 1, `Turn off ${planted.at("task")}`);
  return env;
}

/** `password=…`, and the token among words. */
function said(planted: Planted, place: string): string {
  return `Use ${planted.at(place)} with password=${planted.at(`${place} 2`)}`;
}

Deno.test("no secret is in any file, object or output, wherever it came from", async () => {
  const planted = new Planted();
  using env = plantedProject(planted);
  const before = new Set(objects(env).keys());
  const outputs: string[] = [];
  const run = async (...args: string[]) => {
    const done = await mpm(env, args);
    assert(done.status === 0, `${args.join(" ")}: ${done.stderr}`);
    outputs.push(done.stdout, done.stderr);
    return done;
  };
  await run("start", "login", said(planted, "work task"));
  await run(
    "pause",
    ...["-s", said(planted, "summary"), "-n", said(planted, "next step")],
    ...["-a", said(planted, "done"), "-d", said(planted, "decision")],
    ...["-b", said(planted, "blocker"), "-t", said(planted, "todo")],
    ...["--agent-session", AGENT, "--export", join(env.root, "export.json")],
  );
  await run("checkpoint", "save", "kept", "-m", said(planted, "note"));
  await run("branch", "hotfix", said(planted, "detour"), "--stash");
  await run("return", "-s", said(planted, "detour summary"));
  await run("context", "update", "--create");
  await run("context", "resume-file");
  const bundle = join(env.root, "bundle.json");
  await run("saves", "export", "--bundle", "-o", bundle);
  const tool_input = {
    command: said(planted, "tool input"),
    password: planted.at("tool field"),
  };
  const answers = [
    await fire(env, "SessionStart", { source: "startup" }),
    await fire(env, "PostToolUseFailure", {
      tool_name: "Bash",
      tool_input,
      error: said(planted, "error"),
    }),
    await fire(env, "StopFailure", {
      error: "server_error",
      error_details: said(planted, "turn error"),
    }),
    await fire(env, "TaskCreated", {
      task_id: "9",
      task_subject: said(planted, "task subject"),
      task_description: said(planted, "task description"),
    }),
    await fire(env, "UserPromptSubmit", { prompt: said(planted, "prompt") }),
    await fire(env, "PreCompact", { trigger: "auto" }),
    await fire(env, "UserPromptSubmit", { prompt: "/mpm-resume" }),
    await fire(env, "SessionEnd", { reason: said(planted, "end reason") }),
  ];
  const status = {
    session_id: AGENT,
    session_name: said(planted, "session title"),
    model: { id: "claude-opus-4-5", display_name: planted.at("model") },
    workspace: { project_dir: env.project },
  };
  const line = await mpm(env, ["statusline"], {
    stdin: JSON.stringify(status),
  });
  outputs.push(line.stdout);
  const lineJson = await mpm(env, ["statusline", "--json"], {
    stdin: JSON.stringify({ ...status, cwd: env.project }),
  });
  outputs.push(lineJson.stdout);
  for (
    const words of [["status"], ["checkpoint", "show"], ["checkpoint", "load"]]
  ) {
    const which = words.length > 1 ? ["kept"] : [];
    await run(...words, ...which);
    await run(...words, ...which, "--json");
  }
  await run("status", "--porcelain");
  await run("resume");
  await run("resume", "--format", "json");
  await run("saves", "list");
  await run("saves", "show");
  await run("log");
  const files = [...filesBelow(join(env.project, ".claude-mpm"))]
    // The record of a checkpoint names the files that are in its commit.
    .map(([path, text]) => [
      path,
      /checkpoints|index|journal|raw-/.test(path)
        ? text.replaceAll(planted.places.get("file name")!, "")
        : text,
    ]);
  const made = [...objects(env)].filter(([id]) => !before.has(id))
    .map(([id, text]) => [
      id,
      text.replaceAll(planted.places.get("file name")!, ""),
    ]);
  const shown = [
    ...files,
    ...made,
    ...outputs.map((text, at) => [`output ${at}`, text]),
    ...answers.map((answer) => ["hook", JSON.stringify(answer)]),
    ["context file", env.read(".claude/context.md")],
    ["bundle", Deno.readTextFileSync(bundle)],
    ["export", Deno.readTextFileSync(join(env.root, "export.json"))],
    ...filesBelow(join(env.home, ".local")),
  ].map(([where, text]) => [where, planted.in(text!)] as const)
    .filter(([, places]) => places.length > 0);
  assertEquals(shown, []);
  assert(files.length > 15 && made.length > 10);
});

Deno.test("no secret of a file's name is in a note of files at rest", async () => {
  const planted = new Planted();
  using env = plantedProject(planted);
  const later = Date.now() + 60_000;
  const now = () => new Date(later);
  await mpmJson(env, ["pause", "--no-commit", "Here"], { now });
  const state = filesBelow(join(env.project, ".claude-mpm", "state"));
  assertEquals(
    [...state].filter(([, text]) => planted.in(text).length > 0),
    [],
  );

  env.remove(`keys-${planted.places.get("file name")}.txt`);
  await mpmJson(env, ["pause", "--no-commit", "Here"], { now });
  const notes = [
    ...filesBelow(join(env.project, ".claude-mpm", "state")).keys(),
  ];
  assert(notes.some((path) => path.includes("contents-")));
});

/** A save without the fields that differ between runs. */
interface Resumed {
  readonly session: Save;
  readonly changes: Changes;
}

async function resumed(env: TestEnv): Promise<Resumed> {
  return await mpmJson<Resumed>(env, ["resume", "--peek"]);
}

Deno.test("names without their secrets are still recognized", async () => {
  const planted = new Planted();
  using env = plantedProject(planted);
  const branch = `fix/${planted.places.get("branch")}`;
  const file = `keys-${planted.places.get("file name")}.txt`;
  await mpmJson(env, ["pause", "--no-commit", "Here"]);
  const { session, changes } = await resumed(env);
  assertEquals(planted.in(JSON.stringify([session, changes])), []);
  assertEquals(Object.keys(session.mpm!.redactions), ["github-token"]);
  // Nothing changed, and mpm reports no change.
  assertEquals(changes.branch.change, "same");
  assertEquals(
    changes.working_directory.paths.map(({ change }) => change),
    ["same", "same"],
  );
  assertEquals([changes.missing, changes.commits.new], [[], []]);

  Deno.writeTextFileSync(join(env.project, file), "edited\n");
  assertEquals(await whatOf(env, "keys-"), "edited-further");
  env.remove(file);
  assertEquals(await whatOf(env, "keys-"), "deleted");
  Deno.writeTextFileSync(join(env.project, file), "x\n");
  env.git("add", file);
  env.git("commit", "-qm", "Keep it");
  assertEquals(await whatOf(env, "keys-"), "committed");

  env.git("checkout", "-q", "-b", `other/${planted.at("other branch")}`);
  const after = await resumed(env);
  assertEquals(after.changes.branch.change, "switched");
  assertEquals(after.changes.branch.recorded, "exists");
  env.git("branch", "-D", branch);
  assertEquals((await resumed(env)).changes.branch.recorded, "deleted");
});

async function whatOf(env: TestEnv, start: string): Promise<unknown> {
  const { changes } = await resumed(env);
  return changes.working_directory.paths
    .find(({ path }) => path.startsWith(start))?.change;
}

Deno.test("a return finds a branch whose name contains a secret", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "one\n");
  env.commit("First");
  const branch = `fix/ghp_${alnum(36)}`;
  env.git("checkout", "-qb", branch);
  env.write("a.txt", "two\n");
  await mpmJson(env, [
    ...["branch", "hotfix", "Fix it", "--stash", "--git-branch", "hot"],
  ]);
  assertEquals(env.git("branch", "--show-current"), "hot");
  await mpmJson(env, ["return", "-s", "done"]);
  assertEquals(env.git("branch", "--show-current"), branch);
  assertEquals(env.read("a.txt"), "two\n");
});

Deno.test("only the folder of a detour has its name if that is a secret", async () => {
  using env = TestEnv.repository();
  const token = `ghp_${alnum(36)}`;
  await mpmJson(env, ["start", "main-work"]);
  const begun = await mpm(env, ["branch", token, `Try ${token}`, "--worktree"]);
  const folder = join(env.project, ".claude/worktrees", token);
  const shown = async (args: string[], cwd?: string) => {
    const options = cwd === undefined ? {} : { cwd };
    const { status, stdout, stderr } = await mpm(env, args, options);
    assertEquals(status, 0, stderr);
    return `${stdout}${stderr}`;
  };
  const said = [
    begun.stdout,
    await shown(["stack"]),
    await shown(["status"]),
    await shown(["status", "--porcelain"], folder),
    await shown(["return", "-s", `Tried ${token}`], folder),
    await shown(["log"]),
    await shown(["pause", "Done"]),
  ].join("");
  const folders = new RegExp(`\\S*/\\.claude/worktrees/${token}`, "g");
  assertEquals(said.replaceAll(folders, "").includes(token), false, said);
  const work = ".claude-mpm/state/work";
  const records = [...Deno.readDirSync(join(env.project, work))]
    .map(({ name }) => env.read(`${work}/${name}`));
  const record = records.find((text) => text.includes(token))!;
  const lines = record.split("\n").filter((line) => line.includes(token));
  const fields = lines.map((line) => /"(\w+)":/.exec(line)?.[1]);
  assertEquals(new Set(fields), new Set(["place", "worktree"]));
});

Deno.test("a pause reports its omissions, and saves the counts", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  const token = `ghp_${alnum(36)}`;
  const text = `Use ${token} and ${token}, password=hunter2`;
  const { stdout } = await mpm(env, ["pause", text]);
  assertStringIncludes(stdout, "redacted: github-token 4, password 2\n");
  assertStringIncludes(
    stdout,
    "Use [redacted:github-token] and [redacted:github-token], " +
      "password=[redacted:password]\n",
  );
  const { session } = await resumed(env);
  // The summary is also the task.
  assertEquals(session.mpm!.redactions, { "github-token": 4, "password": 2 });
});

Deno.test("the contents of an older save are redacted in output", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  const token = `ghp_${alnum(36)}`;
  await mpmJson(env, ["pause", "--no-commit", "Placeholder"]);
  const folder = join(env.project, ".claude-mpm/sessions");
  const [json] = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".json"));
  const path = join(folder, json!);
  const text = Deno.readTextFileSync(path).replaceAll("Placeholder", token);
  Deno.writeTextFileSync(path, text);
  Deno.removeSync(`${path}.sha256`);
  for (
    const args of [
      ["resume", "--peek"],
      ["resume", "--peek", "--format", "context"],
      ["resume", "--peek", "--json"],
      ["saves", "show"],
      ["saves", "show", "--format", "yaml"],
      ["saves", "list"],
      ["context", "inject"],
    ]
  ) {
    const { stdout, stderr } = await mpm(env, args);
    assert(!(stdout + stderr).includes(token.slice(4)), args.join(" "));
    assertStringIncludes(stdout, "[redacted:github-token]");
  }
});

Deno.test("only the user's own file changes the rules of redaction", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  env.extra.MPM_CONFIG_REDACTION_ENABLED = "false";
  const summary = async (...options: string[]) =>
    (await mpmJson<{ summary: string }>(env, [
      ...["pause", "--no-commit", "--dry-run", ...options],
    ])).summary;
  assertEquals(
    await summary("pin=1 acme_12345678 password=hunter2"),
    "pin=1 acme_12345678 password=[redacted:password]",
  );
  for (const scope of ["project", "local"]) {
    const file = scope === "project" ? "config.toml" : "config.local.toml";
    env.write(`.claude-mpm/${file}`, "[redaction]\nenabled = false\n");
    const { status, stdout } = await mpm(env, [
      ...["pause", "--no-commit", "--dry-run", "password=hunter2"],
    ]);
    assertEquals(status, 0);
    assertStringIncludes(stdout, '"redaction.enabled" cannot be set in');
    assertStringIncludes(stdout, "password=[redacted:password]");
    env.remove(`.claude-mpm/${file}`);
  }
  await mpm(env, ["config", "set", "redaction.rules.acme", "acme_[0-9]{8}"]);
  await mpm(env, ["config", "set", "redaction.allow", "hunter2"]);
  assertEquals(
    await summary("acme_12345678 password=hunter2"),
    "[redacted:acme] password=hunter2",
  );
  // In the written files, and in the title of the operation to undo.
  await mpmJson(env, ["pause", "acme_12345678 hunter2", "--no-commit"]);
  await mpmJson(env, ["start", "one", "Use acme_12345678"]);
  await mpmJson(env, ["saves", "rm", "latest"]);
  const kept = [...filesBelow(join(env.project, ".claude-mpm")).values()]
    .join("");
  assertEquals(kept.includes("acme_12345678"), false);
  assertStringIncludes(kept, "[redacted:acme]");
  const odd = await mpm(env, ["config", "set", "redaction.rules.odd", "a(b"]);
  assertEquals(odd.status, 2);
  assertStringIncludes(odd.stderr, "is not a regular expression");
  await mpm(env, ["config", "set", "redaction.enabled", "false"]);
  assertEquals(
    await summary("acme_12345678 <private>x</private>"),
    "acme_12345678 [redacted:private]",
  );
});

Deno.test("invalid rules let no secret through", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  putHome(env, ".config/mpm/config.toml", '[redaction.rules]\nodd = "a(b"\n');
  const { status, stderr } = await mpm(env, ["pause", "x"]);
  assertEquals(status, 2);
  assertStringIncludes(
    stderr,
    '"redaction.rules.odd" is not a regular expression',
  );
  const token = `ghp_${alnum(36)}`;
  await fire(env, "PostToolUseFailure", { tool_name: "Bash", error: token });
  const kept = [...filesBelow(join(env.project, ".claude-mpm/errors")).values()]
    .join("");
  assertStringIncludes(kept, "[redacted:github-token]");
});
