import { assertEquals } from "@std/assert";
import { formatText } from "../../../../tests/helpers/stores.ts";
import { misfits, Settings } from "./schema.ts";

Deno.test("mpm judges each setting like the table that is tested with the client", () => {
  const table: Record<string, { wrong: unknown; right?: unknown }> = JSON
    .parse(formatText("claude-code-settings.json"));
  assertEquals(Object.keys(table), Object.keys(Settings.shape));
  for (const [key, { wrong, right }] of Object.entries(table)) {
    assertEquals(misfits(Settings, { [key]: wrong }).length > 0, true, key);
    assertEquals(misfits(Settings, { [key]: right }), [], key);
  }
});
