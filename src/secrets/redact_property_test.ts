import { assertEquals } from "@std/assert";
import fc from "fast-check";
import process from "node:process";
import {
  findPrivate,
  findSecrets,
  findSureSecrets,
  mayHoldSecret,
} from "./find.ts";
import { findPrivateKeys } from "./rules/private_keys.ts";
import { Redactor } from "./redact.ts";
import { alnum, hex, privateKey, TOKENS } from "../../tests/helpers/secrets.ts";
import { SHAPES } from "../../tests/helpers/secret_shapes.ts";
import { CODE_POINT } from "../../tests/helpers/arbitrary_text.ts";
import { runs } from "../../tests/helpers/posix.ts";

const redactor = new Redactor();

/** Microseconds; the runtime's types do not have it yet. */
const { threadCpuUsage } = process as unknown as {
  threadCpuUsage(): { user: number; system: number };
};

/** Pieces of texts that contain secrets. */
const PIECES = [
  ...TOKENS.map(([, token]) => token),
  ...["password", "token", "API_KEY", "secret", "Authorization", "Cookie"],
  ...["=", ":", ": ", " = ", "==", "=>", "://", "@", "\n", " ", '"', "'", "\\"],
  ...['\\"', "`", ",", ";", ")", "<", ">", "/", "-", "_", ".", "|", "&", "#"],
  ...["--", "-p", "Bearer ", "Basic ", "https", "postgres", "eyJ", "ghp_"],
  ...["sk-", "[redacted:", "[redacted:token]", "]", "<private>", "</private>"],
  ...["-----BEGIN ", "PRIVATE KEY-----", "-----END ", "hunter2", "true", "${"],
  ...['token: "opensesame"', " opensesame ", "opensesame"],
  ...["sha512-", "a", "B", "9", "é", "\0", "🙂", " is ", "curl -u a:", "%3D"],
  ...[alnum(24), alnum(40, 3), hex(32), hex(40, 2), alnum(64), privateKey()],
];

const text = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...PIECES) },
    { weight: 1, arbitrary: fc.string({ unit: CODE_POINT, maxLength: 12 }) },
  ),
  { maxLength: 40 },
).map((pieces) => pieces.join(""));

Deno.test("redacting a text again changes nothing", () => {
  fc.assert(
    fc.property(text, (given) => {
      const once = redactor.text(given);
      assertEquals(redactor.text(once), once);
    }),
    runs(3000),
  );
});

Deno.test("spans are in order, none over another, none empty", () => {
  fc.assert(
    fc.property(text, (given) => {
      let last = 0;
      for (const { start, end } of redactor.find(given)) {
        assertEquals(start >= last && end > start && end <= given.length, true);
        last = end;
      }
    }),
    runs(2000),
  );
});

Deno.test("no token survives next to any separator", () => {
  const apart = fc.constantFrom(
    ...[" ", "\n", '"', "'", "(", ")", "=", ",", ";", "\\n", "\t", "|", "<"],
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...TOKENS),
      fc.tuple(text, apart, apart, text),
      ([, token], [before, left, right, after]) => {
        const done = redactor.text(`${before}${left}${token}${right}${after}`);
        const core = token.slice(-16);
        // The neighbours may be made of the same characters.
        const others = (before + after).split(core).length - 1;
        const left16 = done.split(core).length - 1;
        assertEquals(left16 <= others, true, done);
      },
    ),
    runs(2000),
  );
});

Deno.test("ids and hashes stay unchanged", () => {
  const id = fc.oneof(
    fc.uuid(),
    fc.stringMatching(/^[0-9a-f]{7,64}$/),
    fc.stringMatching(/^session-\d{8}-\d{6}$/),
    fc.stringMatching(/^work-\d{8}-\d{6}$/),
    fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  fc.assert(
    fc.property(id, (given) => {
      assertEquals(redactor.text(given), given);
      assertEquals(redactor.text(`at ${given}.`), `at ${given}.`);
    }),
    runs(2000),
  );
});

Deno.test("values of any shape keep it, and JSON stays JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), text, (value, given) => {
      const clean = redactor.value({ value, given });
      assertEquals(
        JSON.stringify(redactor.value(clean)),
        JSON.stringify(clean),
      );
    }),
    runs(500),
  );
});

/** Each is a different plain word, to be looked for in the whole text. */
const MANY_PLAIN = Array.from({ length: 800 }, (_, count) => {
  const word = count.toString(26).replaceAll(
    /\d/g,
    (digit) => "qrstuvwxyz"[+digit]!,
  );
  return `token="opensesame-${word}" `;
}).join("");

