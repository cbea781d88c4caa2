import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  ResumeReport,
  SavesListResult,
  SavesShowResult,
  SavesTrustResult,
} from "../../schemas/types.ts";
import { FileError, type System } from "../../src/system/system.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";
import { anotherUser } from "../helpers/users.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");
const ID = "session-20261120-120000";
const SAVE = `.claude-mpm/sessions/${ID}.json`;

/** A project with a save that its user made. */
async function withOwnSave(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.commit("First");
  const args = ["pause", "Theirs", "--no-commit", "--agent-session", AGENT];
  await mpmJson(env, args, { now: NOON });
  return env;
}

async function originOf(env: TestEnv): Promise<unknown> {
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  const { origin } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  const shown = await mpmJson<SavesShowResult>(env, ["saves", "show"]);
  assertEquals([origin, shown.origin], [origin, origin]);
  assertEquals(sessions[0]!.origin, origin);
  return origin;
}

async function trust(
  env: TestEnv,
  ...args: string[]
): Promise<SavesTrustResult> {
  const words = ["saves", "trust", ...args];
  return await mpmJson<SavesTrustResult>(env, words, { now: NOON });
}

Deno.test("a save of the user is shown without any remark", async () => {
  using env = await withOwnSave();
  assertEquals(await originOf(env), "own");
  for (
    const args of [["saves", "list"], ["resume", "--peek"], [
      "resume",
      "--list",
    ]]
  ) {
    const { stdout, stderr } = await mpm(env, args);
    assert(!`${stdout}${stderr}`.includes("not verified"), args.join(" "));
  }
});

Deno.test("someone else's save is shown as foreign wherever it is read", async () => {
  using env = await withOwnSave();
  anotherUser(env);
  assertEquals(await originOf(env), "foreign");
  const text = async (...args: string[]) => {
    const { stdout, stderr } = await mpm(env, args);
    return stdout + stderr;
  };
  assertStringIncludes(
    await text("saves", "list"),
    "\tforeign\t\tTheirs\n",
  );
  assertStringIncludes(
    await text("resume", "--list"),
    ", from Ada Lovelace (not verified)",
  );
  const note = "From Ada Lovelace (not verified). To use it as your own: " +
    `mpm saves trust ${ID}`;
  for (
    const args of [
      ["resume", "--peek"],
      ["resume", "--peek", "--format", "md"],
      ["resume", "--peek", "--format", "context"],
      ["saves", "show"],
      ["context", "inject"],
    ]
  ) assertStringIncludes(await text(...args), note);
  env.write(".claude-mpm/config.toml", "");
  const { hookSpecificOutput } = await fire(env, "SessionStart", {
    source: "startup",
  });
  const { additionalContext } = hookSpecificOutput!;
  assertStringIncludes(additionalContext!, `Note: ${note}`);
  // It names no command to run, such as the agent's own.
  const { agent_command } = await mpmJson<ResumeReport>(env, [
    "resume",
    "--peek",
  ]);
  assertEquals(agent_command, null);
});

Deno.test("the note about a foreign save comes before a long text could displace it", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  await mpmJson(env, ["pause", "x".repeat(20_000), "--no-commit"]);
  anotherUser(env);
  const { stdout } = await mpm(env, ["context", "inject", "--limit", "1500"]);
  assertStringIncludes(stdout, "Note: From Ada Lovelace (not verified)");
  assert(stdout.length <= 1600);
});

