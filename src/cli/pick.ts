import type { System } from "../system/system.ts";
import { decodeKeys, type Key } from "./keys.ts";
import type { Picker } from "./picker.ts";

/** Milliseconds after which an ESC is a key, and not the begin of another. */
const ESCAPE = 50;

/**
 * The other screen, which a terminal keeps apart; without the cursor, and with
 * marks around what is pasted.
 */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?2004h";
const LEAVE = "\x1b[?2004l\x1b[?25h\x1b[?1049l";

/**
 * Shows a picker until something is chosen. It alone has the terminal in the
 * meantime, and gives it back as it was. `undefined`: this terminal, or its
 * user, has no use for it.
 */
export async function pick(
  system: System,
  picker: Picker,
): Promise<number | "cancelled" | undefined> {
  const { terminal } = system;
  // As in other tools: a screen reader reads lines, and no moving screen.
  if (system.env("TERM") === "dumb" || system.env("ACCESSIBLE")) return;
  using taken = terminal.takeOver();
  if (!taken) return undefined;
  terminal.err(ENTER);
  try {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      terminal.err(frame(picker, terminal));
      const input = await taken.next(rest === "" ? undefined : ESCAPE);
      if (input === undefined) return "cancelled";
      if (input === "resized") continue;
      const ended = input === "quiet";
      const more = ended ? "" : decoder.decode(input, { stream: true });
      const decoded = decodeKeys(rest + more, { ended });
      rest = decoded.rest;
      const outcome = press(picker, decoded.keys);
      if (outcome !== undefined) return outcome;
    }
  } finally {
    terminal.err(LEAVE);
  }
}

function press(
  picker: Picker,
  keys: readonly Key[],
): number | "cancelled" | undefined {
  for (const key of keys) {
    const outcome = picker.onKey(key);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

/** Overwrites each old line, so that nothing flickers. */
function frame(
  picker: Picker,
  terminal: { columns(): number; rows(): number },
): string {
  const size = { columns: terminal.columns(), rows: terminal.rows() };
  const lines = picker.render(size).map((line) => `${line}\x1b[K`);
  return `\x1b[H${lines.join("\r\n")}\x1b[J`;
}
