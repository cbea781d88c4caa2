import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cutMiddle,
  NO_NOTES,
  type Notes,
  notesFromJson,
  withNoted,
  withNotes,
} from "./notes.ts";
import { NO_CONVERSATION } from "./conversation.ts";

const BYTES = 64 * 1024;

function said(text: string, key = text) {
  return { at: "2026-11-22T21:14:51.944Z", text, key };
}

function size(notes: Notes): number {
  return new TextEncoder().encode(`${JSON.stringify(notes)}\n`).length;
}

Deno.test("withNotes() keeps the first 5 and the last 25 prompts", () => {
  let notes = NO_NOTES;
  for (let at = 0; at < 100; at++) {
    notes = withNotes(notes, { prompts: [said(`prompt ${at}`)] });
  }
  const texts = notes.prompts.map(({ text }) => text);
  assertEquals(texts.length, 30);
  assertEquals(texts.slice(0, 5).at(-1), "prompt 4");
  assertEquals(texts.slice(5)[0], "prompt 75");
  assertEquals(texts.at(-1), "prompt 99");
});

Deno.test("withNotes() replaces an open question by its answer", () => {
  const open = { ...said("Which?", "toolu_1#0"), options: ["a", "b"] };
  const notes = withNotes(withNotes(NO_NOTES, { questions: [open] }), {
    questions: [{ ...open, answer: "b" }],
  });
  assertEquals(notes.questions.map(({ answer }) => answer), ["b"]);
});

Deno.test("withNotes() replaces the list of background commands", () => {
  const one = withNotes(NO_NOTES, { background: [said("server", "b1")] });
  assertEquals(withNotes(one, {}).background.length, 1);
  assertEquals(withNotes(one, { background: [] }).background, []);
});

Deno.test("withNotes() fits its file for any text, including ends of texts", () => {
  let notes = NO_NOTES;
  for (let at = 0; at < 40; at++) {
    const text = `begins ${at} ${"é".repeat(9000)} ends ${at}`;
    notes = withNotes(notes, {
      prompts: [said(text, `p${at}`)],
      summaries: [said(text, `s${at}`)],
    });
  }
  assert(size(notes) <= BYTES, `${size(notes)}`);
  const last = notes.prompts.at(-1)!.text;
  assert(last.startsWith("begins 39") && last.endsWith("ends 39"), last);
});

Deno.test("notesFromJson() reads valid fields and ignores the rest", () => {
  const notes = notesFromJson({
    prompts: [said("good"), { text: 1 }, null, "x"],
    plans: [{ ...said("p"), state: "eaten" }],
    commands: 7,
  });
  assertEquals(notes.prompts, [said("good")]);
  assertEquals(notes.plans, []);
  assertEquals(notes.commands, []);
  assertEquals(notesFromJson("garbage"), NO_NOTES);
});

Deno.test("notes of any JSON can be read and added to, and stay bounded", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.string(), (value, text) => {
    const notes = withNotes(notesFromJson(value), { prompts: [said(text)] });
    assert(size(notes) <= BYTES);
    assertEquals(notesFromJson(JSON.parse(JSON.stringify(notes))), notes);
  }));
});

Deno.test("cutMiddle() leaves no half character", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const cut = cutMiddle(text.repeat(20), 40);
    assert(cut.length <= Math.max(40, 0) && cut.isWellFormed());
  }));
});

Deno.test("withNoted() counts a prompt without an ID from a hook once", () => {
  const noted = (text: string, at: string) => ({ text, at, key: "" });
  const line = { ...said("Go on."), key: "id-1" };
  const notes = withNotes(NO_NOTES, {
    prompts: [
      noted("Go on.", "2026-11-22T20:00:00.000Z"),
      noted("Go on.", "2026-11-22T21:14:51.920Z"),
    ],
  });
  const read = { ...NO_CONVERSATION, prompts: [line] };
  const { prompts } = withNoted(read, notes, {
    from: line.at,
    ended: new Set(),
  });
  assertEquals(prompts.map(({ at }) => at), [
    "2026-11-22T20:00:00.000Z",
    line.at,
  ]);
});

Deno.test("withNoted() knows a prompt again that was cut or redacted in a note", () => {
  const at = "2026-11-22T21:14:52.000Z";
  let text = `Use hunter2 ${"x".repeat(90)} and y`;
  const count = (note: string) => {
    const notes = { ...NO_NOTES, prompts: [{ text: note, at, key: "" }] };
    const read = { ...NO_CONVERSATION, prompts: [{ text, at, key: "id-1" }] };
    const given = { from: "2026-11-22T22:00:00.000Z", ended: new Set("") };
    return withNoted(read, notes, given).prompts.length;
  };
  assertEquals(count("Use [redacted:token] xxx\n[…]\nx and y"), 1);
  assertEquals(count("Use [redacted:token] xxx\n[…]\nand z"), 2);
  assertEquals(count("Do [redacted:token] and y"), 2);
  text = cutMiddle(`Use hunter2 ${"x".repeat(900)} and y`, 400);
  const other = cutMiddle(`Use [redacted:token] ${"x".repeat(900)} and y`, 400);
  assertEquals(count(other), 1);
  assertEquals(count(`${other} and z`), 2);
});
