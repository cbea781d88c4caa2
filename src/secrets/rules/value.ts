import { keyKind } from "./keys.ts";

/** Placeholders for a secret. */
const PLACEHOLDER =
  /^(?:\$[({A-Za-z_]|<[^>]*>?$|\{\{|\{%|%[A-Za-z_{(]|%\d\$[a-z]|\[[\w -]{1,40}\]$|__[A-Z_]+__$|#\{|@@|\{[\w.$()[\]'" -]{0,60}\}$|\*+$|[xX.…•_-]+$|\[redacted:|[~^<>=v]{0,2}\d+(?:\.\d+)+(?:-[\w.]+)?$|v\d+(?:alpha|beta)\d+$)/;

/**
 * Harmless contents: constants, examples from documentation, shortened values,
 * colours, expressions, templates, and public keys and signatures.
 */
const HARMLESS =
  /^[A-Z]+(?:_(?:[A-Z]+|V\d))+$|EXAMPLE|ABCDEFGH|^(?:.{0,16}|\S{0,64})(?:\.{3}|…)$|^\/\^|\{\$|^(?:Basic|Bearer) [$<{%]|^#[0-9a-fA-F]{3,8}$|\(\?|\[\^|\\[wdWDsS]|\$\{|#\{|\{\{|^["'][ )]?[.+,]|^-----BEGIN (?:[A-Z]{1,20} ){0,3}(?:PUBLIC|CERT)|\/aws4_request$|\][+*{]|^[*:]{2,}$|^[A-Z]\w{2,12} \w{1,30}=|^[Yy]our[-_ A-Z]|^(.)\1*$/;

/** Words from code and forms that name the kind of value. */
const WORDS = new Set(
  ("true false null nil none undefined void any unknown never string number " +
    "boolean bool str int integer float object array bytes text required " +
    "optional missing empty invalid expired enabled disabled default unset " +
    "yes no on off new await async function typeof return this self super " +
    "hidden masked redacted password passwd token secret string? const let " +
    "var input hash bcrypt prompt env file todo fixme tbd n/a inherit " +
    "sensitive same-origin include omit changeme change-me change_me foo bar " +
    "baz qux test testing example sample dummy fake mock stub placeholder " +
    "sekrit via stdin value name key id user username pass class other bearer basic notasecret " +
    "mypassword yourpassword mysecret secretkey accesskey apikey mytoken " +
    "nocheck no-check always base64 uint8array 123abc abc123 username:password")
    .split(" "),
);

/** Examples from standards, which all documentation copies. */
const PUBLISHED = new Set(
  ("QWxhZGRpbjpvcGVuIHNlc2FtZQ== czZCaGRSa3F0MzpnWDFmQmF0M2JW SlAV32hkKG " +
    "2YotnFZFEjr1zCsicMWpAA tGzv3JOkF0XG5Qx2TlKWIA mF_9.B5f-4.1JqM").split(" "),
);

export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || HARMLESS.test(value) ||
    WORDS.has(value.toLowerCase().replace(/\.$/, "")) || PUBLISHED.has(value);
}

/** Returns whether a value has a word of code, not of generated values. */
function isCodeWord(value: string): boolean {
  return /token|secret|key|passw|pwd|auth|cred|client|access|value|name|test|mock|fake|dummy|example|sample|session|bearer|basic|string|default|stub|expired/i
    .test(value);
}

/** Capitals with digits among them, as in the secrets of one-time passwords. */
const BASE32 = /^(?=[A-Z]*[2-7][A-Z]+[2-7])[A-Z2-7]{16,}$/;

/**
 * Returns whether a value is a name or a few words, with digits only at the end
 * of a word, as in `v2Token` and `fooEnum2`.
 */
export function isName(value: string): boolean {
  if (BASE32.test(value)) return false;
  let digits = 0;
  const letters = value.replaceAll(/\d{1,2}(?=[A-Z\s_./:-]|$)/g, () => {
    digits++;
    return "";
  });
  return digits <= 2 && letters.length <= 80 &&
    /^[_$@.?]?[A-Za-z]+(?:[\s_./:,'-]{1,3}[A-Za-z]+)*[.:=-]?$/.test(letters) &&
    (isWordy(letters) || /^[a-z]{2,}(?:\.[a-z]{2,})+$/.test(letters));
}

/** Returns whether most of a value is in pieces that can be read aloud. */
export function isWordy(value: string): boolean {
  let read = 0;
  for (
    const [piece] of value.matchAll(
      /[A-Z][a-z]{2,}|[a-z]{3,}|[A-Z]{3,}(?![a-z])|(?<![A-Za-z])[A-Za-z]{1,3}(?![A-Za-z])/g,
    )
  ) if (piece.length < 4 || /[aeiouyAEIOUY]/.test(piece)) read += piece.length;
  return read * 5 >= value.length * 3;
}

/** Returns whether a value has words from code: `access_key`. */
export function isOfCode(value: string): boolean {
  return isCodeWord(value) && isName(value);
}

/** Recognizes `client-secret` and `accessToken`, mainly by the last word. */
export function isNameOfSecret(written: string, mayHold: boolean): boolean {
  if (!isOfCode(written)) return false;
  const last = /[A-Z]?[a-z]+[^A-Za-z]*$|[A-Za-z]+[^A-Za-z]*$/.exec(written);
  return !mayHold || keyKind(written) !== undefined ||
    isOfCode(last?.[0] ?? written);
}

/** Returns whether a value is such a name: `v4aCredentialProvider`. */
export function isIdentifier(value: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(value) && isCodeWord(value) &&
    isWordy(value);
}

/** Returns whether a value is a sentence: "Enter your password". */
export function isAbout(value: string): boolean {
  return /\s/.test(value) &&
    /\b(?:passw\w*|passphrase|enter|your|please|must|invalid|required|cannot|should|returns?|generates?|tokens?)\b/i
      .test(value);
}

/** Code that reads the value from somewhere: `process.env.X`, `get(…)`. */
const CODE =
  /^[&*!]{0,2}[A-Za-z_$][\w$]*(?:(?:\?\.|\.|->|::)#?[A-Za-z_$][\w$]*)+[([{;,).]?$|^[&*!#?]{0,2}[A-Za-z_$](?:[\w$.#:]|\?\.|->){0,60}[([{]|^[&*][A-Za-z_]+$|^[A-Za-z_]\w{0,60}![([{]|^(?:!!|\+\+)[A-Za-z_$]|^![a-z]+[A-Z]\w*$|^[a-z]{1,2}\/|^[A-Za-z_]\w*\+[A-Za-z_]\w*$/;

export function isCode(value: string): boolean {
  return CODE.test(value);
}

/** Returns whether a text has letters and digits, or signs, unlike words. */
export function isStrong(value: string): boolean {
  if (value.length < 6 || isPlaceholder(value) || isCode(value)) return false;
  const letters = /[A-Za-z]/.test(value);
  return (letters && /\d/.test(value) && !/^v?\d+(?:\.\d+)+/.test(value)) ||
    (letters && /[!@#$%^&*+=~?]/.test(value.slice(0, -1))) ||
    (value.length >= 16 && /[a-z]/.test(value) && /[A-Z]{2}/.test(value)) ||
    /^\d{6,}$/.test(value);
}

/** Returns whether a value is a path, which is not secret. */
export function isPath(value: string): boolean {
  return /^(?:~?\/|file:\/\/|\.{1,2}\/|[A-Za-z]:[\\/])/.test(value) &&
    !/[=+]/.test(value);
}
