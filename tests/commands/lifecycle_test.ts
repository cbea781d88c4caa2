import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type {
  CheckResult,
  CompleteResult,
  PauseResult,
  ResumeReport,
  Save,
  SavesListResult,
  StartResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { peerList } from "../helpers/peer.ts";
import { SESSIONS } from "../helpers/stores.ts";
import {
  at,
  CURRENT,
  detour,
  putWork,
  recordOf,
  states,
  WORK,
  workIds,
} from "../helpers/works.ts";

const FEATURE = [
  ...["start", "notify", "--template", "Feature Development"],
  ...["--var", "feature=User notifications"],
];

async function started(...args: string[]): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, args.length > 0 ? args : FEATURE, { now: at(0) });
  return env;
}

function readSave(env: TestEnv, id: string): Save {
  return JSON.parse(env.read(`${SESSIONS}/${id}.json`));
}

Deno.test("a session goes through its life, each step recorded with its time", async () => {
  using env = await started();
  const minute = (value: number) => ({ now: at(value) });
  await mpmJson(env, ["check", "1"], minute(1));
  await mpmJson(env, ["pause", "--no-commit"], minute(2));
  await mpmJson(env, ["resume"], minute(3));
  await mpmJson(env, ["complete", "-s", "Merged"], minute(4));
  await mpmJson(env, ["archive"], minute(5));
  const [id] = workIds(env);
  const { transitions, summary, saves } = recordOf(env, id!);
  assertEquals(
    transitions.map(({ from, to, at }) => `${at.slice(11, 16)} ${from} ${to}`),
    [
      "12:00 new active",
      "12:01 active working",
      "12:02 working active",
      "12:02 active paused",
      "12:03 paused active",
      "12:04 active working",
      "12:04 working complete",
      "12:05 complete archived",
    ],
  );
  assertEquals([summary, saves], ["Merged", ["session-20261121-120200"]]);
});

Deno.test("start keeps where and how the work began", async () => {
  using env = await started("start", "login", "Fix", "the login");
  const [id] = workIds(env);
  const { transitions: _, seal, ...record } = recordOf(env, id!);
  assertMatch(seal!, /^[0-9a-f]{64}$/);
  assertEquals<unknown>(record, {
    schema: 1,
    id: "work-20261121-120000",
    name: "login",
    task: "Fix the login",
    state: "active",
    started_at: "2026-11-21T12:00:00.000Z",
    parent: null,
    place: "main",
    worktree: env.project,
    git: { branch: "main", head: env.git("rev-parse", "HEAD") },
    agent_session: null,
    template: null,
    checklist: [],
    saves: [],
    children: [],
    detour: null,
    summary: null,
  });
  for (const path of [WORK, CURRENT, `${WORK}/${id}.json`]) {
    const mode = Deno.lstatSync(`${env.project}/${path}`).mode! & 0o777;
    if (Deno.build.os === "windows") continue;
    assertEquals(mode, path.endsWith("json") ? 0o600 : 0o700, path);
  }
  assertEquals(env.git("status", "--porcelain"), "");
});

Deno.test("start is refused with an active session, and shows the next step", async () => {
  using env = await started("start", "login");
  const { status, stderr } = await mpm(env, ["start", "other"]);
  assertEquals(status, 4);
  assertEquals(
    stderr,
    'Error: The session "login" is active in this worktree\n' +
      'Hint: "mpm pause" leaves it for later, "mpm complete" or "mpm cancel" ' +
      'ends it, "mpm branch" starts a detour that comes back to it\n',
  );
  assertEquals(states(env), { login: "new active" });
});

