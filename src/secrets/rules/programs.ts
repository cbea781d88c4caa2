import type { Form } from "./forms.ts";
import { type Line, lineForm } from "./lines.ts";
import { isGenerated } from "./sentences.ts";
import { isCode, isName, isPlaceholder, isStrong } from "../value.ts";

const generated = (value: string) =>
  isStrong(value) && !isName(value) && !isCode(value) && !/[(){}]/.test(value);

/** Credentials in the commands, files and pages of well-known programs. */
const LINES: readonly Line[] = [
  {
    label: "password",
    traces: ["-SecureString "],
    pattern: () =>
      /ConvertTo-SecureString[^\n"']{0,40}["']([^"'\n$]{3,256})["']/g,
  },
  {
    label: "password",
    traces: ["sword '", 'sword "'],
    pattern: () =>
      /\b(?:store|key)Password[ \t]{1,8}["']([^"'\n$]{3,256})["']/g,
  },
  {
    label: "password",
    traces: ["requirepass ", "masterauth ", "community "],
    pattern: () =>
      /(?<=^|\n)[ \t]{0,20}(?:requirepass|masterauth|snmp-server community)[ \t]{1,8}"?([^\s"]{3,256})/g,
    accepts: generated,
  },
  {
    label: "password",
    traces: ["AUTH "],
    pattern: () =>
      /(?<=^|\n|> )AUTH (?:[\w-]{1,64} )?([^\s"']{8,512})(?=[ \t]*(?:\r?\n|$))/g,
    accepts: generated,
  },
  {
    label: "url-credentials",
    traces: ["jdbc:oracle:"],
    pattern: () => /jdbc:oracle:\w{1,9}:\w{1,64}\/([^\s"'@${]{2,256})@/g,
  },
  {
    label: "password",
    traces: [";Pwd={", ";PWD={", ";pwd={", "word={"],
    pattern: () => /;(?:[pP]wd|PWD|[pP]assword)=\{([^{}\s]{3,256})\}/g,
    accepts: generated,
  },
  {
    label: "password",
    traces: ["openssl enc "],
    pattern: () =>
      /\bopenssl enc [^\n]{0,160}?-k[ \t]{1,4}["']?([^\s"'$]{3,256})/g,
  },
  {
    label: "password",
    traces: ["sudo -S", "sudo -kS"],
    pattern: () =>
      /\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?([^\s"'|$]{3,256})["']?[ \t]*\|[ \t]*sudo -k?S/g,
  },
  {
    label: "password",
    traces: ["WIFI:"],
    pattern: () => /\bWIFI:(?:[^\n]{0,200};)?P:([^;\n]{4,128});/g,
  },
  {
    label: "password",
    traces: ['="password"'],
    pattern: () =>
      /type="password"[^>\n]{0,200}?[ \t]value="([^"\n{}]{3,256})"/g,
    accepts: generated,
  },
  {
    label: "password",
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
    accepts: generated,
  },
  {
    label: "password",
    traces: ["sword, ", "cret, ", "oken, "],
    pattern: () =>
      /\{(?:password|secret|token),[ \t]{1,4}(?:<<)?"([^"\n]{4,256})"/g,
    accepts: (value, whole) =>
      whole.startsWith("{p") ? !isPlaceholder(value) : generated(value),
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
    label: "password",
    traces: ["word reset to ", "word changed to ", "word to "],
    pattern: () =>
      /[pP]assword (?:reset |changed |set |back )?to[ \t]["'`]?([^\s"'`]{6,128})/g,
    accepts: isGenerated,
  },
  {
    label: "password",
    traces: ["de passe ", "rase\u00f1a ", "senha ", "lautet ", "wort "],
    pattern: () =>
      /(?:mot de passe|contrase\u00f1a|senha|[pP]asswort|[kK]ennwort)(?: [\p{L}]{1,20}){0,4} (?:est|es|é|ist|lautet|war) ?:? ?["'`\u00ab]? ?([^\s"'`]{6,128})/gu,
    accepts: isGenerated,
  },
];

export const PROGRAM_FORMS: readonly Form[] = LINES.map(lineForm);
