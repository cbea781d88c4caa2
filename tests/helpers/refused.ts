import { undoState } from "./undo_state.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SavesVerifyResult } from "../../schemas/types.ts";
import { TestEnv } from "./env.ts";
import { refusing } from "./faults.ts";
import { binary, mpm, mpmJson } from "./mpm.ts";
import { SOAKS, unprivileged } from "./posix.ts";
import { checkFiles, leftovers, observedState } from "./observed_state.ts";
import { prepareFor, type Writer } from "./writers.ts";
import { at } from "./works.ts";
import { FolderCopy } from "./folder_copy.ts";

/** A full disk, no permission, a read-only one, EIO, and a folder that is gone. */
const PROBLEMS = ["full", "denied", "read-only", "other", "missing"] as const;

type Problem = typeof PROBLEMS[number];

/** Each problem occurs at one of this many writes. */
const EVERY = (SOAKS ? 2 : 6) * PROBLEMS.length;

/** The writers that `refused_test.ts` covers, at every write. */
const EXPECTED: Readonly<Record<string, readonly Problem[]>> = {
  "pause": ["full", "denied", "read-only", "other"],
};

/** Fails if a save is damaged. */
export async function intact(env: TestEnv, where: string): Promise<void> {
  const result = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assert(result.intact, where);
}

/** A command in its project, and the relevant state before and after it. */
interface Refused {
  readonly env: TestEnv;
  readonly writer: Writer;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
}

/**
 * One run that is refused from its `from`-th write on; returns whether it was.
 */
async function refusedFrom(
  { env, writer, before, after }: Refused,
  { from, problem }: { from: number; problem: Problem },
): Promise<boolean> {
  let refused = false;
  const { status, stdout, stderr } = await mpm(env, writer.args, {
    now: at(0),
    wrap: (system) =>
      refusing(system, from, problem, () => {
        refused = true;
      }),
  });
  const where = `${writer.name}, ${problem} from write ${from}: ${stderr}`;
  await intact(env, where);
  if (status === 0) {
    const noted = /Note|not all of its files/.test(stdout + stderr);
    if (!noted && !writer.adds) assertEquals(observedState(env), after, where);
    return refused;
  }
  assertEquals(status, 6, where);
  assertStringIncludes(stderr, "Error: Cannot ");
  checkFiles(observedState(env), { before, after, where });
  assertEquals(leftovers(env.project), [], where);
  // The same command on a working disk has the same result.
  const again = await mpm(env, writer.args, { now: at(0) });
  const ends = writer.once ? [0, 2, 3, 4] : [0];
  assert(ends.includes(again.status), `${where} ${again.stderr}`);
  await intact(env, where);
  return true;
}

/** A test for each of the commands, with each reason to refuse a write. */
export function testRefused(writers: readonly Writer[]): void {
  for (const writer of writers) {
    Deno.test(`${writer.name} says what refused it, and leaves nothing half done`, async () => {
      using env = await prepareFor(writer);
      env.settle();
      const copy = new FolderCopy(env.root);
      const before = observedState(env);
      await mpmJson(env, [...writer.args], { now: at(0) });
      const after = observedState(env);
      let refused = 0;
      // Each problem occurs at different writes, so that together they cover
      // many.
      for (const [first, problem] of PROBLEMS.entries()) {
        if (EXPECTED[writer.name]?.includes(problem)) continue;
        for (let from = first;; from += EVERY) {
          copy.restore();
          const how = { env, writer, before, after };
          if (!await refusedFrom(how, { from, problem })) break;
          refused++;
        }
      }
      assert(refused > 0);
      copy.restore();
      refusesUnwritable(env, writer);
    });
  }
}

/**
 * On a read-only disk, the real process exits with 6 and changes nothing. This
 * must be the last use of an environment: afterwards its files belong to
 * another user.
 */
function refusesUnwritable(env: TestEnv, writer: Writer): void {
  // Commands that only write the user's own files may still write.
  if (writer.name.endsWith("for the user")) return;
  if (Deno.build.os === "windows") return;
  const folders = locked(env);
  const before = undoState(env);
  const [program, ...args] = unprivileged([binary(), ...writer.args]);
  const { status, stderr } = env.run(program!, args);
  for (const folder of folders) Deno.chmodSync(folder, 0o700);
  const where = `${writer.name}: ${stderr}`;
  assertEquals(undoState(env), before, where);
  assertEquals(status, 6, where);
}

/** Removes the write permission of all folders of the environment. */
function locked(env: TestEnv): string[] {
  const all: string[] = [];
  const walk = (folder: string) => {
    all.push(folder);
    for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (Deno.uid() === 0) Deno.chownSync(path, 65534, 65534);
      if (isFile) Deno.chmodSync(path, 0o644);
      if (isDirectory) walk(path);
    }
  };
  walk(env.root);
  if (Deno.uid() === 0) Deno.chownSync(env.root, 65534, 65534);
  for (const folder of all.toReversed()) Deno.chmodSync(folder, 0o500);
  return all;
}
