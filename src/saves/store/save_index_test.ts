import { join } from "@std/path";
import { assert, assertEquals } from "@std/assert";
import type { SaveEntry } from "./save_entry.ts";
import { saveFolders, stampFolders } from "./find_saves.ts";
import { listSaves, newestSaves } from "./read_saves.ts";
import { keepListing, noteSave, openIndex } from "./save_index.ts";
import type { System } from "../../system/system.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { mpmJson } from "../../../tests/helpers/mpm.ts";
import {
  idAt,
  ownSave,
  putHome,
  putMany,
  putSave,
  rest,
  SESSIONS,
} from "../../../tests/helpers/stores.ts";

/** Links need a privilege there, and FIFOs do not exist. */
const WINDOWS = Deno.build.os === "windows";

const INDEX = ".claude-mpm/state/index.json";
/** The number of saves in a store that is worth an index. */
const COUNT = 210;

/** The number of saves in a store that gets one anyway. */
const FEW = 3;

/** A store that is worth an index, without one. */
function largeStore(): TestEnv {
  const env = new TestEnv();
  putMany(env, COUNT);
  return env;
}

/** A small store without an index, unchanged for a while. */
function smallStore(): TestEnv {
  const env = new TestEnv();
  for (let at = 0; at < FEW; at++) putSave(env, ownSave(idAt(60 * at)));
  rest(env);
  return env;
}

/** The same with an index, as if it were large. */
async function store(): Promise<TestEnv> {
  const env = smallStore();
  await index(env);
  return env;
}

/** Lists the store and stores the listing. */
async function index(env: TestEnv, clock?: () => Date): Promise<void> {
  const system = env.system(clock ? { now: clock } : {});
  const now = system.now().getTime();
  const stamps = stampFolders(system, saveFolders(system, env.project));
  // An index is made of rows without digests.
  const saves = (await listSaves(system, env.project)).slice(0, 50)
    .map(({ digest: _, ...row }) => row);
  keepListing(system, env.project, { stamps, now, saves });
}

/** The system, which counts listings and reads. */
function counting(env: TestEnv) {
  const real = env.system();
  const done = { listed: 0, read: 0 };
  const files: System["files"] = {
    ...real.files,
    list: (folder) => (done.listed++, real.files.list(folder)),
    readOwn: (path, limit) => {
      if (/session-[^/]*$/.test(path)) done.read++;
      return real.files.readOwn(path, limit);
    },
  };
  return { system: { ...real, files }, done };
}

/** The newest save, and whether it came from the index alone. */
async function newest(
  env: TestEnv,
): Promise<{ entry: SaveEntry; warm: boolean }> {
  const { system, done } = counting(env);
  for await (const entry of newestSaves(system, env.project)) {
    const warm = done.listed === 0;
    assert(!warm || done.read === 0);
    return { entry, warm };
  }
  throw new Error("no save");
}

Deno.test("newestSaves() needs no listing once an index is there", async () => {
  using env = largeStore();
  const cold = await newest(env);
  assertEquals([cold.entry.id, cold.warm], [idAt(60 * (COUNT - 1)), false]);
  const warm = await newest(env);
  assertEquals(warm, { entry: cold.entry, warm: true });
});

Deno.test("newestSaves() gives every save once beyond the indexed ones", async () => {
  using env = largeStore();
  const all = async () =>
    (await Array.fromAsync(newestSaves(env.system(), env.project))).map((
      { id },
    ) => id);
  const cold = await all();
  assertEquals(cold.length, COUNT);
  assertEquals(await all(), cold);
  assert(env.exists(INDEX));
});

Deno.test("newestSaves() writes no index for a small store", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  rest(env);
  await newest(env);
  assert(!env.exists(".claude-mpm/state"));
});

