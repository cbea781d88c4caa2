import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fitted, type Section } from "./budget.ts";

const REST = "mpm resume";

function section(title: string, entries: string[], more = {}): Section {
  return { title, entries, weight: 1, rest: `mpm ${title}`, ...more };
}

Deno.test("fitted() shows everything that fits", () => {
  const text = fitted([
    section("", ["head"]),
    section("none", []),
    section("next", ["- one", "- two"]),
    section("files", ["a", "b"], { inline: true }),
  ], { limit: 1000, rest: REST });
  assertEquals(text, "head\nnext:\n- one\n- two\nfiles: a, b");
});

Deno.test("fitted() leaves out whole entries and names the command that shows the rest", () => {
  const many = (word: string) =>
    Array.from({ length: 40 }, (_, at) => `- ${word} ${at}`);
  const text = fitted([
    section("", ["head"]),
    section("next", many("step")),
    section("last", many("line"), { fromEnd: true }),
    section("files", many("file"), { inline: true }),
  ], { limit: 300, rest: REST });
  assertEquals(text.split("\n"), [
    ...["head", "next:", "- step 0", "- step 1", "- step 2", "- step 3"],
    ...["- step 4", "- step 5", "- step 6", "- step 7", "- step 8", "- step 9"],
    ...["… 30 more: mpm next", "last:", "… 36 more: mpm last"],
    ...["- line 36", "- line 37", "- line 38", "- line 39"],
    "files: - file 0, - file 1, - file 2, - file 3, … 36 more: mpm files",
  ]);
});

Deno.test("fitted() does not let a long entry displace others", () => {
  const long = `- ${"x".repeat(700)}`;
  const text = fitted([
    section("", ["head"]),
    section("next", [long, "- a", "- b"]),
  ], { limit: 600, rest: REST });
  assertEquals(text, "head\nnext:\n- a\n- b\n… 1 more: mpm next");
});

Deno.test("fitted() counts entries that do not fit at all", () => {
  const text = fitted([
    section("", ["head"]),
    section("a section with a title of some length", ["- x".repeat(99)]),
  ], { limit: 80, rest: REST });
  assertEquals(text, "head\n… 1 entry of other kinds: mpm resume");
});

const entry = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60 }),
  fc.integer({ min: 1, max: 900 }).map((length) => "y".repeat(length)),
).map((text) => `- ${text.replaceAll(/[\n,…]/g, " ")}`);

const sections = fc.array(
  fc.record({
    title: fc.constantFrom("", "next", "decisions", "files"),
    entries: fc.array(entry, { maxLength: 25 }),
    weight: fc.integer({ min: 1, max: 12 }),
    most: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    inline: fc.boolean(),
    fromEnd: fc.boolean(),
    rest: fc.constant("mpm x"),
  }).map(({ most, ...one }) =>
    ({
      ...one,
      title: one.title === "" && one.inline ? "files" : one.title,
      ...most === undefined ? {} : { most: Math.max(most, one.weight) },
    }) as Section
  ),
  { maxLength: 12 },
);

/** Each entry can be found by its prefix: its section and index. */
function numbered(list: readonly Section[]): Section[] {
  return list.map((one, section) => ({
    ...one,
    entries: one.entries.map((text, at) => `<${section}.${at}>${text}</>`),
    rest: `mpm x${section}`,
  }));
}

/** Returns the number of entries of each section in the text, in order. */
function counts(list: readonly Section[], text: string): number[] {
  return list.map(({ entries }) =>
    entries.filter((entry) => text.includes(entry)).length
  );
}

Deno.test("fitted() never exceeds its limit, and shows only whole entries", () => {
  fc.assert(fc.property(sections, fc.nat(12_000), (given, limit) => {
    const list = numbered(given);
    const text = fitted(list, { limit, rest: REST });
    assert(text.length <= limit, `${text.length} of ${limit}`);
    assertEquals(fitted(list, { limit, rest: REST }), text);
    const shown = counts(list, text).reduce((sum, count) => sum + count, 0);
    assertEquals(text.match(/<\d+\.\d+>/g)?.length ?? 0, shown);
    assertEquals(text.match(/<\/>/g)?.length ?? 0, shown);
  }));
});

Deno.test("fitted() counts every entry, and is not empty if one fits", () => {
  fc.assert(fc.property(sections, fc.integer({ min: 60, max: 12_000 }), (
    given,
    limit,
  ) => {
    const list = numbered(given).filter(({ entries }) => entries.length > 0);
    const text = fitted(list, { limit, rest: REST });
    const all = list.reduce((sum, { entries }) => sum + entries.length, 0);
    const shown = counts(list, text).reduce((sum, count) => sum + count, 0);
    const said = [...text.matchAll(/… (\d+) (?:more|entr)/g)]
      .reduce((sum, [, count]) => sum + Number(count), 0);
    assertEquals(shown + said, all, text);
    const [first] = list;
    const smallest = Math.min(
      ...first?.entries.map(({ length }) => length) ?? [],
    );
    const fits = first?.most === undefined && smallest + 100 <= limit;
    if (fits) assert(counts(list, text)[0]! > 0, text);
  }));
});

/** Returns the entries of each section that the text must contain. */
function seen(list: readonly Section[], text: string) {
  return list.map(({ entries, rest }) => {
    const shown = entries.filter((entry) => text.includes(entry));
    const noted = new RegExp(`: ${rest}$`, "m").test(text);
    return { count: shown.length, all: shown.join() + noted };
  });
}

Deno.test("fitted() never shows fewer entries of the first sections with a higher limit", () => {
  fc.assert(
    fc.property(
      sections,
      fc.integer({ min: 60, max: 9000 }),
      fc.oneof(fc.integer({ min: 1, max: 40 }), fc.nat(3000)),
      (given, limit, more) => {
        const list = numbered(given);
        const of = (limit: number) =>
          seen(list, fitted(list, { limit, rest: REST }));
        const [less, greater] = [of(limit), of(limit + more)];
        const at = less.findIndex(({ all }, at) => all !== greater[at]!.all);
        assert(
          at < 0 || greater[at]!.count >= less[at]!.count,
          `section ${at} at ${limit} and ${more} more`,
        );
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("fitted() gives each section its share", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => `- ${at} ${"z".repeat(20)}`);
  const list = [
    section("", ["head"]),
    section("a", many(500), { weight: 3 }),
    section("b", many(500), { weight: 1 }),
    section("c", many(500), { weight: 1, most: 2 }),
  ];
  const text = fitted(list, { limit: 6000, rest: REST });
  const size = (title: string) =>
    text.split(/\n(?=[abc]:)/).find((part) => part.startsWith(title))!.length;
  // The room left by the head goes to the first section that needs it.
  assert(size("a") > 3900 && size("a") < 4000, `${size("a")}`);
  assert(size("b") > 900 && size("b") < 1300, `${size("b")}`);
  assert(size("c") > 900 && text.length > 5900, `${size("c")}`);
});
