import { assertEquals } from "@std/assert";
import { Redactor } from "./redact.ts";
import type { Counts } from "./span.ts";
import { alnum, hex, privateKey, TOKENS } from "../../tests/helpers/secrets.ts";

const redactor = new Redactor();

function redact(text: string): string {
  return redactor.text(text);
}

Deno.test("the token of every provider is hidden in any position", () => {
  const wrong: unknown[] = [];
  const places: ((token: string) => string)[] = [
    (token) => token,
    (token) => `Use ${token}, then continue`,
    (token) => `(${token})`,
    (token) => `a\n${token}\nb`,
    (token) => `{"text":"line\\n${token}\\n"}`,
    (token) => `\u001b[32m${token}\u001b[0m`,
    (token) => `https://example.com/?x=%3D${token}&y=1`,
    (token) => `<b>${token}</b>`,
    (token) => `\0${token}\0`,
    (token) => `🙂${token}🙂`,
  ];
  for (const [label, token] of TOKENS) {
    for (const place of places) {
      const counts: Counts = {};
      const text = redactor.text(place(token), counts);
      const core = token.slice(-12);
      const isWrong = text.includes(core) || Object.keys(counts)[0] !== label;
      if (isWrong) wrong.push([label, place(token), text, counts]);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("a token is hidden, and the punctuation after it stays", () => {
  const token = `ghp_${alnum(36)}`;
  assertEquals(
    redact(`Use ${token}, or not. ${token}!`),
    "Use [redacted:github-token], or not. [redacted:github-token]!",
  );
});

Deno.test("whole private keys are hidden, with any line ends", () => {
  for (const kind of ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "]) {
    const key = privateKey(kind);
    for (
      const text of [
        key,
        key.replaceAll("\n", "\r\n"),
        key.replaceAll("\n", "\\n"),
        key.replaceAll("\n", "\\\\n"),
        key.replaceAll("\n", "\n    "),
        key.replaceAll("\n", " "),
      ]
    ) {
      assertEquals(
        redact(`a ${text} z`),
        "a [redacted:private-key] z",
        kind,
      );
    }
  }
  const cut = privateKey().split("\n").slice(0, 3).join("\n");
  assertEquals(redact(`a ${cut}`), "a [redacted:private-key]");
  const block = privateKey("PGP ").replaceAll("KEY-", "KEY BLOCK-");
  assertEquals(redact(`${block}\nz`), "[redacted:private-key]\nz");
  const text = "Put it between -----BEGIN CERTIFICATE----- and the end";
  assertEquals(redact(text), text);
});

/** A word of few letters and digits, as people choose them. */
const WORD = "hunter2x";

Deno.test("values are hidden by their names, the names stay", () => {
  const cases: [string, string][] = [
    [`DB_PASSWORD=${WORD}`, "DB_PASSWORD=[redacted:password]"],
    [`export API_KEY=${WORD} # x`, "export API_KEY=[redacted:key] # x"],
    [`API_KEY='${WORD}'`, "API_KEY='[redacted:key]'"],
    [`SECRET="two words"`, `SECRET="[redacted:secret]"`],
    [`A_TOKEN=p@ss,w0rd;x&y`, "A_TOKEN=[redacted:token]"],
    [`{"password":"${WORD}"}`, `{"password":"[redacted:password]"}`],
    [`{"password": 12345678}`, `{"password": "[redacted:password]"}`],
    [`{"clientSecret" : "${WORD}"}`, `{"clientSecret" : "[redacted:secret]"}`],
    [
      `{\\"password\\":\\"${WORD}\\"}`,
      `{\\"password\\":\\"[redacted:password]\\"}`,
    ],
    [`{"password":"a\\"b"}`, `{"password":"[redacted:password]"}`],
    [`password: ${WORD}`, "password: [redacted:password]"],
    [`  - api_key: "${WORD}"`, `  - api_key: "[redacted:key]"`],
    [
      "password: |\n  correct\nuser: a",
      "password: |\n  [redacted:password]\nuser: a",
    ],
    [
      `spring.datasource.password=${WORD}`,
      "spring.datasource.password=[redacted:password]",
    ],
    [
      `//registry.example.com/:_authToken=${WORD}`,
      "//registry.example.com/:_authToken=[redacted:token]",
    ],
    [`const password = "${WORD}";`, `const password = "[redacted:password]";`],
    [
      `const token: string = "${WORD}";`,
      `const token: string = "[redacted:token]";`,
    ],
    [`password := "${WORD}"`, `password := "[redacted:password]"`],
    [`'password' => '${WORD}'`, `'password' => '[redacted:password]'`],
    [`env["API_TOKEN"] = "${WORD}"`, `env["API_TOKEN"] = "[redacted:token]"`],
    [`if (password == "${WORD}")`, `if (password == "[redacted:password]")`],
    [
      `<password>${WORD}</password>`,
      "<password>[redacted:password]</password>",
    ],
    [`?access_token=${WORD}&x=1`, "?access_token=[redacted:token]&x=1"],
    [
      `Server=db;User Id=sa;Password=Secr3t!;Encrypt=true`,
      "Server=db;User Id=sa;Password=[redacted:password];Encrypt=true",
    ],
    [
      `AccountName=a;AccountKey=${alnum(86)}==;EndpointSuffix=b`,
      "AccountName=a;AccountKey=[redacted:key];EndpointSuffix=b",
    ],
    [
      `aws_secret_access_key = ${alnum(40)}`,
      "aws_secret_access_key = [redacted:key]",
    ],
    [`Authorization: Bearer ${WORD}`, "Authorization: Bearer [redacted:token]"],
    [
      `Authorization: Basic ${alnum(20)}==`,
      "Authorization: Basic [redacted:bearer-token]",
    ],
    [`-H "X-Api-Key: ${WORD}"`, `-H "X-Api-Key: [redacted:key]"`],
    [`Cookie: a=${WORD}; b=c`, "Cookie: [redacted:cookie]"],
    [`login --password ${WORD} -v`, "login --password [redacted:password] -v"],
    [`login --api-key="${WORD}"`, `login --api-key="[redacted:key]"`],
    [`run -password '${WORD}'`, "run -password '[redacted:password]'"],
    [
      `curl -u admin:${WORD} https://a.b`,
      "curl -u admin:[redacted:password] https://a.b",
    ],
    [`mysql -uroot -p${WORD} db`, "mysql -uroot -p[redacted:password] db"],
    [`sshpass -p ${WORD} ssh a`, "sshpass -p [redacted:password] ssh a"],
    [
      `docker login -u a -p ${WORD}`,
      "docker login -u a -p [redacted:password]",
    ],
    [`redis-cli -a ${WORD} ping`, "redis-cli -a [redacted:password] ping"],
    [
      `machine a.b login me password ${WORD}`,
      "machine a.b login me password [redacted:password]",
    ],
    [`The password is ${WORD}.`, "The password is [redacted:password]."],
    [`API key: ${WORD}`, "API key: [redacted:key]"],
    [`https://me:${WORD}@a.b/c`, "https://me:[redacted:url-credentials]@a.b/c"],
    [
      `https://${hex(40)}@a.b/c.git`,
      "https://[redacted:url-credentials]@a.b/c.git",
    ],
    [
      `postgres://me:p/w@rd@db:5432/app?x=1`,
      "postgres://me:[redacted:url-credentials]@db:5432/app?x=1",
    ],
    [
      `mongodb+srv://me:${WORD}@a.b/?retryWrites=true`,
      "mongodb+srv://me:[redacted:url-credentials]@a.b/?retryWrites=true",
    ],
    [
      `redis://:${WORD}@a.b:6379/0`,
      "redis://:[redacted:url-credentials]@a.b:6379/0",
    ],
    [
      `https://hooks.slack.com/services/T${alnum(8)}/B${alnum(8)}/${alnum(24)}`,
      "https://hooks.slack.com/[redacted:slack-webhook]",
    ],
    [`It says ${alnum(40)} there`, "It says [redacted:high-entropy] there"],
    ["a <private>b</private> c", "a [redacted:private] c"],
    ["a <private>b", "a [redacted:private]"],
    ["a <Private>b</PRIVATE> c", "a [redacted:private] c"],
    ['a <private why="x">b\n</private > c', "a [redacted:private] c"],
    [
      "a <private>b <private>c</private> d</private> e",
      "a [redacted:private] e",
    ],
    ["a &lt;private&gt;b&lt;/private&gt; c", "a [redacted:private] c"],
    ["a \\u003cprivate\\u003eb\\u003c/private\\u003e", "a [redacted:private]"],
    // In the format of variable lists, tables and documents.
    [
      `{"name": "DB_PASSWORD", "value": "${WORD}"}`,
      `{"name": "DB_PASSWORD", "value": "[redacted:password]"}`,
    ],
    [
      `- name: DB_PASSWORD\n  value: ${WORD}`,
      "- name: DB_PASSWORD\n  value: [redacted:password]",
    ],
    [
      `<add key="ApiKey" value="${WORD}" />`,
      '<add key="ApiKey" value="[redacted:key]" />',
    ],
    [
      `<password type="plain">${WORD}</password>`,
      '<password type="plain">[redacted:password]</password>',
    ],
    [
      `<password><![CDATA[${WORD}]]></password>`,
      "<password><![CDATA[[redacted:password]]]></password>",
    ],
    [`{"password":\n  "${WORD}"}`, `{"password":\n  "[redacted:password]"}`],
    [`password = """${WORD}"""`, `password = """[redacted:password]"""`],
    [`**Password:** ${WORD}`, "**Password:** [redacted:password]"],
    [`**Password**: ${WORD}`, "**Password**: [redacted:password]"],
    [`| password | \`${WORD}\` |`, "| password | `[redacted:password]` |"],
    [`password：${WORD}`, "password：[redacted:password]"],
    [`token:\u00a0${WORD}`, "token:\u00a0[redacted:token]"],
    [`AZURE_OPENAI_KEY=${hex(32)}`, "AZURE_OPENAI_KEY=[redacted:key]"],
    // In the words of people and programs.
    [
      `log in with password Hunter2x.`,
      "log in with password [redacted:password].",
    ],
    [`Password → ${WORD}`, "Password → [redacted:password]"],
    [`ENV API_TOKEN ${WORD}`, "ENV API_TOKEN [redacted:secret]"],
    [
      `git config user.password ${WORD}`,
      "git config user.password [redacted:secret]",
    ],
    [
      `env.TOKEN || '${WORD}'`,
      "env.TOKEN || '[redacted:secret]'",
    ],
    [`setPassword("${WORD}")`, `setPassword("[redacted:secret]")`],
    [
      `https:\\/\\/me:${WORD}@a.b`,
      "https:\\/\\/me:[redacted:url-credentials]@a.b",
    ],
    // Parts of keys.
    [
      `before\n${privateKey().split("\n").slice(2).join("\n")}\nafter`,
      "before\n[redacted:private-key]\nafter",
    ],
    [
      `Private-Lines: 2\n${alnum(64)}\n${alnum(30)}\nPrivate-MAC: 1`,
      "Private-Lines: 2\n[redacted:private-key]Private-MAC: 1",
    ],
  ];
  assertEquals(
    cases.map(([text]) => redact(text)),
    cases.map(([, expected]) => expected),
  );
});

Deno.test("text without a secret stays unchanged", () => {
  const base64 = alnum(64);
  const texts = [
    // IDs, hashes, paths.
    hex(40),
    `commit ${hex(40)}`,
    `${hex(7)}..${hex(7, 1)}`,
    hex(64),
    "550e8400-e29b-41d4-a716-446655440000",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    `session-20261120-143022 at ${hex(12)}`,
    `toolu_01${alnum(22)}`,
    `msg_01${alnum(22)}`,
    `"integrity": "sha512-${alnum(86)}=="`,
    `  resolved "https://packages.example.org/a/-/a-1.0.0.tgz#${hex(40)}"`,
    `github.com/a/b v1.0.0 h1:${alnum(43)}=`,
    `checksum = "${hex(64)}"`,
    `--hash=sha256:${hex(64)}`,
    `/nix/store/${"0a1b2c3d".repeat(4)}-hello-2.12`,
    "src/session/secretTokens.ts",
    "/home/me/.config/tokens/Api2Keys/README.md",
    "docs.google.com/document/d/1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6/edit",
    "/Users/me/Library/Application Support/Code/User/globalStorage/x1Y2z3",
    "PWD=/home/me/project OLDPWD=/tmp",
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${alnum(44)} me@host`,
    `SHA256:${alnum(43)}`,
    `sha256-${alnum(43)}=`,
    `"narHash": "sha256-${alnum(43)}="`,
    // Images and other files in base64.
    `<img src="data:image/png;base64,iVBORw0KGgo${alnum(150)}">`,
    `${base64}\n${alnum(64, 1)}\n${alnum(30, 2)}`,
    alnum(400),
    // Code.
    "if(a.password===b){token=e.value}var token=t(),secret=n.secret;",
    "const {token:accessToken,password:pw}=this.props;",
    "password: z.string(), apiKey: process.env.API_KEY,",
    "this.#token = token; self.password = password",
    'print("Password: " + word); prompt("Token: ", "")',
    "password: string; token?: string | undefined",
    "getElementsByClassNameAndHTTP2ServerPushHandler42",
    "function(e,t,n){return e.token?t.password:n.secret}",
    "secret => secret.length > 8",
    "type=password name=password",
    "max_tokens: 200000, total_tokens: 12345, eos_token: 50256",
    // Placeholders.
    "PASSWORD=<your password>",
    "API_KEY=${API_KEY} TOKEN=$TOKEN SECRET={{ secret }}",
    "password: ********",
    "postgres://me:${PASSWORD}@db/app",
    "token: null, secret: undefined, password: true",
    // Sentences.
    "The password is required. The token is missing, the secret is out",
    "Give --password or --token to log in",
    "Next: token: refresh it before it ends",
    "Basic authentication and bearer tokens",
    "Add a password: hash it with bcrypt",
    "user@example.com, git@github.com:a/b.git, https://unpkg.com/react@18.2.0",
    "ssh://git@example.com/a/b.git https://me@example.com/",
    "Pass: 12, fail: 0",
    "Hash a password with argon2id, a token bucket algorithm",
    "| password | required |",
    "**Token:** none",
    `CACHE_KEY=${hex(40)} PRIMARY_KEY=user_id`,
    '{"name": "token", "value": "string"}',
    "-----END PRIVATE KEY----- is how one ends",
    "All tests pass: 120 of 120",
    'privatekey: "^6.0.2", fetch(url, { credentials: "same-origin" })',
    "12:30:45, a::b, x = y, risk-assessment-of-the-whole-thing",
  ];
  assertEquals(texts.map(redact), texts);
});

Deno.test("redacted text is not changed again, and counted once", () => {
  const token = `ghp_${alnum(36)}`;
  const text = `A=${token} {"password":"${WORD}"} https://a:${WORD}@b.c`;
  const counts: Counts = {};
  const once = redactor.text(text, counts);
  assertEquals(counts, {
    "github-token": 1,
    "password": 1,
    "url-credentials": 1,
  });
  const again: Counts = {};
  assertEquals([redactor.text(once, again), again], [once, {}]);
});

Deno.test("a text that one redactor accepted is checked by another", () => {
  const text = "harmless words";
  assertEquals(redactor.text(text), text);
  const find = (text: string) =>
    text.startsWith("harmless") ? [{ start: 0, end: 8, label: "own" }] : [];
  const own = new Redactor({ enabled: true, more: [find] });
  assertEquals(own.text(text), "[redacted:own] words");
  assertEquals([redactor.text(text), redactor.text(text)], [text, text]);
});

Deno.test("names within values count, and parts without data are not copied", () => {
  const counts: Counts = {};
  const value = {
    a: { password: WORD, tokens: 12, token: "", note: "x" },
    env: [{ name: "DB_PASSWORD", value: WORD }, { name: "HOME", value: "/h" }],
    [`ghp_${alnum(36)}`]: 1,
    secrets: [WORD, "b"],
    pin: { password: 123456 },
  };
  assertEquals(
    redactor.value(value, counts),
    {
      a: { password: "[redacted:password]", tokens: 12, token: "", note: "x" },
      env: [
        { name: "DB_PASSWORD", value: "[redacted:password]" },
        { name: "HOME", value: "/h" },
      ],
      "[redacted:github-token]": 1,
      secrets: ["[redacted:secret]", "b"],
      pin: { password: "[redacted:password]" },
    } as unknown as typeof value,
  );
  const plain = { a: ["b", { c: "d" }], n: 1, z: null };
  assertEquals(redactor.value(plain) === plain, true);
});

Deno.test("redacted names stay distinguishable", () => {
  const [one, two] = [`ghp_${alnum(36)}`, `ghp_${alnum(36, 5)}`];
  const [first, second] = [`fix/${one}`, `fix/${two}`].map((name) =>
    redactor.name(name)
  );
  assertEquals(first === second, false);
  assertEquals(
    first!.replace(/#[0-9a-f]{12}/, "#…"),
    "fix/[redacted:github-token#…]",
  );
  assertEquals(redactor.name(first!), first);
  assertEquals(redactor.text(first!), first);
  assertEquals(
    redactor.name("feature/password=hunter2"),
    "feature/password=hunter2",
  );
});
