import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { createHmac } from "node:crypto";
import { FileError, type System } from "../../src/system/system.ts";
import type { UndoListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const JOURNAL = ".claude-mpm/state/journal.jsonl";
const STORE_ID = ".claude-mpm/state/store-id";
const KEY = ".local/state/mpm/journal-key";

async function log(env: TestEnv): Promise<UndoListResult["operations"]> {
  return (await mpmJson<UndoListResult>(env, ["log", "-n", "all"])).operations;
}

async function templates(env: TestEnv, ...names: string[]): Promise<void> {
  for (const name of names) await mpmJson(env, ["template", "new", name]);
}

Deno.test("a journal with damaged lines continues to work, and so does undo", async () => {
  using env = TestEnv.repository();
  await templates(env, "one", "two");
  const text = env.read(JOURNAL);
  env.write(JOURNAL, text.slice(0, -40));
  await templates(env, "three");
  assertEquals((await log(env)).map(({ number, title }) => [number, title]), [
    [2, "make the template three"],
    [1, "make the template one"],
  ]);
  await mpmJson(env, ["undo"]);
  assertEquals(env.exists(".claude-mpm/templates/three.md"), false);
  env.write(JOURNAL, `\n\u0000{}\n[1]\n{"id":"x"}\n${env.read(JOURNAL)}{"id":`);
  await mpmJson(env, ["undo"]);
  assertEquals(env.exists(".claude-mpm/templates/one.md"), false);
});

Deno.test("undo in a moved project reports where its operations were done", async () => {
  using env = TestEnv.repository();
  await templates(env, "one", "two");
  await mpmJson(env, ["undo"]);
  await templates(env, "three");
  const moved = join(env.root, "moved");
  Deno.renameSync(env.project, moved);
  const { status, stderr } = await mpm(env, ["undo"], { cwd: moved });
  assertEquals([status, stderr], [
    3,
    "Error: Nothing to undo here\nHint: 2 operations were done in another " +
    'folder "$ROOT/project": "mpm undo list" lists them. To undo them, run ' +
    '"mpm undo" there; if you moved the project, move it back first\n',
  ]);
});

Deno.test("a lost journal only makes undo impossible", async () => {
  using env = TestEnv.repository();
  await templates(env, "one");
  env.remove(JOURNAL);
  assertEquals((await mpm(env, ["undo"])).status, 3);
  assertEquals(await log(env), []);
  await templates(env, "two");
  assertEquals((await log(env)).length, 1);
  await mpmJson(env, ["undo"]);
  assert(env.exists(".claude-mpm/templates/one.md"));
});

Deno.test("a large journal is shortened, and its numbers continue", async () => {
  using env = TestEnv.repository();
  await templates(env, "one");
  const line = env.read(JOURNAL).trimEnd();
  const many = Array.from({ length: 6000 }, () => line).join("\n");
  env.write(JOURNAL, `${many}\n`);
  assert(many.length > 2 * 1024 * 1024);
  await templates(env, "two");
  const size = env.read(JOURNAL).length;
  assert(size < 1.1 * 1024 * 1024, `${size} bytes`);
  const [last] = await log(env);
  assertEquals([last!.number, last!.title], [2, "make the template two"]);
  await mpmJson(env, ["undo"]);
  assertEquals(env.exists(".claude-mpm/templates/two.md"), false);
});

posixTest(
  "a journal of a gigabyte, a link, a FIFO or a folder harms no one",
  async () => {
    using env = TestEnv.repository();
    await mpmJson(env, ["pause", "--no-commit"]);
    const path = join(env.project, JOURNAL);
    const outside = join(env.root, "outside");
    Deno.writeTextFileSync(outside, "precious\n");
    const makers: Record<string, () => void> = {
      large: () => {
        Deno.writeTextFileSync(path, "");
        Deno.truncateSync(path, 1024 * 1024 * 1024);
      },
      link: () => Deno.symlinkSync(outside, path),
      fifo: () => env.run("mkfifo", [path]),
      folder: () => Deno.mkdirSync(path),
    };
    for (const [name, make] of Object.entries(makers)) {
      Deno.removeSync(path, { recursive: true });
      make();
      const { status, stderr } = await mpm(env, ["pause", "--no-commit", name]);
      assertEquals(status, 0, `${name}: ${stderr}`);
      const undone = await mpm(env, ["undo"]);
      if (name === "large") assertEquals([stderr, undone.status], ["", 0]);
      else {
        assertStringIncludes(
          stderr,
          'Note: done, but not recorded in "mpm undo list"',
        );
        assertEquals(undone.status, 6, name);
      }
    }
    assertEquals(Deno.readTextFileSync(outside), "precious\n");
  },
);

/** A line that someone else could write, with any name. */
function forged(env: TestEnv, name: string, more: object = {}): string {
  const digest = "0".repeat(64);
  return JSON.stringify({
    id: 1,
    at: "2026-11-20T12:00:00.000Z",
    operation: "config set",
    title: "\u001b[31mforged\u202e",
    worktree: env.project,
    before: { files: { [name]: null } },
    after: { files: { [name]: { sha256: digest, kept: null } } },
    ...more,
  });
}

Deno.test("a journal of someone else is shown and never acted on", async () => {
  using env = TestEnv.repository();
  const victim = join(env.root, "victim");
  Deno.writeTextFileSync(victim, "precious\n");
  for (
    const name of [victim, "../victim", ".claude/settings.json", "README.md"]
  ) {
    for (const seal of [{}, { seal: "0".repeat(64) }]) {
      env.write(JOURNAL, `${forged(env, name, seal)}\n`);
      assertEquals((await mpm(env, ["undo"])).status, 3);
      const { status, stderr } = await mpm(env, ["undo", "1"]);
      assertEquals(status, 4);
      assertStringIncludes(stderr, "was not recorded by you on this machine");
    }
  }
  const shown = (await mpm(env, ["log"])).stdout;
  assertStringIncludes(shown, "\\x1b[31mforged\\u{202e}");
  assertStringIncludes(shown, "(not by you on this machine)");
  assertEquals(Deno.readTextFileSync(victim), "precious\n");
  assertEquals(env.read("README.md"), "# Project\n");
  // Even with a key that is known here, since another machine has another key.
  await templates(env, "mine");
  const [, own] = env.read(JOURNAL).trimEnd().split("\n");
  env.write(JOURNAL, own!.replace("mine.md", "mine.mD").concat("\n"));
  assertEquals((await mpm(env, ["undo", "2"])).status, 4);
  env.write(JOURNAL, `${own}\n`);
  Deno.removeSync(join(env.home, ".local/state/mpm/journal-key"));
  assertEquals((await mpm(env, ["undo", "2"])).status, 4);
  assert(env.exists(".claude-mpm/templates/mine.md"));
});

Deno.test("a line of another store is never acted on, one of an earlier version is", async () => {
  using env = TestEnv.repository();
  await templates(env, "mine");
  const line = env.read(JOURNAL);
  const id = env.read(STORE_ID);
  env.write(STORE_ID, "0123456789abcdef");
  assertEquals((await mpm(env, ["undo", "1"])).status, 4);
  assertEquals((await log(env)).map(({ own }) => own), [false]);
  env.write(STORE_ID, id);
  assertEquals((await log(env)).map(({ own }) => own), [true]);
  // Before, a seal named no store.
  const body = line.slice(0, line.indexOf(',"seal"'));
  const key = Deno.readTextFileSync(join(env.home, KEY));
  const seal = createHmac("sha256", key).update(body).digest("hex");
  env.write(JOURNAL, `${body},"seal":"${seal}"}\n`);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(env.exists(".claude-mpm/templates/mine.md"), false);
});

Deno.test("a line with the last number there is keeps no other from the journal", async () => {
  using env = TestEnv.repository();
  await templates(env, "one");
  const line = forged(env, "README.md", { id: 1_000_000_000 });
  env.write(JOURNAL, `${env.read(JOURNAL)}${line}\n`);
  await templates(env, "two", "three");
  const titles = (await log(env)).map(({ title, own }) => own && title);
  assertEquals(titles, [
    "make the template three",
    "make the template two",
    false,
    "make the template one",
  ]);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(env.exists(".claude-mpm/templates/two.md"), false);
  assertEquals(env.exists(".claude-mpm/templates/one.md"), true);
});

Deno.test("a deeply nested line of the journal is skipped", async () => {
  using env = TestEnv.repository();
  await templates(env, "one");
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const line = forged(env, "README.md").replace('"after":{', `$&"a":${deep},`);
  assertStringIncludes(line, deep);
  env.write(JOURNAL, `${env.read(JOURNAL)}${line}\n`);
  await templates(env, "two");
  const titles = (await log(env)).map(({ title }) => title);
  assertEquals(titles, ["make the template two", "make the template one"]);
});

Deno.test("a key that cannot be read is not replaced", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "mine"]);
  const key = join(env.home, ".local/state/mpm/journal-key");
  const before = Deno.readTextFileSync(key);
  const wrap = (system: System): System => ({
    ...system,
    files: {
      ...system.files,
      readOwn(path, limit) {
        if (path === key) throw new FileError("denied", "read", path);
        return system.files.readOwn(path, limit);
      },
    },
  });
  const { status, stderr } = await mpm(env, ["start", "other"], { wrap });
  assertEquals(status, 6);
  assertStringIncludes(stderr, "Cannot write the key");
  assertEquals((await mpm(env, ["pause", "Work"], { wrap })).status, 0);
  assertEquals(Deno.readTextFileSync(key), before);
  const { stdout } = await mpm(env, ["status"]);
  assertStringIncludes(stdout, "Session: mine");
});

