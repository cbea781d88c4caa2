import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { FileError, type System } from "../../src/system/system.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { SOAKS } from "../helpers/posix.ts";
import { ROOT } from "../helpers/tree.ts";

const ID = "0a8d9d4e-1f2b-4c3d-8e4f-5a6b7c8d9e0f";

/** A conversation of each client, and its place in the home. */
const STORES: Record<string, { fixture: string; place: string }> = {
  claude: {
    fixture: "tests/handoff/work.jsonl",
    place: `.claude/projects/-p/${ID}.jsonl`,
  },
  codex: {
    fixture: "tests/formats/codex/gpt55-work.jsonl",
    place: `.codex/sessions/2026/11/22/rollout-2026-11-22T20-00-00-${ID}.jsonl`,
  },
  gemini: {
    fixture: "tests/formats/gemini/work.jsonl",
    place: ".gemini/tmp/p/chats/session-2026-11-22T20-00-0a8d9d4e.jsonl",
  },
  opencode: {
    fixture: "tests/formats/opencode/work.jsonl",
    place: ".local/state/mpm/opencode/ses_0a8d9d4e1f2b4c3d.jsonl",
  },
  copilot: {
    fixture: "tests/formats/copilot/work.jsonl",
    place: `.copilot/session-state/${ID}/events.jsonl`,
  },
};

function put(env: TestEnv, client: string, change: (text: string) => string) {
  const { fixture, place } = STORES[client]!;
  const path = join(env.home, place);
  Deno.mkdirSync(dirname(path), { recursive: true });
  const text = Deno.readTextFileSync(join(ROOT, fixture));
  Deno.writeTextFileSync(path, change(text));
  return { path, text };
}

/** Size and time of each file below the home, except mpm files. */
function storeOf(env: TestEnv): string[] {
  const files: string[] = [];
  const visit = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (isDirectory) visit(path);
      else {
        const { size, mtime } = Deno.statSync(path);
        files.push(`${path} ${size} ${mtime?.getTime()}`);
      }
    }
  };
  visit(env.home);
  return files.sort()
    .filter((line) => !/\/\.local\/state\/mpm\/(?!opencode)/.test(line));
}

/** Runs every command that reads a conversation; none may crash. */
async function readAll(
  env: TestEnv,
  path: string,
  wrap?: (system: System) => System,
) {
  const before = storeOf(env);
  const ended: number[] = [];
  for (
    const args of [
      ["replay", path],
      ["timeline"],
      ["carry", path, "--to", "claude", "--dry-run"],
      ["pause", "-m", "Anything"],
      ["doctor"],
    ]
  ) {
    const { status, stderr } = await mpm(env, args, { ...wrap && { wrap } });
    assert(status !== 70, `mpm ${args.join(" ")}: ${stderr}`);
    ended.push(status);
  }
  assertEquals(storeOf(env), before);
  return ended;
}

for (const client of Object.keys(STORES)) {
  Deno.test(`${client}: a truncated conversation is read as far as possible`, async () => {
    using env = TestEnv.repository();
    const half = Math.floor(
      Deno.readTextFileSync(join(ROOT, STORES[client]!.fixture)).length / 2,
    );
    const { path } = put(env, client, (text) => text.slice(0, half));
    const [replay] = await readAll(env, path);
    assertEquals(replay, 0);
    const torn = put(env, client, (text) => `${text.slice(-half)}{"type":`);
    await readAll(env, torn.path);
  });

  Deno.test(`${client}: records of a newer version are left out`, async () => {
    using env = TestEnv.repository();
    const lines = [
      { type: "of.tomorrow", data: [1, { deep: null }], timestamp: 17 },
      { type: "session.start", data: "another form", payload: 9, message: 4 },
      { type: "gemini", content: { parts: 1 }, toolCalls: "none" },
      ["no", "object"],
    ].map((line) => JSON.stringify(line)).join("\n");
    const { path } = put(
      env,
      client,
      (text) => text.split("\n").map((line) => `${line}\n${lines}`).join("\n"),
    );
    const [replay] = await readAll(env, path);
    assertEquals(replay, 0);
  });

  Deno.test(`${client}: a conversation that cannot be opened is reported`, async () => {
    using env = TestEnv.repository();
    const { path } = put(env, client, (text) => text);
    const refuse = (at: string) => {
      if (at !== path) return;
      throw new FileError("denied", "read", at);
    };
    const [replay] = await readAll(env, path, (system) => ({
      ...system,
      files: {
        ...system.files,
        readPart(at, ...rest) {
          refuse(at);
          return system.files.readPart(at, ...rest);
        },
        readUpTo(at, limit) {
          refuse(at);
          return system.files.readUpTo(at, limit);
        },
        readOwn(at, limit) {
          refuse(at);
          return system.files.readOwn(at, limit);
        },
      },
    }));
    assert(replay !== 0);
  });

  Deno.test({
    name: `${client}: only the end of 19 GB is read`,
    ignore: !SOAKS,
    async fn() {
      using env = TestEnv.repository();
      const { path, text } = put(env, client, (text) => text.split("\n")[0]!);
      Deno.truncateSync(path, 19_000_000_000);
      Deno.writeTextFileSync(path, `\n${text}`, { append: true });
      const begun = performance.now();
      const [replay] = await readAll(env, path);
      assertEquals(replay, 0);
      assert(performance.now() - begun < 120_000);
    },
  });
}

/**
 * The databases that clients keep in addition to their conversations, or
 * instead.
 */
const DATABASES = [
  ".local/share/opencode/opencode.db",
  ".codex/state_5.sqlite",
  ".copilot/session-store.db",
  `.copilot/session-state/${ID}/session.db`,
];

Deno.test("locked databases of clients are not changed", async () => {
  using env = TestEnv.repository();
  const paths = Object.keys(STORES).map((client) =>
    put(env, client, (text) => text).path
  );
  const databases = DATABASES.map((path) => {
    const file = join(env.home, path);
    Deno.mkdirSync(dirname(file), { recursive: true });
    const database = new DatabaseSync(file);
    database.exec("CREATE TABLE session (id TEXT); BEGIN EXCLUSIVE");
    return database;
  });
  for (const path of paths) {
    const ended = await readAll(env, path);
    // `carry` finds no client and reports that.
    assertEquals([path, ended[0]], [path, 0]);
  }
  for (const database of databases) {
    database.exec("INSERT INTO session VALUES ('still ours'); COMMIT");
    database.close();
  }
});
