import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  SavesListResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { Copies } from "../helpers/copies.ts";
import { TestEnv } from "../helpers/env.ts";
import { refusing } from "../helpers/faults.ts";
import { intentsOf } from "../helpers/intents.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
import {
  listing,
  mixedStore,
  oldJson,
  PAUSE,
  PLAIN,
  put,
  sessionsListing,
} from "../helpers/old_stores.ts";
import { posixTest, unprivileged } from "../helpers/posix.ts";
import {
  copySample,
  formatText,
  idAt,
  ownSave,
  putSave,
  SESSIONS,
} from "../helpers/stores.ts";

const NOON = () => new Date("2026-11-21T12:00:00Z");
const LATER = () => new Date("2026-11-21T13:00:00Z");
const PEER = "session-20261120-230847";
const RECORD = formatText(
  `claude-mpm/v6.5.83-incremental/${SESSIONS}/${PEER}-incremental.jsonl`,
).trimEnd().split("\n").slice(0, -1).join("\n");

/** Three of mpm's saves and one of claude-mpm's. */
async function store(): Promise<TestEnv> {
  const env = new TestEnv();
  copySample(env, "v6.5.83-incremental");
  for (const minute of [0, 1, 2]) {
    await mpmJson(env, ["pause", `Work ${minute}`, "--no-commit"], {
      now: () => new Date(Date.UTC(2026, 10, 20, 12, minute)),
    });
  }
  return env;
}

async function migrated(): Promise<TestEnv> {
  const env = mixedStore();
  await mpmJson(env, ["migrate"], { now: NOON });
  return env;
}

/** The bundle for `import` is next to the store. */
async function withBundle(): Promise<TestEnv> {
  const env = await store();
  using other = new TestEnv();
  for (const second of [0, 1]) putSave(other, ownSave(idAt(second)));
  const bundle = join(env.project, "bundle.json");
  await mpmJson(other, ["saves", "export", "--all", "-o", bundle]);
  return env;
}

async function withRecord(): Promise<TestEnv> {
  const env = await store();
  for (const end of [".json", ".md", "-incremental.jsonl"]) {
    env.remove(`${SESSIONS}/${PEER}${end}`);
  }
  env.write(`${SESSIONS}/ACTIVE-PAUSE.jsonl`, RECORD);
  return env;
}

interface Case {
  readonly args: readonly string[];
  readonly prepare: () => TestEnv | Promise<TestEnv>;
  /** One write out of this many is tested. */
  readonly step: number;
}

const CASES: readonly Case[] = [
  {
    args: ["saves", "rm", "session-20261120-120100", PEER],
    prepare: store,
    step: 1,
  },
  { args: ["saves", "prune", "--keep", "1"], prepare: store, step: 1 },
  {
    args: ["saves", "import", "bundle.json"],
    prepare: withBundle,
    step: 1,
  },
  {
    args: ["saves", "recover", "--finalize"],
    prepare: withRecord,
    step: 1,
  },
  { args: ["saves", "recover", "--discard"], prepare: withRecord, step: 1 },
  { args: ["migrate"], prepare: mixedStore, step: 23 },
  { args: ["migrate", "--rollback"], prepare: migrated, step: 23 },
];

async function summaries(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assertEquals(sessions.filter(({ problem }) => problem), []);
  return sessions.map(({ summary }) => summary).sort();
}

/** The texts of all files of sessions, wherever they are now. */
function texts(env: TestEnv, folder = ".claude-mpm"): Set<string> {
  return new Set(
    [...Deno.readDirSync(join(env.project, folder))]
      .flatMap(({ name, isDirectory }) => {
        const path = `${folder}/${name}`;
        if (isDirectory) return name === "state" ? [] : [...texts(env, path)];
        return /\.jsonl?$/.test(name) ? [env.read(path)] : [];
      }),
  );
}

/** Returns the existing files that a command names. */
async function left(
  env: TestEnv,
  args: readonly string[],
): Promise<readonly string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  const ids = sessions.map(({ session_id: id }) => id);
  return args.filter((arg) => !arg.startsWith("session-") || ids.includes(arg));
}

