import { join } from "../../base/join.ts";
import { field, isFields, jsonIn } from "../../base/parsed_values.ts";
import type { ClientSetup, InstalledEntry, WantedEntries } from "../client.ts";
import { entryOfLine, hookLine, powerShellLine } from "../hook_command.ts";
import { ownFile } from "../own_file.ts";
import { copilotHome } from "./home.ts";

/** The events; the client sends them in Claude Code's format. */
const EVENTS: readonly { at: string; event: string; seconds: number }[] = [
  { at: "SessionStart", event: "SessionStart", seconds: 10 },
  { at: "UserPromptSubmit", event: "UserPromptSubmit", seconds: 10 },
  { at: "PostToolUse", event: "PostToolBatch", seconds: 10 },
  { at: "SubagentStart", event: "SubagentStart", seconds: 5 },
  { at: "SubagentStop", event: "SubagentStop", seconds: 5 },
  { at: "Stop", event: "Stop", seconds: 10 },
  { at: "PreCompact", event: "PreCompact", seconds: 10 },
  { at: "SessionEnd", event: "SessionEnd", seconds: 10 },
];

/** If this hook fails, the tool does not run, so it is only for claims. */
const CLAIMS = { at: "PreToolUse", event: "PreToolUse", seconds: 10 };

/** Installs the hooks in a separate file next to the user's other hooks. */
export const setup: ClientSetup = {
  files(system) {
    const home = copilotHome(system);
    return home === undefined
      ? []
      : [ownFile(join(home, "hooks", "mpm.json"), { textOf, entriesIn })];
  },
};

function textOf({ binary, claims }: WantedEntries): string {
  const hooks = [...EVENTS, ...claims ? [CLAIMS] : []].map((entry) => {
    const command = { client: "copilot", event: entry.event, binary } as const;
    return [entry.at, [{
      type: "command",
      bash: hookLine(command),
      powershell: powerShellLine(command),
      timeoutSec: entry.seconds,
      ...entry === CLAIMS && { matcher: "create|edit|apply_patch" },
    }]];
  });
  const value = { version: 1, hooks: Object.fromEntries(hooks) };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function entriesIn(text: string): InstalledEntry[] {
  const hooks = field(jsonIn(text), "hooks");
  return Object.values(isFields(hooks) ? hooks : {})
    .flatMap((list) => Array.isArray(list) ? list : [])
    .flatMap((handler) => entryOfLine(field(handler, "bash")) ?? []);
}