Deno.test("start with a paused session keeps that one for later", async () => {
  using env = await started("start", "login");
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  const { left, session } = await mpmJson<StartResult>(
    env,
    ["start", "other"],
    { now: at(2) },
  );
  assertEquals([left?.name, left?.state, session.name], [
    "login",
    "paused",
    "other",
  ]);
  assertEquals(states(env), {
    login: "new active paused",
    other: "new active",
  });
  const again = await mpm(env, ["pause", "--no-commit"], { now: at(3) });
  assertEquals(again.status, 0);
  const taken = await mpm(env, ["start", "login"], { now: at(4) });
  assertEquals(taken.status, 4);
  assertStringIncludes(taken.stderr, '"login" is already paused');
});

Deno.test("names that could not be found again are refused", async () => {
  using env = TestEnv.repository();
  for (
    const name of ["../x", "12", "latest", "a  b", "session-1", "work-1", ""]
  ) {
    const { status } = await mpm(env, ["start", name]);
    assertEquals(status, 2, name);
  }
  assertEquals(workIds(env), []);
});

Deno.test("a pause carries the session, and its checklist travels in the save", async () => {
  using env = await started();
  await mpmJson(env, ["check", "1-2"], { now: at(1) });
  const { session_id: id, session, summary } = await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit"],
    { now: at(2) },
  );
  assertEquals(session, {
    id: "work-20261121-120000",
    name: "notify",
    task: "Feature Development: User notifications",
    state: "paused",
    done: 2,
    total: 16,
  });
  assertStringIncludes(summary, "notify: Feature Development: User");
  const { mpm: own, conversation } = readSave(env, id);
  assertEquals(conversation.primary_task, session!.task);
  assertEquals([own?.template, own?.parent, own?.stack], [
    "feature-development",
    null,
    [],
  ]);
  assertEquals(own?.checklist.slice(0, 3), [
    {
      phase: "Setup Phase",
      text: "Create feature branch",
      done: true,
      done_at: "2026-11-21T12:01:00.000Z",
    },
    {
      phase: "Setup Phase",
      text: "Update dependencies",
      done: true,
      done_at: "2026-11-21T12:01:00.000Z",
    },
    {
      phase: "Setup Phase",
      text: "Review requirements",
      done: false,
      done_at: null,
    },
  ]);
  assertEquals(
    own?.session?.transitions,
    recordOf(env, session!.id)
      .transitions,
  );
  assertEquals(peerList(env.project).map((row) => row.id), [id]);
  const document = env.read(`${SESSIONS}/${id}.md`);
  assertStringIncludes(document, "### Setup Phase 2/4");
  assertStringIncludes(document, "- [x] Create feature branch");
});

Deno.test("a pause without a session is as before, and needs one check", async () => {
  using env = TestEnv.repository();
  const looked: string[] = [];
  const { session_id: id, session } = await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit"],
    {
      wrap: (system) => ({
        ...system,
        files: {
          ...system.files,
          lstat(path) {
            if (/state.(?:work|current)/.test(path)) looked.push(path);
            return system.files.lstat(path);
          },
        },
      }),
    },
  );
  assertEquals(session, null);
  const { mpm: own } = readSave(env, id);
  assertEquals(["session" in own!, "stack" in own!, own!.checklist], [
    false,
    false,
    [],
  ]);
  assertEquals(looked, [`${env.project}/${CURRENT}/main.json`]);
  const resumed = await mpmJson<ResumeReport>(env, ["resume"]);
  assertEquals(resumed.work, null);
  assertEquals(env.exists(WORK), false);
});

Deno.test("a second pause keeps the session paused and is one of its saves, too", async () => {
  using env = await started("start", "login");
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  await mpmJson(env, ["pause", "--no-commit", "More"], { now: at(2) });
  const { state, saves, transitions } = recordOf(env, workIds(env)[0]!);
  assertEquals([state, transitions.length, saves.length], ["paused", 2, 2]);
});

