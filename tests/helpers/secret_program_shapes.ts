import type { Shape } from "./secret_shapes.ts";
import { alnum, capitals } from "./secrets.ts";

const P = alnum(14, 9);
const MINE = ["mysecret", "password"].join("");
const BASE32 = `${capitals(9, 3).replaceAll(/[0189]/g, "K")}2X3PX4P`;
const IN_FOURS = ["JBSW", "Y3DP", "EHPK", "3PXP"].join(" ");

/** Credentials in commands, files and pages of well-known programs. */
export const PROGRAMS: readonly Shape[] = [
  ["PowerShell", `ConvertTo-SecureString "${P}" -AsPlainText -Force`, P],
  ["Gradle", `storePassword "${P}"`, P],
  ["redis AUTH", `AUTH ${P}`, P],
  ["redis AUTH of a user", `redis> AUTH default ${P}`, P],
  ["redis.conf", `requirepass ${P}`, P],
  ["SMTP", `AUTH PLAIN ${btoa(`\0ada\0${P}`)}`, btoa(`\0ada\0${P}`).slice(4)],
  ["Oracle", `jdbc:oracle:thin:scott/${P}@host:1521:x`, P],
  ["ODBC in braces", `Uid=ada;Pwd={${P}};`, P],
  ["openssl enc", `openssl enc -aes-256-cbc -k ${P} -in x`, P],
  ["sudo", `echo ${P} | sudo -S true`, P],
  ["SNMP", `snmp-server community ${P} RO`, P],
  ["code of a wireless network", `WIFI:T:WPA;S:net;P:${P};;`, P],
  ["input of HTML", `<input type="password" value="${P}">`, P],
  ["cell of HTML", `<tr><td>Password</td><td>${P}</td></tr>`, P],
  ["heredoc", `password = <<EOF\n${P}\nEOF`, P],
  ["Erlang", `{password, "${P}"}`, P],
  ["psql", ` name | password\n------+----------\n ada  | ${P}`, P],
  ["org mode", `| user | password |\n|------+------|\n| ada | ${P} |`, P],
  ["CSV in German", `name;passwort\nada;${P}`, P],
  ["reset", `password reset to ${P}`, P],
  ["French sentence", `Le mot de passe est ${P}`, P],
  ["Spanish sentence", `La contrase\u00f1a es ${P}`, P],
  ["German sentence", `Das Passwort der Datenbank ist "${P}"`, P],
  ["Spanish key", `clave: ${P}`, P],
  ["Dutch", `wachtwoord: ${P}`, P],
  ["TOTP", `TOTP secret: ${BASE32}`, BASE32],
  ["otpauth", `otpauth://totp/x?secret=${BASE32}&issuer=y`, BASE32],
  ["2FA in fours", `2FA secret ${IN_FOURS}`, IN_FOURS.slice(-9)],
  ["password of people", `password = "${MINE}"`, MINE],
];
