import { assertEquals } from "@std/assert";
import { argumentsWith, Excerpt, type Message, Messages } from "./protocol.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Processes a text in pieces of `size` bytes. */
function taken(
  text: string,
  size: number,
): { messages: Message[]; output: string } {
  const messages: Message[] = [];
  const parts: string[] = [];
  const decoder = new TextDecoder();
  const lines = new Messages({
    take: (message) => messages.push(message),
    output: (bytes) => parts.push(decoder.decode(bytes, { stream: true })),
  });
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; at += size) {
    lines.add(bytes.subarray(at, at + size));
  }
  lines.close();
  return { messages, output: parts.join("") };
}

Deno.test("lines with one known field are messages, all others output", () => {
  const text = [
    "plain {",
    '{"progress":0.5}',
    '{"progress":{"done":3,"total":4,"text":"ä"}}',
    '{"progress":"x"}',
    '{"state":{"at":1}}',
    '{"state":1,"result":2}',
    ' {"state":1}',
    '{"result":null}',
    "{broken",
    '{"state":2}',
  ].join("\n");
  for (const size of [1, 2, 7, 64, 1000]) {
    const { messages, output } = taken(text, size);
    assertEquals(messages, [
      { kind: "progress", partly: 0.5 },
      { kind: "progress", partly: 0.75, text: "ä" },
      { kind: "state", value: { at: 1 } },
      { kind: "result", value: null },
      { kind: "state", value: 2 },
    ]);
    assertEquals(
      output,
      'plain {\n{"progress":"x"}\n{"state":1,"result":2}\n {"state":1}\n{broken\n',
    );
  }
});

Deno.test("unknown fields of a message are named in the output", () => {
  const text = [
    '{"result":1,"note":"x","__proto__":2}',
    '{"progress":{"done":1,"total":2,"eta":3}}',
    `{"state":1,"${"long".repeat(100)}":0,"b":1,"c":1,"d":1,"e":1,"f":1}`,
  ].join("\n");
  const { messages, output } = taken(text, 7);
  assertEquals(messages, [
    { kind: "result", value: 1 },
    { kind: "progress", partly: 0.5 },
    { kind: "state", value: 1 },
  ]);
  const names = [
    "note",
    "__proto__",
    "eta",
    "long".repeat(15),
    "b",
    "c",
    "d",
    "e",
  ];
  const lines = names.map((name) =>
    `(mpm ignored the unknown field "${name}")\n`
  );
  assertEquals(output, lines.join(""));
});

Deno.test("a message that is too long counts as output", () => {
  const line = `{"state":"${"x".repeat(1024 * 1024)}"}\n`;
  const { messages, output } = taken(`${line}{"state":1}\n`, 60_000);
  assertEquals(messages, [{ kind: "state", value: 1 }]);
  assertEquals(output, line);
});

Deno.test("an excerpt has both ends of an output of any size", () => {
  const small = new Excerpt(10);
  for (const part of ["ab", "cdef", "ghij"]) small.add(encode(part));
  assertEquals(small.text(), "abcdefghij");
  const large = new Excerpt(10);
  for (let at = 0; at < 1000; at++) large.add(encode(String(at % 10)));
  assertEquals(large.text(), "01234\n… 990 bytes left out …\n56789");
});

Deno.test("nothing in an item is a placeholder", () => {
  const args = ["p", "{task}: {item}", "{items}", "{x}", "--"];
  assertEquals(
    argumentsWith(args, { task: "{item}", items: ["{task}", "-b"] }),
    [
      ...["p", "{item}: {task}", "{task}", "-b", "{x}", "--"],
    ],
  );
});
