import { field } from "../../base/parsed_values.ts";
import type { HookEntry, HookForm } from "../claude/hook_entries.ts";
import { ownEntries } from "../claude/settings/installed.ts";
import { planInstall, planRemoval } from "../claude/settings/plan.ts";
import { openSettings } from "../claude/settings/text.ts";
import type { EntryFile } from "../client.ts";
import { entryOfLine, hookLine } from "../hook_command.ts";

/** Describes the hooks in a `hooks.json`, in Claude Code's format. */
export function jsonHooks(
  path: string,
  entries: readonly HookEntry[],
): EntryFile {
  const form: HookForm = {
    entries,
    groupOf: ({ event, runs = event, matcher, timeout }, binary) => ({
      ...matcher === undefined ? {} : { matcher },
      hooks: [{
        type: "command",
        // If the line changed, the user would have to trust it again.
        command: hookLine({
          ...{ client: "codex", event: runs, binary, version: "any" },
        }),
        timeout,
      }],
    }),
    ownHandler: (value) => entryOfLine(field(value, "command")),
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
