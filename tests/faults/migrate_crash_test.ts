import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type {
  MigrateReport,
  SavesListResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { Copies } from "../helpers/copies.ts";
import {
  dieEverywhere,
  isOneOf,
  type Points,
  runDying,
} from "../helpers/dying.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpmJson } from "../helpers/mpm.ts";
import { sha256 } from "../helpers/bytes.ts";
import { intentsOf } from "../helpers/intents.ts";
import {
  listing,
  NEWER,
  OLDER,
  PAUSE,
  PLAIN,
  sessionsListing,
  smallStore,
} from "../helpers/old_stores.ts";
import { SESSIONS } from "../helpers/stores.ts";
import { sayPoints } from "../helpers/say.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");
const LATER = () => new Date("2026-11-20T13:00:00Z");

/** Returns the subject of each session, which identifies it under any id. */
async function summaries(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assertEquals(sessions.filter(({ problem }) => problem), []);
  return sessions.map(({ summary }) => summary).sort();
}

function withoutCounts(result: MigrateReport): unknown {
  const { moved, duplicates, conflicts, saves, complete, rewritten } = result;
  return { moved, duplicates, conflicts, saves, complete, rewritten };
}

/** Dies at every write in turn, then runs again normally. */
async function enumerate(
  store: Copies,
  args: readonly string[],
  check: (env: TestEnv, where: string) => Promise<void>,
): Promise<Points> {
  using untouched = store.make();
  // A save that shares its id with another is hidden in the old layout.
  const before = (await summaries(untouched))
    .filter((summary) => !/The (older|newer|old|new) one/.test(summary));
  return await dieEverywhere(args, {
    now: NOON,
    prepare: () => store.make(),
    async check(env, where, finished) {
      const present = await summaries(env);
      const result = await mpmJson<SavesVerifyResult>(env, [
        "saves",
        "verify",
      ]);
      assert(result.intact, where);
      for (const summary of before) {
        assert(present.includes(summary), `${where}: lost ${summary}`);
      }
      if (finished) return;
      // The next run also dies, at another write.
      const [at] = where.match(/\d+/)!;
      await runDying(env, args, { at: (7 * Number(at)) % 40, now: NOON });
      await check(env, where);
    },
  });
}

/** Returns the data of a rollback: the kept files, and the record of each. */
function backups(env: TestEnv): unknown {
  const folder = join(env.project, ".claude-mpm/backups");
  return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => {
      const { "manifest.json": _, ...files } = listing(join(folder, name));
      const text = Deno.readTextFileSync(join(folder, name, "manifest.json"));
      const { kind, changes, steps } = JSON.parse(text);
      return { files, kind, changes, steps };
    });
}

/** After one death out of this many, the result is also rolled back. */
const ROLLED_BACK = 5;

for (const backup of [[], ["--no-backup"]]) {
  const args = ["migrate", ...backup];
  Deno.test(`${args.join(" ")} that dies at any write is finished by the next one`, async () => {
    const store = new Copies(smallStore());
    using whole = store.make();
    const before = sessionsListing(whole);
    const result = await mpmJson<MigrateReport>(whole, args, { now: NOON });
    const after = sessionsListing(whole);
    const kept = backups(whole);
    const points = await enumerate(store, args, async (env, where) => {
      const again = await mpmJson<MigrateReport>(env, args, { now: LATER });
      assertEquals(sessionsListing(env), after, where);
      assertEquals(backups(env), kept, where);
      // After the last removal there is nothing left to report.
      if (again.moved > 0) {
        assertEquals(withoutCounts(again), withoutCounts(result), where);
      }
      if (backup.length > 0 || !isOneOf(ROLLED_BACK, where)) return;
      await mpmJson(env, ["migrate", "--rollback"], { now: LATER });
      assertEquals(sessionsListing(env), before, where);
    });
    const seen = ["The new one", "The newer one", "The old one"];
    const all = await summaries(whole);
    assertEquals(seen.filter((one) => !all.includes(one)), []);
    sayPoints(args.join(" "), points);
    assert(points.count > 50);
  });
}

