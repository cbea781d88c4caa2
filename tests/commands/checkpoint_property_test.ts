import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { stateOf } from "../helpers/worktree_state.ts";

/** A few names that collide as files and folders, and unusual ones. */
const NAMES = ["a", "b", "a/x", "a/y", "b/x/y", "c c", 'q"\\', "é\n1", "-d"];

type Edit =
  | { do: "write"; path: string; text: string }
  | { do: "link"; path: string; text: string }
  | { do: "remove" | "toggle" | "stage" | "unstage" | "intend"; path: string }
  | { do: "assume" | "skip"; path: string }
  | { do: "commit" };

const path = fc.constantFrom(...NAMES);
const text = fc.constantFrom("", "1\n", "2\n", "3\r\n", "4");
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("write" as const), path, text }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("link" as const),
      path,
      text: fc.constantFrom("a", "nowhere", ".."),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "remove" as const,
        "toggle" as const,
        "stage" as const,
        "stage" as const,
        "unstage" as const,
        "intend" as const,
      ),
      path,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("assume" as const, "skip" as const),
      path,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("commit" as const) }) },
);

/** Applies the edits; an edit that does not fit the state changes nothing. */
function apply(env: TestEnv, edits: readonly Edit[]): void {
  for (const one of edits) {
    if (one.do === "commit") {
      env.run("git", ["commit", "-q", "-m", "x"]);
      continue;
    }
    const full = join(env.project, one.path);
    const git = (...args: string[]) =>
      env.run("git", ["--literal-pathspecs", ...args, "--", one.path]);
    try {
      switch (one.do) {
        case "write":
          env.write(one.path, one.text);
          break;
        case "link":
          Deno.symlinkSync(one.text, full);
          break;
        case "remove":
          Deno.removeSync(full, { recursive: true });
          break;
        case "toggle":
          if (Deno.lstatSync(full).isFile) {
            Deno.chmodSync(full, (Deno.lstatSync(full).mode ?? 0) ^ 0o111);
          }
          break;
        case "stage":
          git("add", "-A", "-f");
          break;
        case "unstage":
          git("rm", "-q", "-r", "--cached");
          break;
        case "intend":
          git("add", "-N", "-f");
          break;
        case "assume":
          git("update-index", "--assume-unchanged");
          break;
        case "skip":
          git("update-index", "--skip-worktree");
          break;
      }
    } catch {
      // The state does not allow it.
    }
  }
}

posixTest(
  "any tree that was saved is restored exactly after any edits",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 12 }),
        fc.array(edit, { maxLength: 12 }),
        async (before, after) => {
          using env = new TestEnv();
          env.git("init", "-q");
          apply(env, before);
          const saved = stateOf(env);
          const kept = await mpm(env, ["checkpoint", "save", "it"]);
          assertEquals(kept.status, 0, kept.stderr);
          assertEquals(stateOf(env), saved, "a save changes nothing");
          apply(env, after);
          const edited = stateOf(env);
          const restored = await mpm(env, [
            "checkpoint",
            "restore",
            "it",
            "--exact",
            "--yes",
          ]);
          assertEquals(restored.status, 0, restored.stderr);
          const { files, index } = stateOf(env);
          assertEquals({ files, index }, {
            files: saved.files,
            index: saved.index,
          }, restored.stdout);
          if (restored.stdout.startsWith("Nothing")) return;
          const undone = await mpm(env, ["undo"]);
          assertEquals(undone.status, 0, undone.stderr);
          const back = stateOf(env);
          assertEquals(
            { files: back.files, index: back.index },
            { files: edited.files, index: edited.index },
            undone.stdout,
          );
        },
      ),
      { numRuns: Number(Deno.env.get("RUNS") ?? 12) },
    );
  },
);
