import { assertEquals, assertThrows } from "@std/assert";
import { launchdTimes, systemdTimes, triggersOf } from "./calendar.ts";
import { nextTimes, parseTimes, plainTimes } from "./times.ts";

function localTimes(text: string, from: string, count: number): string[] {
  const zone = "Europe/Berlin";
  return nextTimes(parseTimes(text), new Date(from), count, zone)
    .map((time) => time.toISOString().slice(5, 16));
}

Deno.test("times follow the clock over both changes of a year", () => {
  // 02:30 does not exist on 29 March, and exists twice on 25 October.
  assertEquals(localTimes("30 2 * * *", "2026-03-28T12:00:00Z", 2), [
    ...["03-29T01:00", "03-30T00:30"],
  ]);
  assertEquals(localTimes("30 2 * * *", "2026-10-24T12:00:00Z", 2), [
    ...["10-25T00:30", "10-26T01:30"],
  ]);
  assertEquals(localTimes("0 9 * * *", "2026-03-28T12:00:00Z", 2), [
    ...["03-29T07:00", "03-30T07:00"],
  ]);
  assertEquals(localTimes("0 9 * * *", "2026-10-24T12:00:00Z", 2), [
    ...["10-25T08:00", "10-26T08:00"],
  ]);
  // Every half hour occurs exactly once.
  assertEquals(localTimes("*/30 * * * *", "2026-10-25T00:10:00Z", 4), [
    ...["10-25T00:30", "10-25T01:00", "10-25T01:30", "10-25T02:00"],
  ]);
  assertEquals(localTimes("*/30 * * * *", "2026-03-29T00:10:00Z", 3), [
    ...["03-29T00:30", "03-29T01:00", "03-29T01:30"],
  ]);
});

Deno.test("fields become the values that every scheduler knows", () => {
  const forms = (text: string) => {
    const times = parseTimes(text);
    return [plainTimes(times), ...systemdTimes(times)];
  };
  assertEquals(forms("* * * * *"), ["* * * * *", "*-*-* *:*:00"]);
  assertEquals(forms("0-10/5 9 * jan-feb Sun"), [
    "0,5,10 9 * 1,2 0",
    "Sun *-01,02-* 09:00,05,10:00",
  ]);
  // Either kind of day counts.
  assertEquals(forms("5 0 13 * 5-7"), [
    "5 0 13 * 0,5,6",
    ...["*-*-13 00:05:00", "Sun,Fri,Sat *-*-* 00:05:00"],
  ]);
});

Deno.test("launchd gets each time, and the Task Scheduler series", () => {
  assertEquals(launchdTimes(parseTimes("0,30 9 1 * 1")), [
    [["Day", 1], ["Hour", 9], ["Minute", 0]],
    [["Day", 1], ["Hour", 9], ["Minute", 30]],
    [["Weekday", 1], ["Hour", 9], ["Minute", 0]],
    [["Weekday", 1], ["Hour", 9], ["Minute", 30]],
  ]);
  assertEquals(launchdTimes(parseTimes("* * * * *")), [[]]);
  assertThrows(() => launchdTimes(parseTimes("0-58 1-23 * * *")));
  const series = (text: string) =>
    triggersOf(parseTimes(text)).map(({ start, repeat }) =>
      [start, repeat?.every, repeat?.during].join(" ")
    );
  assertEquals(series("0 9 * * *"), ["540  "]);
  assertEquals(series("*/15 * * * *"), ["0 15 1440"]);
  assertEquals(series("*/20 9-10 * * *"), ["540 20 110"]);
  assertEquals(series("0,10 9,17 * * *"), ["540 10 15", "1020 10 15"]);
  assertThrows(() => triggersOf(parseTimes("1,2,7 * * * *")));
});