Deno.test("a paused session accepts no tick before it is resumed", async () => {
  using env = await started();
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  assertEquals(await mpm(env, ["check", "1"]), {
    status: 4,
    stdout: "",
    stderr: 'Error: Cannot tick: "notify" is paused\n' +
      'Hint: "mpm resume" continues with it\n',
  });
  const { work } = await mpmJson<ResumeReport>(env, ["resume", "notify"]);
  assertEquals([work?.change, work?.state], ["resumed", "active"]);
  await mpmJson<CheckResult>(env, ["check", "1"]);
});

Deno.test("resume --peek reads and writes nothing", async () => {
  using env = await started("start", "login");
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  const before = states(env);
  const { work } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  assertEquals([work?.state, work?.change], ["paused", "unchanged"]);
  assertEquals(states(env), before);
});

Deno.test("resume keeps another active session of the worktree and reports it", async () => {
  using env = await started("start", "login");
  const { session_id: id } = await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit"],
    { now: at(1) },
  );
  await mpmJson(env, ["start", "other"], { now: at(2) });
  const before = states(env);
  const { work, warnings } = await mpmJson<ResumeReport>(
    env,
    ["resume", id],
    { now: at(3) },
  );
  assertEquals([work?.state, work?.change], ["paused", "unchanged"]);
  assertEquals(warnings, [
    '"other" is active in this worktree, so mpm did not continue "login". ' +
    'To continue it, run "mpm pause" first',
  ]);
  assertEquals(states(env), before);
});

Deno.test("a resume skips saves of ended sessions, and reports it", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Plain", "--no-commit"], { now: at(0) });
  await mpmJson(env, ["start", "login"], { now: at(1) });
  const { session_id: id } = await mpmJson<PauseResult>(
    env,
    ["pause", "Fixed", "--no-commit"],
    { now: at(2) },
  );
  await mpmJson(env, ["resume"], { now: at(3) });
  await mpmJson(env, ["complete"], { now: at(4) });
  const { session, warnings } = await mpmJson<ResumeReport>(
    env,
    ["resume"],
    { now: at(5) },
  );
  assertEquals([session.conversation.summary, warnings], ["Plain", [
    'Skipped 1 newer save from ended sessions: "login"',
  ]]);
  const asked = await mpm(env, ["resume", id]);
  assertEquals([asked.status, asked.stderr], [
    4,
    'Error: Cannot resume "login": it is complete\n' +
    `Hint: To read it anyway: mpm resume --peek ${id}\n`,
  ]);
  const shown = await mpm(env, ["saves", "show", id]);
  assertEquals(shown.status, 0);
  const peeked = await mpmJson<ResumeReport>(env, ["resume", "--peek", id]);
  assertEquals(peeked.work?.state, "complete");
});

Deno.test("a resume with only finished sessions names the newest", async () => {
  using env = await started("start", "login");
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  await mpmJson(env, ["resume"], { now: at(2) });
  await mpmJson(env, ["cancel"], { now: at(3) });
  assertEquals(
    (await mpm(env, ["resume"])).stderr,
    "Error: All saves belong to ended sessions\nHint: To read the newest " +
      "save anyway: mpm resume --peek session-20261121-120100\n",
  );
});

