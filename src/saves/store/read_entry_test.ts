import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { listSaves } from "./read_saves.ts";
import type { System } from "../../system/system.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import {
  idAt,
  ownSave,
  putMany,
  putSave,
  SESSIONS,
} from "../../../tests/helpers/stores.ts";

const ROWS = ".claude-mpm/state/rows.json";
/** The number of saves in a store that keeps its listing. */
const COUNT = 210;

/**
 * Makes a listing an hour after the files were written, except `edited`. The
 * system sets the time of that change, so a test could only wait for it.
 */
async function list(
  env: TestEnv,
  { wrap = (system: System) => system, edited = "" } = {},
) {
  const system = env.system({ now: () => new Date(Date.now() + 3_600_000) });
  let read = 0;
  const files: System["files"] = {
    ...system.files,
    lstat(path) {
      const found = system.files.lstat(path);
      return found && path === edited
        ? { ...found, changed: found.changed! + 1000 }
        : found;
    },
    readOwn(path, limit) {
      if (/session-[^/\\]*$/.test(path)) read++;
      return system.files.readOwn(path, limit);
    },
  };
  const entries = await listSaves(wrap({ ...system, files }), env.project);
  return { entries, read };
}

function store(): TestEnv {
  const env = new TestEnv();
  putMany(env, COUNT);
  return env;
}

Deno.test("listSaves() reads each file of a large store once", async () => {
  using env = store();
  const cold = await list(env);
  const warm = await list(env);
  assertEquals([cold.read, warm.read], [COUNT, 0]);
  assertEquals(warm.entries, cold.entries);
  assertEquals(cold.entries.length, COUNT);
});

Deno.test("listSaves() rereads a file that was written in place, even with equal size and time", async () => {
  using env = store();
  await list(env);
  const path = join(env.project, SESSIONS, `${idAt(0)}.json`);
  const before = Deno.statSync(path);
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.replaceAll("Work", "Play"));
  Deno.utimeSync(path, before.atime!, before.mtime!);
  assertEquals(Deno.statSync(path).size, before.size);
  const { entries, read } = await list(env, { edited: path });
  assertEquals(read, 1);
  assertEquals(entries.at(-1)!.summary, `Play ${idAt(0)}`);
});

Deno.test("listSaves() sees added and removed saves", async () => {
  using env = store();
  await list(env);
  putSave(env, ownSave(idAt(1), { summary: "new" }));
  env.remove(`${SESSIONS}/${idAt(60)}.json`);
  const { entries, read } = await list(env);
  assertEquals([entries.length, read], [COUNT, 1]);
  assert(entries.some(({ summary }) => summary === "new"));
  assert(!entries.some(({ id }) => id === idAt(60)));
});

Deno.test("listSaves() does not cache a file that may still change", async () => {
  using env = store();
  const system = env.system();
  await listSaves(system, env.project);
  assert(!env.exists(ROWS));
});

for (
  const [what, text] of [
    ["torn", '{"version":1,"rows":[["sess'],
    ["another version's", '{"version":99,"rows":[]}'],
    ["no list", '{"version":1,"rows":5}'],
    ["rows of other shapes", '{"version":1,"rows":[null,[1],{"a":1}]}'],
  ] as const
) {
  Deno.test(`listSaves() ignores cached rows that are ${what}`, async () => {
    using env = store();
    const { entries } = await list(env);
    env.write(ROWS, text);
    const again = await list(env);
    assertEquals([again.read, again.entries], [COUNT, entries]);
  });
}

Deno.test("listSaves() works where nothing can be written", async () => {
  using env = store();
  const refused = (system: System): System => ({
    ...system,
    files: {
      ...system.files,
      create: (path, ...more) => {
        if (path.includes(".rows.json")) throw new Error("unexpected");
        system.files.create(path, ...more);
      },
      lstat: (path) =>
        path.endsWith(".rows.json.new")
          ? { ...system.files.lstat(env.project)!, kind: "file" }
          : system.files.lstat(path),
    },
  });
  const { entries } = await list(env, { wrap: refused });
  assertEquals(entries.length, COUNT);
});
