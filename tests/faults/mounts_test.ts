import { assert, assertEquals, assertMatch } from "@std/assert";
import type { SavesVerifyResult, UndoListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mountTest, onFullDisk, onReadOnly } from "../helpers/mounts.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest, soakTest } from "../helpers/posix.ts";
import { leftovers } from "../helpers/observed_state.ts";
import { unfinishedIn } from "../helpers/unfinished.ts";
import { repositoryState } from "../helpers/undo_state.ts";
import { at } from "../helpers/works.ts";
import { prepareFor, type Writer, WRITERS } from "../helpers/writers.ts";

function writer(name: string): Writer {
  return WRITERS.find((one) => one.name === name)!;
}

/** Commands that only read work on a read-only disk. */
const READERS = [
  ["saves", "list"],
  ["saves", "verify"],
  ["resume", "--no-changes"],
  ["log"],
  ["undo", "--dry-run"],
  ["checkpoint", "list"],
  ["trash", "list"],
];

async function onReadOnlyOnce(
  one: Writer,
  readers: readonly string[][],
): Promise<void> {
  using env = await prepareFor(one);
  const before = repositoryState(env);
  const [written, ...read] = onReadOnly(env, [one.args, ...readers]);
  const where = `${one.name}: ${written!.stderr}`;
  assertEquals([written!.status, written!.stdout], [6, ""], where);
  assertMatch(
    written!.stderr,
    /^Error: Cannot .*: the file system is read-only$/m,
    where,
  );
  for (const [place, { status, stderr }] of read.entries()) {
    assertEquals(status, 0, `${readers[place]}: ${stderr}`);
    assertEquals(stderr, "", `${readers[place]}`);
  }
  assertEquals(repositoryState(env), before, where);
}

mountTest(
  posixTest,
  "on a read-only file system mpm reads, and says that it cannot write",
  () =>
    onReadOnlyOnce(writer("undo"), [
      ...[["resume", "--no-changes"], ["undo", "--dry-run"]],
    ]),
);

mountTest(
  soakTest,
  "on a read-only file system each command is exit 6 and changes nothing",
  async (t) => {
    for (const one of WRITERS) {
      const readers = one.name === "pause" ? READERS : [];
      await t.step(one.name, () => onReadOnlyOnce(one, readers));
    }
  },
);

/**
 * Runs it once with this much space; returns whether it succeeded without a
 * message.
 */
async function onFullOnce(one: Writer, pages: number): Promise<boolean> {
  using env = await prepareFor(one);
  const logged = await count(env);
  const before = repositoryState(env);
  const { status, stdout, stderr } = onFullDisk(env, pages, one.args);
  const noted =
    /not recorded in "mpm undo list"|not all of its files|lists will be slower/
      .test(stdout + stderr);
  const where = `${one.name}, ${pages} pages: ${stderr}`;
  assert([0, 6].includes(status), where);
  if (status === 6) assertMatch(stderr, /no space|out of disk ?space/i, where);
  const same = JSON.stringify(repositoryState(env)) === JSON.stringify(before);
  if (status === 0 && !same) {
    const isReported = noted || await count(env) > logged;
    assert(
      isReported || one.name === "trash prune",
      `${where}: not in the log`,
    );
  }
  const { intact, sessions } = await mpmJson<SavesVerifyResult>(env, [
    ...["saves", "verify"],
  ]);
  assert(intact && sessions.length > 0, where);
  // By now, interrupted work is finished.
  assertEquals(leftovers(env.project), [], where);
  if (status === 6) {
    const again = await mpm(env, one.args, { now: at(0) });
    const ends = one.once ? [0, 2, 3, 4] : [0];
    assert(ends.includes(again.status), `${where} ${again.stderr}`);
    await mpmJson(env, ["saves", "verify"]);
  }
  return status === 0 && !noted;
}

async function count(env: TestEnv): Promise<number> {
  const { operations } = await mpmJson<UndoListResult>(env, ["log"]);
  return operations[0]?.number ?? 0;
}

mountTest(
  posixTest,
  "on a full disk a command reports it, and the old files stay whole",
  async () => {
    for (const [name, pages] of [["pause", 1], ["undo", 1]] as const) {
      await onFullOnce(writer(name), pages);
    }
  },
);

/** Bytes that cannot be compressed. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

mountTest(
  posixTest,
  "a checkpoint that fails on a full disk leaves nothing half-written in git",
  () => {
    // Many files go into one pack; a large one becomes its own object. There is
    // space for a part of the pack, for all except its index, and for nearly
    // all.
    const cases = [
      ...[[30, 100_000, 200], [1, 3_000_000, 200], [3, 1_000_000, 300]],
      ...[[5, 3000, 7], [5, 3000, 8], [5, 3000, 9]],
    ] as const;
    for (const [count, size, pages] of cases) {
      using env = TestEnv.repository();
      for (let at = 0; at < count; at++) env.write(`${at}`, noise(size));
      const args = ["checkpoint", "save", "one"];
      const { status, stderr } = onFullDisk(env, pages, args);
      assertEquals(status, 6, stderr);
      assertMatch(stderr, /no space|out of disk ?space/i);
      assertEquals(unfinishedIn(env), []);
      const reports = [...Deno.readDirSync(`${env.project}/.git`)]
        .filter(({ name }) => name.includes("crash"));
      assertEquals(reports, []);
    }
  },
);

/** Number of pages that must be enough for a command. */
const ENOUGH = 48;

mountTest(
  soakTest,
  "on a disk with ever more room each command is done, or not, and reports it",
  async (t) => {
    for (const one of WRITERS) {
      await t.step(one.name, async () => {
        for (let pages = 0; !await onFullOnce(one, pages); pages++) {
          assert(pages < ENOUGH, one.name);
        }
      });
    }
  },
);