Deno.test("archived and cancelled sessions leave lists and numbers, and are found with --all", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Plain", "--no-commit"], { now: at(0) });
  const ids: string[] = [];
  for (const [name, minute] of [["one", 10], ["two", 20]] as const) {
    await mpmJson(env, ["start", name], { now: at(minute) });
    const { session_id } = await mpmJson<PauseResult>(
      env,
      ["pause", name, "--no-commit"],
      { now: at(minute + 1) },
    );
    ids.push(session_id);
    await mpmJson(env, ["resume"], { now: at(minute + 2) });
    if (name === "two") await mpmJson(env, ["cancel"], { now: at(23) });
    else await mpmJson(env, ["complete"], { now: at(13) });
  }
  const list = async (...args: string[]) => {
    const { sessions, hidden } = await mpmJson<SavesListResult>(env, args);
    const rows = sessions.map(({ index, summary, session }) =>
      `${index} ${summary} ${session?.state ?? "-"}`
    );
    return [...rows, hidden];
  };
  assertEquals(await list("saves", "list"), [
    "0 one complete",
    "1 Plain -",
    1,
  ]);
  await mpmJson(env, ["archive", "one"], { now: at(30) });
  assertEquals(await list("saves", "list"), ["0 Plain -", 2]);
  assertEquals(await list("resume", "--list"), ["0 Plain -", 2]);
  const all = ["null two cancelled", "null one archived", "0 Plain -", 0];
  assertEquals(await list("saves", "list", "--all"), all);
  assertEquals(await list("resume", "--list", "--all"), all);
  for (const selector of ["latest", "0"]) {
    const { session } = await mpmJson<{ session: Save }>(env, [
      ...["saves", "show", selector],
    ]);
    assertEquals(session.conversation.summary, "Plain", selector);
  }
  for (const id of ids) {
    assertEquals((await mpm(env, ["saves", "show", id])).status, 0);
  }
  // Also by name, since no shown text has it.
  assertEquals((await mpm(env, ["saves", "show", "one"])).status, 0);
  const text = (await mpm(env, ["saves", "list"], { typed: [] })).stdout;
  assertStringIncludes(
    text,
    "2 more from archived and cancelled sessions: use --all",
  );
});

Deno.test("the list shows name and state of the session if known", async () => {
  using env = await started("start", "login", "Fix it");
  await mpmJson(env, ["pause", "Half way", "--no-commit"], { now: at(1) });
  const { stdout } = await mpm(env, ["saves", "list"], {
    now: at(2),
    typed: [],
  });
  assertEquals(
    stdout,
    "0  1m ago  main  " +
      "[paused] login: Half way\n",
  );
  const { stdout: report } = await mpm(env, ["resume", "--no-changes"]);
  assertStringIncludes(report, "Session: login: Fix it (continues)\n");
});

Deno.test("complete lists open items, and loses none", async () => {
  using env = await started();
  await mpmJson(env, ["check", "3-16"], { now: at(1) });
  const dry = await mpmJson<CompleteResult>(env, ["complete", "--dry-run"]);
  assertEquals([dry.dry_run, dry.session.state], [true, "complete"]);
  assertEquals(states(env), { notify: "new active working" });
  const { stdout } = await mpm(env, ["complete"]);
  assertEquals(
    stdout,
    "notify is complete.\n2 items of its checklist are open:\n" +
      "  - Create feature branch\n  - Update dependencies\n",
  );
  assertEquals(
    (await mpm(env, ["status"])).stdout.split("\n")[0],
    'No session in this worktree. "mpm start" starts one.',
  );
  assertEquals(env.exists(`${CURRENT}/main.json`), false);
});

Deno.test("sessions are found by id, name, part of the id, and their saves", async () => {
  using env = TestEnv.repository();
  const selectors = ["login", "120000", "work-20261121-120000", "latest", "0"];
  for (const selector of [...selectors, "session-20261121-120100"]) {
    using env = await started("start", "login");
    await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
    await mpmJson(env, ["resume"], { now: at(2) });
    const { session } = await mpmJson<CompleteResult>(env, [
      "cancel",
      selector,
    ]);
    assertEquals([session.name, session.state], ["login", "cancelled"]);
  }
  await mpmJson(env, ["pause", "Plain", "--no-commit"], { now: at(0) });
  const plain = await mpm(env, ["complete", "latest"]);
  assertEquals([plain.status, plain.stderr.split("\n")[0]], [
    3,
    "Error: session-20261121-120000 does not belong to a session",
  ]);
  const none = await mpm(env, ["complete", "nothing"]);
  assertEquals([none.status, none.stderr.split("\n")[0]], [
    3,
    'Error: No session matches "nothing"',
  ]);
  assertEquals((await mpm(env, ["complete"])).status, 3);
});

