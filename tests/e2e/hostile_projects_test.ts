import { assert, assertEquals } from "@std/assert";
import { type Change, HostileProject } from "../helpers/hostile.ts";
import { programs, scripts, STRAYS } from "../helpers/hostile_git.ts";
import {
  firing,
  staleLines,
  statusesOf,
  strayLines,
} from "../helpers/hostile_lines.ts";
import * as changes from "../helpers/hostile_projects.ts";
import { posixTest } from "../helpers/posix.ts";

/**
 * A cloned repository, or an unpacked archive, may hold anything instead of
 * each file that mpm has there. Every command runs after each of these changes
 * with little time and memory: nothing outside is written, printed, run or
 * signalled. All start from copies of one project, which takes long to build.
 */
const FILES: Record<string, Change> = {
  "links to files that would do": changes.linksToFiles,
  "links to nothing": changes.linksToNothing,
  "pipes": changes.pipes,
  "devices and folders": changes.devices,
  "a gigabyte each": changes.gigabytes,
  "what no parser can take": changes.bombs,
};

const FOLDERS: Record<string, Change> = {
  "a link instead of mpm's folder": changes.linksToFolders(1),
  "links instead of the folders in it": changes.linksToFolders(2),
  "links instead of the folders in those": changes.linksToFolders(3),
};

/** Characters that control a terminal or hide text, except line ends. */
const ACTING =
  // deno-lint-ignore no-control-regex -- finds control characters
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

/** Commands that first find their project, for all its uses. */
const LOOKING = ("pause|resume|start|status|branch|checkpoint save|undo|" +
  "checkpoint restore|worktrees list|worktrees prune|context inject|migrate|" +
  "context update|statusline|hook|hooks install|init|restore|saves keep|" +
  "timeline|replay fork").split("|");

/** The files of the store do not lead any command outside. */
async function files(
  t: Deno.TestContext,
  hostile: HostileProject,
): Promise<void> {
  // Otherwise the next checks would prove nothing.
  await t.step(
    "each works without tampering",
    () =>
      hostile.attack(() => {}, {
        skip: firing,
        each: ({ command }, { status, stderr }) => {
          // Worktrees within the project are not files that it can run on.
          assert(statusesOf(command).includes(status), stderr);
          assertEquals(hostile.loose(), []);
        },
      }),
  );
  for (const [name, change] of Object.entries(FILES)) {
    await t.step(name, () => hostile.attack(change, { half: true }));
  }
}

/** Nor do the contents of the files. */
async function contents(
  t: Deno.TestContext,
  hostile: HostileProject,
): Promise<void> {
  for (const [name, change] of Object.entries(FOLDERS)) {
    const how = { skip: firing, half: true } as const;
    await t.step(name, () => hostile.attack(change, how));
  }
  await t.step(
    "values of other types, paths and processes of others",
    () => hostile.attack(changes.invalidValues, { skip: firing, half: true }),
  );
  await t.step(
    "names that lead outside",
    () =>
      hostile.attack(changes.namesakes, {
        lines: strayLines(["../../../outside/namesake", "../namesake"]),
      }),
  );
  await t.step(
    "texts that control a terminal",
    () =>
      hostile.attack(changes.texts, {
        skip: firing,
        each: (_, { stdout, stderr }) =>
          assert(
            !ACTING.test(stdout + stderr),
            JSON.stringify(stdout + stderr),
          ),
      }),
  );
}

/**
 * No command runs a program that a repository names, or follows its paths
 * outside.
 */
async function git(
  t: Deno.TestContext,
  hostile: HostileProject,
): Promise<void> {
  await t.step(
    "git's settings, hooks and attributes",
    () => hostile.attack(programs, { skip: firing, half: true }),
  );
  await t.step(
    "shell hooks and Claude Code's settings",
    () => hostile.attack(scripts, { half: true }),
  );
  for (const [name, change] of Object.entries(STRAYS)) {
    await t.step(name, () =>
      hostile.attack(change, {
        skip: ({ command }) => !LOOKING.includes(command),
        half: true,
      }));
  }
}

posixTest("no command is led out of the store or damaged by it", async (t) => {
  assertEquals(staleLines(), []);
  await using hostile = await HostileProject.make({ umask: "000" });
  await t.step("by its files", (t) => files(t, hostile));
  await t.step("by its text", (t) => contents(t, hostile));
  await t.step("by git's own files", (t) => git(t, hostile));
});
