import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Outcome, TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { soakTest } from "../helpers/posix.ts";
import { say } from "../helpers/say.ts";
import { SESSIONS } from "../helpers/stores.ts";

/** The commit of version 0.1.0. */
const OLD = "2fb7a1f35012";
const KEPT = ".claude-mpm/kept";

/**
 * Runs version 0.1.0: the program that `MPM_OLD_BIN` names, or its sources from
 * the history of this repository. `undefined` if neither exists.
 */
function oldVersion(
  env: TestEnv,
): ((...args: string[]) => readonly [string, string[]]) | undefined {
  const program = Deno.env.get("MPM_OLD_BIN");
  if (program !== undefined) return (...args) => [program, args];
  const here = join(import.meta.dirname!, "../..");
  const folder = join(env.root, "old");
  const run = (name: string, ...args: string[]) =>
    new Deno.Command(name, { args, cwd: here, stderr: "null" }).outputSync();
  const tar = join(env.root, "old.tar");
  if (!run("git", "archive", "-o", tar, OLD).success) return undefined;
  Deno.mkdirSync(folder);
  if (!run("tar", "-xf", tar, "-C", folder).success) return undefined;
  const info = JSON.parse(
    new TextDecoder().decode(run("deno", "info", "--json").stdout),
  );
  env.extra.DENO_DIR = info.denoDir;
  const main = ["run", "-A", "-q", "--no-check", join(folder, "main.ts")];
  return (...args) => [Deno.execPath(), [...main, ...args]];
}

/** A project that both versions use. */
class Shared {
  readonly env: TestEnv;
  readonly #old: (...args: string[]) => readonly [string, string[]];
  /** The JSON of each save, by its id. */
  readonly texts = new Map<string, string>();

  constructor(
    env: TestEnv,
    old: (...args: string[]) => readonly [string, string[]],
  ) {
    this.env = env;
    this.#old = old;
  }

  old(...args: string[]): Outcome {
    const done = this.env.run(...this.#old(...args));
    if (done.status !== 0) throw new Error(`0.1.0 ${args}: ${done.stderr}`);
    return done;
  }

  mpm(...args: string[]): Outcome {
    const done = this.env.run(binary(), args);
    if (done.status !== 0) throw new Error(`mpm ${args}: ${done.stderr}`);
    return done;
  }

  startBoth(): Deno.ChildProcess[] {
    return [this.#old("pause", "At once"), [binary(), ["pause", "At once"]]]
      .map(([program, args]) =>
        new Deno.Command(program as string, {
          args: args as string[],
          cwd: this.env.project,
          env: this.env.env(),
          clearEnv: true,
          ...{ stdin: "null", stdout: "piped", stderr: "null" },
        }).spawn()
      );
  }

  /** Notes a save that one of the two has just made. */
  note({ stdout }: Outcome): string {
    const { session_id: id } = JSON.parse(stdout);
    this.texts.set(id, this.env.read(`${SESSIONS}/${id}.json`));
    return id;
  }

  /** Checks that both list the same saves, and that each is unchanged. */
  check(where: string): void {
    const ids = [...this.texts.keys()].sort();
    const listed = ({ stdout }: Outcome) =>
      JSON.parse(stdout).sessions
        .map(({ session_id: id }: { session_id: string }) => id).sort();
    assertEquals(listed(this.old("sessions", "list", "--json")), ids, where);
    assertEquals(listed(this.mpm("saves", "list", "--json")), ids, where);
    for (const [id, text] of this.texts) {
      assertEquals(this.env.read(`${SESSIONS}/${id}.json`), text, where);
      this.old("resume", "--session-id", id, "--json");
      this.mpm("resume", "--peek", id);
    }
    this.old("sessions", "verify");
    this.mpm("saves", "verify");
  }

  /** Checks that every save is in the log, and `kept/` is gone. */
  checkUpgraded(): void {
    const { env } = this;
    assertEquals(env.exists(KEPT), false);
    for (const [id, text] of this.texts) {
      const [commit] = env.git(
        ...["log", "--glob=refs/mpm/saves", "--format=%H", `--grep=${id}`],
      ).split("\n");
      const logged = env.git("show", `${commit}:${id}.json`);
      assertEquals(logged, text.trimEnd().replaceAll(env.root, "$ROOT"), id);
    }
  }
}

soakTest("version 0.1.0 and this one share a store, both ways", async () => {
  using env = TestEnv.repository();
  const old = oldVersion(env);
  if (!old) {
    say("Not run: this clone does not have the commit of version 0.1.0");
    return;
  }
  const both = new Shared(env, old);
  env.write("new.txt", "uncommitted\n");
  const pauseOld = (...args: string[]) =>
    both.note(both.old("pause", "--json", ...args));
  const pauseNew = (...args: string[]) =>
    both.note(both.mpm("pause", "--json", ...args));

  env.git("switch", "-q", "-c", "side");
  pauseOld("-s", "On the side");
  env.git("switch", "-q", "main");
  pauseOld("-s", "On main");
  pauseOld("-s", "Not committed", "--no-commit");
  const before = () => [
    env.git("rev-parse", "HEAD", "side"),
    env.git("ls-files"),
    env.git("status", "--porcelain"),
  ];
  const [heads, tracked, status] = before();
  both.mpm("saves", "list");
  pauseNew("After the upgrade");
  assertEquals(before(), [heads, tracked, status]);
  both.check("upgraded");
  both.checkUpgraded();

  const later = pauseOld("-s", "Old again");
  assertEquals(env.git("rev-parse", "HEAD", "side"), heads);
  both.check("old again");
  pauseNew("New again");
  both.check("new again");
  both.checkUpgraded();

  both.old("sessions", "rm", later);
  both.texts.delete(later);
  both.check("removed by the old one");
  const { lost } = JSON.parse(both.mpm("saves", "list", "--json").stdout);
  assertEquals(lost.length, 1);
  both.mpm("saves", "recover", later);
  both.texts.set(later, env.read(`${SESSIONS}/${later}.json`));
  both.check("recovered by the new one");
  both.mpm("saves", "rm", later);
  both.texts.delete(later);
  both.check("removed by the new one");

  const running = [1, 2, 3, 4].flatMap(() => both.startBoth());
  const done = await Promise.all(running.map((one) => one.output()));
  const made = done.filter(({ success }) => success).map(({ stdout }) =>
    /session-\d{8}-\d{6}/.exec(new TextDecoder().decode(stdout))![0]
  );
  assert(made.length > 0);
  for (const id of made) {
    both.texts.set(id, env.read(`${SESSIONS}/${id}.json`));
  }
  assertEquals(new Set(made).size, made.length);
  pauseNew("The last one");
  both.check("at once");
  both.checkUpgraded();
  say(
    `0.1.0 beside this version: ${both.texts.size} saves, ` +
      `${made.length} of 8 made at once`,
  );
});