Deno.test("an action that the table does not allow is a conflict that names the allowed ones", async () => {
  using env = await started("start", "login");
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  for (const action of ["complete", "cancel"]) {
    const { status, stderr } = await mpm(env, [action, "login"]);
    assertEquals([status, stderr], [
      4,
      `Error: Cannot ${action} "login": it is paused\n` +
      "Hint: Possible now: mpm resume\n",
    ]);
  }
  const archived = await mpm(env, ["archive", "login"]);
  assertEquals(archived.status, 4);
});

Deno.test("a paused session whose saves were removed can still be ended", async () => {
  using env = await started("start", "login");
  const { session_id: id } = await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit"],
    { now: at(1) },
  );
  await mpmJson(env, ["saves", "rm", id]);
  await mpmJson(env, ["cancel"], { now: at(2) });
  assertEquals(states(env), { login: "new active paused active cancelled" });
});

Deno.test("a damaged record is never replaced by data of a save", async () => {
  using env = await started("start", "login");
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  const path = `${WORK}/${workIds(env)[0]}.json`;
  env.write(path, '{"torn');
  const { work, warnings } = await mpmJson<ResumeReport>(
    env,
    ["resume"],
    { now: at(2) },
  );
  assertEquals([work, warnings], [null, [
    "Its session could not continue: Cannot read " +
    `"${env.project}/${path}": it is not JSON`,
  ]]);
  assertEquals(env.read(path), '{"torn');
});

Deno.test("archive without a selector takes the only completed session", async () => {
  using env = TestEnv.repository();
  assertEquals((await mpm(env, ["archive"])).status, 3);
  for (const [name, minute] of [["one", 0], ["two", 1]] as const) {
    await mpmJson(env, ["start", name], { now: at(minute) });
    await mpmJson(env, ["complete"], { now: at(minute) });
  }
  const both = await mpm(env, ["archive"]);
  assertEquals(both.status, 4);
  assertStringIncludes(both.stderr, "work-20261121-120000");
  await mpmJson(env, ["archive", "one"]);
  const { session } = await mpmJson<CompleteResult>(env, ["archive"]);
  assertEquals(session.name, "two");
});

Deno.test("only return ends a detour, or a session with an open one", async () => {
  using env = await started("start", "feature");
  detour(env, { name: "hotfix", minute: 1 });
  const hints = {
    complete: '"mpm return" completes it and goes back',
    cancel: '"mpm return --discard" cancels it and goes back',
  };
  for (const [action, hint] of Object.entries(hints)) {
    const { status, stderr } = await mpm(env, [action]);
    assertEquals([status, stderr], [
      4,
      `Error: Cannot ${action} "hotfix": it is a detour of "feature"\n` +
      `Hint: ${hint}\n`,
    ]);
  }
  const before = states(env);
  await mpmJson(env, ["pause", "--no-commit"], { now: at(2) });
  const parent = await mpm(env, ["complete", "feature"]);
  assertEquals(parent.status, 4);
  assertEquals(before.hotfix, "new active");
});

Deno.test("check ticks by number, span and text, and undoes it", async () => {
  using env = await started();
  const run = async (...args: string[]) => {
    const { changed, session } = await mpmJson<CheckResult>(
      env,
      ["check", ...args],
      { now: at(1) },
    );
    return [changed, session.done, session.state];
  };
  assertEquals(await run(), [[], 0, "active"]);
  assertEquals(await run("2", "5-6", "local TEST"), [
    [2, 5, 6, 8],
    4,
    "working",
  ]);
  assertEquals(await run("2"), [[], 4, "working"]);
  assertEquals(await run("6", "--undo"), [[6], 3, "working"]);
  assertEquals(await run("3", "--dry-run"), [[3], 4, "working"]);
  assertEquals(await run(), [[], 3, "working"]);
  for (
    const [selector, status] of [["17", 3], ["0", 3], ["zebra", 3], [
      "update",
      4,
    ]] as const
  ) {
    const answer = await mpm(env, ["check", selector]);
    assertEquals(answer.status, status, selector);
    assert(answer.stderr.includes("Hint: "), selector);
  }
  const record = recordOf(env, workIds(env)[0]!);
  assertEquals(record.checklist.filter(({ done }) => done).length, 3);
  const { stdout } = await mpm(env, ["check", "1"]);
  assertStringIncludes(
    stdout,
    "Ticked 1: Create feature branch\n\nSetup Phase",
  );
});

