import type { Form } from "./forms.ts";
import { afterReplacement, type Span } from "../span.ts";
import { keyKind } from "../keys.ts";
import { isName, isPlaceholder, isStrong } from "../value.ts";

/** A form of line or command in which a credential has its place. */
export interface Line {
  readonly label: string;
  /** One is in whatever matches; most texts have none. */
  readonly traces: readonly string[];
  /** Made where it is first used. Each group is a credential. */
  readonly pattern: () => RegExp;
  readonly accepts?: (value: string, whole: string) => boolean;
}

const any = (value: string) => value.length >= 3 && !isPlaceholder(value);
const hash = () => true;
const generated = (value: string) => isStrong(value) && !isName(value);

/** Credentials by their place in lines of files and in commands. */
const LINES: readonly Line[] = [
  // Lines of files.
  {
    label: "password",
    traces: ["5432:", "5433:", "6432:", ":*:"],
    pattern: () =>
      /:(?:\d{4,5}|\*):(?<=^(?![\d.]{1,60}:)[^\s:/]{1,255}:(?:\d{4,5}|\*):)[^\s:]{1,64}:[^\s:]{1,64}:([^\s:]{3,256})$/gm,
  },
  {
    label: "password-hash",
    accepts: hash,
    traces: [
      "$apr1$",
      "$2y$",
      "$2a$",
      "$2b$",
      "$6$",
      "$5$",
      "$1$",
      "$y$",
      "$argon2",
    ],
    pattern: () =>
      /(\$(?:apr1|[156]|2[aby]|y|argon2(?:id?|d))\$[\w./$=,+-]{20,240})/g,
  },
  {
    label: "password-hash",
    accepts: hash,
    traces: ["SHA}", "SHA256}", "SHA512}", "CRYPT}", "MD5}"],
    pattern: () =>
      /(\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT)\}[\w+/.$]{16,128}={0,2})/g,
  },
  {
    label: "ansible-vault",
    accepts: hash,
    traces: ["$ANSIBLE_VAULT;"],
    pattern: () =>
      /\$ANSIBLE_VAULT;[\w.;]{1,80}((?:(?:\r?\n|\\n)[ \t]{0,40}[0-9a-f]{2,200})+)/g,
  },
  {
    label: "password",
    traces: [
      "bindpw ",
      "rootpw ",
      "\npassword ",
      "\n  password ",
      "\n\tpassword ",
      "\n    password ",
    ],
    pattern: () =>
      /(?<=^|\n)[ \t]{0,20}(?:bindpw|rootpw|password)[ \t]{1,20}"?([^\s"]{4,256})"?(?=[ \t]*(?:\r?\n|$))/g,
    accepts: (value, whole) =>
      /pw/.test(whole) || generated(value) || /^[ \t]+password/.test(whole),
  },
  {
    label: "password",
    traces: ["chpasswd"],
    pattern: () =>
      /(?<=^|\n|["'])[ \t]{0,20}(?:- )?[a-z_][\w-]{0,31}:([^\s"':/][^\s"':]{3,255})(?=["']|[ \t]*(?:\r?\n|$))/g,
  },
  {
    label: "password",
    traces: ["]:25 ", "]:465 ", "]:587 "],
    pattern: () => /\]:\d{2,3}[ \t]{1,8}[^\s:]{1,128}:([^\s]{3,256})/g,
  },
  {
    label: "password",
    traces: [" password 0 ", " secret 0 ", " password 7 ", " secret 5 "],
    pattern: () => / (?:password|secret) [0579] ([^\s]{4,256})/g,
  },
  {
    label: "token",
    traces: ["endef"],
    pattern: () =>
      /^define[ \t]+(?:[A-Z_]*(?:TOKEN|KEY|SECRET|PASSWORD|PASS))[ \t=]*\r?\n[ \t]*([^\s]{4,512})/gm,
  },
  {
    label: "password",
    traces: ['sword"', 'sswd"', 'oken"'],
    pattern: () =>
      /name="(?:password|passwd|token)"(?:\r?\n|\\r\\n){2}([^\r\n\\]{3,256})/g,
  },
  {
    label: "recovery-code",
    traces: [
      ...["ry code", "ry Code", "up code", "up Code", "cy code", "ch code"],
      ...["Y CODE", "P CODE"],
    ],
    pattern: () =>
      /(?:[Rr]ecovery|[Bb]ackup|[Ee]mergency|[Ss]cratch|RECOVERY|BACKUP) ?[Cc](?:odes|ODES)[^\n\w]{0,8}((?:[\s,;*"'\[\]-]{0,12}(?=[\w-]*\d)[\w]{4,12}(?:-[\w]{4,12}){0,3}(?=[\s,;"'\].]|$)){2,24})/g,
  },
  // Command lines.
  {
    label: "password",
    traces: ["passin ", "passout ", "pass:"],
    pattern: () => /-pass(?:in|out)?[ \t]{1,4}pass:([^\s"']{3,256})/g,
  },
  {
    label: "password",
    traces: ["htpasswd ", "wpa_passphrase ", "net use "],
    pattern: () =>
      /(?:\bhtpasswd[ \t]+-[a-zA-Z]*b[a-zA-Z]*[ \t]+\S{1,128}[ \t]+\S{1,64}|\bwpa_passphrase[ \t]+\S{1,64}|\bnet use[^\n]{0,120}?\/user:\S{1,64})[ \t]+["']?([^\s"'/]{3,256})/g,
  },
  {
    label: "password",
    traces: ["password-stdin", "chpasswd"],
    pattern: () =>
      /\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?(?:[\w-]{1,64}:)?([^\s"'|:$]{3,256})["']?[ \t]*\|[^\n|]{0,120}(?:password-stdin|chpasswd)/g,
  },
  {
    label: "password",
    traces: ["smbclient", "zip ", "7z "],
    pattern: () =>
      /(?:\bsmbclient\b[^\n]{0,80}?[ \t]-U[ \t]*[^\s%]{1,64}%|\bzip\b[^\n]{0,80}?[ \t]-P[ \t]{1,4}|\b7z[a-z]?\b[^\n]{0,80}?[ \t]-p)["']?([^\s"']{3,256})/g,
  },
  {
    label: "password",
    traces: ["http -a", "https -a", "--auth "],
    pattern: () =>
      /(?:\bhttps? -a|[ \t]--auth)[ \t]{1,4}["']?[^\s:"'=@/]{1,128}:([^\s"'`]{3,256})/g,
  },
  {
    label: "secret",
    traces: ["secret set ", "add-mask::"],
    pattern: () =>
      /(?:\bsecret set [A-Z_\d]{2,64}[^\n]{0,80}?(?:--body|-b)[ =]{1,2}["']?|::add-mask::)([^\s"'$]{4,512})/g,
  },
  {
    label: "password",
    traces: ['send "', 'send -- "'],
    pattern: () =>
      /[Pp]ass(?:word|phrase)[^\n]{0,40}\s{0,40}send (?:-- )?"([^"\\\n]{3,128})\\r"/g,
  },
  // Addresses without a scheme.
  {
    label: "url-credentials",
    traces: ["@tcp(", "@unix(", "@//", "jdbc:oracle"],
    pattern: () =>
      /(?<=[\s"'`=]|^|:@?)[\w.-]{1,64}[:/]([^\s"'`@/]{2,256})@(?:tcp\(|unix\(|\/\/)/g,
  },
  {
    label: "private-key",
    traces: [..."0123456789abcdefABCDEF"].map((digit) => `0x${digit}`),
    pattern: () =>
      /(?<=(?:rivate|PRIVATE|ecret|SECRET|allet|igner|eployer|ccounts?)\b[^\n]{0,60})(0x[0-9a-fA-F]{64})(?![0-9a-fA-F])/g,
  },
  {
    label: "password",
    traces: ["%3D", "%3d"],
    pattern: () =>
      /(?:[pP]assw(?:or)?d|[tT]oken|[sS]ecret|[kK]ey)%3[dD]([^%&\s"'<>]{4,512})/g,
  },
  {
    label: "private-key",
    traces: ["LS0tLS1CRUdJTi"],
    pattern: () =>
      /(LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,24}(?:UFJJVkFUR|QUklWQVRF|BSSVZBVE)[A-Za-z0-9+/]{16,65536}={0,2})/g,
  },
];

const made = new Map<Line, RegExp>();

function spansOf(text: string, form: Line): Span[] {
  const { label, accepts = any } = form;
  let pattern = made.get(form);
  if (!pattern) made.set(form, pattern = form.pattern());
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match; (match = pattern.exec(text)) !== null;) {
    const value = match[1]!;
    const start = match.index + match[0].lastIndexOf(value);
    const told = accepts(value, match[0]) &&
      afterReplacement(text, start) === start;
    if (told) spans.push({ start, end: start + value.length, label });
  }
  return spans;
}

/** `("NAME", "value")`, `#define NAME "value"`, `(def name "value")`, `:name "value"`. */
const PLACED =
  /(?:\([ \t]?(["'])([\w.-]{2,64})\1,|(?:#[ \t]{0,4}define[ \t]{1,4}|\(def[a-z]{0,5} |:)([\w.-]{2,64}))[ \t]{1,20}(["'])([^"'\n]{4,512})\4/g;

/** Values behind their name, without a sign between. */
export function findPlaced(text: string): Span[] {
  const spans: Span[] = [];
  PLACED.lastIndex = 0;
  for (let match; (match = PLACED.exec(text)) !== null;) {
    const name = match[2] ?? match[3]!;
    const value = match[5]!;
    const kind = keyKind(name) ??
      (/_(?:KEY|SALT)$/.test(name) ? "key" : undefined);
    const end = match.index + match[0].length - 1;
    const start = end - value.length;
    const told = kind !== undefined && kind !== "cookie" &&
      !isPlaceholder(value) &&
      afterReplacement(text, start) === start &&
      (kind === "password"
        ? name.length > 4 && keyKind(value) === undefined
        : generated(value));
    if (told) spans.push({ start, end, label: kind });
    // The name or the value may begin what is looked for.
    else PLACED.lastIndex = match.index + 1 + name.length;
  }
  return spans;
}

/** What finds the credentials in such lines. */
export function lineForm(line: Line): Form {
  return { traces: line.traces, find: (text) => spansOf(text, line) };
}

export const LINE_FORMS: readonly Form[] = LINES.map(lineForm);
