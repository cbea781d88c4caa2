import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SavesListResult } from "../../schemas/types.ts";
import { sha256 } from "../helpers/bytes.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { SESSIONS } from "../helpers/stores.ts";

const KEPT = ".claude-mpm/kept";
const ENDS = [".json", ".json.sha256", ".yaml", ".md"];
const at = (day: number) => () => new Date(Date.UTC(2026, 10, day, 12));

/** The rules that version 0.1.0 wrote into `.claude-mpm/.gitignore`. */
const OLD_RULES = `/.gitignore
/.lock
/backups/
/.mpm.tmp
/checkpoints/
/checkpoints.git/
/config.local.toml
/errors/
/journal.jsonl
/kept/
/sessions/*
/state/
/trash/
`;

/**
 * A store as version 0.1.0 leaves it: the first save is committed on another
 * branch, the second on `main`, the third was never committed. `kept/` has a
 * copy of each. Returns their ids, the newest first.
 */
async function oldStore(env: TestEnv): Promise<string[]> {
  env.write(".claude-mpm/.gitignore", OLD_RULES);
  const ids: string[] = [];
  const save = async (day: number, text: string) => {
    const args = ["pause", "--no-commit", "-s", text];
    const { session_id: id } = await mpmJson<{ session_id: string }>(
      env,
      args,
      { now: at(day) },
    );
    ids.unshift(id);
    const json = env.read(`${SESSIONS}/${id}.json`);
    env.write(`${KEPT}/${id}.json`, json);
    env.write(`${KEPT}/${id}.json.sha256`, sha256(json));
    return id;
  };
  const commit = (id: string) => {
    const paths = ENDS.map((end) => `${SESSIONS}/${id}${end}`);
    env.git("add", "-f", ...paths);
    env.git("commit", "-qm", `session: pause\n\nSession ID: ${id}`);
  };
  env.git("switch", "-q", "-c", "side");
  commit(await save(1, "On the side"));
  env.git("switch", "-q", "main");
  commit(await save(2, "On main"));
  await save(3, "Never committed");
  // That version had no rules in the folder itself.
  env.remove(`${SESSIONS}/.gitignore`);
  return ids;
}

async function listed(env: TestEnv) {
  const { sessions, lost } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  return {
    lost,
    sessions: sessions.map(({ session_id: id, summary, problem }) => ({
      ...{ id, summary, problem },
    })),
  };
}

function logged(env: TestEnv, id: string): string {
  const grep = `--grep=Session ID: ${id}`;
  const commit = env.git(
    ...["log", "-1", "--format=%H", "--glob=refs/mpm/saves", grep],
  );
  return env.git("show", `${commit}:${id}.json`);
}

Deno.test("a store of version 0.1.0 has the same saves before and after", async () => {
  using env = TestEnv.repository();
  const ids = await oldStore(env);
  const texts = new Map(ids.map((id) => [id, env.read(`${KEPT}/${id}.json`)]));
  const head = env.git("rev-parse", "HEAD");
  const tracked = env.git("ls-files");
  const before = await listed(env);
  assertEquals(before.sessions.map(({ id }) => id), ids);
  const resumed = await mpm(env, ["resume", ids[2]!, "--peek"]);
  assertStringIncludes(resumed.stdout, "On the side");

  await mpmJson(env, ["pause", "-s", "New"], { now: at(4) });

  assertEquals(env.exists(KEPT), false);
  for (const [id, text] of texts) {
    assertEquals(env.read(`${SESSIONS}/${id}.json`), text);
    assertEquals(
      logged(env, id),
      text.trimEnd().replaceAll(env.root, "$ROOT"),
    );
  }
  const after = await listed(env);
  assertEquals([after.sessions.slice(1), after.lost], [before.sessions, []]);
  // No new commit on a branch, and git tracks the same files.
  assertEquals([env.git("rev-parse", "HEAD"), env.git("ls-files")], [
    head,
    tracked,
  ]);
  assertEquals(env.git("status", "--porcelain"), "");
  assertEquals((await mpm(env, ["saves", "verify"])).status, 0);
  env.git("switch", "-q", "side");
  env.git("switch", "-q", "main");
  assertEquals(env.git("status", "--porcelain"), "");
});

Deno.test("kept/ stays where git cannot keep its copies, and outside git", async () => {
  using env = TestEnv.repository();
  const [id = ""] = await oldStore(env);
  await mpmJson(env, ["pause", "--no-commit"], { now: at(4) });
  assertEquals(env.exists(`${KEPT}/${id}.json`), true);
  env.write(".claude-mpm/config.toml", "commit = false\n");
  await mpmJson(env, ["pause"], { now: at(5) });
  assertEquals(env.exists(`${KEPT}/${id}.json`), true);
  env.remove(".claude-mpm/config.toml");
  Deno.renameSync(
    join(env.project, ".git/objects"),
    join(env.project, ".git/o"),
  );
  await mpm(env, ["pause"], { now: at(6) });
  assertEquals(env.exists(`${KEPT}/${id}.json`), true);
  Deno.renameSync(
    join(env.project, ".git/o"),
    join(env.project, ".git/objects"),
  );
  await mpmJson(env, ["pause"], { now: at(7) });
  assertEquals(env.exists(KEPT), false);
  using outside = new TestEnv();
  await mpmJson(outside, ["pause", "One"], { now: at(1) });
  await mpmJson(outside, ["pause", "Two"], { now: at(2) });
  assertEquals(outside.exists(`${KEPT}/session-20261101-120000.json`), true);
});

Deno.test("a kept copy that differs is also in the log, and the save stays unchanged", async () => {
  using env = TestEnv.repository();
  const [id = "", other] = await oldStore(env);
  env.write(`${KEPT}/${other}.json`, "{torn");
  const damaged = env.read(`${SESSIONS}/${id}.json`).replace("Never", "Ever");
  env.write(`${SESSIONS}/${id}.json`, damaged);
  env.write(`${SESSIONS}/${id}.json.sha256`, sha256(damaged));
  const kept = env.read(`${KEPT}/${id}.json`);
  await mpmJson(env, ["pause"], { now: at(4) });
  assertEquals(env.read(`${SESSIONS}/${id}.json`), damaged);
  const all = env.git(
    ...["log", "--format=%H", "--glob=refs/mpm/saves"],
    `--grep=Session ID: ${id}`,
  ).split("\n").map((commit) => env.git("show", `${commit}:${id}.json`));
  const shown = (text: string) => text.trimEnd().replaceAll(env.root, "$ROOT");
  assertEquals(all, [shown(damaged), shown(kept)]);
  // A copy that is not a save is not deleted with the others.
  assertEquals(env.exists(KEPT), false);
  const trash = join(env.project, ".claude-mpm/trash");
  const [removal] = [...Deno.readDirSync(trash)].map(({ name }) => name);
  const torn = `.claude-mpm/trash/${removal}/kept/${other}.json`;
  assertEquals(env.read(torn), "{torn");
});
