import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { killAgain, killsOf, type Victim } from "../helpers/kills.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { SESSIONS } from "../helpers/stores.ts";

const LOG = "--glob=refs/mpm/saves";

function savesIn(env: TestEnv): string[] {
  return [...Deno.readDirSync(join(env.project, SESSIONS))]
    .flatMap(({ name }) => /^(session-[\d-]+)\.json$/.exec(name)?.[1] ?? [])
    .sort();
}

function removeIfThere(env: TestEnv, path: string): void {
  if (env.exists(path)) env.remove(path);
}

/** A repository with the given number of saves, each with contents. */
async function paused(count: number): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write("staged", "1\n");
  env.git("add", "staged");
  env.write("staged", "2\n");
  for (let day = 1; day <= count; day++) {
    env.write("new", `${day}\n`);
    const now = () => new Date(Date.UTC(2026, 10, day));
    await mpmJson(env, ["pause", `Day ${day}`], { now });
  }
  return env;
}

const VICTIMS: readonly Victim[] = [
  {
    name: "pause with contents",
    prepare: () => TestEnv.repository(),
    next(env, round) {
      env.write("new", `${round}\n`);
      return ["pause", `Round ${round}`];
    },
    async check(env, where) {
      // It keeps the files that killed pauses did not keep, if they are
      // unchanged.
      await mpmJson(env, ["pause", "Last"]);
      const ids = savesIn(env);
      for (const id of ids) {
        assert(env.git("log", LOG, `--grep=${id}`) !== "", `${where}: ${id}`);
      }
      await mpmJson(env, ["restore", ids.at(-1)!, "--all", "--dry-run"]);
      env.git("fsck", "--connectivity-only");
    },
  },
  {
    name: "restore of contents",
    prepare: () => paused(1),
    next(env, round) {
      // The killed process may have left the index of git locked.
      env.run("git", ["rm", "-qf", "--cached", "staged"]);
      for (const name of ["staged", "new"]) removeIfThere(env, name);
      if (round % 3 === 0) env.write("staged/in the way", `${round}\n`);
      return ["restore", "latest", "--all", "--yes"];
    },
    async check(env, where) {
      // The first command that reads finishes the interrupted operation.
      await mpmJson(env, ["checkpoint", "list"]);
      await mpmJson(env, ["restore", "latest", "--all", "--yes"]);
      const there = [env.read("staged"), env.read("new")];
      assertEquals(there, ["2\n", "1\n"], where);
      assertEquals(env.git("show", ":staged"), "1", where);
      env.git("update-index", "--force-write-index");
    },
  },
  {
    name: "saves keep",
    async prepare() {
      const env = TestEnv.repository();
      env.write(".claude-mpm/config.toml", "");
      env.write("new", "1\n");
      await fire(env, "UserPromptSubmit", { prompt: "Write a file" });
      await fire(env, "SessionEnd", { reason: "other" });
      return env;
    },
    next(env) {
      const [id = ""] = savesIn(env);
      const ref = `refs/mpm/contents/${id}`;
      if (env.git("for-each-ref", ref) !== "") {
        env.git("update-ref", "-d", ref);
      }
      env.write(`.claude-mpm/state/uncopied/${id}.contents`, "");
      return ["saves", "keep", id];
    },
    async check(env, where) {
      await mpmJson(env, ["resume"]);
      const [id = ""] = savesIn(env);
      const { stdout } = await mpm(env, ["restore", id, "--all", "--dry-run"]);
      assertEquals(
        stdout,
        `Nothing to restore: no difference from ${id}\n`,
        where,
      );
    },
  },
  {
    name: "saves prune and saves recover",
    prepare: () => paused(6),
    next(env, round) {
      const [first, ...more] = savesIn(env);
      if (round % 2 === 0 && more.length > 2) {
        return ["saves", "prune", "--keep", "3"];
      }
      for (const end of [".json", ".json.sha256", ".yaml", ".md"]) {
        removeIfThere(env, `${SESSIONS}/${first}${end}`);
      }
      return ["saves", "recover", "--all"];
    },
    async check(env, where) {
      await mpmJson(env, ["saves", "recover", "--all"]);
      const { sessions, lost } = await mpmJson<
        { sessions: unknown[]; lost: unknown[] }
      >(env, ["saves", "list"]);
      assertEquals([sessions.length >= 3, lost], [true, []], where);
      const refs = env.git("for-each-ref", "refs/mpm/contents").split("\n");
      assertEquals(refs.length, 6, where);
      env.git("fsck", "--connectivity-only");
    },
  },
];

for (const victim of VICTIMS) {
  posixTest(
    `${victim.name}: killed at any moment, nothing is lost`,
    () => killAgain(victim, killsOf(300, 8)),
  );
}
