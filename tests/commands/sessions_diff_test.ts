import { assertEquals } from "@std/assert";
import type { SavesDiffResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { copySample, SAMPLES } from "../helpers/stores.ts";

const at = (minute: number) => () =>
  new Date(Date.UTC(2026, 10, 20, 12, minute));

Deno.test("sessions diff shows additions, removals and changes between two saves", async () => {
  using env = TestEnv.repository();
  env.write("same.txt", "same\n");
  env.write("edited.txt", "one\n");
  env.write("gone.txt", "x\n");
  await mpmJson(env, [
    ...["pause", "Login", "--no-commit", "-n", "Tokens", "-n", "Logout"],
    ...["-t", "Test it"],
  ], { now: at(0) });
  env.git("switch", "-q", "-c", "feature");
  env.write("edited.txt", "two\n");
  env.remove("gone.txt");
  env.write("new.txt", "n\n");
  await mpmJson(env, [
    ...["pause", "Logout", "--no-commit", "-n", "Logout", "-d", "JWT"],
    ...["--done", "Test it"],
  ], { now: at(1) });
  assertEquals(await mpm(env, ["saves", "diff", "1", "0"]), {
    status: 0,
    stdout: `session-20261120-120000 -> session-20261120-120100
summary:
  - Login
  + Logout
primary task:
  - Login
  + Logout
branch:
  - main
  + feature
decisions:
  + JWT
todos:
  - Test it (pending)
  + Test it (completed)
uncommitted files:
  ~ edited.txt
  - gone.txt
  + new.txt
`,
    stderr: "",
  });
  const same = await mpm(env, ["saves", "diff", "0", "latest"]);
  assertEquals(
    same.stdout,
    "session-20261120-120100 -> session-20261120-120100\nNo differences.\n",
  );
});

Deno.test("sessions diff compares a save of claude-mpm by the names it has", async () => {
  using env = TestEnv.repository();
  copySample(env, "v6.5.83-head");
  const { id } = SAMPLES[4];
  await mpmJson(env, ["pause", "Mine", "--no-commit"], {
    now: () => new Date("2026-11-21T12:00:00Z"),
  });
  const diff = await mpmJson<SavesDiffResult>(env, [
    "saves",
    "diff",
    id,
    "0",
  ]);
  assertEquals([diff.same, diff.files_by], [false, "name"]);
  assertEquals(diff.values[0], {
    field: "summary",
    before: "Working on auth refactor",
    after: "Mine",
  });
});
