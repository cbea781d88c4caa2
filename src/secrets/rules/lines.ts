import { isPath, isPlaceholder, isStrong } from "./value.ts";
import {
  type Accepts,
  always,
  type Form,
  isGenerated,
  unlikeCode,
  unlikeName,
} from "./forms.ts";

/** Credentials by their place in lines of files and in commands. */
const LINES: readonly Form[] = [
  // Lines of files.
  {
    traces: ["5432:", "5433:", "6432:", ":*:"],
    pattern: () =>
      /:(?:\d{4,5}|\*):(?<=^(?![\d.]{1,60}:)[^\s:/]{1,255}:(?:\d{4,5}|\*):)[^\s:]{1,64}:[^\s:]{1,64}:([^\s:]{3,256})$/gm,
  },
  {
    label: "password-hash",
    accepts: always,
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
    accepts: always,
    traces: ["SHA}", "SHA256}", "SHA512}", "CRYPT}", "MD5}"],
    pattern: () =>
      /(\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT)\}[\w+/.$]{16,128}={0,2})/g,
  },
  {
    label: "ansible-vault",
    accepts: always,
    traces: ["$ANSIBLE_VAULT;"],
    pattern: () =>
      /\$ANSIBLE_VAULT;[\w.;]{1,80}((?:(?:\r?\n|\\n)[ \t]{0,40}[0-9a-f]{2,200})+)/g,
  },
  {
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
    accepts: (value, [whole]) =>
      /pw/.test(whole) || unlikeName(value) || /^[ \t]+password/.test(whole),
  },
  {
    traces: ["chpasswd"],
    pattern: () =>
      /(?<=^|\n|["'])[ \t]{0,20}(?:- )?[a-z_][\w-]{0,31}:([^\s"':/][^\s"':]{3,255})(?=["']|[ \t]*(?:\r?\n|$))/g,
  },
  {
    traces: ["]:25 ", "]:465 ", "]:587 "],
    pattern: () => /\]:\d{2,3}[ \t]{1,8}[^\s:]{1,128}:([^\s]{3,256})/g,
  },
  {
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
    traces: ["passin ", "passout ", "pass:"],
    pattern: () => /-pass(?:in|out)?[ \t]{1,4}pass:([^\s"']{3,256})/g,
  },
  {
    traces: ["htpasswd ", "wpa_passphrase ", "net use "],
    pattern: () =>
      /(?:\bhtpasswd[ \t]+-[a-zA-Z]*b[a-zA-Z]*[ \t]+\S{1,128}[ \t]+\S{1,64}|\bwpa_passphrase[ \t]+\S{1,64}|\bnet use[^\n]{0,120}?\/user:\S{1,64})[ \t]+["']?([^\s"'/]{3,256})/g,
  },
  {
    traces: ["password-stdin", "chpasswd"],
    pattern: () =>
      /\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?(?:[\w-]{1,64}:)?([^\s"'|:$]{3,256})["']?[ \t]*\|[^\n|]{0,120}(?:password-stdin|chpasswd)/g,
  },
  {
    traces: ["smbclient", "zip ", "7z "],
    pattern: () =>
      /(?:\bsmbclient\b[^\n]{0,80}?[ \t]-U[ \t]*[^\s%]{1,64}%|\bzip\b[^\n]{0,80}?[ \t]-P[ \t]{1,4}|\b7z[a-z]?\b[^\n]{0,80}?[ \t]-p)["']?([^\s"']{3,256})/g,
  },
  {
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

/** The same in files, commands and pages of well-known programs. */
const PROGRAMS: readonly Form[] = [
  {
    traces: ["-SecureString "],
    pattern: () =>
      /ConvertTo-SecureString[^\n"']{0,40}["']([^"'\n$]{3,256})["']/g,
  },
  {
    traces: ["sword '", 'sword "'],
    pattern: () =>
      /\b(?:store|key)Password[ \t]{1,8}["']([^"'\n$]{3,256})["']/g,
  },
  {
    traces: ["requirepass ", "masterauth ", "community "],
    pattern: () =>
      /(?<=^|\n)[ \t]{0,20}(?:requirepass|masterauth|snmp-server community)[ \t]{1,8}"?([^\s"]{3,256})/g,
    accepts: unlikeCode,
  },
  {
    traces: ["AUTH "],
    pattern: () =>
      /(?<=^|\n|> )AUTH (?:[\w-]{1,64} )?([^\s"']{8,512})(?=[ \t]*(?:\r?\n|$))/g,
    accepts: unlikeCode,
  },
  {
    label: "url-credentials",
    traces: ["jdbc:oracle:"],
    pattern: () => /jdbc:oracle:\w{1,9}:\w{1,64}\/([^\s"'@${]{2,256})@/g,
  },
  {
    traces: [";Pwd={", ";PWD={", ";pwd={", "word={"],
    pattern: () => /;(?:[pP]wd|PWD|[pP]assword)=\{([^{}\s]{3,256})\}/g,
    accepts: unlikeCode,
  },
  {
    traces: ["openssl enc "],
    pattern: () =>
      /\bopenssl enc [^\n]{0,160}?-k[ \t]{1,4}["']?([^\s"'$]{3,256})/g,
  },
  {
    traces: ["sudo -S", "sudo -kS"],
    pattern: () =>
      /\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?([^\s"'|$]{3,256})["']?[ \t]*\|[ \t]*sudo -k?S/g,
  },
  {
    traces: ["WIFI:"],
    pattern: () => /\bWIFI:(?:[^\n]{0,200};)?P:([^;\n]{4,128});/g,
  },
  {
    traces: ['="password"'],
    pattern: () =>
      /type="password"[^>\n]{0,200}?[ \t]value="([^"\n{}]{3,256})"/g,
    accepts: unlikeCode,
  },
  {
    traces: ["word</t", "oken</t", "cret</t", "key</t", " Key</t", " key</t"],
    pattern: () =>
      /(?:[pP]assword|[tT]oken|[sS]ecret|[kK]ey)<\/t[dh]>\s{0,40}<td[^>\n]{0,80}>(?:<code>)?([^\s<>]{6,256})</g,
    accepts: isGenerated,
  },
  {
    label: "secret",
    traces: ["<<E", "<<-E", "<<~E"],
    pattern: () =>
      /(?:password|token|secret|key)[ \t]*=[ \t]*<<[-~]?["']?E[A-Z]{1,9}["']?\r?\n[ \t]{0,40}([^\s]{6,512})(?=[ \t]*\r?\n[ \t]{0,40}E)/gi,
    accepts: unlikeCode,
  },
  {
    traces: ["sword, ", "cret, ", "oken, "],
    pattern: () =>
      /\{(?:password|secret|token),[ \t]{1,4}(?:<<)?"([^"\n]{4,256})"/g,
    accepts: (value, [whole]) =>
      whole.startsWith("{p") ? !isPlaceholder(value) : unlikeCode(value),
  },
  {
    label: "secret",
    traces: ["2FA ", "OTP ", "MFA "],
    pattern: () =>
      /\b(?:2FA|T?OTP|MFA) (?:secret|key|seed)(?::| is)? ((?:[A-Z2-7]{4} ){3,15}[A-Z2-7]{4})(?![A-Z2-7])/g,
    accepts: (value) => /[2-7]/.test(value),
  },
  // Sentences in which only what is generated can be told from a word.
  {
    traces: ["word reset to ", "word changed to ", "word to "],
    pattern: () =>
      /[pP]assword (?:reset |changed |set |back )?to[ \t]["'`]?([^\s"'`]{6,128})/g,
    accepts: isGenerated,
  },
  {
    traces: ["de passe ", "rase\u00f1a ", "senha ", "lautet ", "wort "],
    pattern: () =>
      /(?:mot de passe|contrase\u00f1a|senha|[pP]asswort|[kK]ennwort)(?: [\p{L}]{1,20}){0,4} (?:est|es|é|ist|lautet|war) ?:? ?["'`\u00ab]? ?([^\s"'`]{6,128})/gu,
    accepts: isGenerated,
  },
];

const SQL = [
  ...["IDENTIFIED", "identified by", "identified with", "Identified By"],
  ...["WITH PASSWORD", "with password", "ENCRYPTED PASSWORD"],
  ...["SET PASSWORD", "encrypted password", "set password"],
  ...["PASSWORD '", "password '", "PASSWORD = N'", "PASSWORD=N'"],
];

function isGivenInSql(value: string, [, quote]: RegExpExecArray): boolean {
  return !isPlaceholder(value) && (quote !== undefined || isStrong(value));
}

const STATEMENTS: readonly Form[] = [
  {
    traces: SQL,
    pattern: () =>
      /\bidentified[ \t]{1,8}(?:with[ \t]{1,8}['"]?\w{1,40}['"]?[ \t]{1,8})?(?:by|as)[ \t]{1,8}(?:password[ \t]{1,8})?(?:(["'])([^"'\n]{2,256})\1|([^\s;"']{3,256}))/gi,
    accepts: isGivenInSql,
  },
  {
    traces: SQL,
    pattern: () =>
      /\b(?:with|encrypted|user[ \t]{1,4}["'`]?\w{1,64}["'`]?|role[ \t]{1,4}["'`]?\w{1,64}["'`]?|login)[ \t]{1,8}password[ \t]{0,4}=?[ \t]{0,4}N?(')([^'\n]{2,256})'/gi,
    accepts: isGivenInSql,
  },
  {
    traces: SQL,
    pattern: () =>
      /\bset[ \t]{1,8}password(?:[ \t]{1,8}for[ \t]{1,8}[^\s=]{1,128})?[ \t]{0,8}=[ \t]{0,8}(?:password[ \t]{0,2}\()?(["'])([^"'\n]{2,256})\1/gi,
    accepts: isGivenInSql,
  },
];

/** UTF-16 units of a command line before the option. */
const COMMAND = 160;

/** Whether the option is one of a program. */
function behind(program: RegExp): Accepts {
  return (value, { index }, text) => {
    const lead = text.slice(Math.max(0, index - COMMAND), index);
    const line = lead.slice(lead.lastIndexOf("\n", lead.length - 2) + 1);
    return program.test(line) && !isPlaceholder(value) && !isPath(value) &&
      !(/^\d+$/.test(value) && value.length < 6);
  };
}

/** `curl -u user:word`, `mysql -pword` and the like, and lines of `.netrc`. */
const SHORT_OPTIONS: readonly Form[] = [
  {
    traces: ["curl", "wget", "http", "xh ", "xh\t", "xh.", "hurl"],
    pattern: () =>
      /(?<=\s)(?:-u|--user|--proxy-user|-U)[ \t=]{0,4}["']?[^\s:"'=@/]{1,128}:([^\s"'`]{1,256})/g,
    accepts: behind(/\b(?:curl|wget|http|https|xh|hurl)\b/),
  },
  {
    traces: ["mysql", "mariadb", "sshpass"],
    pattern: () => /(?<=\s)-p["']?([^\s"'`-][^\s"'`]{1,256})/g,
    accepts: behind(/\b(?:mysql\w*|mariadb\w*|sshpass)\b/),
  },
  {
    traces: ["sshpass", "login", "ldap", "mongo"],
    pattern: () =>
      /(?<=\s)-(?:p|P|w)[ \t]{1,4}["']?([^\s"'`-][^\s"'`]{1,256})/g,
    accepts: behind(
      /\b(?:sshpass|(?:docker|podman|helm|nerdctl) (?:registry )?login|ldap\w+|az login|mongosh?|mongodump)\b/,
    ),
  },
  {
    traces: ["redis-cli", "valkey-cli"],
    pattern: () => /(?<=\s)-a[ \t]{1,4}["']?([^\s"'`-][^\s"'`]{1,256})/g,
    accepts: behind(/\b(?:redis-cli|valkey-cli)\b/),
  },
  {
    traces: ["chine "],
    pattern: () =>
      /\blogin[ \t]{1,4}[^\s]{1,128}[ \t\n]{1,4}password[ \t]{1,4}([^\s"'`]{1,256})/g,
    accepts: behind(/\bmachine\b/),
  },
];

export const LINE_FORMS: readonly Form[] = [
  ...LINES,
  ...PROGRAMS,
  ...STATEMENTS,
  ...SHORT_OPTIONS,
];
