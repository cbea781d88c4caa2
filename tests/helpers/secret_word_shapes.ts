import type { Shape } from "./secret_shapes.ts";

const W = ["sword", "fish"].join("");
const M = ["hunter", "2Gherkin", "9"].join("");

/** Several plain words, as used for tokens, keys and cookies. */
const WORDS = ["open", "swordfish", "now"];
const BLANKS = WORDS.join(" ");
const DOTS = WORDS.join(".");
const DASHES = WORDS.join("-");
const UNDERSCORES = WORDS.join("_");

/** Tokens, keys and cookies that are words, as they also occur in code. */
export const PLAIN_WORDS: readonly Shape[] = [
  ...[
    "token",
    "access_token",
    "api_key",
    "auth",
    "_auth",
    "authorization",
    "proxy-authorization",
    "cookie",
    "jwt",
    "bearer",
    "pat",
    "credentials",
    "dsn",
    "connection_string",
  ].flatMap((name): Shape[] => [
    [`${name} of a word`, `${name}: "${W}"`, W],
    [`${name} of words`, `{"a": 1, "${name}": "${BLANKS}"}`, BLANKS],
    [`${name} with dots`, `${name} = "${DOTS}"`, DOTS],
  ]),
  ["word with digits in a sentence", `my password is ${W}99, see`, `${W}99`],
  ["token with digits in a sentence", `The token was ${W}7`, `${W}7`],
  ["mixed word with digits", `log in with password ${M} please`, M],
  ["dotted name", `auth.token = "${W}"`, W],
  ["dotted name and value", `auth.token = "${DOTS}"`, DOTS],
  ["dotted name, properties", `app.access_token=${UNDERSCORES}`, UNDERSCORES],
  ["words, YAML", `access_token: '${BLANKS}'`, BLANKS],
  ["words, YAML in a list", `- auth_token: "${BLANKS}"`, BLANKS],
  ["words, JSON in JSON", `{\\"jwt\\": \\"${BLANKS}\\"}`, BLANKS],
  ["words, Python", `connect(host="x", access_token="${BLANKS}")`, BLANKS],
  ["words, Python key", `x['authorization'] = '${BLANKS}'`, BLANKS],
  ["words, Go", `\taccessToken := "${BLANKS}"`, BLANKS],
  ["words, Go field", `\tConfig{AuthToken: "${BLANKS}"}`, BLANKS],
  ["words, Rust", `let cookie: &str = "${BLANKS}";`, BLANKS],
  ["words, PHP", `'access_token' => '${BLANKS}',`, BLANKS],
  ["words, option", `run --auth-token="${BLANKS}"`, BLANKS],
  ["words, Markdown", `- **access_token**: \`${BLANKS}\``, BLANKS],
  ["words, XML", `<access_token>${BLANKS}</access_token>`, BLANKS],
  ["word, XML", `<token>${W}</token>`, W],
  ["word, XML cookie", `<auth><token>${W}</token></auth>`, W],
  ["words, comma", `auth_token: "${WORDS.join(", ")}"`, WORDS.join(", ")],
  ["words, colon", `auth_token: "${WORDS.join(":")}"`, WORDS.join(":")],
  ["words, slash", `auth_token: "${WORDS.join("/")}"`, WORDS.join("/")],
  ["word, capitals", `authorization: "${W.toUpperCase()}"`, W.toUpperCase()],
  ["words, some used near by", `open now\ntoken: "${BLANKS}"`, BLANKS],
  ["words of code", `auth_token: "my-access-${W}"`, W],
  ["words of code, env", `AUTH_TOKEN="my-access-${W}"`, W],
  ["words, INI", `[a]\nauth_token=${UNDERSCORES}\n`, UNDERSCORES],
  [
    "words, header",
    `GET / HTTP/1.1\nX-Auth-Token: ${UNDERSCORES}\n`,
    UNDERSCORES,
  ],
  ["word with a digit", `token=${W}1`, `${W}1`],
  ["word with a digit, header", `curl -H "x-token: ${W}1" a.example`, W],
  ["password of words", `passwd=${UNDERSCORES}`, UNDERSCORES],
  ["password of words, YAML", `a:\n  passwd: ${UNDERSCORES}\n`, UNDERSCORES],
  ["password of words, INI", `[a]\n  passwd = ${UNDERSCORES}\n`, UNDERSCORES],
  ["cookie of words, header", `GET /\nCookie: ${BLANKS}\nA: b`, BLANKS],
  ["cookie of words, YAML", `a:\n  set-cookie: ${BLANKS}\n`, BLANKS],
  [
    "cookie of words, env",
    `A=1\nCOOKIE=${WORDS.join(", ")}\n`,
    WORDS.join(", "),
  ],
  ["cookie of code", `cookie: my-access-${W}\n`, `my-access-${W}`],
  ["cookie, curl", `curl -H "cookie: ${W}1" a.example`, `${W}1`],
  ["word of code, XML", `<api_key>my-access-${W}</api_key>`, `my-access-${W}`],
  ["cookie of words", `Cookie: sid=${W}; theme=dark`, W],
  ["cookie set", `Set-Cookie: sid=${DASHES}; Path=/; HttpOnly`, DASHES],
  ["cookie, env", `COOKIE=${DASHES}`, DASHES],
  ["cookie, settings", `cookie = ${W}${W}`, W],
  ["cookie, code", `headers = { cookie: "sid=${W}" };`, W],
];
