import { MpmError } from "../../base/errors.ts";
import type { HookEntry } from "../claude/hook_entries.ts";
import type { EntryFile } from "../client.ts";
import { entryOfLine, hookLine } from "../hook_command.ts";

const BEGIN =
  '# >>> mpm: "mpm hooks uninstall --client codex" removes this part';
const END = "# <<< mpm";
const BLOCK = /\n*^# >>> mpm: [^\n]*\n[^]*?^# <<< mpm(?:\n|$)/m;

const HEADER = /^[ \t]*\[\[?[ \t]*hooks[ \t]*(?:\]|\.[ \t]*(?!state\b))/m;
const INLINE = /^[ \t]*hooks[ \t]*[.=]/m;

/** Returns whether a `config.toml` has any hooks. */
export function hasHooks(text = ""): boolean {
  return HEADER.test(text) || INLINE.test(text);
}

/** Describes the hooks in a `config.toml`: a marked part at the end. */
export function tomlHooks(
  path: string,
  entries: readonly HookEntry[],
): EntryFile {
  return {
    path,
    mode: 0o600,
    install(before = "", { binary }) {
      if (INLINE.test(before)) {
        throw new MpmError("CONFLICT", `Cannot add hooks to "${path}"`, {
          hint: 'Write its "hooks" as tables such as [[hooks.Stop]] first',
        });
      }
      const rest = without(before);
      const gap = rest === "" ? "" : rest.endsWith("\n") ? "\n" : "\n\n";
      return `${rest}${gap}${blockOf(entries, binary)}`;
    },
    remove: (before) => without(before) || undefined,
    entries: (text) =>
      commandsIn(BLOCK.exec(text)?.[0] ?? "").flatMap((command) =>
        entryOfLine(command) ?? []
      ),
  };
}

function without(text: string): string {
  const found = BLOCK.exec(text);
  if (!found) return text;
  const [before, after] = [
    text.slice(0, found.index),
    text.slice(found.index + found[0].length),
  ];
  // One line end before the marked part ends the line above it.
  const ended = before === "" || !found[0].startsWith("\n") ? "" : "\n";
  return `${before}${ended}${after}`;
}

function commandsIn(block: string): unknown[] {
  return [...block.matchAll(/^command = (".*")$/gm)]
    .map(([, text]) => JSON.parse(text!));
}

function blockOf(entries: readonly HookEntry[], binary: string): string {
  const tables = entries.map(({ event, runs = event, matcher, timeout }) => {
    const line = hookLine({
      client: "codex",
      event: runs,
      binary,
      version: "any",
    });
    return [
      `[[hooks.${event}]]`,
      ...matcher === undefined ? [] : [`matcher = ${JSON.stringify(matcher)}`],
      `[[hooks.${event}.hooks]]`,
      'type = "command"',
      `command = ${JSON.stringify(line)}`,
      `timeout = ${timeout}`,
      "",
    ].join("\n");
  });
  return [BEGIN, ...tables, END, ""].join("\n");
}