for (const { args, prepare, step } of CASES) {
  const line = args.slice(0, 3).filter((arg) => !arg.includes("2026"))
    .join(" ");
  Deno.test(`${line} loses nothing and exits with 6 when writes are refused`, async () => {
    const copies = new Copies(await prepare());
    using whole = copies.make();
    await mpmJson(whole, args, { now: LATER });
    const done = await summaries(whole);
    const problems = ["full", "denied", "read-only"] as const;
    for (const [which, problem] of problems.entries()) {
      let refused = 0;
      for (let at = 0;; at += at === 0 ? 1 + which : step * (1 + 3 * which)) {
        using env = copies.make();
        const before = texts(env);
        const { status, stdout, stderr } = await mpm(env, args, {
          now: LATER,
          wrap: (system) => refusing(system, at, problem),
        });
        const where = `${problem} from write ${at}: ${stderr}`;
        const after = [...texts(env)];
        for (const text of before) {
          // A finished record gets one more line.
          assert(after.some((one) => one.startsWith(text.trimEnd())), where);
        }
        const { intact } = await mpmJson<SavesVerifyResult>(
          env,
          ["saves", "verify"],
        );
        assert(intact, where);
        if (status === 0) {
          assertEquals(await summaries(env), done, where);
          if (!/Note|not all of its files/.test(stdout + stderr)) break;
          continue;
        }
        refused++;
        assertEquals(status, 6, where);
        assertStringIncludes(stderr, "Error: Cannot ");
        // The same command on a working disk has the same result.
        const again = await mpm(env, await left(env, args), { now: LATER });
        const end = args.includes("rm") ? [0, 2] : [0, 3];
        assert(end.includes(again.status), `${where} ${again.stderr}`);
        assertEquals(await summaries(env), done, where);
      }
      assert(refused > 0);
    }
  });
}

posixTest("a migration on a full disk changes nothing", () => {
  using env = mixedStore();
  const id = "session-20251105-100000";
  // Larger than any file may be, and rewritten, so that it must be written.
  put(env, `${PAUSE}/${id}.json`, {
    text: oldJson(id, { summary: "long ".repeat(100_000) }),
  });
  const before = sessionsListing(env);
  const command = `trap "" XFSZ; ulimit -f 200; exec "$0" migrate`;
  const { status, stderr } = env.run("sh", ["-c", command, binary()]);
  assertEquals(status, 6, stderr);
  assertStringIncludes(stderr, "no space left");
  assertEquals(sessionsListing(env), before);
  const folder = join(env.project, ".claude-mpm/backups");
  const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assertEquals([left, intentsOf(env)], [[], []]);
  assertEquals(env.run(binary(), ["migrate"]).status, 0);
});

posixTest(
  "an import on a full disk leaves nothing behind",
  () => {
    using env = TestEnv.repository();
    env.write(
      "one.json",
      JSON.stringify(ownSave(PLAIN, { summary: "long ".repeat(100_000) })),
    );
    const command =
      `trap "" XFSZ; ulimit -f 200; exec "$0" sessions import one.json`;
    const { status, stderr } = env.run("sh", ["-c", command, binary()]);
    assertEquals(status, 6, stderr);
    const names = [...Deno.readDirSync(join(env.project, SESSIONS))]
      .map(({ name }) => name);
    assertEquals(names, [".gitignore"]);
  },
);

posixTest(
  "in a read-only store, every command that changes it exits with 6",
  async () => {
    using env = await store();
    env.write("bundle.json", JSON.stringify(ownSave(PLAIN)));
    env.write(`${SESSIONS}/ACTIVE-PAUSE.jsonl`, RECORD);
    put(env, `${PAUSE}/${PLAIN}.json`, { text: oldJson(PLAIN) });
    const home = join(env.project, ".claude-mpm");
    const folders = (folder: string): string[] => [
      folder,
      ...[...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
        isDirectory ? folders(join(folder, name)) : []
      ),
    ];
    const all = folders(home);
    const readable = (mode: number) => {
      for (const folder of all) {
        Deno.chmodSync(folder, mode);
        for (const { name, isFile } of Deno.readDirSync(folder)) {
          if (isFile) Deno.chmodSync(join(folder, name), 0o600);
        }
      }
    };
    for (const folder of [env.root, env.home, env.project]) {
      Deno.chmodSync(folder, 0o755);
    }
    readable(0o500);
    if (Deno.uid() === 0) chown(home, 65534);
    const before = listing(home);
    const lines = [
      ["saves", "rm", "0"],
      ["saves", "prune", "--keep", "1"],
      ["saves", "import", "bundle.json"],
      ["saves", "recover", "--finalize"],
      ["saves", "recover", "--discard"],
      ["migrate"],
    ];
    for (const line of lines) {
      const [program, ...args] = unprivileged([binary(), ...line]);
      const { status, stdout, stderr } = env.run(program!, args);
      assertEquals([status, stdout], [6, ""], `${line.join(" ")}: ${stderr}`);
      assertStringIncludes(stderr, "permission denied");
      assertEquals(listing(home), before, line.join(" "));
    }
    const [program, ...args] = unprivileged([binary(), "saves", "list"]);
    assertEquals(env.run(program!, args).status, 0);
    readable(0o700);
  },
);

function chown(path: string, uid: number): void {
  Deno.chownSync(path, uid, uid);
  if (!Deno.statSync(path).isDirectory) return;
  for (const { name } of Deno.readDirSync(path)) chown(join(path, name), uid);
}