Deno.test("a rollback that dies at any write is finished by the next one", async () => {
  const whole = new Copies(smallStore()).make();
  const before = sessionsListing(whole);
  await mpmJson(whole, ["migrate"], { now: NOON });
  const args = ["migrate", "--rollback"];
  const points = await enumerate(
    new Copies(whole),
    args,
    async (env, where) => {
      await mpmJson(env, args, { now: LATER });
      assertEquals(sessionsListing(env), before, where);
    },
  );
  sayPoints("migrate --rollback", points);
  assert(points.count > 50);
});

/** Dies once the record of a migration is complete, before its first change. */
async function staged(args: readonly string[]): Promise<TestEnv> {
  const env = smallStore();
  env.settle();
  const store = new Copies(env);
  for (let at = 12;; at += 3) {
    const one = store.make();
    const before = sessionsListing(one);
    await runDying(one, args, { at, now: NOON });
    const [intent] = intentsOf(one);
    const facts = intent && JSON.parse(one.read(intent.path)).facts;
    if (facts?.sha256) {
      assertEquals(sessionsListing(one), before);
      return one;
    }
    one[Symbol.dispose]();
  }
}

for (const backup of [[], ["--no-backup"]]) {
  const args = ["migrate", ...backup];
  Deno.test(`an interrupted ${args.join(" ")} replaces and removes nothing that changed since`, async () => {
    using env = await staged(args);
    const here = `${SESSIONS}/${PLAIN}.json`;
    const there = `${SESSIONS}/${NEWER}.json`;
    const old = `${PAUSE}/${OLDER}.json`;
    const plain = env.read(`${PAUSE}/${PLAIN}.json`);
    const texts = [here, there, old].map((path) => `{"edited": "${path}"}`);
    env.write(here, texts[0]!);
    env.write(there, texts[1]!);
    env.write(old, texts[2]!);
    await mpmJson(env, ["migrate"], { now: LATER });
    assertEquals(env.read(here), texts[0]);
    assertEquals(env.read(there), texts[1]);
    const all = contents(env);
    assertEquals(texts.filter((text) => !all.includes(text)), []);
    // Another file has its ID now, so the old one got another.
    const { summary } = JSON.parse(plain).conversation;
    const sessions = contents(env, SESSIONS);
    assert(sessions.some((text) => text.includes(`"summary": "${summary}"`)));
  });
}

/** Returns the contents of every file below the project's folder. */
function contents(env: TestEnv, folder = ".claude-mpm"): string[] {
  return [...Deno.readDirSync(join(env.project, folder))]
    .flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      return isDirectory ? contents(env, path) : [env.read(path)];
    });
}

Deno.test("a migration that version 0.1.0 left unfinished is finished", async () => {
  using whole = smallStore();
  await mpmJson(whole, ["migrate"], { now: NOON });
  using env = await staged(["migrate"]);
  const { path } = intentsOf(env)[0]!;
  const folder = `.claude-mpm/backups/${JSON.parse(env.read(path)).facts.name}`;
  env.remove(path);
  const record = JSON.parse(env.read(`${folder}/manifest.json`));
  env.remove(`${folder}/manifest.json`);
  let linked = 0;
  for (const change of record.changes) {
    const { at, before, after, from } = change;
    const source = from &&
      `${SESSIONS}/${from.place === "pause" ? "pause/" : ""}${from.name}`;
    // That version gave an unchanged file its second name only now.
    change.linked = !before && !!after &&
      sha256(env.read(source)) === after.sha256;
    if (!change.linked) continue;
    linked++;
    env.remove(`${folder}/new/${at.place}/${at.name}`);
  }
  assert(linked > 0);
  env.write(`${folder}/unfinished.json`, JSON.stringify(record));
  const { resumed } = await mpmJson<MigrateReport>(env, ["migrate"], {
    now: LATER,
  });
  assertEquals(resumed, true);
  assertEquals(sessionsListing(env), sessionsListing(whole));
  assertEquals(intentsOf(env), []);
});
