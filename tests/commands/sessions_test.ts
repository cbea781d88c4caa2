import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import type {
  SavesListResult,
  SavesShowResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { columns } from "../helpers/columns.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { idAt, ownSave, putSave } from "../helpers/stores.ts";
import { ROOT } from "../helpers/tree.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");
const ID = "session-20261120-120000";
const SESSIONS = ".claude-mpm/sessions";

async function oneSave(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, [
    ...["pause", "--no-commit", "-s", "Login\nand logout", "-n", "Tokens"],
    ...["--name", "login"],
  ], { now: NOON });
  return env;
}

Deno.test("sessions list shows number, id, age, branch and first line", async () => {
  using env = await oneSave();
  const later = () => new Date("2026-11-22T12:00:00Z");
  assertEquals(
    await mpm(env, ["saves", "list"], {
      now: later,
      typed: [],
    }),
    {
      status: 0,
      stdout: "0  2d ago  main  login: Login\n",
      stderr: 'Hint: "mpm resume <number>" continues from a save, ' +
        '"mpm show <number>" shows it\n',
    },
  );
});

Deno.test("sessions list without saves says how to make one", async () => {
  using env = new TestEnv();
  const { status, stdout } = await mpm(env, ["saves", "list"], {
    typed: [],
  });
  assertEquals([status, stdout], [
    0,
    'No saves. "mpm pause" creates one.\n',
  ]);
});

/** Saves of three branches, one an hour, the newest the last. */
function manySaves(env: TestEnv, count: number): void {
  const branches = ["main", "feature/login", "fix"];
  for (let at = 0; at < count; at++) {
    const id = idAt(3600 * at);
    const summary = `Step ${at}: 直す\t${at % 10 === 0 ? "Retry" : "Other"}`;
    putSave(env, ownSave(id, { summary, branch: branches[at % 3]! }));
  }
}

Deno.test("sessions list shows a terminal the newest 20 and how to see more", async () => {
  using env = new TestEnv();
  manySaves(env, 30);
  const list = async (...args: string[]) => {
    const { stdout } = await mpm(env, ["saves", "list", ...args], {
      typed: [],
      now: () => new Date("2026-01-03T00:00:00Z"),
    });
    return stdout.split("\n").slice(0, -1);
  };
  const lines = await list();
  assertEquals(lines.length, 41);
  assertEquals(lines.slice(0, 2), [
    " 0  19h ago  fix            Step 29: 直す\\tOther",
    "    from someone else (not verified)",
  ]);
  assertEquals(
    lines.at(-1),
    "10 more: use --limit all, or filter with --search, " +
      "--branch or --since",
  );
  for (const line of lines) assert(columns(line) <= 80, line);
  assertEquals((await list("--limit", "all")).length, 60);
  assertEquals(
    (await list("--limit", "3")).at(-1),
    "27 more: use --limit all, or filter with --search, " +
      "--branch or --since",
  );
  const found = await list("--search", "RETRY login");
  assertEquals(found.map((line) => line.slice(0, 2)), ["19", "  "]);
  assertEquals((await list("--branch", "main", "--since", "40h")).length, 14);
  assertEquals(
    await list("--since", "2026-01-02"),
    await list("--limit", "6")
      .then((lines) => lines.slice(0, -1)),
  );
  assertEquals(await list("--search", "nowhere"), ["No save matches."]);
});

Deno.test("sessions list pipes every save whole, with tabs between the fields", async () => {
  using env = new TestEnv();
  manySaves(env, 30);
  env.write(`${SESSIONS}/session-20260103-000000.json`, "{torn");
  const { stdout } = await mpm(env, ["saves", "list"]);
  const rows = stdout.trimEnd().split("\n").map((line) => line.split("\t"));
  assertEquals(rows.length, 31);
  assert(rows.every((row) => row.length === 8));
  assertEquals(rows[0]!.slice(0, 6), [
    ...["0", "session-20260103-000000", "2026-01-03T00:00:00.000Z", ""],
    ...["unreadable", ""],
  ]);
  assertEquals(rows[1], [
    ...["1", "session-20260102-050000", "2026-01-02T05:00:00.000Z", "fix"],
    ...["", "foreign", "", "Step 29: 直す\\tOther"],
  ]);
  const { sessions, matching, total } = await mpmJson<SavesListResult>(env, [
    ...["saves", "list", "--search", "step", "--limit", "2"],
  ]);
  assertEquals([sessions.length, matching, total], [2, 30, 31]);
});

Deno.test("sessions list refuses an invalid limit and time", async () => {
  using env = await oneSave();
  for (const [flag, value] of [["--limit", "0"], ["--since", "soon"]]) {
    const { status } = await mpm(env, ["saves", "list", flag!, value!]);
    assertEquals(status, 2);
  }
});

