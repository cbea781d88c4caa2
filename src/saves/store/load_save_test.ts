import { join } from "@std/path";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MpmError } from "../../base/errors.ts";
import { loadSave } from "./load_save.ts";
import { listSaves } from "./read_saves.ts";
import { contentDigestOf } from "../trust/origins.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import {
  copySample,
  idAt,
  ownSave,
  putSave,
  SAMPLES,
  SESSIONS,
} from "../../../tests/helpers/stores.ts";

/** Links need a privilege there, and FIFOs do not exist. */
const WINDOWS = Deno.build.os === "windows";

const PATH = `${SESSIONS}/${idAt(0)}.json`;

async function load(env: TestEnv) {
  const [entry] = await listSaves(env.system(), env.project);
  return await loadSave(env.system(), entry!);
}

/** A store with one mpm save. */
function store(): TestEnv {
  const env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  return env;
}

Deno.test("loadSave() returns a save as it was written, verified", async () => {
  using env = store();
  assertEquals(await load(env), {
    save: ownSave(idAt(0)),
    value: { ...ownSave(idAt(0)) },
    warnings: [],
    checksum: "verified",
    bytes: new TextEncoder().encode(env.read(PATH)),
    digest: contentDigestOf(new TextEncoder().encode(env.read(PATH))),
  });
});

for (
  const [what, edit] of [
    [
      "another",
      (sum: string) => sum.replace(/./, (c) => c === "0" ? "1" : "0"),
    ],
    ["no", () => "garbage"],
    ["an empty", () => ""],
  ] as const
) {
  Deno.test(`loadSave() throws CORRUPT when the checksum file holds ${what} checksum`, async () => {
    using env = store();
    env.write(`${PATH}.sha256`, edit(env.read(`${PATH}.sha256`)));
    const error = await assertRejects(() => load(env), MpmError);
    assertEquals(error.code, "CORRUPT");
    assertMatch(error.message, /session-20260101-000000\.json/);
    assertMatch(error.hint!, /mpm saves verify/);
  });
}

Deno.test("loadSave() throws CORRUPT when the JSON was changed", async () => {
  using env = store();
  env.write(PATH, env.read(PATH).replace("Work", "Play"));
  const error = await assertRejects(() => load(env), MpmError);
  assertEquals(error.code, "CORRUPT");
});

for (
  const [what, edit] of [
    ["a final newline", (sum: string) => `${sum}\n`],
    ["sha256sum's form", (sum: string) => `${sum}  x.json\n`],
    ["capitals", (sum: string) => sum.toUpperCase()],
  ] as const
) {
  Deno.test(`loadSave() accepts a checksum with ${what}`, async () => {
    using env = store();
    env.write(`${PATH}.sha256`, edit(env.read(`${PATH}.sha256`)));
    assertEquals((await load(env)).checksum, "verified");
  });
}

Deno.test("loadSave() warns when there is no checksum file", async () => {
  using env = store();
  env.remove(`${PATH}.sha256`);
  const { save, warnings, checksum } = await load(env);
  assertEquals(save, ownSave(idAt(0)));
  assertEquals(checksum, "absent");
  assertMatch(warnings.join(), /no checksum file/);
});

Deno.test({
  name: "loadSave() fails rather than trust a checksum file that is a link",
  ignore: WINDOWS,
  async fn() {
    using env = store();
    env.write("sum", env.read(`${PATH}.sha256`));
    env.remove(`${PATH}.sha256`);
    Deno.symlinkSync(
      join(env.project, "sum"),
      join(env.project, `${PATH}.sha256`),
    );
    const error = await assertRejects(() => load(env), MpmError);
    assertEquals(error.code, "FILE_FAILED");
  },
});

Deno.test("loadSave() ignores claude-mpm's checksum file when it is stale", async () => {
  using env = new TestEnv();
  copySample(env, "v6.5.83-head");
  const path = `${SESSIONS}/${SAMPLES[4].id}.json`;
  env.write(path, env.read(path) + "\n");
  const { checksum, warnings } = await load(env);
  assertEquals(checksum, "absent");
  assertMatch(warnings.join(), /no checksum file/);
});

Deno.test("loadSave() throws UNREADABLE with the position of the fault", async () => {
  using env = store();
  env.remove(`${PATH}.sha256`);
  env.write(PATH, '{\n  "session_id": nil\n}');
  const error = await assertRejects(() => load(env), MpmError);
  assertEquals(error.code, "UNREADABLE");
  assertMatch(error.message, /line 2 column 18: Unexpected token 'i'/);
});
