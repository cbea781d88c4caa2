import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { layout } from "../../ops/mod.ts";
import type { Save } from "../save.ts";
import { noteAutoSave } from "./auto_saves.ts";

Deno.test("noteAutoSave() keeps the newest 5,000, only for existing saves", async () => {
  using env = new TestEnv();
  const { sessions, state } = layout(env.project);
  const ids = Array.from({ length: 5003 }, (_, number) => {
    const time = String(100_000 + number);
    return `session-20260101-${time}`;
  });
  const listed = ids.slice(0, -1)
    .map((id) => ({ id, branch: "other", worktree: null }));
  env.write(
    ".claude-mpm/state/auto-saves.json",
    JSON.stringify({ version: 1, saves: listed }),
  );
  Deno.mkdirSync(sessions);
  const [gone] = ids.splice(100, 1);
  for (const id of ids) Deno.createSync(join(sessions, `${id}.json`)).close();
  const save = { session_id: ids.at(-1), git_context: {} } as unknown as Save;
  await noteAutoSave(env.system(), env.project, save);
  const { saves } = JSON.parse(
    Deno.readTextFileSync(join(state, "auto-saves.json")),
  ) as { saves: { id: string }[] };
  assertEquals(saves.map(({ id }) => id), ids.slice(-5000));
  assertEquals(saves.some(({ id }) => id === gone), false);
});