Deno.test("trust depends on the content: a changed save is foreign again", async () => {
  using env = await withOwnSave();
  anotherUser(env);
  const dry = await trust(env, "latest", "--dry-run");
  assertEquals([dry.dry_run, dry.sessions[0]!.change], [true, "trusted"]);
  assertEquals(await originOf(env), "foreign");
  const { sessions } = await trust(env, ID);
  const { sha256 } = sessions[0]!;
  assertEquals(sessions, [{
    session_id: ID,
    summary: "Theirs",
    sha256,
    change: "trusted",
  }]);
  assertEquals(await originOf(env), "trusted");
  assertEquals((await trust(env, ID)).sessions[0]!.change, "unchanged");
  assertEquals((await trust(env, "--list")).trusted, [{
    session_id: ID,
    project: env.project,
    at: "2026-11-20T12:00:00.000Z",
    sha256: sha256!,
  }]);
  const before = env.read(SAVE);
  env.write(SAVE, before.replace("Theirs", "Others"));
  env.remove(`${SAVE}.sha256`);
  assertEquals(await originOf(env), "foreign");
  env.write(SAVE, before);
  assertEquals(await originOf(env), "trusted");
  const revoked = await trust(env, ID, "--revoke");
  assertEquals(revoked.sessions[0]!.change, "revoked");
  assertEquals(await originOf(env), "foreign");
  assertEquals((await trust(env, "--list")).trusted, []);
  // Another user's trust does not count for this one.
  await trust(env, "--all");
  anotherUser(env, "third");
  assertEquals(await originOf(env), "foreign");
});

Deno.test("trust accepts all saves of a project, and does not change one's own", async () => {
  using env = await withOwnSave();
  anotherUser(env);
  await mpmJson(env, ["pause", "Mine", "--no-commit"], {
    now: () => new Date("2026-11-21T12:00:00Z"),
  });
  env.write(".claude-mpm/sessions/session-20200101-120000.json", "{");
  const { sessions } = await trust(env, "--all");
  assertEquals(
    sessions.map(({ session_id, change }) => [session_id, change]),
    [
      ["session-20261121-120000", "own"],
      [ID, "trusted"],
      ["session-20200101-120000", "unreadable"],
    ],
  );
  assertEquals((await trust(env, "0", "--revoke")).sessions[0]!.change, "own");
  const { stdout } = await mpm(env, ["saves", "trust", "1", "0"]);
  assertEquals(
    stdout,
    `Unchanged: ${ID}  Theirs\nAlready yours: session-20261121-120000  Mine\n`,
  );
});

Deno.test("trust refuses invalid combinations", async () => {
  using env = await withOwnSave();
  for (
    const [args, status] of [
      [[], 2],
      [["--all", ID], 2],
      [["--list", "--all"], 2],
      [["nothing-like-it"], 3],
    ] as const
  ) {
    const done = await mpm(env, ["saves", "trust", ...args]);
    assertEquals(done.status, status, args.join(" "));
  }
});

Deno.test("no file in a project makes a save count as one's own", async () => {
  using env = await withOwnSave();
  await mpm(env, ["saves", "list"]);
  const state = join(env.home, ".local/state/mpm");
  const lists = [...Deno.readDirSync(join(state, "own"))]
    .map(({ name }) => name);
  assertEquals(lists, ["2026-11"]);
  anotherUser(env);
  // The first user's state, in every place where a project could contain it.
  for (
    const place of [".", ".claude-mpm", ".claude-mpm/state", ".local/state/mpm"]
  ) {
    const folder = join(env.project, place, "own");
    Deno.mkdirSync(folder, { recursive: true });
    Deno.copyFileSync(join(state, "own/2026-11"), join(folder, "2026-11"));
  }
  env.extra.XDG_STATE_HOME = ".local/state";
  assertEquals(await originOf(env), "foreign");
});

Deno.test("a save stays the user's own wherever it and the project are moved", async () => {
  using env = await withOwnSave();
  // The line ends that git may put in.
  const text = env.read(SAVE);
  env.write(SAVE, text.replaceAll("\n", "\r\n"));
  assertEquals(await originOf(env), "own");
  env.write(SAVE, text);
  env.remove(".claude-mpm/state");
  assertEquals(await originOf(env), "own");
  const moved = join(env.root, "moved");
  Deno.renameSync(env.project, moved);
  const { origin } = await mpmJson<ResumeReport>(
    env,
    ["resume", "--peek"],
    { cwd: moved },
  );
  assertEquals(origin, "own");
  Deno.renameSync(moved, env.project);
});

