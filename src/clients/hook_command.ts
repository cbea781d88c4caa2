import type { ClientName } from "../base/clients.ts";
import { SHELL_WORD, shellWord, unquotedWord } from "../base/shell.ts";
import { VERSION } from "../base/version.ts";
import { jsonIn } from "../base/parsed_values.ts";
import type { InstalledEntry } from "./client.ts";

/**
 * The mark, with a version, in the arguments of each command that mpm writes
 * into a user's settings. No other program has a reason to write this mark. So
 * mpm never treats another entry as its own, whatever the binary is called.
 */
export const OWN_MARK = "--installed-by=mpm/";

interface HookCommand {
  readonly client: ClientName;
  /** mpm's name for the event. */
  readonly event: string;
  /** Absolute. */
  readonly binary: string;
  /** The version of mpm that wrote it. */
  readonly version?: string | undefined;
}

/**
 * Returns the POSIX shell command that passes an event to mpm. It exits with 0
 * if mpm fails or is missing, so that the client continues.
 */
export function hookLine(
  { client, event, binary, version = VERSION }: HookCommand,
): string {
  const word = shellWord(binary);
  const mark = `--installed-by=mpm/${version}`;
  return `[ ! -x ${word} ] || ${word} hook ${event} --client=${client} ` +
    `${mark} || exit 0`;
}

/**
 * Returns the same line for a client that kills only the shell and then waits
 * until all output is closed. Only the shell holds the output open, not mpm.
 */
export function heldHookLine({ client, event, binary }: HookCommand): string {
  const word = shellWord(binary);
  const mark = `--installed-by=mpm/${VERSION}`;
  return `exec 2>/dev/null; if [ -x ${word} ]; then ` +
    `out=$(${word} hook ${event} --client=${client} ${mark}) && ` +
    `printf '%s\\n' "$out"; fi; exit 0`;
}

/** Returns the same line for PowerShell. */
export function powerShellLine(
  { client, event, binary }: HookCommand,
): string {
  const word = `'${binary.replaceAll("'", "''")}'`;
  const mark = `--installed-by=mpm/${VERSION}`;
  return `if (Test-Path ${word}) { $input | & ${word} hook ${event} ` +
    `--client=${client} ${mark} }; exit 0`;
}

const LINE = new RegExp(
  `^\\[ ! -x (${SHELL_WORD}) \\] \\|\\| .* hook (\\w+) --client[= ]\\w+ ` +
    "--installed-by=mpm/(\\S+) \\|\\| exit 0$",
);
const HELD = new RegExp(
  `^exec 2>/dev/null; if \\[ -x (${SHELL_WORD}) \\]; then .* hook (\\w+) ` +
    "--client=\\w+ --installed-by=mpm/(\\S+)\\) && .*; fi; exit 0$",
);
const POWERSHELL =
  /^if \(Test-Path '((?:[^']|'')*)'\) \{ .* hook (\w+) --client[= ]\w+ --installed-by=mpm\/(\S+) \}; exit 0$/;

/** Parses such a line. `undefined`: mpm did not write it. */
export function entryOfLine(line: unknown): InstalledEntry | undefined {
  if (typeof line !== "string") return undefined;
  const [, word, event, version] = LINE.exec(line) ?? HELD.exec(line) ??
    [];
  if (word !== undefined) {
    return { event: event!, binary: unquotedWord(word), version: version! };
  }
  const [, path, name, by] = POWERSHELL.exec(line) ?? [];
  return path === undefined ? undefined : {
    event: name!,
    binary: path.replaceAll("''", "'"),
    version: by!,
  };
}

/** Returns mpm's entries in a JSON file of a client's hooks. */
export function entriesInJson(text: string): InstalledEntry[] {
  const found: InstalledEntry[] = [];
  const look = (value: unknown, levels: number) => {
    if (typeof value !== "object" || value === null || levels === 0) return;
    for (const [name, held] of Object.entries(value)) {
      const entry = ["bash", "command"].includes(name) && entryOfLine(held);
      if (entry) found.push(entry);
      else look(held, levels - 1);
    }
  };
  look(jsonIn(text), 8);
  return found;
}
