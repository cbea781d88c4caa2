import { assertEquals } from "@std/assert";
import * as z from "zod/mini";
import { detectChanges } from "../../src/saves/compare/detect.ts";
import { locate } from "../../src/git/workspace.ts";
import { Changes } from "../../src/saves/compare/changes.ts";
import { renderChanges } from "../../src/saves/compare/report/report.ts";
import type { Save } from "../../src/saves/save.ts";
import type { TestEnv } from "./env.ts";
import { STORE } from "./saves.ts";

/** Two hours and some after the commits of a test. */
export const NOW = new Date("2026-01-01T02:30:00Z");

/** What changed in `folder` since `save`, checked against its schema. */
export async function changesSince(
  env: TestEnv,
  save: Save,
  folder = env.project,
): Promise<Changes> {
  const system = env.system();
  const workspace = await locate(system, folder);
  const changes = await detectChanges(system, workspace, {
    save,
    store: STORE,
  });
  assertEquals(z.parse(Changes, changes), changes);
  return changes;
}

/** The report of it without its first lines, `ID` for ids, `$ROOT`. */
export async function reportSince(
  env: TestEnv,
  save: Save,
  folder = env.project,
): Promise<string> {
  const changes = await changesSince(env, save, folder);
  return renderChanges(changes, { now: NOW })
    .replace("🔄 Changes Since Pause:\n\n", "")
    .replaceAll(env.root, "$ROOT")
    .replaceAll(/\b[0-9a-f]{7,64}\b/g, "ID");
}
