import { assert, assertEquals } from "@std/assert";
import { barLine, type Line, logLine, Pace, shortDuration } from "./pace.ts";

const LINE: Line = {
  task: "smells",
  counts: { total: 10_000, done: 4_190, failed: 8, flagged: 2 },
  partly: 0,
  rate: 120,
  text: undefined,
};

Deno.test("a rate looks back half a minute and no further", () => {
  const pace = new Pace();
  assertEquals(pace.rate(), undefined);
  for (let at = 0; at <= 60_000; at += 10) pace.note(at / 100, at);
  assertEquals(pace.rate(), 10);
  // Half a minute later, it is four times as fast.
  for (let at = 60_000; at <= 120_000; at += 10) {
    pace.note(600 + (at - 60_000) / 25, at);
  }
  assert(Math.abs(pace.rate()! - 40) < 0.5, String(pace.rate()));
});

Deno.test("a clock that goes back restarts the rate", () => {
  const pace = new Pace();
  pace.note(0, 10_000);
  pace.note(10, 20_000);
  pace.note(10, 5_000);
  assertEquals(pace.rate(), undefined);
  pace.note(12, 6_000);
  assertEquals(pace.rate(), 2);
});

Deno.test("a line of progress fits into every width", () => {
  for (let columns = 10; columns <= 200; columns++) {
    for (const text of [undefined, "reading src/main.ts"]) {
      const line = barLine({ ...LINE, text }, { columns, ascii: false });
      assert(line.length <= columns, `${columns}: ${line}`);
      assert(line.includes("42%"), line);
    }
  }
  const at = (columns: number, ascii = false) =>
    barLine(LINE, { columns, ascii });
  assertEquals(
    at(100),
    "smells  ████████████░░░░░░░░░░░░░░░░░░  42%  4,200/10,000  120/s  " +
      "48s left  8 failed, 2 flagged",
  );
  assertEquals(at(40), "42%  4,200/10,000  8 failed, 2 flagged");
  assertEquals(
    at(60, true),
    "####......  42%  4,200/10,000  48s left  8 failed, 2 flagged",
  );
});

Deno.test("a line of a log escapes its text", () => {
  assertEquals(
    logLine(LINE),
    "smells: 4,200 of 10,000 items (42%), 8 failed, 2 flagged, 120/s, 48s left",
  );
  const slow = { total: 1, done: 0, failed: 0, flagged: 0 };
  const one = { ...LINE, counts: slow, partly: 0.5, rate: 1 / 90 };
  assertEquals(logLine(one), "smells: 0 of 1 item (50%), 40/h, 45s left");
});

Deno.test("an end is not announced before it", () => {
  const counts = { total: 1000, done: 999, failed: 0, flagged: 0 };
  assert(
    barLine({ ...LINE, counts }, { columns: 80, ascii: true })
      .includes("99%"),
  );
  const none = { total: 0, done: 0, failed: 0, flagged: 0 };
  assert(
    barLine({ ...LINE, counts: none }, { columns: 80, ascii: true })
      .includes("100%"),
  );
});

Deno.test("a duration has at most two units", () => {
  assertEquals(
    [900, 48_000, 125_000, 12_000_000, 190_000_000].map(shortDuration),
    ["1s", "48s", "2m 05s", "3h 20m", "2d 04h"],
  );
});
