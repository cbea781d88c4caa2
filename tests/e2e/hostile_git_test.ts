import { Siege } from "../helpers/hostile.ts";
import { firing } from "../helpers/hostile_lines.ts";
import { programs, scripts, STRAYS } from "../helpers/hostile_git.ts";
import { posixTest } from "../helpers/posix.ts";

/** What all commands learn where they are from, in all ways it is used. */
const LOOKING = ("pause|resume|start|status|branch|checkpoint save|undo|" +
  "checkpoint restore|worktrees list|worktrees prune|context inject|migrate|" +
  "context update|statusline|hook|hooks install|init").split("|");

posixTest(
  "no command runs what a repository names, or follows it outside",
  async (t) => {
    await using siege = await Siege.make();
    await t.step(
      "git's settings, hooks and attributes",
      () => siege.attack(programs, { skip: firing }),
    );
    await t.step(
      "shell hooks and Claude Code's settings",
      () => siege.attack(scripts),
    );
    for (const [name, world] of Object.entries(STRAYS)) {
      await t.step(name, () =>
        siege.attack(world, {
          skip: ({ command }) => !LOOKING.includes(command),
        }));
    }
  },
);
