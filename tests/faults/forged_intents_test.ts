import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { DoctorResult } from "../../schemas/types.ts";
import { runDying } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { FolderCopy } from "../helpers/folder_copy.ts";
import { intentsOf } from "../helpers/intents.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/** A command that dies once its intent is written, by the kind of that. */
const KINDS: Record<
  string,
  { prepare(): Promise<TestEnv>; dies: string[]; next?: string[] }
> = {
  "undo": {
    async prepare() {
      const env = TestEnv.repository();
      await mpmJson(env, ["template", "new", "mine"]);
      return env;
    },
    dies: ["undo"],
  },
};

/** Ways in which an intent is not of this user, this store, and this place. */
const FORGERIES: Record<string, (env: TestEnv, path: string) => void> = {
  "another key": (env) => {
    const path = join(env.home, ".local/state/mpm/journal-key");
    Deno.writeTextFileSync(path, "0".repeat(64));
  },
  "another store": (env) =>
    env.write(".claude-mpm/state/store-id", "0123456789abcdef"),
  "another place": (env, path) => {
    // As in a copy of the project: the seal is for the folder it was in.
    const text = env.read(path);
    const moved = join(env.root, "moved");
    Deno.renameSync(env.project, moved);
    Deno.symlinkSync(moved, env.project);
    assertEquals(env.read(path), text);
  },
  "another name": (env, path) => {
    const copy = path.replace(/[^/]+\.json$/, "0123456789abcdef.json");
    Deno.renameSync(join(env.project, path), join(env.project, copy));
  },
  "an edited line": (env, path) =>
    env.write(path, env.read(path).replace('"schema": 1', '"schema":  1')),
  "no seal": (env, path) => {
    const { seal: _, ...rest } = JSON.parse(env.read(path));
    env.write(path, JSON.stringify(rest));
  },
};

/** Everything that finishing an operation could change. */
function stateOf(env: TestEnv): string {
  const all = env.run("sh", [
    "-c",
    "git rev-parse HEAD; git status --porcelain; git for-each-ref; " +
    "find . -path ./.git -prune -o -path ./.claude-mpm/state -prune -o " +
    "-type f -exec sha256sum {} + | sort -k 2",
  ]);
  return all.stdout;
}

/** Goes on to the first moment at which the intent is on the disk. */
async function withIntent(
  kind: string,
  { prepare, dies }: typeof KINDS[string],
): Promise<TestEnv> {
  const env = await prepare();
  env.settle();
  const begun = new FolderCopy(env.root);
  for (let at = 0;; at++) {
    const ended = await runDying(env, dies, {
      at,
      now: () => new Date("2026-11-20T12:00:00Z"),
      programs: "changing-git",
    });
    if (intentsOf(env).some((one) => one.kind === kind)) return env;
    assert(!ended, `${kind}: no intent was ever there`);
    begun.restore();
  }
}

for (const [kind, one] of Object.entries(KINDS)) {
  Deno.test(`a forged intent of ${kind} is listed and left alone`, async () => {
    using env = await withIntent(kind, one);
    const begun = new FolderCopy(env.root);
    const next = one.next ?? ["checkpoint", "list"];
    const finish = async () => {
      await mpm(env, next);
      await mpm(env, ["template", "new", "other"]);
      env.remove(".claude-mpm/templates/other.md");
    };
    await finish();
    assertEquals(intentsOf(env), [], "its own is finished");
    for (const [name, forge] of Object.entries(FORGERIES)) {
      begun.restore();
      forge(env, intentsOf(env)[0]!.path);
      const { path } = intentsOf(env)[0]!;
      const text = env.read(path);
      const before = stateOf(env);
      await finish();
      assertEquals(stateOf(env), before, name);
      assertEquals(env.read(path), text, name);
      const { checks } = JSON.parse(
        (await mpm(env, ["doctor", "--json"])).stdout,
      ) as DoctorResult;
      const said = checks.find(({ name }) => name === "unfinished")!.findings;
      assertStringIncludes(JSON.stringify(said), path.split("/").at(-1)!, name);
    }
  });
}
