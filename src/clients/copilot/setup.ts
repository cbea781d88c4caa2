import { join } from "../../base/join.ts";
import type { HookEntry } from "../claude/hook_entries.ts";
import type { ClientSetup, WantedEntries } from "../client.ts";
import { entriesInJson, hookLine, powerShellLine } from "../hook_command.ts";
import { ownFile } from "../own_file.ts";
import { copilotHome } from "./home.ts";

/** The events; the client sends them in Claude Code's format. */
const EVENTS: readonly HookEntry[] = [
  { event: "SessionStart", timeout: 10 },
  { event: "UserPromptSubmit", timeout: 10 },
  { event: "PostToolUse", runs: "PostToolBatch", timeout: 10 },
  { event: "SubagentStart", timeout: 5 },
  { event: "SubagentStop", timeout: 5 },
  { event: "Stop", timeout: 10 },
  { event: "PreCompact", timeout: 10 },
  { event: "SessionEnd", timeout: 10 },
];

/** If this hook fails, the tool does not run, so it is only for claims. */
const CLAIMS: HookEntry = {
  event: "PreToolUse",
  matcher: "create|edit|apply_patch",
  timeout: 10,
};

/** Installs the hooks in a separate file next to the user's other hooks. */
export const setup: ClientSetup = {
  files(system) {
    const home = copilotHome(system);
    return home === undefined ? [] : [
      ownFile(join(home, "hooks", "mpm.json"), {
        textOf,
        entriesIn: entriesInJson,
      }),
    ];
  },
};

function textOf({ binary, claims }: WantedEntries): string {
  const hooks = [...EVENTS, ...claims ? [CLAIMS] : []].map((entry) => {
    const { event, runs = event, matcher, timeout } = entry;
    const command = { client: "copilot", event: runs, binary } as const;
    return [event, [{
      type: "command",
      bash: hookLine(command),
      powershell: powerShellLine(command),
      timeoutSec: timeout,
      ...matcher !== undefined && { matcher },
    }]];
  });
  const value = { version: 1, hooks: Object.fromEntries(hooks) };
  return `${JSON.stringify(value, null, 2)}\n`;
}
