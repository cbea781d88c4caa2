import { assert, assertEquals } from "@std/assert";
import { decodeKeys } from "./keys.ts";
import { fuzzyFinder, Picker } from "./picker.ts";
import { makeStyle } from "./style.ts";
import { width } from "./table.ts";

const SIZE = { columns: 60, rows: 12 };

/** A picker for this many numbers, with words to search. */
function picker(count: number, style = makeStyle(false)): Picker {
  const texts = Array.from(
    { length: count },
    (_, at) =>
      `${at} ${at % 2 ? "odd" : "even"} 漢字漢字 ${"long ".repeat(20)}`,
  );
  return new Picker({
    title: "Choose a number",
    choices: texts.map((text, at) => ({
      cells: [String(at), text],
      detail: `This is ${at}`,
      number: at,
    })),
    style,
    find: (typed) =>
      texts.flatMap((text, at) => text.includes(typed) ? [at] : []),
  });
}

/** Sends terminal input; returns the outcome of the last key. */
function press(picker: Picker, input: string) {
  let outcome: ReturnType<Picker["onKey"]>;
  for (const key of decodeKeys(input, { ended: true }).keys) {
    outcome = picker.onKey(key);
  }
  return outcome;
}

/** The line of the selected entry. */
function chosen(picker: Picker): string | undefined {
  return picker.render(SIZE).find((line) => line.startsWith("❯"))
    ?.replace(/ +/g, " ").slice(0, 10);
}

Deno.test("a picker shows title, search, as many choices as fit, and help", () => {
  const lines = picker(1000).render(SIZE);
  assertEquals(lines.length, SIZE.rows);
  assertEquals(lines.slice(0, 2), ["Choose a number", "Search: ▏"]);
  assertEquals(lines.slice(-3), [
    "",
    "This is 0",
    "1000  ↑↓ move, Enter selects, Esc cancels; type to search, …",
  ]);
  for (const line of lines) assert(width(line) <= SIZE.columns, line);
});

Deno.test("a picker moves by line, by page and to both ends, and stays within", () => {
  const one = picker(30);
  one.render(SIZE);
  const steps: [string, string][] = [
    ["\x1b[A", "❯ 0 0 even"],
    ["\x1b[B\x1b[B", "❯ 2 2 even"],
    ["\x1b[6~", "❯ 9 9 odd "],
    ["\x1b[6~\x1b[6~\x1b[6~\x1b[6~", "❯ 29 29 od"],
    ["\x1b[B", "❯ 29 29 od"],
    ["\x1b[5~", "❯ 22 22 ev"],
    ["\x1b[H", "❯ 0 0 even"],
    ["\x1b[F", "❯ 29 29 od"],
  ];
  for (const [input, line] of steps) {
    assertEquals([press(one, input), chosen(one)], [undefined, line]);
  }
  assertEquals(press(one, "\r"), 29);
});

Deno.test("a picker narrows its list with each typed character, and widens it again", () => {
  const one = picker(100);
  press(one, "\x1b[B\x1b[B\x1b[B");
  press(one, "odd");
  // The selected entry stays selected.
  assertEquals(chosen(one), "❯ 3 3 odd ");
  press(one, "\x17" + "/42");
  assertEquals(chosen(one), "❯ 42 42 ev");
  assertEquals(one.render(SIZE).at(-1)!.slice(0, 10), "1 of 100  ");
  press(one, "\x7f");
  assertEquals(one.render(SIZE).at(-1)!.slice(0, 11), "19 of 100  ");
  press(one, "x");
  assertEquals(
    one.render(SIZE)[2]?.trim(),
    "Nothing matches; Backspace deletes a letter",
  );
  assertEquals(press(one, "\r"), undefined);
  press(one, "\x15");
  assertEquals(press(one, "\r"), 0);
});

Deno.test("a number that is typed chooses the line that shows it", () => {
  const one = picker(100);
  press(one, "odd\x15" + "4");
  assertEquals(chosen(one), "❯ 4 4 even");
  assertEquals(one.render(SIZE)[1], "Number: 4▏");
  assertEquals(press(one, "2\r"), 42);
  press(one, "0");
  assertEquals(
    [press(one, "\r"), one.render(SIZE).at(-2)],
    [undefined, "The list has no number 420, only 0 to 99"],
  );
  assertEquals(press(one, "\x7f\r"), 42);
  // The user may continue from there, and from an empty list.
  assertEquals(press(one, "\x1b[B\r"), 43);
  assertEquals(press(picker(3), "7\x1b[B\r"), 0);
  // More than four digits are part of an ID, so they are searched.
  assertEquals(press(picker(3), "00001\r"), undefined);
  assertEquals(press(picker(3), "/2\r"), 2);
});

Deno.test("the best match is chosen unless the person moved to another one", () => {
  const choices = ["b1", "a", "b"].map((text) => ({
    cells: [text],
    detail: "",
  }));
  const make = () =>
    new Picker({
      title: "Choose",
      choices,
      style: makeStyle(false),
      // Of the two matches, the last is better.
      find: (typed) => typed === "b" ? [2, 0] : [0, 1, 2],
    });
  assertEquals(press(make(), "b\r"), 2);
  assertEquals(press(make(), "b\x7f\r"), 0);
  // Moving down and up again also counts as a choice.
  assertEquals(press(make(), "\x1b[B\x1b[Ab\r"), 0);
  // The selected entry is gone: select the best match.
  assertEquals(press(make(), "\x1b[Bb\x7f\r"), 0);
});

Deno.test("Escape, Ctrl-C, and Ctrl-D with no input close a picker", () => {
  for (const input of ["\x1b", "\x03", "\x07", "\x04", "abc\x1b"]) {
    assertEquals(press(picker(3), input), "cancelled");
  }
  assertEquals(press(picker(3), "abc\x04"), undefined);
  assertEquals(press(picker(0), "\r"), undefined);
});

Deno.test("a picker fits any terminal, with paint and without", () => {
  for (const color of [true, false]) {
    const one = picker(50, makeStyle(color));
    press(one, "\x1b[F");
    press(one, "漢字".repeat(30));
    press(one, "\x15");
    for (const columns of [20, 40, 80, 200]) {
      for (const rows of [3, 6, 24, 100]) {
        const lines = one.render({ columns, rows });
        assert(lines.length <= rows);
        for (const line of lines) assert(width(line) <= columns, line);
      }
    }
  }
});

Deno.test("fuzzyFinder() finds words first, then letters in their order", () => {
  const find = fuzzyFinder(["Refunds on main", "Card taxes", "Friends"]);
  assertEquals(find(""), [0, 1, 2]);
  assertEquals(find("MAIN ref"), [0]);
  assertEquals(find("fnds"), [0, 2]);
  assertEquals(find("ctx"), [1]);
  assertEquals(find("zz"), []);
});
