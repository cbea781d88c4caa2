import { join } from "../../base/join.ts";
import { jsonIn, textField } from "../../base/parsed_values.ts";
import { VERSION } from "../../base/version.ts";
import type { System } from "../../system/system.ts";
import type { HookEntry } from "../claude/hook_entries.ts";
import { SKILLS } from "../claude/shipped.ts";
import type { ClientSetup, EntryFile, WantedEntries } from "../client.ts";
import {
  entriesInJson,
  heldHookLine,
  powerShellLine,
} from "../hook_command.ts";
import { marked, ownFile, plainSkill } from "../own_file.ts";
import { geminiHome } from "./home.ts";

/**
 * Entries that start one process for each tool that changes something.
 * PreCompress is left out, because it comes before every request to the model,
 * not only before a compaction. Timeouts are in milliseconds.
 */
const EVENTS: readonly HookEntry[] = [
  { event: "SessionStart", timeout: 10_000 },
  { event: "BeforeAgent", runs: "UserPromptSubmit", timeout: 10_000 },
  {
    event: "AfterTool",
    runs: "PostToolBatch",
    matcher: "run_shell_command|write_file|replace|invoke_agent|mcp_.*",
    timeout: 10_000,
  },
  { event: "AfterAgent", runs: "Stop", timeout: 10_000 },
  { event: "SessionEnd", timeout: 10_000 },
];

const CLAIMS: HookEntry = {
  event: "BeforeTool",
  runs: "PreToolUse",
  matcher: "write_file|replace",
  timeout: 10_000,
};

/** Installs an extension, so that no file of the user changes. */
export const setup: ClientSetup = {
  files(system) {
    const home = geminiHome(system);
    if (home === undefined) return [];
    const folder = join(home, "extensions", "mpm");
    return [
      manifest(folder),
      // Without this file, the client fails if only some extensions are
      // allowed.
      source(folder),
      hooksFile(system, folder),
      ...Object.entries(SKILLS).map(([name, text]) =>
        command(folder, { name, text })
      ),
    ];
  },
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const ABOUT = "Saves and restores the state of sessions. Installed by mpm.";

function manifest(folder: string): EntryFile {
  return ownFile(join(folder, "gemini-extension.json"), {
    textOf: () => json({ name: "mpm", version: VERSION, description: ABOUT }),
    entriesIn(text) {
      const value = jsonIn(text);
      const own = textField(value, "description") === ABOUT;
      return marked(own ? textField(value, "version") : undefined);
    },
  });
}

function source(folder: string): EntryFile {
  const text = json({ source: folder, type: "local" });
  return ownFile(join(folder, ".gemini-extension-install.json"), {
    textOf: () => text,
    entriesIn: (there) => marked(there === text ? VERSION : undefined),
  });
}

function hooksFile({ platform }: System, folder: string): EntryFile {
  const line = platform === "windows" ? powerShellLine : heldHookLine;
  const textOf = ({ binary, claims }: WantedEntries) => {
    const hooks = [...EVENTS, ...claims ? [CLAIMS] : []]
      .map(({ event, runs = event, matcher, timeout }) => [event, [{
        ...matcher !== undefined && { matcher },
        hooks: [{
          ...{ type: "command", name: `mpm ${runs}` },
          command: line({ client: "gemini", event: runs, binary }),
          timeout,
        }],
      }]]);
    return json({ hooks: Object.fromEntries(hooks) });
  };
  return ownFile(join(folder, "hooks", "hooks.json"), {
    textOf,
    entriesIn: entriesInJson,
  });
}

const MARK = /^# installed by mpm (\S+)\n/;

/** Creates a client command such as `/mpm-pause` from a skill. */
function command(
  folder: string,
  { name, text }: { name: string; text: string },
): EntryFile {
  const [, head = "", body = ""] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ??
    [];
  const about = /^description: (.*)$/m.exec(head)?.[1] ?? name;
  const prompt = plainSkill(body.trim()).replaceAll("$ARGUMENTS", "{{args}}");
  return ownFile(join(folder, "commands", `${name}.toml`), {
    textOf: () =>
      `# installed by mpm ${VERSION}\n` +
      `description = ${JSON.stringify(about)}\n` +
      `prompt = ${JSON.stringify(prompt)}\n`,
    entriesIn: (there) => marked(MARK.exec(there)?.[1]),
  });
}
