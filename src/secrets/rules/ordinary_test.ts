import { assertEquals } from "@std/assert";
import { Redactor } from "../redact.ts";
import { alnum } from "../../../tests/helpers/secrets.ts";

const redactor = new Redactor();
const HIDDEN = 'token: "[redacted:token]"';

/** Ordinary text of about that many UTF-16 units. */
function filler(length: number): string {
  return "some more lines\n".repeat(Math.ceil(length / 16));
}

Deno.test("a plain word counts as a token unless it also occurs nearby", () => {
  const given = 'token: "gherkin"';
  const cases: [text: string, kept: boolean][] = [
    [given, false],
    [`${given}\nGherkin is a language`, true],
    [`gherkin\n${filler(20_000)}${given}`, true],
    [`${given}\n${filler(20_000)} call(gherkin)`, true],
    [`gherkin\n${filler(70_000)}${given}`, false],
    [`${given}\n${filler(70_000)}gherkin`, false],
    [`${given} gherkins, mygherkin`, false],
    [`${given}\n${filler(2_000)}${given}`, false],
    [`${given} password: "gherkin"`, false],
  ];
  for (const [text, kept] of cases) {
    const done = redactor.text(text);
    assertEquals([done.includes(given), done.includes(HIDDEN)], [kept, !kept]);
    assertEquals(redactor.text(done), done);
  }
});

Deno.test("next to a secret, a plain word is also compared with the whole text", () => {
  const text = `ghp_${alnum(36)} token: "gherkin"\n${filler(3_000)}gherkin`;
  assertEquals(
    redactor.text(text).slice(0, 45),
    '[redacted:github-token] token: "gherkin"\nsome',
  );
});

/** Returns whether a value stays unchanged as a token, after other text. */
function isKept(value: string, others = ""): boolean {
  return redactor.text(`${others}\ntoken: "${value}"`).includes(value);
}

Deno.test("several plain words are ordinary if most of them also occur elsewhere", () => {
  assertEquals(isKept("open gherkin now"), false);
  assertEquals(isKept("open gherkin now", "open it now"), false);
  assertEquals(isKept("open gherkin now", "now open the gherkin"), true);
  assertEquals(isKept("open.gherkin", "open(x)"), false);
  assertEquals(isKept("open.gherkin", "gherkin.open(x)"), true);
  const three = "open it now, jar";
  assertEquals(isKept("open gherkin jar now", three), true);
  assertEquals(isKept("open gherkin marinade jar now", three), false);
});

Deno.test("many plain words for one name are not tokens", () => {
  const given = Array.from(
    { length: 9 },
    (_, at) => `token: "gherkin${"abcdefghi"[at]}",`,
  );
  const few = given.slice(0, 8);
  assertEquals(redactor.text(given.join("\n")), given.join("\n"));
  assertEquals(redactor.find(few.join("\n")).length, 8);
  const same = Array.from({ length: 20 }, () => given[0]).join("\n");
  assertEquals(redactor.find(same).length, 20);
  const named = few.join("\n") + '\nauth: "gherkini"';
  assertEquals(redactor.find(named).length, 9);
});
