import { getOwn } from "../base/own.ts";

/** A key press, or typed or pasted text. */
export type Key =
  | { readonly name: "text"; readonly text: string }
  | { readonly name: Named };

/** Sequences after ESC, from xterm's `ctlseqs` and VT220. */
const SEQUENCES = {
  "[A": "up",
  "OA": "up",
  "[B": "down",
  "OB": "down",
  "[C": "right",
  "OC": "right",
  "[D": "left",
  "OD": "left",
  "[5~": "page-up",
  "[6~": "page-down",
  "[H": "home",
  "OH": "home",
  "[1~": "home",
  "[7~": "home",
  "[F": "end",
  "OF": "end",
  "[4~": "end",
  "[8~": "end",
} as const;

const CONTROLS = {
  "\r": "enter",
  "\n": "enter",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "cancel",
  "\x07": "cancel",
  "\x04": "end-of-input",
  "\x0c": "redraw",
  "\x0e": "down",
  "\x10": "up",
  "\x15": "clear",
  "\x17": "word",
  "\x1a": "suspend",
} as const;

type Named =
  | typeof SEQUENCES[keyof typeof SEQUENCES]
  | typeof CONTROLS[keyof typeof CONTROLS];

/** A whole sequence; `ESC [`, parameters, and a last letter or `~`. */
// deno-lint-ignore no-control-regex -- finds terminal sequences
const SEQUENCE = /^\x1b(O[A-Za-z]|\[[0-9;?<]*[ -/]*[@-~])/;

/** The marks that a terminal puts around a paste on request (`?2004h`). */
const PASTE = "\x1b[200~";
const PASTED = "\x1b[201~";

/** A prefix that may become a sequence when more input comes. */
// deno-lint-ignore no-control-regex -- finds terminal sequences
const BEGUN = /^\x1b(?:O|\[[0-9;?<]*[ -/]*)?$/;

/**
 * Returns the keys in the terminal's input, and an incomplete sequence to put
 * before the next input. `ended`: no more input is expected, so a single ESC is
 * the Escape key. Skips unknown sequences.
 */
export function decodeKeys(
  input: string,
  { ended }: { ended: boolean },
): { keys: Key[]; rest: string } {
  const keys: Key[] = [];
  let text = "";
  const flush = () => {
    if (text !== "") keys.push({ name: "text", text });
    text = "";
  };
  let at = 0;
  while (at < input.length) {
    const character = input[at]!;
    if (character >= " " && character !== "\x7f") {
      text += character;
      at++;
      continue;
    }
    flush();
    if (character !== "\x1b") {
      const name = getOwn<Named>(CONTROLS, character);
      if (name) keys.push({ name });
      at++;
      continue;
    }
    const left = input.slice(at);
    if (BEGUN.test(left)) {
      if (!ended) return { keys, rest: left };
      if (left === "\x1b") keys.push({ name: "cancel" });
      return { keys, rest: "" };
    }
    if (left.startsWith(PASTE)) {
      const end = left.indexOf(PASTED);
      if (end < 0 && !ended) return { keys, rest: left };
      text = pasted(left.slice(PASTE.length, end < 0 ? undefined : end));
      flush();
      at = end < 0 ? input.length : at + end + PASTED.length;
      continue;
    }
    const sequence = SEQUENCE.exec(left);
    // The Alt key sends ESC and a letter.
    at += sequence ? sequence[0].length : left[1] === "\x1b" ? 1 : 2;
    const name = sequence && getOwn<Named>(SEQUENCES, sequence[1]!);
    if (name) keys.push({ name });
  }
  flush();
  return { keys, rest: "" };
}

/** Returns pasted text, including its line ends, which do not count as keys. */
function pasted(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/\p{Cc}/gu, "");
}
