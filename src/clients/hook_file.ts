import { SHELL_WORD, shellWord, unquotedWord } from "../base/shell.ts";
import { VERSION } from "../base/version.ts";
import { decodeSettings, openSettings } from "./claude/settings/text.ts";
import {
  type HookEntry,
  type HookForm,
  OWN_MARK,
  type OwnHandler,
} from "./claude/hook_entries.ts";
import { ownEntries } from "./claude/settings/installed.ts";
import { planInstall, planRemoval } from "./claude/settings/plan.ts";
import type { ClientName, EntryFile } from "./client.ts";

export { decodeSettings };

/** The command of an entry that mpm wrote, and its parts. */
const COMMAND = new RegExp(
  `^(${SHELL_WORD}) hook ([A-Za-z]+) --client=([a-z]+) ` +
    `${OWN_MARK}(\\S+) 2>/dev/null \\|\\| true$`,
);

/**
 * Returns a shell's line that reports an event to mpm. It ends with 0, and
 * prints no error, where the binary is gone or fails.
 */
export function hookCommand(
  binary: string,
  { client, event, version = VERSION }: {
    client: ClientName;
    /** mpm's name of it. */
    event: string;
    version?: string | undefined;
  },
): string {
  return `${shellWord(binary)} hook ${event} --client=${client} ` +
    `${OWN_MARK}${version} 2>/dev/null || true`;
}

/** Reads such a line; `undefined` unless mpm wrote it for this client. */
export function ownCommand(
  command: unknown,
  client: ClientName,
): OwnHandler | undefined {
  const found = typeof command === "string" ? COMMAND.exec(command) : null;
  if (!found || found[3] !== client) return undefined;
  const [, word, event, , version] = found as unknown as string[];
  return { binary: unquotedWord(word!), event: event!, version: version! };
}

/** The hooks of a client whose settings have the shape of Claude Code's. */
export interface HookFileForm {
  readonly client: ClientName;
  /** Timeouts are in the client's own unit. */
  readonly entries: readonly HookEntry[];
  /** Further members of each handler, such as a name. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Returns the file of JSON that such a client reads its hooks from. */
export function hookFile(
  path: string,
  { client, entries, more = {} }: HookFileForm,
): EntryFile {
  const form: HookForm = {
    entries,
    groupOf: ({ event, runs = event, matcher, timeout }, binary, version) => ({
      ...matcher === undefined ? {} : { matcher },
      hooks: [{
        type: "command",
        command: hookCommand(binary, { client, event: runs, version }),
        timeout,
        ...more,
      }],
    }),
    ownHandler: (value) =>
      ownCommand((value as Record<string, unknown> | null)?.command, client),
  };
  return {
    path,
    mode: 0o600,
    install: (before, { binary }) => {
      const wanted = { binary, statusLine: "", withStatusLine: false };
      return planInstall(path, before ?? "", wanted, form).text;
    },
    remove: (before, original) => {
      const { text } = planRemoval(path, before, original, form);
      const nothing = original === undefined && /^\s*\{\s*\}\s*$/.test(text);
      return nothing ? undefined : text;
    },
    entries: (text) =>
      ownEntries(openSettings(path, text), form).map(({ own }) => own),
  };
}
