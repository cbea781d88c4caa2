import { HOOK_ENTRIES } from "../src/clients/claude/hook_entries.ts";
import { SAME_SKILLS } from "../src/clients/claude/shipped.ts";
import { VERSION } from "../src/base/version.ts";

/**
 * The files that make this repository a plugin of Claude Code, by path below
 * its top, and the skills that only differ by name. The other skills are
 * written by hand.
 */
export function pluginFiles(): [string, string][] {
  return [
    [".claude-plugin/plugin.json", json(MANIFEST)],
    [".claude-plugin/marketplace.json", json(MARKETPLACE)],
    ["hooks/hooks.json", json({ description: HOOKS, hooks: pluginHooks() })],
    ...Object.entries(SAME_SKILLS).map(([name, text]): [string, string] => [
      `skills/${name}/SKILL.md`,
      text,
    ]),
  ];
}

const MANIFEST = {
  name: "mpm",
  version: VERSION,
  description:
    "Save and restore sessions: pause, resume with what changed, checkpoints, " +
    "branches, and a context gauge with thresholds",
  author: { name: "The mpm authors" },
  license: "MIT",
  keywords: ["session", "checkpoint", "context", "hooks"],
};

/**
 * With this file the client can add this repository, which holds one plugin.
 */
const MARKETPLACE = {
  name: MANIFEST.name,
  owner: MANIFEST.author,
  description: MANIFEST.description,
  plugins: [{
    name: MANIFEST.name,
    source: "./",
    description: MANIFEST.description,
  }],
};

const HOOKS = "Pass events to mpm, which must be on PATH";

/** The entries of `mpm hooks install`; a script looks for mpm on PATH. */
function pluginHooks() {
  return Object.fromEntries(
    HOOK_ENTRIES.map(({ event, matcher, timeout }) => [event, [{
      ...matcher === undefined ? {} : { matcher },
      hooks: [{
        type: "command",
        command: "sh",
        args: ["${CLAUDE_PLUGIN_ROOT}/hooks/plugin.sh", event],
        timeout,
      }],
    }]]),
  );
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