Deno.test("typed text is redacted before it is kept", async () => {
  using env = await started("start", "login", "Use <private>hunter2</private>");
  const id = workIds(env)[0]!;
  assertEquals(recordOf(env, id).task, "Use [redacted:private]");
  await mpmJson(env, ["complete", "-s", "<private>hunter2</private> done"]);
  assertEquals(recordOf(env, id).summary, "[redacted:private] done");
});

Deno.test("unknown fields of a record survive writes by mpm", async () => {
  using env = await started();
  const path = `${WORK}/${workIds(env)[0]}.json`;
  const record = JSON.parse(env.read(path));
  record.later = { of: ["a newer mpm"] };
  record.checklist[0].owner = "Ada";
  putWork(env, record);
  await mpmJson(env, ["check", "1"], { now: at(1) });
  await mpmJson(env, ["pause", "--no-commit"], { now: at(2) });
  const after = JSON.parse(env.read(path));
  assertEquals([after.later, after.checklist[0].owner, after.state], [
    { of: ["a newer mpm"] },
    "Ada",
    "paused",
  ]);
});

Deno.test("sessions work outside git", async () => {
  using env = new TestEnv();
  await mpmJson(env, ["start", "notes", "Write"], { now: at(0) });
  await mpmJson(env, ["pause"], { now: at(1) });
  await mpmJson(env, ["resume"], { now: at(2) });
  await mpmJson(env, ["complete"], { now: at(3) });
  assertEquals(states(env), {
    notes: "new active paused active working complete",
  });
});

Deno.test("a name that was used before means the session that continues", async () => {
  using env = await started("start", "login");
  await mpmJson(env, ["pause"], { now: at(1) });
  await mpmJson(env, ["resume"], { now: at(2) });
  await mpmJson(env, ["complete"], { now: at(3) });
  await mpmJson(env, ["start", "login"], { now: at(4) });
  await mpmJson(env, ["pause"], { now: at(5) });
  const { work } = await mpmJson<ResumeReport>(env, ["resume", "login"], {
    now: at(6),
  });
  const [first, second] = workIds(env);
  assertEquals(work?.id, second);
  // Each command uses the session for which it is possible.
  const done = await mpmJson<CompleteResult>(env, ["archive", "login"]);
  const next = await mpmJson<CompleteResult>(env, ["complete", "login"]);
  assertEquals([done.session.id, next.session.id], [first, second]);
});

Deno.test("an archived session is found by its name where it is requested", async () => {
  using env = await started("start", "login");
  const { session_id } = await mpmJson<PauseResult>(env, ["pause"], {
    now: at(1),
  });
  await mpmJson(env, ["resume"], { now: at(2) });
  await mpmJson(env, ["complete"], { now: at(3) });
  await mpmJson(env, ["archive"], { now: at(4) });
  const { session } = await mpmJson<ResumeReport>(env, [
    ...["resume", "--peek", "login"],
  ]);
  assertEquals(session.session_id, session_id);
  const shown = await mpm(env, ["saves", "show", "login"]);
  assertStringIncludes(shown.stdout, session_id);
  const refused = await mpm(env, ["resume", "login"]);
  assertEquals(refused.status, 4);
  const none = await mpm(env, ["resume", "--peek", "other"]);
  assertStringIncludes(none.stderr, 'mpm list --all" lists them');
});