for (
  const [what, clock, time] of [
    ["the folder has just changed", 0, () => Date.now()],
    [
      "the folder's clock has whole seconds and has not moved on",
      0,
      () => Math.floor(Date.now() / 1000) * 1000,
    ],
    ["the clocks differ", 60_000, () => Date.now()],
    ["the folder's time is in the future", 0, () => Date.now() + 60_000],
  ] as const
) {
  Deno.test(`keepListing() keeps nothing when ${what}`, async () => {
    using env = smallStore();
    const date = new Date(time());
    Deno.utimeSync(join(env.project, SESSIONS), date, date);
    await index(env, () => new Date(Date.now() + clock));
    assert(!env.exists(INDEX));
    assertEquals((await newest(env)).warm, false);
  });
}

Deno.test("keepListing() yields to another reader, and removes the file of a dead one", async () => {
  using env = smallStore();
  env.write(".claude-mpm/state/.index.json.new", "half");
  await index(env);
  assert(!env.exists(INDEX));
  await index(env);
  assert(env.exists(INDEX));
});

Deno.test("keepListing() does not throw if it cannot write", async () => {
  using env = smallStore();
  env.write(".claude-mpm/state", "in the way");
  await index(env);
  assertEquals((await newest(env)).warm, false);
});

for (
  const [what, change] of [
    ["added", (env: TestEnv) => putSave(env, ownSave(idAt(90_000)))],
    ["removed", (env: TestEnv) => env.remove(`${SESSIONS}/${idAt(0)}.json`)],
  ] as const
) {
  Deno.test(`newestSaves() lists again when another program has ${what} a save`, async () => {
    using env = await store();
    change(env);
    const { entry, warm } = await newest(env);
    const expected = what === "added" ? 90_000 : 60 * (FEW - 1);
    assertEquals([entry.id, warm], [idAt(expected), false]);
  });
}

Deno.test("newestSaves() lists again when a save in pause/ or the home folder appears", async () => {
  using env = await store();
  const id = idAt(90_000);
  putSave(env, ownSave(id), { folder: `${SESSIONS}/pause` });
  rest(env);
  assertEquals((await newest(env)).entry.location, "pause");
  env.remove(`${SESSIONS}/pause`);
  rest(env);
  await index(env);
  const save = { ...ownSave(id), "project_path": env.project };
  putHome(env, `.claude-mpm/sessions/${id}.json`, JSON.stringify(save));
  assertEquals((await newest(env)).entry.location, "global");
});

Deno.test("newestSaves() lists again when a newest save was replaced in place", async () => {
  using env = await store();
  const before = (await newest(env)).entry;
  const path = `${SESSIONS}/${before.id}.json`;
  env.write(path, JSON.stringify(ownSave(before.id, { summary: "edited" })));
  const { entry, warm } = await newest(env);
  assertEquals([entry.summary, warm], ["edited", false]);
});

for (
  const [what, content] of [
    ["torn", '{"version":1,"listed":17'],
    ["empty", ""],
    ["no object", "[]"],
    ["of another version", '{"version":2}'],
    ["deeply nested", "[".repeat(100_000)],
    ["without rows", '{"version":1,"listed":1,"stamps":{},"saves":{}}'],
  ] as const
) {
  Deno.test(`newestSaves() trusts no index that is ${what}`, async () => {
    using env = await store();
    const honest = await newest(env);
    assert(honest.warm);
    env.write(INDEX, content);
    assertEquals(await newest(env), { ...honest, warm: false });
  });
}

/** The index, edited. */
function edit(
  env: TestEnv,
  change: (
    index: Record<string, unknown>,
    row: Record<string, unknown>,
  ) => void,
): void {
  const index = JSON.parse(env.read(INDEX));
  change(index, index.saves[0]);
  env.write(INDEX, JSON.stringify(index));
}

