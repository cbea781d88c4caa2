import { defineCommand } from "../../cli/command.ts";
import { saveText } from "../save_text.ts";
import { askAhead } from "../ahead.ts";

/** `mpm checkpoint save` */
export const checkpointSave = defineCommand({
  name: "checkpoint save",
  summary: "Keep the whole working tree and its context under a name",
  description: `
Keeps every file that git does not ignore, byte for byte, what is staged, and
the context as "mpm pause" does. Nothing of yours changes: not the files, the
index, HEAD, the branch, stashes or reflogs, and no hook runs. The objects are
in the repository under refs/mpm/, which git neither clones nor pushes by
itself; outside git, in a repository of mpm's own.

Nested repositories, submodules with changes, pipes and sockets cannot be kept;
the answer names them.

--auto is for hooks: at most one in 30 minutes, and the last 20 are kept. The
project's checkpoint.sh runs after one, if you allowed it.`,
  positionals: [{
    name: "name",
    summary: "What to call it; words are joined",
    rest: true,
  }],
  flags: {
    message: {
      type: "string",
      short: "m",
      value: "text",
      summary: "A note to find it by",
    },
    auto: {
      type: "boolean",
      summary: "An automatic one, named by its time, if one is due",
    },
  },
  examples: [
    "mpm checkpoint save before-refactoring",
    'mpm checkpoint save "Feature Development" -m "Login works"',
    "mpm checkpoint save --auto",
  ],
  result: async () => (await import("./results.ts")).CheckpointSaveResult,
  settles: true,
  async run(context, input) {
    // Git works while the rest is loaded. An automatic one is hardly ever due.
    const ahead = input.auto ? undefined : await askAhead(context);
    const { save } = await import("../take/save_steps.ts");
    const result = await save(context, input, ahead)
      .finally(() => ahead?.ended);
    if (input.auto && result.saved && result.name !== null) {
      const { runCheckpointScript } = await import("../take/script.ts");
      await runCheckpointScript(context, result.name);
    }
    return result;
  },
  render: saveText,
});
