import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { MigrateReport, SavesVerifyResult } from "../../schemas/types.ts";
import { sha256 } from "../helpers/bytes.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import {
  mixedStore,
  oldJson,
  PAUSE,
  sessionsListing,
} from "../helpers/old_stores.ts";
import { killsOf } from "../helpers/kills.ts";
import { say } from "../helpers/say.ts";
import { idAt, SESSIONS } from "../helpers/stores.ts";

Deno.test("the binary migrates and undoes it", () => {
  using env = mixedStore();
  const before = sessionsListing(env);
  const run = (...args: string[]) => env.run(binary(), args);
  const foreseen = run("migrate", "--dry-run");
  assertEquals([foreseen.status, foreseen.stderr], [0, ""]);
  assertEquals(sessionsListing(env), before);
  const { status, stdout, stderr } = run("migrate");
  assertEquals([status, stderr], [0, ""]);
  assertStringIncludes(stdout, "Moved 18 files of 5 saves");
  const verified = run("saves", "verify", "--json");
  const { intact } = JSON.parse(verified.stdout) as SavesVerifyResult;
  assert(intact);
  assertEquals(run("migrate", "--rollback").status, 0);
  assertEquals(sessionsListing(env), before);
});

/** Saves as claude-mpm 4.20 left them, with four files each. */
const SAVES = killsOf(2500, 500);

function manyFiles(env: TestEnv): void {
  const folder = join(env.project, PAUSE);
  Deno.mkdirSync(folder, { recursive: true });
  for (let at = 0; at < SAVES; at++) {
    const id = idAt(60 * at);
    const json = oldJson(id);
    const see = `cat .claude-mpm/sessions/pause/${id}.md\n`;
    const digest = sha256(json);
    Deno.writeTextFileSync(join(folder, `${id}.json`), json);
    Deno.writeTextFileSync(join(folder, `${id}.yaml`), see);
    Deno.writeTextFileSync(join(folder, `${id}.md`), see);
    Deno.writeTextFileSync(
      join(folder, `.${id}_abcdefgh.tmp.sha256`),
      digest,
    );
  }
}

Deno.test("thousands of files migrate, and come back, in a few seconds", () => {
  using env = new TestEnv();
  const count = 4 * SAVES;
  manyFiles(env);
  const timed = (...args: string[]) => {
    const start = performance.now();
    const { status, stdout, stderr } = env.run(binary(), [...args, "--json"]);
    assertEquals(status, 0, stderr);
    const { moved } = JSON.parse(stdout) as MigrateReport;
    return { moved, seconds: (performance.now() - start) / 1000 };
  };
  const there = timed("migrate");
  assertEquals(there.moved, count);
  assertEquals(env.exists(PAUSE), false);
  assertEquals(
    [...Deno.readDirSync(join(env.project, SESSIONS))]
      .filter(({ name }) => name !== ".gitignore").length,
    count,
  );
  const back = timed("migrate", "--rollback");
  assertEquals([...Deno.readDirSync(join(env.project, PAUSE))].length, count);
  const bare = timed("migrate", "--no-backup");
  const seconds = [there, back, bare].map((one) => one.seconds.toFixed(1));
  say(
    `${count} files, seconds: migrate ${seconds[0]}, --rollback ${
      seconds[1]
    }, ` +
      `--no-backup ${seconds[2]}`,
  );
  // Alone on two cores, ten thousand saves take about three seconds; it must
  // also end while all other tests run and sync.
  assert(there.seconds < 60 && back.seconds < 60, seconds.join(" "));
});
