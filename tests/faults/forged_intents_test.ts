import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { createHash, createHmac } from "node:crypto";
import type { DoctorResult } from "../../schemas/types.ts";
import { smallFeature, treeOf } from "../helpers/detours.ts";
import { runDying } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { FolderCopy } from "../helpers/folder_copy.ts";
import { called, stepOf } from "../helpers/forks.ts";
import { AGENT } from "../helpers/hook_events.ts";
import { intentsOf } from "../helpers/intents.ts";
import { mixedStore } from "../helpers/old_stores.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { addWorktree, agentProject, LATER } from "../helpers/worktrees.ts";

/** An operation that dies halfway. */
interface Interrupted {
  prepare(): Promise<TestEnv>;
  readonly dies: (env: TestEnv) => string[] | Promise<string[]>;
  /** Returns whether it is halfway. */
  isBegun?(env: TestEnv): boolean;
  /** It is tried at every write with a multiple of this number. */
  readonly every?: number;
  /** Returns the file in which an earlier version noted it, and its text. */
  readonly old?: (env: TestEnv, intent: OldIntent) => [string, unknown];
  /** The command that finishes it, if not every command does. */
  readonly next?: string[];
  readonly now?: () => Date;
}

interface OldIntent {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly worktree: string;
  readonly facts: Record<string, unknown>;
}

const branchMarker: NonNullable<Interrupted["old"]> = (
  _env,
  { at, facts, ...rest },
) => {
  const { kind: operation, worktree } = rest;
  const value = { schema: 1, operation, at, worktree, ...facts };
  return [".git/mpm-detour.json", value];
};

async function detour(): Promise<TestEnv> {
  const env = smallFeature();
  await mpmJson(env, ["start", "feature"]);
  await mpmJson(env, ["branch", "fix", "--stash", "--git-branch", "other"]);
  return env;
}

const headOf = (env: TestEnv) => env.read(".git/HEAD").trim().split("/").at(-1);

const KINDS: Record<string, Interrupted> = {
  "operation": {
    async prepare() {
      const env = TestEnv.repository();
      await mpmJson(env, ["next", "a step"]);
      return env;
    },
    dies: () => ["template", "new", "mine"],
    isBegun: (env) => env.exists(".claude-mpm/templates/mine.md"),
    next: ["undo", "list"],
  },
  "pause": {
    prepare: () => Promise.resolve(TestEnv.repository()),
    dies: () => ["pause", "--no-commit", "Work"],
    isBegun: (env) =>
      ["json", "md"].every((ending) =>
        sessionsOf(env).some((name) => name.endsWith(`.${ending}`)) ===
          (ending === "json")
      ),
    old: (_env, { facts: { id } }) => [
      ".claude-mpm/sessions/.pending.json",
      { session_id: id },
    ],
  },
  "undo": {
    async prepare() {
      const env = TestEnv.repository();
      await mpmJson(env, ["template", "new", "mine"]);
      return env;
    },
    dies: () => ["undo"],
    old(env, { facts }) {
      const line = JSON.stringify({ id: 1, ...facts });
      const path = join(env.home, ".local/state/mpm/journal-key");
      const key = Deno.readTextFileSync(path);
      const seal = createHmac("sha256", key).update(line.slice(0, -1));
      return [
        ".claude-mpm/state/undo.json",
        { ...JSON.parse(line), seal: seal.digest("hex") },
      ];
    },
  },
  "restore": {
    async prepare() {
      const env = TestEnv.repository();
      for (const name of "abcd") env.write(name, "1\n");
      await mpmJson(env, ["checkpoint", "save", "one"]);
      for (const name of "abcd") env.write(name, "2\n");
      return env;
    },
    dies: () => ["checkpoint", "restore", "one", "--yes"],
    isBegun: (env) => env.read("a") !== env.read("d"),
    every: 2,
    old(env, { id, worktree, facts }) {
      const key = createHash("sha256").update(env.project).digest("hex");
      return [
        `.claude-mpm/state/restore-${key.slice(0, 16)}.json`,
        { restore: id, worktree, staging: "/", ...facts },
      ];
    },
  },
  "branch": {
    async prepare() {
      const env = smallFeature();
      await mpmJson(env, ["start", "feature"]);
      return env;
    },
    dies: () => ["branch", "fix", "--stash", "--git-branch", "other"],
    isBegun: (env) => headOf(env) === "other",
    every: 5,
    old: branchMarker,
  },
  "return": {
    prepare: detour,
    dies: () => ["return"],
    isBegun: (env) => headOf(env) === "feature",
    every: 3,
    old: branchMarker,
  },
  "replay fork": {
    prepare: called,
    dies: async (env) => ["replay", "fork", await stepOf(env), AGENT],
    isBegun: (env) => env.git("branch").includes("fork-"),
    every: 5,
    old: branchMarker,
  },
  "migrate": {
    prepare: () => Promise.resolve(mixedStore()),
    dies: () => ["migrate"],
    isBegun: (env) => sessionsOf(env).length > 8,
    every: 4,
    old(env, { facts: { name } }) {
      const folder = `.claude-mpm/backups/${name}`;
      const record = JSON.parse(env.read(`${folder}/manifest.json`));
      env.remove(`${folder}/manifest.json`);
      return [`${folder}/unfinished.json`, record];
    },
    next: ["migrate"],
  },
  "worktrees prune": {
    async prepare() {
      const env = agentProject();
      await mpmJson(env, ["init"]);
      addWorktree(env, "x");
      return env;
    },
    dies: () => ["worktrees", "prune"],
    now: LATER,
    isBegun: (env) => env.exists(".git/mpm/removing/x/tree"),
    every: 2,
    next: ["worktrees", "list"],
  },
};

