import { assertEquals, assertThrows } from "@std/assert";
import { MpmError } from "../base/errors.ts";
import { ownRules } from "./own_rules.ts";
import { Redactor } from "./redact.ts";
import { alnum } from "../../tests/helpers/secrets.ts";

function redactorWith(settings: Partial<Parameters<typeof ownRules>[0]>) {
  return new Redactor(
    ownRules({ enabled: true, allow: [], rules: {}, ...settings }),
  );
}

Deno.test("rules of the user take precedence over guesses about secrets", () => {
  const redactor = redactorWith({
    rules: { "acme-token": "acme_[a-z]{8}", "ticket": "(?i)\\bsec-\\d+\\b" },
  });
  assertEquals(
    redactor.text("Use acme_abcdefgh for SEC-42\ntoken: acme_zzzzzzzz."),
    "Use [redacted:acme-token] for [redacted:ticket]\n" +
      "token: [redacted:acme-token]",
  );
  assertEquals(
    redactor.text("abc 日本 acme_abcdefgh 🙂"),
    "abc 日本 [redacted:acme-token] 🙂",
  );
});

Deno.test("a permission stays valid if all files are unchanged", () => {
  const token = `ghp_${alnum(36)}`;
  const redactor = redactorWith({ allow: ["hunter\\d", "ghp_x+"] });
  assertEquals(
    redactor.text(`password=hunter2 password=hunter22 ${token}`),
    "password=hunter2 password=[redacted:password] [redacted:github-token]",
  );
  assertEquals(
    redactor.value({ password: "hunter2", token: "hunter2x" }),
    { password: "hunter2", token: "[redacted:token]" },
  );
});

Deno.test("off, only marked text is left out", () => {
  const redactor = redactorWith({ enabled: false });
  const token = `ghp_${alnum(36)}`;
  assertEquals(
    redactor.text(`${token} <private>x</private>`),
    `${token} [redacted:private]`,
  );
  assertEquals(redactor.name(token), token);
  assertEquals(redactor.value({ password: "hunter2" }), {
    password: "hunter2",
  });
});

Deno.test("an invalid expression is named", () => {
  const error = assertThrows(
    () => redactorWith({ rules: { odd: "a(b" } }),
    MpmError,
  );
  assertEquals(
    error.message.startsWith('"a(b" in "redaction.rules.odd"'),
    true,
  );
  assertThrows(() => redactorWith({ allow: ["(?=a)"] }), MpmError);
});

Deno.test("an expression that would hang another engine is fast here", () => {
  const patterns = ["(a+)+$", "(a|aa)*c", "(.*)(.*)(.*)x", "a(.*b)?", "[a-z]+"];
  const redactor = redactorWith({
    rules: Object.fromEntries(patterns.map((text, at) => [`rule-${at}`, text])),
  });
  const start = performance.now();
  redactor.text("a".repeat(20_000));
  redactor.text("a ".repeat(10_000));
  assertEquals(performance.now() - start < 30_000, true);
});
