import { MpmError } from "./errors.ts";

/** The characters in names of sessions and checkpoints, after "Use". */
export const NAME_RULE = "letters, digits, single blanks and any of " +
  "._-()[]#&+,:'@!?, 100 characters at most, beginning with a letter or " +
  "digit, and not only digits";

/**
 * Returns whether something can be found by that name, which is done by typing
 * it: no number, path, option or control character. Classes of all of Unicode
 * are built where they are used.
 */
export function isName(name: string): boolean {
  return /^(?![0-9]+$)(?!latest$)[\p{L}\p{N}][\p{L}\p{M}\p{N} ()[\]#&+,:'@!?._-]{0,99}$/u
    .test(name) && !/ {2}| $/.test(name);
}

/** The same for a session, whose saves have their own ids. */
export function isSessionName(name: string): boolean {
  return isName(name) && !name.startsWith("session-");
}

/** `name` if a session can be found by it. Throws USAGE. */
export function checkedName(name: string | undefined): string | undefined {
  if (name !== undefined && !isSessionName(name)) {
    throw new MpmError("USAGE", `"${name}" cannot name a session`, {
      hint: `Use ${NAME_RULE}`,
    });
  }
  return name;
}

/**
 * The name of a folder and a git branch for something called `name`: the name
 * itself where it can be one, else its words, `bug-fix-urgent`.
 */
export function slugOf(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(name)) return name;
  return name.normalize("NFC").toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-")
    .replaceAll(/-{2,}/g, "-").replaceAll(/\.{2,}/g, ".")
    .replaceAll(/^[-.]+|[-.]+$|\.lock$/g, "");
}
