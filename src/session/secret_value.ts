/** What stands where a secret would, and is none. */
const PLACEHOLDER =
  /^(?:\$[({A-Za-z_]|<[^>]*>?$|\{\{|\{%|%[A-Za-z_{(]|#\{|@@|\*+$|[xX.…•_-]+$|\[redacted:|[~^<>=v]{0,2}\d+(?:\.\d+)+(?:-[\w.]+)?$)/;

/** Words of code and forms, which say what kind of value belongs there. */
const WORDS = new Set(
  ("true false null nil none undefined void any unknown never string number " +
    "boolean bool str int integer float object array bytes text required " +
    "optional missing empty invalid expired enabled disabled default unset " +
    "yes no on off new await async function typeof return this self super " +
    "hidden masked redacted password passwd token secret string? const let " +
    "var input hash bcrypt prompt env file todo fixme tbd n/a inherit sensitive same-origin include omit")
    .split(" "),
);

export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || WORDS.has(value.toLowerCase());
}

/** Code that reads the value from somewhere: `process.env.X`, `get(…)`. */
const CODE =
  /^&?[A-Za-z_$][\w$]*(?:(?:\?\.|\.|->|::)#?[A-Za-z_$][\w$]*)+[([;,)]?$|^[A-Za-z_$][\w$.]{0,60}[([]/;

export function isCode(value: string): boolean {
  return CODE.test(value);
}

/**
 * Whether a word is more than one of a sentence: letters and digits, or letters
 * and signs that no word has within it.
 */
export function isStrong(value: string): boolean {
  if (value.length < 6 || isPlaceholder(value) || isCode(value)) return false;
  const letters = /[A-Za-z]/.test(value);
  return (letters && /\d/.test(value) && !/^v?\d+(?:\.\d+)+/.test(value)) ||
    (letters && /[!@#$%^&*+=~?]/.test(value.slice(0, -1))) ||
    (value.length >= 16 && /[a-z]/.test(value) && /[A-Z]{2}/.test(value)) ||
    /^\d{6,}$/.test(value);
}

/** A file or folder, which is not secret though what lies there may be. */
export function isPath(value: string): boolean {
  return /^(?:~?\/|\.{1,2}\/|[A-Za-z]:[\\/])/.test(value) &&
    !/[=+]/.test(value);
}
