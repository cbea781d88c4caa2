import { isAlnum } from "./chars.ts";
import {
  afterReplacement,
  mergeSpans,
  REPLACEMENT,
  type Span,
} from "../span.ts";
import { isPlaceholder } from "./value.ts";

const SLASH = 47;
const AT = 64;
const COLON = 58;

/** The maximum number of UTF-16 units before the host. */
const LONGEST = 2048;

/** Finds passwords before the host of a URL, and tokens instead of a user. */
export function findUrlCredentials(text: string): Span[] {
  return mergeSpans([findAfter(text, "://"), findAfter(text, ":\\/\\/")]);
}

/** Finds the credentials after `mark`, whose slashes may be escaped in JSON. */
function findAfter(text: string, mark: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(mark); at >= 0;) {
    const start = at + mark.length;
    const next = text.indexOf(mark, start);
    const most = Math.min(next < 0 ? text.length : next, start + LONGEST);
    const span = credentialsIn(text, at, { start, most });
    if (span) spans.push(span);
    at = next;
  }
  return spans;
}

function credentialsIn(
  text: string,
  at: number,
  { start, most }: { start: number; most: number },
): Span | undefined {
  if (text.startsWith(REPLACEMENT, start)) return undefined;
  const web = text.startsWith("http", at - 4) ||
    text.startsWith("https", at - 5);
  const store = !web && isStore(text.slice(Math.max(0, at - 28), at));
  const [colon, sign] = userInfo(text, start, { most, store });
  if (sign < 0) return undefined;
  const from = colon < 0 ? start : colon + 1;
  const value = text.slice(from, sign);
  if (value === "" || isPlaceholder(value)) return undefined;
  if (afterReplacement(text, from) === sign) return undefined;
  // A user without a password is a token if it is long and not a name.
  if (colon < 0 && !/^(?=.*\d)[A-Za-z0-9_~.-]{20,}$/.test(value)) {
    return undefined;
  }
  return { start: from, end: sign, label: "url-credentials" };
}

/** Returns the offsets of the first `:` and of the host's `@`, or -1. */
function userInfo(
  text: string,
  start: number,
  { most, store }: { most: number; store: boolean },
): [colon: number, sign: number] {
  let colon = -1;
  let sign = -1;
  for (let at = start; at < most; at++) {
    const code = text.charCodeAt(at);
    // Blanks, quotes, and other characters that a URL cannot contain.
    if (code <= 32 || code === 34 || code === 39 || code === 96) break;
    if (code === 60 || code === 62 || code === 92) break;
    if (code === SLASH || code === 63 || code === 35) {
      // In a connection string, this character may be part of the password.
      if (!store || (sign >= 0 && code !== SLASH)) break;
    } else if (code === COLON && colon < 0 && (sign < 0 || store)) colon = at;
    else if (code === AT && at > start) {
      if (sign >= 0 && !isHost(text, at + 1)) continue;
      sign = at;
    }
  }
  if (sign < 0) return [-1, -1];
  return [colon < sign ? colon : -1, sign];
}

function isHost(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isAlnum(code) || code === 91;
}

/** Recognizes a connection string, in which passwords are often plain. */
function isStore(lead: string): boolean {
  return /(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|valkey|amqp|amqps|clickhouse|mssql|sqlserver|cockroachdb|couchdb|neo4j|bolt|nats|ldap|ldaps|smtp|smtps|imap|imaps|mqtt|kafka|cassandra|snowflake|oracle|db2)(?:\+[a-z0-9]{1,12})?$/i
    .test(lead);
}
