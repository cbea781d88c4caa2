import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { plantedHandoff } from "../helpers/handoffs.ts";
import { allLines, statusesOf } from "../helpers/hostile_lines.ts";
import { AGENT } from "../helpers/hook_events.ts";
import { say } from "../helpers/say.ts";
import { namesIn, type WineEnv, wineTest } from "../helpers/wine.ts";

async function must(env: WineEnv, line: string, stdin = "") {
  const { status, stdout, stderr } = await env.mpm(line.split(" "), { stdin });
  assertEquals([line, status], [line, 0], stdout + stderr);
}

/** A remote to which a colleague has sent the key named "someone". */
async function prepareRemote(env: WineEnv): Promise<void> {
  const [server, clone] = ["server.git", "clone"]
    .map((name) => join(env.root, name)) as [string, string];
  env.git("init", "-q", "--bare", server);
  env.git("remote", "add", "origin", server);
  env.git("push", "-q", "origin", "main");
  env.git("clone", "-q", "-b", "main", server, clone);
  const place = {
    cwd: clone,
    env: {
      LOCALAPPDATA: env.windows(join(env.root, "local")),
      GIT_AUTHOR_NAME: "someone",
      GIT_COMMITTER_NAME: "someone",
    },
  };
  for (const args of [["pause", "Theirs"], ["sync", "origin"]]) {
    const { status, stderr } = await env.mpm(args, place);
    assertEquals([args[0], status], [args[0], 0], stderr);
  }
  await must(env, "sync origin");
}

/** Runs a task, of which an item fails. */
async function prepareTask(env: WineEnv): Promise<void> {
  const path = ".claude-mpm/tasks/planted.yaml";
  const run = ["sh", "-c", 'echo "$1"; test "$1" != fresh', "sh", "{item}"];
  const items = { list: ["planted", "fresh"] };
  env.write(path, JSON.stringify({ items, run }));
  await must(env, `allow ${path}`);
  const { status, stderr } = await env.mpm(["task", "run", "planted"]);
  assertEquals(status, 1, stderr);
}

/** A project in which every command has something to work on. */
async function prepare(env: WineEnv): Promise<void> {
  env.repository();
  env.write("tracked.txt", "one\n");
  env.write(".gitignore", "ignored\n");
  env.git("add", "-A");
  env.git("commit", "-q", "-m", "More");
  await prepareRemote(env);
  await must(env, "init --no-ignore");
  env.write(
    ".claude-mpm/templates/planted.md",
    "# Planted\n\n## Phase\n\n- [ ] Step\n",
  );
  env.write(
    ".claude-mpm/config.toml",
    '[partitions.planted]\npaths = ["tracked.txt"]\n',
  );
  env.write(".claude-mpm/handoffs/planted.md", plantedHandoff("Words"));
  await must(env, "claim held.txt --for 24h");
  await must(env, "start done Task");
  await must(env, "complete -s Done");
  for (const name of ["gone", "idle", "busy"]) {
    const path = `.claude/worktrees/${name}`;
    env.git("worktree", "add", "-q", "-b", `agent-${name}`, path);
    if (name === "gone") await must(env, "worktrees prune --min-age 0s");
    if (name === "busy") await must(env, `start busy Task -C ${path}`);
  }
  await must(env, "start own Task");
  await must(env, "pause First -n Next");
  await must(env, "pause Second");
  await must(env, "saves export --all -o bundle.json");
  await must(env, "resume");
  await prepareTask(env);
  await must(env, "hooks install --scope project --skills");
  await must(env, "hooks eject");
  await must(env, "hooks allow");
  await must(env, "context update --create");
  await must(env, "branch side Detour -t planted");
  await must(env, "partition use planted");
  await must(env, "next Step");
  await must(env, "decide This --why That");
  await must(env, "var set planted value");
  env.write("untracked.txt", "one\n");
  await must(env, "pause Third");
  await must(env, "resume");
  await must(env, "checkpoint save one -m Text");
  env.write("untracked.txt", "two\n");
  const sessions = join(env.project, ".claude-mpm/sessions");
  const [first] = namesIn(sessions).filter((name) => name.endsWith(".json"));
  const save = Deno.readTextFileSync(join(sessions, first!));
  const old = (id: string) => {
    const text = save.replaceAll(/session-\d{8}-\d{6}/g, id);
    env.write(`.claude-mpm/sessions/pause/${id}.json`, text);
  };
  old("session-20250101-000000");
  await must(env, "migrate");
  old("session-20250102-000000");
  const action = {
    type: "tool_call",
    timestamp: "2025-01-03T00:00:00+00:00",
    session_id: "session-20250103-000000",
    data: { tool: "Edit", result: "done" },
    context_percentage: 0.5,
  };
  env.write(
    ".claude-mpm/sessions/ACTIVE-PAUSE.jsonl",
    `${JSON.stringify(action)}\n`,
  );
  await must(
    env,
    "hook SessionStart",
    JSON.stringify({
      session_id: AGENT,
      cwd: env.windows(env.project),
      hook_event_name: "SessionStart",
      source: "startup",
    }),
  );
}

wineTest("every command works", async (env) => {
  await prepare(env);
  const store = join(env.project, ".claude-mpm");
  const saves = namesIn(join(store, "sessions"))
    .flatMap((name) => /^(session-\d{8}-\d{6})\.json$/.exec(name)?.[1] ?? []);
  const items = namesIn(join(store, "state", "items"))
    .flatMap((name) => Number(/^item-(\d+)\.json$/.exec(name)?.[1] ?? []))
    .sort((a, b) => a - b);
  const noted = (text: string, ...more: string[]) =>
    env.mpm(["note", text, ...more, "-q"]).then(({ stdout }) => stdout.trim());
  const old = await noted("old");
  const notes = [old, await noted("one", "--supersedes", old)];
  await noted("other", "--supersedes", old);
  const project = env.windows(env.project);
  env.keep();
  const wrong: unknown[] = [];
  const lines = allLines({ project, saves, items: items.slice(-2), notes });
  const tried = new Map<string, number[]>();
  for (const { command, args, stdin } of lines) {
    env.restore();
    const { status, stderr } = await env.mpm(args, { stdin: stdin ?? "" });
    tried.set(command, [...tried.get(command) ?? [], status]);
    // Here there is a remote.
    const expected = command === "sync" ? [0] : statusesOf(command);
    if (expected.includes(status)) continue;
    wrong.push([args.join(" "), status, stderr]);
  }
  for (const [command, statuses] of tried) {
    say(`in Wine: mpm ${command}: ${statuses.join(" ")}`);
  }
  say(`command lines in Wine: ${lines.length}, ${wrong.length} wrong`);
  assertEquals(wrong, []);
});