Deno.test("imported saves are foreign, even to their author elsewhere", async () => {
  using env = await withOwnSave();
  using other = TestEnv.repository();
  const file = join(other.root, "save.json");
  await mpmJson(env, ["saves", "export", "-o", file]);
  await mpmJson(other, ["saves", "import", file]);
  assertEquals(await originOf(other), "foreign");
  await trust(other, "--all");
  assertEquals(await originOf(other), "trusted");
});

Deno.test("a foreign save does not restore a session until it is trusted", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  await mpmJson(env, ["start", "login", "Fix the login"]);
  await mpmJson(env, ["pause", "Theirs", "--no-commit"]);
  const works = ".claude-mpm/state";
  env.remove(works);
  anotherUser(env);
  const resume = async () => await mpmJson<ResumeReport>(env, ["resume"]);
  const before = await resume();
  assertEquals(before.work!.change, "unchanged");
  assertStringIncludes(before.warnings.join("\n"), "does not continue");
  assert(!env.exists(`${works}/work`));
  await trust(env, "--all");
  assertEquals((await resume()).work!.change, "rebuilt");
});

Deno.test("claude-mpm's saves are foreign until they are trusted", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  env.write(
    ".claude-mpm/sessions/session-20260101-120000.json",
    JSON.stringify({
      session_id: "session-20260101-120000",
      paused_at: "2026-01-01T12:00:00+00:00",
      conversation: { summary: "Peer" },
    }),
  );
  assertEquals(await originOf(env), "foreign");
  await trust(env, "--all");
  assertEquals(await originOf(env), "trusted");
});

Deno.test("the save of an agent session does not adopt text of a foreign save", async () => {
  using env = await withOwnSave();
  anotherUser(env);
  env.write("a.txt", "edited\n");
  const later = { now: () => new Date("2026-11-20T13:00:00Z") };
  await fire(env, "UserPromptSubmit", { prompt: "go" }, later);
  await fire(env, "SessionEnd", { reason: "exit" }, later);
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  const auto = sessions.find(({ session_id }) => session_id !== ID);
  assert(auto && auto.origin === "own", JSON.stringify(sessions));
  assert(!auto.summary.includes("Theirs"), auto.summary);
});

posixTest("a pause works with a home that cannot be written", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  putHome(env, ".local/state/mpm", "in the way\n");
  const { status, stdout } = await mpm(env, ["pause", "Kept", "--no-commit"]);
  assertEquals(status, 0);
  assertStringIncludes(
    stdout,
    "Warning: The save will be shown as not verified",
  );
  assertEquals(await originOf(env), "foreign");
  const { status: refused } = await mpm(env, ["saves", "trust", "latest"]);
  assertEquals(refused, 4);
});

posixTest("lists behind links, and damaged ones, are ignored", async () => {
  using env = await withOwnSave();
  const list = join(env.home, ".local/state/mpm/own/2026-11");
  const elsewhere = join(env.root, "list");
  Deno.renameSync(list, elsewhere);
  Deno.symlinkSync(elsewhere, list);
  assertEquals(await originOf(env), "foreign");
  putHome(env, ".local/state/mpm/trusted-saves.json", "{");
  assertEquals(await originOf(env), "foreign");
  Deno.removeSync(list);
  // A damaged line does not affect other lines.
  const [, line] = Deno.readTextFileSync(elsewhere).split("\n");
  Deno.writeTextFileSync(list, `\n${line!.slice(0, 20)}\n${line}`);
  assertEquals(await originOf(env), "own");
});

Deno.test("an unreadable list of trusted saves is not replaced", async () => {
  using env = await withOwnSave();
  anotherUser(env);
  await trust(env, "latest");
  const list = join(env.root, "other/.local/state/mpm/trusted-saves.json");
  const before = Deno.readTextFileSync(list);
  const { status, stderr } = await mpm(env, ["saves", "trust", "latest"], {
    wrap: (system: System): System => ({
      ...system,
      files: {
        ...system.files,
        readOwn(path, limit) {
          if (path === list) throw new FileError("denied", "read", path);
          return system.files.readOwn(path, limit);
        },
      },
    }),
  });
  assertEquals(status, 6, stderr);
  assertEquals(Deno.readTextFileSync(list), before);
});
