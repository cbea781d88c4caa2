import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type {
  ImportResult,
  SavesListResult,
  SavesRecoverResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import {
  copySample,
  formatText,
  idAt,
  ownSave,
  putSave,
  SESSIONS,
} from "../helpers/stores.ts";

const NOON = () => new Date("2026-11-21T12:00:00Z");
const PEER = "session-20261120-230847";

async function ids(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  return sessions.map(({ session_id: id }) => id);
}

/** Checks that every listed save is complete, and can be verified as before. */
async function assertWhole(env: TestEnv, where: string): Promise<void> {
  const { sessions } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  for (const { session_id: id, state } of sessions) {
    assertEquals(state, "intact", `${where}: ${id}`);
  }
}

/** The contents of all files of saves, wherever they are now. */
function contents(env: TestEnv, folder = ".claude-mpm"): string[] {
  return [...Deno.readDirSync(join(env.project, folder))]
    .flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) {
        return name === "state" ? [] : contents(env, path);
      }
      return /^\.?session-/.test(name) ? [`${name} ${env.read(path)}`] : [];
    }).sort();
}

/** Three of mpm's saves, the second one twice, and one of claude-mpm's. */
async function mixed(): Promise<TestEnv> {
  const env = new TestEnv();
  copySample(env, "v6.5.83-incremental");
  for (const minute of [0, 1, 2]) {
    await mpmJson(env, ["pause", `Work ${minute}`, "--no-commit"], {
      now: () => new Date(Date.UTC(2026, 10, 20, 12, minute)),
    });
  }
  return env;
}

const REMOVALS: Record<string, { args: string[]; gone: string[] }> = {
  rm: {
    args: ["saves", "rm", "session-20261120-120100", PEER],
    gone: [PEER, "session-20261120-120100"],
  },
  prune: {
    args: ["saves", "prune", "--keep", "1"],
    gone: [
      "session-20261120-120100",
      "session-20261120-120000",
    ],
  },
};

for (const [name, { args, gone }] of Object.entries(REMOVALS)) {
  Deno.test(`${name} leaves each save whole or in the trash at every crash point`, async () => {
    let files: string[] = [];
    let all: string[] = [];
    const points = await dieEverywhere(args, {
      now: NOON,
      async prepare() {
        const env = await mixed();
        files = contents(env);
        all = await ids(env);
        return env;
      },
      async check(env, where, finished) {
        await assertWhole(env, where);
        assertEquals(contents(env), files, `${where}: nothing lost`);
        const there = await ids(env);
        const left = gone.filter((id) => there.includes(id));
        const stays = (id: string) => !gone.includes(id) || left.includes(id);
        assertEquals(there, all.filter(stays), where);
        if (finished) assertEquals(left, []);
        if (left.length === 0) return;
        const again = name === "rm" ? ["saves", "rm", ...left] : args;
        const { status, stderr } = await mpm(env, again, { now: NOON });
        assertEquals(status, 0, `${where}: ${stderr}`);
        assertEquals(await ids(env), all.filter((id) => !gone.includes(id)));
        assertEquals(contents(env), files, where);
      },
    });
    sayPoints(`sessions ${name}`, points);
    assert(points.count > 15);
  });
}

Deno.test("import adds each save once and complete at every crash point", async () => {
  using other = new TestEnv();
  for (const second of [0, 1]) {
    putSave(other, ownSave(idAt(second), { summary: "theirs" }));
  }
  const args = ["saves", "import", other.project];
  const points = await dieEverywhere(args, {
    now: NOON,
    prepare() {
      const env = TestEnv.repository();
      // Its second is already in use, so one of them has to move.
      putSave(env, ownSave(idAt(1), { summary: "mine" }));
      return env;
    },
    async check(env, where, finished) {
      await assertWhole(env, where);
      const before = await ids(env);
      if (finished) assertEquals(before.length, 3);
      const { imported, present } = await mpmJson<ImportResult>(
        env,
        args,
        {
          now: NOON,
        },
      );
      assertEquals(imported.length + present.length, 2, where);
      assertEquals(await ids(env), [idAt(2), idAt(1), idAt(0)], where);
      await assertWhole(env, where);
      const { sessions } = await mpmJson<SavesVerifyResult>(env, [
        ...["saves", "verify", "--repair"],
      ]);
      assertEquals(sessions.length, 3);
    },
  });
  sayPoints("sessions import", points);
  assert(points.count > 25);
});

Deno.test("recover --finalize saves a record once at every crash point", async () => {
  const record = formatText(
    `claude-mpm/v6.5.83-incremental/${SESSIONS}/${PEER}-incremental.jsonl`,
  ).trimEnd().split("\n").slice(0, -1).join("\n");
  const args = ["saves", "recover", "--finalize"];
  const points = await dieEverywhere(args, {
    now: NOON,
    prepare() {
      const env = TestEnv.repository();
      env.write(`${SESSIONS}/ACTIVE-PAUSE.jsonl`, record);
      return env;
    },
    async check(env, where) {
      await assertWhole(env, where);
      const { state } = await mpmJson<SavesRecoverResult>(
        env,
        args.slice(0, 2),
      );
      if (state === "active") await mpmJson(env, args, { now: NOON });
      assertEquals(await ids(env), [PEER], where);
      assert(env.exists(`${SESSIONS}/${PEER}-incremental.jsonl`), where);
      assert(!env.exists(`${SESSIONS}/ACTIVE-PAUSE.jsonl`), where);
    },
  });
  sayPoints("sessions recover", points);
  assert(points.count > 15);
});

Deno.test("verify --repair can be repeated after every crash point", async () => {
  const id = "session-20261120-120100";
  const args = ["saves", "verify", "--repair"];
  const points = await dieEverywhere(args, {
    now: NOON,
    async prepare() {
      const env = await mixed();
      env.remove(`${SESSIONS}/${id}.json`);
      env.write(`${SESSIONS}/${id}.json`, "{torn");
      env.remove(`${SESSIONS}/session-20261120-120000.yaml`);
      return env;
    },
    async check(env, where) {
      const { intact } = await mpmJson<SavesVerifyResult>(env, args, {
        now: NOON,
      });
      assert(intact, where);
      assertEquals((await ids(env)).length, 4, where);
      await assertWhole(env, where);
      assert(contents(env).some((text) => text.endsWith("{torn")), where);
    },
  });
  sayPoints("sessions verify --repair", points);
  assert(points.count > 10);
});