Deno.test("sessions list shows a damaged save and all the others", async () => {
  using env = await oneSave();
  env.write(`${SESSIONS}/session-20261121-000000.json`, "{torn");
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assertEquals(
    sessions.map(({ session_id: id, problem }) => [id, problem?.code]),
    [
      ["session-20261121-000000", "UNREADABLE"],
      [ID, undefined],
    ],
  );
});

Deno.test("sessions show prints the save in three formats", async () => {
  using env = await oneSave();
  const md = await mpm(env, ["saves", "show"]);
  assertEquals(md.status, 0);
  assertEquals(
    md.stdout,
    env.read(`${SESSIONS}/${ID}.md`)
      .replaceAll(env.root, "$ROOT"),
  );
  const save = JSON.parse(env.read(`${SESSIONS}/${ID}.json`));
  const json = await mpm(env, [
    "saves",
    "show",
    "login",
    "--format",
    "json",
  ]);
  assertEquals(JSON.parse(json.stdout.replaceAll("$ROOT", env.root)), save);
  const yaml = await mpm(env, ["saves", "show", "0", "--format", "yaml"]);
  assertEquals(parse(yaml.stdout.replaceAll("$ROOT", env.root)), save);
  const { session, format } = await mpmJson<SavesShowResult>(env, [
    "saves",
    "show",
  ]);
  assertEquals([session.session_id, format], [ID, "md"]);
});

Deno.test("sessions show escapes control characters of a terminal", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "-s", "a\x1b]0;title\x07b\u202e"]);
  const { stdout } = await mpm(env, ["saves", "show"]);
  assertStringIncludes(stdout, "a\\x1b]0;title\\x07b\\u{202e}");
});

Deno.test("sessions verify distinguishes intact, unchecked and damaged saves", async () => {
  using env = await oneSave();
  const good = await mpm(env, ["saves", "verify"]);
  assertEquals([good.status, good.stdout], [
    0,
    `intact     ${ID}\n1 save: 1 intact, 0 unchecked, 0 damaged\n`,
  ]);
  env.remove(`${SESSIONS}/${ID}.json.sha256`);
  env.remove(`${SESSIONS}/${ID}.yaml`);
  const unchecked = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assertEquals(unchecked.sessions[0]!.state, "unchecked");
  assert(unchecked.sessions[0]!.notes.includes(`${ID}.yaml is missing`));
  env.write(`${SESSIONS}/${ID}.json`, "[]");
  const damaged = await mpm(env, ["saves", "verify", "--json"]);
  assertEquals(damaged.status, 5);
  const { intact, sessions } = JSON.parse(
    damaged.stdout,
  ) as SavesVerifyResult;
  assertEquals([intact, sessions[0]!.state], [false, "damaged"]);
});

const SAMPLES = [
  ["v4.11.0", "session-20261120-231653", "Working on payment integration"],
  ["v4.20.6", "session-20261120-231651", undefined],
  ["v5.6.89", "session-20261120-231652", undefined],
  ["v6.5.34", "session-20261120-231652", undefined],
  ["v6.5.83-head", "session-20261120-225740", "Working on auth refactor"],
  ["v6.5.83-incremental", "session-20261120-230847", undefined],
] as const;

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(`${from}/${name}`, `${to}/${name}`);
    else Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

for (const [version, id, summary] of SAMPLES) {
  Deno.test(`a save of claude-mpm ${version} is listed, shown, verified and resumed`, async () => {
    using env = TestEnv.repository();
    const sample = `${ROOT}/tests/formats/claude-mpm/${version}/.claude-mpm`;
    copyFolder(sample, `${env.project}/.claude-mpm`);
    const { sessions } = await mpmJson<SavesListResult>(env, [
      "saves",
      "list",
    ]);
    assertEquals(sessions.map((row) => row.session_id), [id]);
    if (summary) assertEquals(sessions[0]!.summary, summary);
    const shown = await mpm(env, ["saves", "show", id]);
    assertStringIncludes(shown.stdout, `**Session ID**: \`${id}\``);
    const verified = await mpmJson<SavesVerifyResult>(env, [
      "saves",
      "verify",
    ]);
    assert(verified.intact);
    const resumed = await mpm(env, ["resume"]);
    assertEquals(resumed.status, 0, resumed.stderr);
    assertStringIncludes(resumed.stdout, `📊 Session Resume: ${id}`);
    // Neither its commits nor its files are those of this repository. mpm
    // reports that, and does not invent data from its damaged lists.
    const [report, notes] = resumed.stdout.split("Changes Since Pause:")[1]!
      .split("  Notes:\n");
    assertEquals(
      report,
      "\n\n  No commits dated after the pause\n\n" +
        "  Working Directory:\n    • No uncommitted changes\n\n",
    );
    assertStringIncludes(notes!, "is not in this repository");
    assertStringIncludes(notes!, "did not compare the uncommitted changes");
  });
}