/** Texts that make a careless rule scan the same part again and again. */
const HOSTILE = [
  ...["sk-", "eyJ", "eyJaaaaaaaa.", "token=", 'token="', "token='/token=\"/"],
  ...["password: ", "token=$", "://", "redis://a", "http://a@", "a:b@", "a"],
  ...["\\", " ", `password${" ".repeat(50)}`, "--password ", " -p", "-u a:"],
  ...["mysql -pa ", "Bearer ", "password is ", "<token>", ":", "=", "1234567"],
  ...["MAAAAAAAAAAAAAAAAAAAAAAAAAA.aaaaaa.", "8Q~", "-us1", "<private>"],
  ...["[redacted:", "token: a: ", "cookie: ", "machine a login b password "],
  ...[
    "\\u001b[0;0;0;0m",
    "\\nghp_",
    "hf_aaaaaaaaaaaaaaaaaaaaaaaaaaa ",
    "SG.a.",
  ],
  ...["-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "-----END ", "password=\\"],
  ...["<private ", "<private></private>", "Private-Lines: 1\n", "A_TOKEN "],
  ...["-----END PRIVATE KEY-----", `${alnum(32)}\n-----END PRIVATE KEY-----\n`],
  ...['token || "', "| token | ", '<token a="">', 'name="token" value="'],
  ...["**token:** ", "token：", '"token":\n', ":\\/\\/a:b@", "X_KEY=", '"""'],
  ...['"a":{"token":', "x-api-key: '", "hunter2x password=hunter2x "],
  ...[`aH1vVl2HLM${"1".repeat(150)}X `, `token = a${":".repeat(60)} `],
  ...["  cookie: open sesame\n", 'token: "open", '],
  ...["passwords: [", 'tokens: ["a",', "passwords:\n- a", "PASSWORD=a b c d "],
  ...["IDENTIFIED BY '", "insert into a (password) values ('a'),", '("A_KEY",'],
  ...["| password |\n|---|\n", "user,password\n", "ribbon ", '"a" + "', 'a" '],
  ...[
    "\u200b",
    "password\u00a0",
    "recovery codes 1234 ",
    "private 0x",
    "5432:",
  ],
  ...[
    "echo a | ",
    "a:5432:b:c:d\n",
    "log in as a/",
    "password from ",
    "пароль: ",
  ],
  ...[
    "password:\n  ",
    "password: !!a ",
    "token%3D",
    "use hunter2xY as the token ",
  ],
  ...['auth: "open sesame now" ', 'token="a.b c/d" ', "cookie=a=b; "],
  ...['token: "opensesame" ', 'token="opensesame" opensesame ', MANY_PLAIN],
  ...[`${alnum(27)} `, `${alnum(76)}\n`, `ghp_${alnum(36)} `, `${hex(32)}-us1`],
];

/** CPU milliseconds that `rounds` of a text of that length take. */
function work(piece: string, length: number, rounds: number): number {
  const given = piece.repeat(Math.ceil(length / piece.length));
  const start = processor();
  for (let round = 0; round < rounds; round++) redactor.text(given);
  return processor() - start;
}

/** For this thread only, since other tests run at the same time. */
function processor(): number {
  const { user, system } = threadCpuUsage();
  return (user + system) / 1000;
}

Deno.test("the time grows with the length, whatever the text is", () => {
  // The same amount of text in one piece and in eight: quadratic time would
  // take 8 times as long. Shorter texts without a secret are remembered.
  const slow = HOSTILE.filter((piece) => {
    const parts = work(piece, 20_000, 8);
    return work(piece, 160_000, 1) > 4 * parts + 80;
  });
  assertEquals(slow, []);
});

Deno.test("files that must not contain secrets contain none", () => {
  fc.assert(
    fc.property(
      text,
      fc.string({ unit: CODE_POINT, maxLength: 60 }),
      (a, b) => {
        for (const given of [a, b]) {
          if (mayHoldSecret(given)) continue;
          assertEquals([...findPrivate(given), ...findSecrets(given)], []);
        }
      },
    ),
    runs(2000),
  );
});

Deno.test("a word of many megabytes does not exceed the engine's limits", () => {
  const word = "a1".repeat(8_000_000);
  assertEquals(mayHoldSecret(word), true);
  const token = `ghp_${word}`;
  assertEquals(findSureSecrets(token)[0]?.end, token.length);
  assertEquals(findSureSecrets(`eyJ${word}`), []);
  const key = "-----BEGIN PRIVATE KEY-----";
  assertEquals(
    [...findPrivateKeys(key + word), ...findSecrets(`Bearer ${word}`)]
      .map(({ end }) => end),
    [key.length + word.length, "Bearer ".length + word.length],
  );
  assertEquals(redactor.value({ password: word }), {
    password: "[redacted:password]",
  });
});

Deno.test("a long text is searched for words in any case, like a short one", () => {
  const filling = "some words of a text without anything in them\n";
  for (const times of [1, 4000]) {
    const around = filling.repeat(times);
    assertEquals(
      redactor.text(`${around}<PRIVATE>mine</Private> The Token is hunter2x9A`),
      `${around}[redacted:private] The Token is [redacted:password]`,
    );
  }
});

Deno.test("the secrets in a long text are found, however far apart", () => {
  const filling = "some words of a text without anything in them\n";
  const parts = SHAPES.map(([, shape], at) =>
    `%\n${shape}\n%\n${filling.repeat(at % 3 * 45)}`
  );
  const found = findSecrets(parts.join(""));
  let length = 0;
  const lost = parts.flatMap((part) => {
    const from = length;
    length += part.length;
    return findSecrets(part).filter((alone) =>
      !found.some(({ start, end }) =>
        start <= from + alone.start && end >= from + alone.end
      )
    ).map(({ start, end }) => part.slice(start - 40, end));
  });
  assertEquals(lost, []);
});
