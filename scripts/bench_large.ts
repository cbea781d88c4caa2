import type { Case } from "./bench_measure.ts";
import { changeFiles, makeProject, type Project } from "./bench_repository.ts";

/** Tracked files, and how many of them have an uncommitted change. */
const TRACKED = 100_000;
const CHANGED = 40_000;

/** Cases of a large worktree whose saves keep no contents. */
export function largeCases(root: string, binary: string): Case[] {
  const project = (name: string) => {
    const made = makeProject(root, name, {
      ...{ tracked: TRACKED, changed: CHANGED, saves: 0 },
    });
    return {
      ...made,
      env: { ...made.env, MPM_CONFIG_PAUSE_CONTENTS: "false" },
    };
  };
  const [paused, left, restored] = [
    project("large, paused"),
    project("large, left"),
    project("large, restored"),
  ];
  const mpm = ({ folder, env }: Project, ...args: string[]) => {
    const options = { args, cwd: folder, env, clearEnv: true };
    const { success, stderr } = new Deno.Command(binary, options).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  mpm(restored, "checkpoint", "save", "known");
  let changes = 0;
  let detours = 0;
  return [
    {
      name: "large: pause",
      command: [binary, "pause", "--no-commit", "Half done"],
      project: paused,
      limit: "0 F + 1500 ms",
    },
    {
      name: "large: branch --stash",
      command: [binary, "branch", "urgent", "--stash"],
      project: left,
      limit: "0 F + 8000 ms",
      prepare() {
        if (detours++ > 0) mpm(left, "return", "-s", "Done");
      },
    },
    {
      name: "large: checkpoint restore",
      command: [binary, "checkpoint", "restore", "known", "--yes"],
      project: restored,
      limit: "0 F + 6000 ms",
      prepare: () => changeFiles(restored, CHANGED, `${++changes} `),
    },
    {
      name: "large: undo of the restore",
      command: [binary, "undo"],
      project: restored,
      limit: "0 F + 8000 ms",
    },
  ];
}
