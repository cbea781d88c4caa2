import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename, join } from "@std/path";
import type { SavesListResult, SavesRmResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  copySample,
  idAt,
  ownSave,
  putHome,
  putSave,
  SESSIONS,
} from "../helpers/stores.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");
const ID = "session-20261120-120000";
const DAY = 86_400;

async function list(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  return sessions.map(({ session_id: id }) => id);
}

/** Everything below `.claude-mpm` except caches. */
function files(env: TestEnv, folder = ".claude-mpm"): string[] {
  return [...Deno.readDirSync(join(env.project, folder))]
    .flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (/^\.claude-mpm\/(state|journal\.jsonl)$/.test(path)) return [];
      return isDirectory ? files(env, path) : [path];
    }).sort();
}

/** The only folder in the trash, below the project. */
function trashed(env: TestEnv): string {
  const names = [...Deno.readDirSync(join(env.project, ".claude-mpm/trash"))];
  assertEquals(names.length, 1);
  return `.claude-mpm/trash/${names[0]!.name}`;
}

Deno.test("sessions rm moves every file of a save into the trash, its second copy too", async () => {
  using env = new TestEnv();
  for (const minute of [0, 1]) {
    await mpmJson(env, ["pause", `Work ${minute}`], {
      now: () => new Date(NOON().getTime() + minute * 60_000),
    });
  }
  const newest = "session-20261120-120100";
  const before = files(env).filter((path) => path.includes(newest));
  assertEquals(before.length, 6);
  const { status, stdout } = await mpm(env, ["saves", "rm", "0"], {
    now: NOON,
  });
  assertEquals([status, stdout], [
    0,
    "Moved 1 save to the trash:\n" +
    `  ${newest}  -  Work 1\n` +
    "They are in $ROOT/project/.claude-mpm/trash/20261120-120000-rm\n",
  ]);
  assertEquals(await list(env), [ID]);
  const folder = trashed(env);
  const there = files(env, folder).filter((path) => path.includes(newest));
  assertEquals(
    there.map((path) => path.replace(folder, ".claude-mpm")),
    before,
  );
  // The pointer leads to the current newest save, and a verification finds no
  // fault.
  assertStringIncludes(env.read(`${SESSIONS}/LATEST-SESSION.txt`), ID);
  const verified = await mpm(env, ["saves", "verify"]);
  assertEquals(
    verified.stdout,
    `intact     ${ID}\n1 save: 1 intact, 0 unchecked, 0 damaged\n`,
  );
});

Deno.test("a removal's manifest lists all places, so that everything can be restored", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Work", "--no-commit"], { now: NOON });
  const before = files(env);
  const contents = before.map((path) => env.read(path));
  await mpmJson<SavesRmResult>(env, ["saves", "rm", ID], { now: NOON });
  assertEquals(await list(env), []);
  assertEquals(env.exists(`${SESSIONS}/LATEST-SESSION.txt`), false);
  const folder = trashed(env);
  const manifest = JSON.parse(env.read(`${folder}/manifest.json`));
  assertEquals(
    [manifest.version, manifest.operation, manifest.at, manifest.root],
    [1, "sessions rm", "2026-11-20T12:00:00.000Z", env.project],
  );
  assertEquals(manifest.items.map(({ name }: { name: string }) => name), [ID]);
  for (const { from, to } of manifest.items[0].files) {
    Deno.renameSync(join(env.project, folder, to), from);
  }
  env.remove(folder);
  assertEquals(await list(env), [ID]);
  // The pointer is derived, and the next pause writes it again.
  const pointer = `${SESSIONS}/LATEST-SESSION.txt`;
  assertEquals(files(env), before.filter((path) => path !== pointer));
  for (const path of files(env)) {
    assertEquals(env.read(path), contents[before.indexOf(path)]);
  }
});

Deno.test("sessions rm reports the parts of a save that git still has on a branch", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Work", "--commit"], { now: NOON });
  const result = await mpmJson<SavesRmResult>(env, ["saves", "rm", ID]);
  assertEquals(result.removed[0]!.tracked, true);
  assertEquals(result.warnings, [
    "Git tracks 1 of these saves and shows their files as deleted. After " +
    "you commit this, they remain only in the history",
  ]);
  assertEquals(await list(env), []);
  assertStringIncludes(
    env.git("status", "--porcelain"),
    ` D ${SESSIONS}/${ID}`,
  );
});

Deno.test("sessions rm removes a save that is only in kept/", async () => {
  using env = new TestEnv();
  await mpmJson(env, ["pause", "Work"], { now: NOON });
  env.remove(`${SESSIONS}/${ID}.json`);
  assertEquals(await list(env), [ID]);
  await mpmJson<SavesRmResult>(env, ["saves", "rm", ID]);
  assertEquals(await list(env), []);
});

Deno.test("sessions prune neither takes a save from the future nor lets it stand for others", async () => {
  using env = new TestEnv();
  const ids = [
    "session-20991231-235959",
    "session-20261119-120000",
    "session-20261118-120000",
  ];
  for (const id of ids) putSave(env, ownSave(id));
  // Its id and its time differ.
  const odd = "session-20990101-000000";
  putSave(env, ownSave(odd, { pausedAt: "2026-11-17T12:00:00.000Z" }));
  const { removed, spared } = await mpmJson<SavesRmResult>(env, [
    "saves",
    "prune",
    "--keep",
    "0",
  ], { now: NOON });
  assertEquals(removed.map(({ session_id: id }) => id), [ids[2]]);
  assertEquals(spared, [
    { session_id: ids[1]!, reason: "it is the newest save of main" },
  ]);
  assertEquals((await list(env)).toSorted(), [ids[1], odd, ids[0]].toSorted());
  const rest = ["saves", "prune", "--keep", "1", "--json"];
  const { stdout } = await mpm(env, rest, { now: NOON });
  assertEquals(JSON.parse(stdout).removed, []);
});