function sessionsOf(env: TestEnv, folder = "sessions"): string[] {
  if (!env.exists(`.claude-mpm/${folder}`)) return [];
  const path = join(env.project, ".claude-mpm", folder);
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

const JOURNAL = ".claude-mpm/state/journal.jsonl";

/** The files that must result from finishing it. */
function endOf(env: TestEnv): unknown {
  const files = env.exists(".git") ? treeOf(env) : {};
  const worktree = env.exists(".claude/worktrees/x");
  const saves = ["sessions", "sessions/pause"]
    .map((folder) => sessionsOf(env, folder));
  return { files, worktree, saves };
}

/** Ways in which an intent is not of this user, this store, and this place. */
const FORGERIES: Record<string, (env: TestEnv, path: string) => void> = {
  "another key": (env) => {
    const path = join(env.home, ".local/state/mpm/journal-key");
    Deno.writeTextFileSync(path, "0".repeat(64));
  },
  "another store": (env) =>
    env.write(".claude-mpm/state/store-id", "0123456789abcdef"),
  "another place": (env) => {
    // As in a copy of the project: the seal is for the original folder.
    const moved = join(env.root, "moved");
    Deno.renameSync(env.project, moved);
    Deno.symlinkSync(moved, env.project);
  },
  "another name": (env, path) => {
    const copy = path.replace(/[^/]+(?=\.jsonl?$)/, "0123456789abcdef");
    Deno.renameSync(join(env.project, path), join(env.project, copy));
  },
  "an edited text": (env, path) =>
    env.write(path, env.read(path).replaceAll(/(\{\s*"\w+":)/g, "$1 ")),
  "no seal": (env, path) =>
    env.write(path, env.read(path).replaceAll(/,\s*"seal": ?"\w+"/g, "")),
};

/** Everything that finishing an operation could change. */
function stateOf(env: TestEnv): unknown {
  const { stdout } = env.run("sh", [
    "-c",
    "git rev-parse HEAD; git worktree list; git for-each-ref; " +
    "find .claude-mpm -path .claude-mpm/state/ops -prune -o -name journal* " +
    "-o -name index.json -o -name rows.json -o -type f -exec sha256sum {} + | sort -k 2",
  ]);
  return [endOf(env), stdout];
}

/** Runs it until it is halfway, and dies there. */
async function interrupted(
  kind: string,
  {
    prepare,
    dies,
    isBegun = () => true,
    every = 1,
    now = () => new Date("2026-11-20T12:00:00Z"),
  }: Interrupted,
): Promise<TestEnv> {
  const env = await prepare();
  env.settle();
  const line = await dies(env);
  const begun = new FolderCopy(env.root);
  for (let at = 0;; at += every) {
    const ended = await runDying(env, line, {
      at,
      now,
      programs: "changing-git",
    });
    const isThere = intentsOf(env).some((one) => one.kind === kind);
    if (isThere && isBegun(env)) return env;
    assert(!ended, `${kind}: it was never in its middle`);
    begun.restore();
  }
}

/** The folder of the user's key, and a second one next to it. */
function keyFolder(env: TestEnv): { state: string; aside: string } {
  const state = join(env.home, ".local/state/mpm");
  return { state, aside: `${state}-aside` };
}

/** Commands that finish whatever was interrupted. */
async function goOn(env: TestEnv, next?: readonly string[]): Promise<void> {
  if (next) await mpm(env, next);
  await mpm(env, ["checkpoint", "list"]);
  await mpm(env, ["saves", "list"]);
}

for (const [kind, one] of Object.entries(KINDS)) {
  Deno.test(`a forged intent of ${kind} is listed and left alone`, async () => {
    using env = await interrupted(kind, one);
    const begun = new FolderCopy(env.root);
    for (const [name, forge] of Object.entries(FORGERIES)) {
      forge(env, intentsOf(env).find((one) => one.kind === kind)!.path);
      // A restore may be one of its steps.
      intentsOf(env).filter((one) => one.kind !== kind)
        .forEach(({ path }) => env.remove(path));
      const [{ path }] = intentsOf(env) as [{ path: string }, ...unknown[]];
      const text = env.read(path);
      const before = stateOf(env);
      await goOn(env, kind === "migrate" ? undefined : one.next);
      if (kind === "worktrees prune") {
        // Git's own record says where it belongs.
        const isThere = env.exists(".claude/worktrees/x");
        assertEquals(isThere, name !== "another place");
      } else assertEquals(stateOf(env), before, name);
      if (kind === "operation") {
        assertEquals(env.read(JOURNAL).split("\n").length, 2, name);
      }
      assertEquals(env.read(path), text, name);
      if (kind === "restore") {
        const { stdout } = await mpm(env, ["status"]);
        assertStringIncludes(stdout, 'run "mpm doctor"', name);
      }
      const { checks } = JSON.parse(
        (await mpm(env, ["doctor", "--json"])).stdout,
      ) as DoctorResult;
      const said = checks.find(({ name }) => name === "unfinished")!.findings;
      assertStringIncludes(JSON.stringify(said), path.split("/").at(-1)!, name);
      if (name === "another place") {
        Deno.removeSync(env.project);
        Deno.renameSync(join(env.root, "moved"), env.project);
      }
      begun.restore();
    }
    // The intent itself is finished, and the marker of an earlier version.
    const { path } = intentsOf(env).find((one) => one.kind === kind)!;
    const text = env.read(path);
    const middle = endOf(env);
    await goOn(env);
    assertEquals(intentsOf(env), [], "its own is finished");
    const finished = endOf(env);
    if (kind === "operation") {
      // Its record ends in the log.
      assertStringIncludes(env.read(JOURNAL), "which was interrupted");
      return;
    }
    const intent = JSON.parse(text) as OldIntent;
    if (kind !== "undo" && kind !== "replay fork") {
      assert(JSON.stringify(finished) !== JSON.stringify(middle));
    }
    if (!one.old) return;
    begun.restore();
    const [marker, value] = one.old(env, intent);
    env.remove(path);
    env.write(marker, JSON.stringify(value));
    if (kind !== "migrate" && kind !== "pause") {
      const { state, aside } = keyFolder(env);
      Deno.renameSync(state, aside);
      Deno.writeTextFileSync(state, "");
      await mpm(env, ["checkpoint", "list"]);
      await mpm(env, ["undo", "list"]);
      assertEquals(env.exists(marker), true, "without a key it waits");
      Deno.removeSync(state);
      Deno.renameSync(aside, state);
    }
    await goOn(env, one.next);
    assertEquals([intentsOf(env), env.exists(marker)], [[], false]);
    assertEquals(endOf(env), finished);
  });
}
