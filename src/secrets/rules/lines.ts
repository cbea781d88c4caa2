import { isPath, isPlaceholder, isStrong } from "./value.ts";
import {
  type Accepts,
  always,
  type Form,
  isGenerated,
  unlikeCode,
  unlikeName,
} from "./forms.ts";

/** Credentials recognized by their position in lines and commands. */
const lines = (): Form[] => [
  // Lines of files.
  [
    "5432:|5433:|6432:|:*:",
    /:(?:\d{4,5}|\*):(?<=^(?![\d.]{1,60}:)[^\s:/]{1,255}:(?:\d{4,5}|\*):)[^\s:]{1,64}:[^\s:]{1,64}:([^\s:]{3,256})$/gm,
    { anywhere: true },
  ],
  [
    "$apr1$|$2y$|$2a$|$2b$|$6$|$5$|$1$|$y$|$argon2",
    /(\$(?:apr1|[156]|2[aby]|y|argon2(?:id?|d))\$[\w./$=,+-]{20,240})/g,
    { label: "password-hash", accepts: always },
  ],
  [
    "SHA}|SHA256}|SHA512}|CRYPT}|MD5}",
    /(\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT)\}[\w+/.$]{16,128}={0,2})/g,
    { label: "password-hash", accepts: always },
  ],
  [
    "$ANSIBLE_VAULT;",
    /\$ANSIBLE_VAULT;[\w.;]{1,80}((?:(?:\r?\n|\\n)[ \t]{0,40}[0-9a-f]{2,200})+)/g,
    { label: "ansible-vault", accepts: always, anywhere: true },
  ],
  [
    [
      ...["bindpw ", "rootpw "],
      ...["", "\t", "\t\t", "  ", "    ", "      ", "        "].map((indent) =>
        `\n${indent}password `
      ),
    ],
    /(?<=^|\n)[ \t]{0,20}(?:bindpw|rootpw|password)[ \t]{1,20}"?([^\s"]{4,256})"?(?=[ \t]*(?:\r?\n|$))/g,
    {
      accepts: (value, [whole]) =>
        /pw/.test(whole) || unlikeName(value) ||
        (/^[ \t]+password/.test(whole) && !isPlaceholder(value)),
    },
  ],
  [
    "chpasswd",
    /(?<=^|\n|["'])[ \t]{0,20}(?:- )?[a-z_][\w-]{0,31}:([^\s"':/][^\s"':]{3,255})(?=["']|[ \t]*(?:\r?\n|$))/g,
    { anywhere: true },
  ],
  [
    "]:25 |]:465 |]:587 ",
    /\]:\d{2,3}[ \t]{1,8}[^\s:]{1,128}:([^\s]{3,256})/g,
    { anywhere: true },
  ],
  [
    " password 0 | secret 0 | password 7 | secret 5 ",
    / (?:password|secret) [0579] ([^\s]{4,256})/g,
    { anywhere: true },
  ],
  [
    "endef",
    /^define[ \t]+(?:[A-Z_]*(?:TOKEN|KEY|SECRET|PASSWORD|PASS))[ \t=]*\r?\n[ \t]*([^\s]{4,512})/gm,
    { label: "token", anywhere: true },
  ],
  [
    'sword"|sswd"|oken"',
    /name="(?:password|passwd|token)"(?:\r?\n|\\r\\n){2}([^\r\n\\]{3,256})/g,
  ],
  [
    "codes|Codes|CODES|cODES",
    /(?:[Rr]ecovery|[Bb]ackup|[Ee]mergency|[Ss]cratch|RECOVERY|BACKUP) ?[Cc](?:odes|ODES)[^\n\w]{0,8}((?:[\s,;*"'\[\]-]{0,12}(?=[\w-]*\d)[\w]{4,12}(?:-[\w]{4,12}){0,3}(?=[\s,;"'\].]|$)){2,24})/g,
    { label: "recovery-code" },
  ],
  // Command lines.
  [
    "passin |passout |pass:",
    /-pass(?:in|out)?[ \t]{1,4}pass:([^\s"']{3,256})/g,
  ],
  [
    "htpasswd |wpa_passphrase |net use ",
    /(?:\bhtpasswd[ \t]+-[a-zA-Z]*b[a-zA-Z]*[ \t]+\S{1,128}[ \t]+\S{1,64}|\bwpa_passphrase[ \t]+\S{1,64}|\bnet use[^\n]{0,120}?\/user:\S{1,64})[ \t]+["']?([^\s"'/]{3,256})/g,
  ],
  [
    "password-stdin|chpasswd",
    /\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?(?:[\w-]{1,64}:)?([^\s"'|:$]{3,256})["']?[ \t]*\|[^\n|]{0,120}(?:password-stdin|chpasswd)/g,
  ],
  [
    "smbclient|zip |7z |7za ",
    /(?:\bsmbclient\b[^\n]{0,80}?[ \t]-U[ \t]*[^\s%]{1,64}%|\bzip\b[^\n]{0,80}?[ \t]-P[ \t]{1,4}|\b7z[a-z]?\b[^\n]{0,80}?[ \t]-p)["']?([^\s"']{3,256})/g,
  ],
  [
    "http -a|https -a|--auth ",
    /(?:\bhttps? -a|[ \t]--auth)[ \t]{1,4}["']?[^\s:"'=@/]{1,128}:([^\s"'`]{3,256})/g,
  ],
  [
    "secret set |add-mask::",
    /(?:\bsecret set [A-Z_\d]{2,64}[^\n]{0,80}?(?:--body|-b)[ =]{1,2}["']?|::add-mask::)([^\s"'$]{4,512})/g,
    { label: "secret" },
  ],
  [
    'send "|send -- "',
    /[Pp]ass(?:word|phrase)[^\n]{0,40}\s{0,40}send (?:-- )?"([^"\\\n]{3,128})\\r"/g,
  ],
  // Addresses without a scheme.
  [
    "@tcp(|@unix(|@//|jdbc:oracle",
    /(?<=[\s"'`=]|^|:@?)[\w.-]{1,64}[:/]([^\s"'`@/]{2,256})@(?:tcp\(|unix\(|\/\/)/g,
    { label: "url-credentials" },
  ],
  [
    [..."0123456789abcdefABCDEF"].map((digit) => `0x${digit}`),
    /(?<=(?:rivate|PRIVATE|ecret|SECRET|allet|igner|eployer|ccounts?)\b[^\n]{0,60})(0x[0-9a-fA-F]{64})(?![0-9a-fA-F])/g,
    { label: "private-key" },
  ],
  [
    "%3D|%3d",
    /(?:[pP]assw(?:or)?d|[tT]oken|[sS]ecret|[kK]ey)%3[dD]([^%&\s"'<>]{4,512})/g,
  ],
  [
    "LS0tLS1CRUdJTi",
    /(LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,24}(?:UFJJVkFUR|QUklWQVRF|BSSVZBVE)[A-Za-z0-9+/]{16,65536}={0,2})/g,
    { label: "private-key" },
  ],
];

/** The same for files, commands and pages of well-known programs. */
const programs = (): Form[] => [
  [
    "-SecureString",
    /ConvertTo-SecureString[^\n"']{0,40}["']([^"'\n$]{3,256})["']/g,
  ],
  [
    "storePassword |keyPassword ",
    /\b(?:store|key)Password[ \t]{1,8}["']([^"'\n$]{3,256})["']/g,
  ],
  [
    "requirepass |masterauth |snmp-server community ",
    /(?<=^|\n)[ \t]{0,20}(?:requirepass|masterauth|snmp-server community)[ \t]{1,8}"?([^\s"]{3,256})/g,
    { accepts: unlikeCode },
  ],
  [
    "AUTH ",
    /(?<=^|\n|> )AUTH (?:[\w-]{1,64} )?([^\s"']{8,512})(?=[ \t]*(?:\r?\n|$))/g,
    { accepts: unlikeCode },
  ],
  [
    "jdbc:oracle:",
    /jdbc:oracle:\w{1,9}:\w{1,64}\/([^\s"'@${]{2,256})@/g,
    { label: "url-credentials" },
  ],
  [
    ";Pwd={|;PWD={|;pwd={|word={",
    /;(?:[pP]wd|PWD|[pP]assword)=\{([^{}\s]{3,256})\}/g,
    { accepts: unlikeCode },
  ],
  [
    "openssl enc ",
    /\bopenssl enc [^\n]{0,160}?-k[ \t]{1,4}["']?([^\s"'$]{3,256})/g,
  ],
  [
    "sudo -S|sudo -kS",
    /\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?([^\s"'|$]{3,256})["']?[ \t]*\|[ \t]*sudo -k?S/g,
  ],
  [
    "WIFI:",
    /\bWIFI:(?:[^\n]{0,200};)?P:([^;\n]{4,128});/g,
  ],
  [
    '="password"',
    /type="password"[^>\n]{0,200}?[ \t]value="([^"\n{}]{3,256})"/g,
    { accepts: unlikeCode },
  ],
  [
    "word</t|oken</t|cret</t|key</t|Key</t",
    /(?:[pP]assword|[tT]oken|[sS]ecret|[kK]ey)<\/t[dh]>\s{0,40}<td[^>\n]{0,80}>(?:<code>)?([^\s<>]{6,256})</g,
    { accepts: isGenerated },
  ],
  [
    ["<<", "<<-", "<<~"].flatMap((sign) =>
      ["E", '"E', "'E"].map((end) => sign + end)
    ),
    /(?:password|token|secret|key)[ \t]*=[ \t]*<<[-~]?["']?E[A-Z]{1,9}["']?\r?\n[ \t]{0,40}([^\s]{6,512})(?=[ \t]*\r?\n[ \t]{0,40}E)/gi,
    { label: "secret", accepts: unlikeCode },
  ],
  [
    "sword, |cret, |oken, ",
    /\{(?:password|secret|token),[ \t]{1,4}(?:<<)?"([^"\n]{4,256})"/g,
    {
      accepts: (value, [whole]) =>
        whole.startsWith("{p") ? !isPlaceholder(value) : unlikeCode(value),
    },
  ],
  [
    "2FA |OTP |MFA ",
    /\b(?:2FA|T?OTP|MFA) (?:secret|key|seed)(?::| is)? ((?:[A-Z2-7]{4} ){3,15}[A-Z2-7]{4})(?![A-Z2-7])/g,
    { label: "secret", accepts: (value) => /[2-7]/.test(value) },
  ],
  // Sentences in which mpm finds a secret only if it looks random.
  [
    "word reset to |word changed to |word set to |word back to |word to ",
    /[pP]assword (?:reset |changed |set |back )?to[ \t]["'`]?([^\s"'`]{6,128})/g,
    { accepts: isGenerated },
  ],
  [
    "de passe |rase\u00f1a |senha |lautet |wort ",
    /(?:mot de passe|contrase\u00f1a|senha|[pP]asswort|[kK]ennwort)(?: [\p{L}]{1,20}){0,4} (?:est|es|é|ist|lautet|war) ?:? ?["'`\u00ab]? ?([^\s"'`]{6,128})/gu,
    { accepts: isGenerated },
  ],
];

const SQL =
  "IDENTIFIED|identified by|identified with|Identified By|WITH PASSWORD|with password|ENCRYPTED PASSWORD|SET PASSWORD|encrypted password|set password|PASSWORD '|password '|PASSWORD = N'|PASSWORD=N'";

function isGivenInSql(value: string, [, quote]: RegExpExecArray): boolean {
  return !isPlaceholder(value) && (quote !== undefined || isStrong(value));
}

const statements = (): Form[] => [
  [
    SQL,
    /\bidentified[ \t]{1,8}(?:with[ \t]{1,8}['"]?\w{1,40}['"]?[ \t]{1,8})?(?:by|as)[ \t]{1,8}(?:password[ \t]{1,8})?(?:(["'])([^"'\n]{2,256})\1|([^\s;"']{3,256}))/gi,
    { accepts: isGivenInSql },
  ],
  [
    SQL,
    /\b(?:with|encrypted|user[ \t]{1,4}["'`]?\w{1,64}["'`]?|role[ \t]{1,4}["'`]?\w{1,64}["'`]?|login)[ \t]{1,8}password[ \t]{0,4}=?[ \t]{0,4}N?(')([^'\n]{2,256})'/gi,
    { accepts: isGivenInSql },
  ],
  [
    SQL,
    /\bset[ \t]{1,8}password(?:[ \t]{1,8}for[ \t]{1,8}[^\s=]{1,128})?[ \t]{0,8}=[ \t]{0,8}(?:password[ \t]{0,2}\()?(["'])([^"'\n]{2,256})\1/gi,
    { accepts: isGivenInSql },
  ],
];

/** The room before the option in which to search for the command. */
const COMMAND = 160;

/** Returns a test that checks whether the option belongs to a program. */
function behind(program: RegExp): Accepts {
  return (value, { index }, text) => {
    const lead = text.slice(Math.max(0, index - COMMAND), index);
    const line = lead.slice(lead.lastIndexOf("\n", lead.length - 2) + 1);
    return program.test(line) && !isPlaceholder(value) && !isPath(value) &&
      !(/^\d+$/.test(value) && value.length < 6);
  };
}

/** `curl -u user:word`, `mysql -pword` and similar, and lines of `.netrc`. */
const shortOptions = (): Form[] => [
  [
    "curl|wget|http|xh |xh\t|xh.|hurl",
    /(?<=\s)(?:-u|--user|--proxy-user|-U)[ \t=]{0,4}["']?[^\s:"'=@/]{1,128}:([^\s"'`]{1,256})/g,
    { accepts: behind(/\b(?:curl|wget|http|https|xh|hurl)\b/) },
  ],
  [
    "mysql|mariadb|sshpass",
    /(?<=\s)-p["']?([^\s"'`-][^\s"'`]{1,256})/g,
    { accepts: behind(/\b(?:mysql\w*|mariadb\w*|sshpass)\b/) },
  ],
  [
    "sshpass|login|ldap|mongo",
    /(?<=\s)-(?:p|P|w)[ \t]{1,4}["']?([^\s"'`-][^\s"'`]{1,256})/g,
    {
      accepts: behind(
        /\b(?:sshpass|(?:docker|podman|helm|nerdctl) (?:registry )?login|ldap\w+|az login|mongosh?|mongodump)\b/,
      ),
    },
  ],
  [
    "redis-cli|valkey-cli",
    /(?<=\s)-a[ \t]{1,4}["']?([^\s"'`-][^\s"'`]{1,256})/g,
    { accepts: behind(/\b(?:redis-cli|valkey-cli)\b/) },
  ],
  [
    "chine ",
    /\blogin[ \t]{1,4}[^\s]{1,128}[ \t\n]{1,4}password[ \t]{1,4}([^\s"'`]{1,256})/g,
    { accepts: behind(/\bmachine\b/) },
  ],
];

export function lineForms(): Form[] {
  return [...lines(), ...programs(), ...statements(), ...shortOptions()];
}