Deno.test("sessions rm accepts numbers of one list with both folders and strays of the home folder", async () => {
  using env = new TestEnv();
  for (const second of [0, 1, 2, 3]) putSave(env, ownSave(idAt(second)));
  putSave(env, ownSave(idAt(2), { summary: "older" }), {
    folder: `${SESSIONS}/pause`,
  });
  const stray = { ...ownSave(idAt(2)), project_path: env.project };
  putHome(env, `.claude-mpm/sessions/${idAt(2)}.json`, JSON.stringify(stray));
  const foreign = { ...ownSave(idAt(3)), project_path: "/elsewhere" };
  putHome(env, `.claude-mpm/sessions/${idAt(3)}.json`, JSON.stringify(foreign));
  const { removed } = await mpmJson<SavesRmResult>(env, [
    ...["saves", "rm", "0", "1", idAt(2)],
  ]);
  assertEquals(removed.map(({ session_id: id }) => id), [idAt(3), idAt(2)]);
  assertEquals(await list(env), [idAt(1), idAt(0)]);
  assert(removed[1]!.files.some((path) => path.startsWith(env.home)));
  // A save of another project is not shown here.
  Deno.statSync(join(env.home, `.claude-mpm/sessions/${idAt(3)}.json`));
});

Deno.test("sessions rm --dry-run lists the files and moves none", async () => {
  using env = new TestEnv();
  copySample(env, "v6.5.83-incremental");
  const before = files(env);
  const result = await mpmJson<SavesRmResult>(env, [
    ...["saves", "rm", "latest", "--dry-run"],
  ]);
  assertEquals([result.dry_run, result.trash], [true, null]);
  assertEquals(
    result.removed[0]!.files.map((path) => basename(path)).sort(),
    before.map((path) => basename(path))
      .filter((name) => name !== "LATEST-SESSION.txt").sort(),
  );
  assertEquals(files(env), before);
  await mpmJson(env, ["saves", "rm", "latest"]);
  assertEquals(await list(env), []);
});

Deno.test("sessions rm refuses what it cannot find, with nothing moved", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  const none = await mpm(env, ["saves", "rm"]);
  assertEquals(none.status, 2);
  const half = await mpm(env, ["saves", "rm", idAt(0), "nothing"]);
  assertEquals(half.status, 3);
  assertEquals(await list(env), [idAt(0)]);
});

posixTest("sessions rm refuses a link instead of the trash", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  Deno.symlinkSync(env.home, join(env.project, ".claude-mpm/trash"));
  const { status, stderr } = await mpm(env, ["saves", "rm", "0"]);
  assertEquals(status, 4, stderr);
  assertEquals(await list(env), [idAt(0)]);
  assertEquals([...Deno.readDirSync(env.home)], []);
});

Deno.test("two removals in one second get separate folders", async () => {
  using env = new TestEnv();
  for (const second of [0, 1]) putSave(env, ownSave(idAt(second)));
  for (const _ of [0, 1]) {
    await mpmJson(env, ["saves", "rm", "0"], { now: NOON });
  }
  const names = [...Deno.readDirSync(join(env.project, ".claude-mpm/trash"))]
    .map(({ name }) => name).sort();
  assertEquals(names, ["20261120-120000-rm", "20261120-120000-rm-2"]);
});

/** Saves of two branches, one a day, and one that cannot be read. */
function branches(env: TestEnv): void {
  for (const day of [0, 1, 2, 3, 4, 5]) {
    const branch = day < 2 ? "old" : "main";
    putSave(env, ownSave(idAt(day * DAY), { branch }));
  }
  env.write(`${SESSIONS}/${idAt(DAY + 1)}.json`, "{torn");
}

const LATER = () => new Date("2026-01-06T12:00:00Z");

for (
  const [args, gone] of [
    [["--keep", "3"], [3 - 1, 0]],
    [["--older-than", "3d"], [2, 0]],
    [["--older-than", "4d"], [0]],
    [["--keep", "0"], [4, 3, 2, 0]],
    [["--keep", "6", "--older-than", "1h"], [0]],
    [["--keep", "100"], []],
  ] as const
) {
  Deno.test(`sessions prune ${args.join(" ")} removes the selected saves but no newest of a branch`, async () => {
    using env = new TestEnv();
    branches(env);
    copySample(env, "resume-logs");
    const before = await list(env);
    const argv = ["saves", "prune", ...args];
    const planned = await mpmJson<SavesRmResult>(
      env,
      [...argv, "--dry-run"],
      {
        now: LATER,
      },
    );
    assertEquals(await list(env), before);
    const done = await mpmJson<SavesRmResult>(env, argv, { now: LATER });
    const ids = gone.map((day) => idAt(day * DAY));
    assertEquals(done.removed.map(({ session_id: id }) => id), ids);
    assertEquals(
      { ...done, trash: null, dry_run: true },
      planned,
    );
    assertEquals(await list(env), before.filter((id) => !ids.includes(id)));
    assert(
      done.spared.every(({ reason }) =>
        [
          "it is the newest save of old",
          "it is the newest save of main",
          "it cannot be read",
        ]
          .includes(reason)
      ),
    );
  });
}

Deno.test("sessions prune needs a rule that it understands", async () => {
  using env = new TestEnv();
  for (
    const args of [[], ["--keep", "-1"], ["--keep", "x"], [
      "--older-than",
      "30",
    ], ["--older-than", "3 weeks"]]
  ) {
    const { status } = await mpm(env, ["saves", "prune", ...args]);
    assertEquals(status, 2, args.join(" "));
  }
});