for (
  const [what, change] of [
    ["id", "../../../etc/passwd"],
    ["id", "session-20990101-000000"],
    ["format", "../json"],
    ["location", "__proto__"],
    ["pausedAt", "2026-99-99T99:99:99.000Z"],
    ["summary", { length: 1e9 }],
    ["evidence", ["../../.ssh/id_rsa"]],
    ["problem", { code: "toString", message: "" }],
    ["size", "1"],
    ["size", 1],
    ["mtime", null],
    ["own", "yes"],
  ] as const
) {
  Deno.test(`newestSaves() trusts no index with ${what} ${JSON.stringify(change)}`, async () => {
    using env = await store();
    const honest = await newest(env);
    edit(env, (_, row) => row[what] = change);
    assertEquals(await newest(env), { ...honest, warm: false });
  });
}

Deno.test("newestSaves() trusts no index out of order, or with too many rows", async () => {
  using env = await store();
  const honest = await newest(env);
  edit(env, (index) => (index.saves as unknown[]).reverse());
  assertEquals(await newest(env), { ...honest, warm: false });
  edit(env, (index, row) => index.saves = Array(51).fill(row));
  assertEquals(await newest(env), { ...honest, warm: false });
});

Deno.test({
  name: "newestSaves() does not follow an index that is a link or a FIFO",
  ignore: WINDOWS,
  async fn() {
    using env = await store();
    const path = join(env.project, INDEX);
    Deno.renameSync(path, join(env.root, "index.json"));
    Deno.symlinkSync(join(env.root, "index.json"), path);
    assertEquals((await newest(env)).warm, false);
    Deno.removeSync(path);
    env.run("mkfifo", [path]);
    assertEquals((await newest(env)).warm, false);
  },
});

/** Saves as mpm does: the folder changes between the two calls. */
function pause(env: TestEnv, id: string, now?: () => Date) {
  const { system, done } = counting(env);
  const timed = { ...system, now: now ?? system.now };
  const index = openIndex(timed, env.project);
  const save = ownSave(id);
  putSave(env, save);
  noteSave(timed, env.project, { index, save });
  return done;
}

Deno.test("noteSave() keeps the index correct without listing or reading saves", async () => {
  using env = await store();
  for (let second = 1; second <= 60; second++) {
    const id = idAt(90_000 + second);
    assertEquals(pause(env, id), { listed: 0, read: 0 });
    const { entry, warm } = await newest(env);
    assertEquals([entry.id, warm, entry.problem], [id, true, undefined]);
  }
  const all = await Array.fromAsync(newestSaves(env.system(), env.project));
  assertEquals(all.length, FEW + 60);
});

Deno.test("noteSave() leaves a change right after it visible", async () => {
  using env = await store();
  pause(env, idAt(90_000));
  putSave(env, ownSave(idAt(90_001)));
  assertEquals((await newest(env)).entry.id, idAt(90_001));
});

Deno.test("noteSave() drops an index that was wrong before the save", async () => {
  using env = await store();
  putSave(env, ownSave(idAt(95_000)));
  pause(env, idAt(90_000));
  assertEquals((await newest(env)).entry.id, idAt(95_000));
});

Deno.test("noteSave() makes the next reader list if the last listing is old", async () => {
  using env = await store();
  pause(env, idAt(90_000), () => new Date(Date.now() + 2 * 60 * 60 * 1000));
  assertEquals((await newest(env)).warm, false);
});

Deno.test("a removal leaves a correct index", async () => {
  using env = smallStore();
  const now = () => new Date();
  const ids = async () =>
    (await Array.fromAsync(newestSaves(env.system(), env.project)))
      .map(({ id }) => id);
  const [first, gone, ...others] = await ids();
  const remove = (id: string) => mpmJson(env, ["saves", "rm", id], { now });
  // The first change may create files of the store.
  await remove(first!);
  rest(env);
  await index(env);
  await remove(gone!);
  assertEquals((await newest(env)).warm, true);
  assertEquals(await ids(), others);
  await mpmJson(env, ["undo"], { now });
  assertEquals(await ids(), [gone, ...others]);
});

Deno.test("noteSave() without an index does nothing", async () => {
  using env = new TestEnv();
  pause(env, idAt(0));
  assert(!env.exists(".claude-mpm/state"));
  assertEquals((await newest(env)).entry.id, idAt(0));
});
