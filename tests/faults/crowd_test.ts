import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type {
  SavesListResult,
  SavesVerifyResult,
  UndoListResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { eventJson } from "../helpers/hook_events.ts";
import { binary, mpmJson, start } from "../helpers/mpm.ts";
import { PAUSE, putOld } from "../helpers/old_stores.ts";
import { posixTest } from "../helpers/posix.ts";
import { say } from "../helpers/say.ts";
import { idAt } from "../helpers/stores.ts";

const OLD = 20;

interface Outcome {
  readonly line: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(env: TestEnv, args: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await start(env, args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    line: args.slice(0, 2).join(" "),
    code,
    stdout: text(stdout),
    stderr: text(stderr),
  };
}

/** An event of Claude Code, given to the real process. */
async function fire(
  env: TestEnv,
  event: string,
  session: string,
): Promise<Outcome> {
  const child = new Deno.Command(binary(), {
    args: ["hook", event],
    cwd: env.project,
    env: env.env(),
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const json = eventJson(env, event, { session_id: session });
  await writer.write(new TextEncoder().encode(json));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    line: `hook ${event}`,
    code,
    stdout: text(stdout),
    stderr: text(stderr),
  };
}

/** The ids of the saves in the trash, where a removal put them. */
function trashed(env: TestEnv, folder = ".claude-mpm/trash"): string[] {
  if (!env.exists(folder)) return [];
  return [...Deno.readDirSync(join(env.project, folder))]
    .flatMap(({ name, isDirectory }) =>
      isDirectory
        ? trashed(env, `${folder}/${name}`)
        : /^(session-[\d-]+)\.json$/.exec(name)?.slice(1) ?? []
    );
}

function crowd(env: TestEnv): Promise<Outcome>[] {
  const times = (count: number, work: (at: number) => Promise<Outcome>) =>
    Array.from({ length: count }, (_, at) => work(at));
  return [
    ...times(16, (at) => run(env, ["pause", "--json", `Number ${at}`])),
    ...times(8, () => run(env, ["saves", "list", "--json"])),
    ...times(4, () => run(env, ["saves", "prune", "--keep", "10"])),
    ...times(4, () => run(env, ["migrate", "--json"])),
    ...times(4, (at) => run(env, ["checkpoint", "save", `c${at}`, "--json"])),
    ...times(4, (at) => run(env, ["template", "new", `t${at}`])),
    ...["SessionStart", "PostToolBatch", "SessionEnd", "PreCompact", "Stop"]
      .flatMap((event) => times(2, (at) => fire(env, event, `s${at}`))),
  ];
}

posixTest(
  "fifty processes that pause, list, prune, migrate and run hooks at once",
  async () => {
    using env = TestEnv.repository();
    for (let at = 0; at < OLD; at++) putOld(env, idAt(60 * at));
    const begun = performance.now();
    const done = await Promise.all(crowd(env));
    const took = performance.now() - begun;
    assertEquals(done.length, 50);
    for (const { line, code, stderr } of done) {
      assertEquals(code, 0, `${line}: ${stderr}`);
    }
    // Every save that a pause reported exists, or is in the trash of a prune.
    const paused = done.filter(({ line }) => line.startsWith("pause"))
      .map(({ stdout }) => JSON.parse(stdout).session_id as string);
    assertEquals(new Set(paused).size, 16);
    const { sessions } = await mpmJson<SavesListResult>(env, [
      ...["saves", "list"],
    ]);
    const listed = new Set(sessions.map(({ session_id: id }) => id));
    const gone = new Set(trashed(env));
    const old = Array.from({ length: OLD }, (_, at) => idAt(60 * at));
    for (const id of [...paused, ...old]) {
      assert(listed.has(id) || gone.has(id), `${id} is nowhere`);
      assert(!(listed.has(id) && gone.has(id)), `${id} is in both`);
    }
    const { sessions: verified } = await mpmJson<SavesVerifyResult>(env, [
      ...["saves", "verify"],
    ]);
    assertEquals(
      verified.filter(({ state }) => state === "damaged"),
      [],
    );
    assertEquals(env.exists(PAUSE), false);
    await checkLog(env, paused);
    // The lock is free.
    const once = performance.now();
    assertEquals((await run(env, ["pause", "--no-commit"])).code, 0);
    const free = performance.now() - once;
    assert(free < 5000, `a pause took ${free.toFixed()} ms afterwards`);
    assert(took < 60_000, `it took ${took.toFixed()} ms`);
    say(`fifty processes of all kinds at once: ${took.toFixed()} ms`);
  },
);

/**
 * Checks that each command that reported success is in the journal once, under
 * its own number.
 */
async function checkLog(env: TestEnv, paused: string[]): Promise<void> {
  const { operations } = await mpmJson<UndoListResult>(env, [
    "log",
    "-n",
    "all",
  ]);
  const numbers = operations.map(({ number }) => number);
  assertEquals(
    numbers.toReversed(),
    Array.from({ length: numbers.length }, (_, at) => at + 1),
  );
  assertEquals(operations.filter(({ own }) => !own), []);
  const of = (operation: string) =>
    operations.filter((one) => one.operation === operation);
  assertEquals(
    of("pause").map(({ title }) => title.replace("pause as ", "")).sort(),
    paused.toSorted(),
  );
  assertEquals(of("template new").length, 4);
  assertEquals(of("checkpoint save").length, 4);
  assertEquals(of("migrate").length, 1);
}
