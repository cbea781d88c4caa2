import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SavesVerifyResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { SESSIONS } from "../helpers/stores.ts";

const ID = "session-20261120-120000";
const KEPT = `.claude-mpm/kept/${ID}.json`;

async function store(): Promise<TestEnv> {
  // Outside git, where kept/ has the second copies.
  const env = new TestEnv();
  await mpmJson(env, ["pause", "Work"], {
    now: () => new Date("2026-11-20T12:00:00Z"),
  });
  return env;
}

async function verify(env: TestEnv, ...args: string[]) {
  const { status, stdout } = await mpm(
    env,
    ["saves", "verify", "--all", ...args, "--json"],
  );
  const [row] = (JSON.parse(stdout) as SavesVerifyResult).sessions;
  return { status, ...row! };
}

Deno.test("sessions verify --all names problems near a save, --repair fixes them", async () => {
  using env = await store();
  const texts = ["yaml", "md"].map((end) =>
    env.read(`${SESSIONS}/${ID}.${end}`)
  );
  const pointer = env.read(`${SESSIONS}/LATEST-SESSION.txt`);
  env.remove(`${SESSIONS}/${ID}.yaml`);
  env.write(`${SESSIONS}/${ID}.md`, "edited\n");
  env.remove(`${SESSIONS}/LATEST-SESSION.txt`);
  env.remove(KEPT);
  const faults = [
    `${ID}.yaml is missing`,
    `${ID}.md does not match the save`,
  ];
  const report = await verify(env);
  assertEquals([report.status, report.state, report.notes, report.repaired], [
    0,
    "intact",
    faults,
    [],
  ]);
  const { notes, repaired } = await verify(env, "--repair");
  assertEquals([notes, repaired], [[], faults]);
  assertEquals(
    ["yaml", "md"].map((end) => env.read(`${SESSIONS}/${ID}.${end}`)),
    texts,
  );
  assertEquals(env.read(`${SESSIONS}/LATEST-SESSION.txt`), pointer);
  assertEquals(env.read(KEPT), env.read(`${SESSIONS}/${ID}.json`));
  assertEquals((await verify(env)).notes, []);
});

Deno.test("sessions verify --repair replaces a damaged save by the kept copy", async () => {
  using env = await store();
  const json = env.read(`${SESSIONS}/${ID}.json`);
  // As git does it: a new file, which the second name does not follow.
  env.remove(`${SESSIONS}/${ID}.json`);
  env.write(`${SESSIONS}/${ID}.json`, json.replace("Work", "Play"));
  assertEquals((await verify(env)).status, 5);
  assertEquals((await verify(env)).state, "damaged");
  const { status, state, repaired } = await verify(env, "--repair");
  assertEquals([status, state, repaired], [
    0,
    "intact",
    [`${ID}.json, from its copy in kept/`],
  ]);
  assertEquals(env.read(`${SESSIONS}/${ID}.json`), json);
  const [folder] = [...Deno.readDirSync(`${env.project}/.claude-mpm/trash`)];
  assertStringIncludes(
    env.read(`.claude-mpm/trash/${folder!.name}/sessions/${ID}.json`),
    "Play",
  );
});

Deno.test("sessions verify --repair renews a damaged kept copy and a lost checksum", async () => {
  using env = await store();
  env.remove(KEPT);
  env.write(KEPT, "{}");
  env.remove(`${SESSIONS}/${ID}.json.sha256`);
  const { state, repaired } = await verify(env, "--repair");
  assertEquals([state, repaired], ["intact", [
    `${ID}.json.sha256, from its second copy`,
    `The second copy of ${ID} differs`,
  ]]);
  assertEquals(env.read(KEPT), env.read(`${SESSIONS}/${ID}.json`));
});

Deno.test("sessions verify --repair does not change what it cannot know", async () => {
  using env = await store();
  for (const path of [`${SESSIONS}/${ID}.json`, KEPT]) env.write(path, "{torn");
  const { status, state, repaired } = await verify(env, "--repair");
  assertEquals([status, state, repaired], [5, "damaged", []]);
  assertEquals(env.read(`${SESSIONS}/${ID}.json`), "{torn");
  const both = await mpm(env, ["saves", "verify", "latest", "--all"]);
  assertEquals(both.status, 2);
});

/** A save that is left only in `kept/`. */
function lose(env: TestEnv): void {
  for (const end of [".json", ".json.sha256", ".yaml", ".md"]) {
    env.remove(`${SESSIONS}/${ID}${end}`);
  }
}

function savedFiles(env: TestEnv): string[] {
  return [".json", ".json.sha256", ".yaml", ".md"]
    .map((end) => env.read(`${SESSIONS}/${ID}${end}`));
}

Deno.test("sessions verify reports a lost save, and --repair restores all of it", async () => {
  using env = await store();
  const before = savedFiles(env);
  lose(env);
  const report = await verify(env);
  assertEquals([report.status, report.state, report.notes], [0, "intact", [
    `sessions/${ID}.json is missing: the only copy is in kept/, where ` +
    "claude-mpm does not look",
  ]]);
  const back = await verify(env, "--repair");
  assertEquals([back.status, back.notes, back.repaired], [0, [], [
    `${ID}.json, from its copy in kept/`,
  ]]);
  assertEquals(savedFiles(env), before);
  assertEquals(
    env.read(`${SESSIONS}/LATEST-SESSION.txt`).split("\n", 1),
    [`Latest Session: ${ID}`],
  );
});

Deno.test("an editor that writes a save in place leaves its kept copy alone", async () => {
  using env = await store();
  const path = `${SESSIONS}/${ID}.json`;
  const before = env.read(path);
  env.write(path, before.replace("Work", "Play"));
  assertEquals(env.read(KEPT), before);
  assertEquals((await verify(env)).state, "damaged");
  assertEquals((await verify(env, "--repair")).state, "intact");
  assertEquals(env.read(path), before);
});

Deno.test("other files stay out of git's sight beside claude-mpm's rules", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/.gitignore", "logs/\n*.log\n*.pyc\n__pycache__/\n");
  env.git("add", "-A");
  env.git("commit", "-qm", "Rules");
  await mpmJson(env, ["pause", "Work"]);
  await mpmJson(env, ["pause", "More"]);
  await mpmJson(env, ["saves", "rm", "1"]);
  const untracked = env.git("status", "--porcelain", "-uall").split("\n")
    .filter((line) => line.startsWith("??"));
  assertEquals(untracked.filter((line) => /kept|trash|backups/.test(line)), []);
});

Deno.test("sessions verify --repair continues if one save fails, and reports it", async () => {
  using env = await store();
  await mpmJson(env, ["pause", "More", "--no-commit"], {
    now: () => new Date("2026-11-20T13:00:00Z"),
  });
  // Newest first, so the one that refuses comes before the other.
  const refusing = `${SESSIONS}/session-20261120-130000.yaml`;
  env.remove(refusing);
  env.write(`${refusing}/mine`, "mine\n");
  env.remove(`${SESSIONS}/${ID}.md`);
  const { status, stderr } = await mpm(env, ["saves", "verify", "--repair"]);
  assertEquals(status, 4);
  assertStringIncludes(stderr, 'session-20261120-130000.yaml" is a folder');
  assertEquals(env.exists(`${SESSIONS}/${ID}.md`), true);
  assertEquals(env.read(`${refusing}/mine`), "mine\n");
});
