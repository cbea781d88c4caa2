import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import type { HooksEjectResult } from "./results.ts";
import { hooksEjectText } from "../scripts/text.ts";
import { ejectScript, type ScriptState } from "../scripts/store.ts";
import {
  ensureHome,
  journaled,
  withLock,
  withUserLock,
} from "../../ops/mod.ts";
import { copyOf, hooksNamed } from "../scripts/run.ts";

type Action = HooksEjectResult["hooks"][number]["action"];

/** The action for each state; a person's text is never replaced. */
const ACTIONS: Record<ScriptState, Action> = {
  none: "written",
  older: "upgraded",
  shipped: "kept",
  edited: "edited",
  changed: "not-allowed",
  foreign: "not-allowed",
  unusable: "refused",
};

/** `mpm hooks eject` */
export const hooksEject = defineCommand({
  name: "hooks eject",
  summary: "Copy shell hooks into the project so that you can edit them",
  description: `
Copies the named scripts, or all scripts, to .claude-mpm/hooks/. mpm updates
copies that you have not edited, and does not change edited copies. After you
edit a script, run "mpm allow <file>" to allow it to run on this machine.`,
  positionals: [{
    name: "names",
    summary: "The scripts, e.g. pre-session",
    names: "shell-hook",
    rest: true,
  }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be written without writing anything",
    },
  },
  examples: ["mpm hooks eject", "mpm hooks eject pre-session post-session"],
  result: async () => (await import("./results.ts")).HooksEjectResult,
  async run(context, input): Promise<HooksEjectResult> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    const chosen = hooksNamed(input.names);
    const plan = () =>
      chosen.map((hook) => {
        const { path, state } = copyOf(system, root, hook);
        return { hook, path, action: ACTIONS[state] };
      });
    const answer = (steps: ReturnType<typeof plan>): HooksEjectResult => ({
      dry_run: input["dry-run"],
      hooks: steps.map(({ hook, path, action }) => ({
        name: hook.name,
        path,
        action,
      })),
    });
    if (input["dry-run"]) return answer(plan());
    return await journaled(
      context,
      (context) =>
        withUserLock(context.system, () => {
          ensureHome(context.system, root);
          const steps = plan();
          for (const { hook, path, action } of steps) {
            if (action !== "written" && action !== "upgraded") continue;
            ejectScript(context, root, { path, text: hook.text });
          }
          return answer(steps);
        }),
      {
        operation: "hooks eject",
        workspace,
        lock: withLock,
        title: ({ hooks }) =>
          `write the shell hooks ${hooks.map(({ name }) => name).join(", ")}`,
      },
    );
  },
  render: hooksEjectText,
});
