import { assertEquals } from "@std/assert";
import { TestEnv } from "../../tests/helpers/env.ts";
import { RecordSeals } from "./sealed_record.ts";

Deno.test("a record counts only in its project, one of an earlier version anywhere", () => {
  using env = new TestEnv();
  const system = env.system();
  const seals = (kind: string, store?: string) =>
    new RecordSeals(system, kind, store);
  const value = { text: "Write the ledger" };
  const text = seals("item", "aaaaaaaa").seal(value);
  const older = seals("item").seal(value);
  const counts = (text: string, kind: string, store?: string) =>
    seals(kind, store).isOwn(text);
  assertEquals(counts(text, "item", "aaaaaaaa"), true);
  assertEquals(counts(text, "item", "bbbbbbbb"), false);
  assertEquals(counts(text, "item"), false);
  assertEquals(counts(text, "runs", "aaaaaaaa"), false);
  assertEquals(counts(older, "item", "bbbbbbbb"), true);
  assertEquals(counts(older, "runs", "bbbbbbbb"), false);
});
