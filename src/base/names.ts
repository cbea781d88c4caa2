import { MpmError } from "./errors.ts";
import { cutText } from "./words.ts";

/** The characters allowed in session and checkpoint names, to follow "Use". */
export const NAME_RULE =
  "at most 100 letters, digits, single spaces and any of ._-()[]#&+,:'@!?, " +
  "beginning with a letter or digit, and not only digits";

/**
 * Returns whether something can be found by typing this name: it must not be a
 * number, a path or an option, or contain control characters. Patterns for
 * classes that cover all of Unicode are built only when used.
 */
export function isName(name: string): boolean {
  return /^(?![0-9]+$)(?!latest$)[\p{L}\p{N}][\p{L}\p{M}\p{N} ()[\]#&+,:'@!?._-]{0,99}$/u
    .test(name) && !/ {2}| $/.test(name);
}

/** Does the same for a session; its saves have their own IDs. */
export function isSessionName(name: string): boolean {
  return isName(name) && !name.startsWith("session-");
}

/** The number of UTF-16 units of an invalid name that a message shows. */
const SHOWN = 100;

export function invalidSessionName(name: string, hint: string): MpmError {
  const shown = cutText(name, SHOWN);
  return new MpmError("USAGE", `Invalid session name "${shown}"`, { hint });
}

/** Returns `name` if a session can be found by it. Throws USAGE. */
export function checkedName(name: string | undefined): string | undefined {
  if (name !== undefined && !isSessionName(name)) {
    throw invalidSessionName(name, `Use ${NAME_RULE}`);
  }
  return name;
}

/**
 * Returns the name of a folder and a git branch for something called `name`.
 * This is the name itself if it is valid, or else its words: `bug-fix-urgent`.
 */
export function slugOf(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(name)) return name;
  return name.normalize("NFC").toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-")
    .replaceAll(/-{2,}/g, "-").replaceAll(/\.{2,}/g, ".")
    .replaceAll(/^[-.]+|[-.]+$|\.lock$/g, "");
}

/** The name of an agent, for example `backend`. */
export interface AgentName {
  /** As typed, without a final "Agent": `Backend`. */
  readonly name: string;
  /** The form for comparing names and storing them in files: `backend`. */
  readonly key: string;
}

/** The longest name. */
const LONGEST = 64;

const AGENT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The characters allowed in a name, to follow "Use". */
export const AGENT_NAME_RULE =
  `letters, digits, "-", "_" and ".", at most ${LONGEST} characters, ` +
  "beginning with a letter or digit";

/**
 * Reads a name as typed: `backend`, `Backend`, `Backend Agent` and
 * `backend-agent` are the same agent. Throws USAGE that mentions `from`, for
 * example `--agent`.
 */
export function agentName(text: string, from: string): AgentName {
  const found = agentNameIn(text);
  if (found) return found;
  throw new MpmError("USAGE", `Invalid agent name "${text}" in ${from}`, {
    hint: `Use ${AGENT_NAME_RULE}`,
  });
}

/** Does the same, but returns `undefined` for an invalid name. */
export function agentNameIn(text: string): AgentName | undefined {
  const words = text.trim().replace(/ +/g, "-");
  const name = words.replace(/^(.+)[-_.]agent$/i, "$1");
  return AGENT_NAME.test(words) ? { name, key: name.toLowerCase() } : undefined;
}

/** Returns the name for a sub-agent's type, such as `plugin:reviewer`. */
export function agentNameOfType(type: string): AgentName | undefined {
  return agentNameIn(
    type.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[._-]+/, "")
      .slice(0, LONGEST),
  );
}

export function isSameAgent(a: string, b: string): boolean {
  const [one, other] = [agentNameIn(a), agentNameIn(b)];
  return one !== undefined && one.key === other?.key;
}

/** Returns whether a name matches a pattern with `*` and `?`. */
export function isLike(pattern: string, name: string): boolean {
  // Usually the first or last character shows a mismatch.
  if (!fitsOne(pattern[0], name[0])) return false;
  if (!fitsOne(pattern.at(-1), name.at(-1))) return false;
  let [at, from] = [0, 0];
  let star: { pattern: number; name: number } | undefined;
  while (from < name.length) {
    if (pattern[at] === "*") star = { pattern: ++at, name: from };
    else if (pattern[at] === "?" || pattern[at] === name[from]) {
      at++;
      from++;
    } else if (star) {
      at = star.pattern;
      from = ++star.name;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

function fitsOne(sign: string | undefined, character: string | undefined) {
  return sign === "*" || sign === "?" || sign === character;
}