Deno.test("a marker of an undo that someone else wrote is removed and no more", async () => {
  using env = TestEnv.repository();
  await templates(env, "mine");
  const marker = ".claude-mpm/state/undo.json";
  env.write(marker, forged(env, "README.md"));
  await mpmJson(env, ["saves", "list"]);
  assertEquals(env.exists(marker), false);
  assertEquals(env.read("README.md"), "# Project\n");
  assertEquals((await log(env)).length, 1);
});

posixTest("undo does not follow a link that replaced a folder", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["init"]);
  await mpmJson(env, ["hooks", "install"]);
  const outside = join(env.root, "outside");
  Deno.renameSync(join(env.project, ".claude"), outside);
  Deno.symlinkSync(outside, join(env.project, ".claude"));
  const { status, stderr } = await mpm(env, ["undo"]);
  assertEquals(status, 4);
  assertStringIncludes(stderr, "is not a folder");
  assert(Deno.lstatSync(join(outside, "settings.local.json")).isFile);
});

Deno.test("the journal holds no content, and what people typed is redacted", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, [
    ...[
      "config",
      "set",
      "context.architecture",
      "docs/<private>wishes</private>",
    ],
    ...["--scope", "project"],
  ]);
  const text = env.read(JOURNAL);
  assertStringIncludes(text, "docs/[redacted:private]");
  assert(!text.includes("wishes"), text);
});

posixTest(
  "without a home nothing is sealed, and everything except undo works",
  async () => {
    using env = TestEnv.repository();
    const wrap = (system: ReturnType<TestEnv["system"]>) => ({
      ...system,
      home: () => undefined,
      env: (name: string) => name === "HOME" ? undefined : system.env(name),
    });
    const { status, stderr } = await mpm(env, ["pause", "--no-commit"], {
      wrap,
    });
    assertEquals([status, stderr], [0, ""]);
    assertEquals((await log(env)).map(({ own }) => own), [false]);
    assertEquals((await mpm(env, ["undo", "1"], { wrap })).status, 4);
  },
);
