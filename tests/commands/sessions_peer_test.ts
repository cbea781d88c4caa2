import { assertEquals } from "@std/assert";
import type { SavesListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpmJson } from "../helpers/mpm.ts";
import { peerList } from "../helpers/peer.ts";
import { formatText, SESSIONS } from "../helpers/stores.ts";

const at = (minute: number) => () =>
  new Date(Date.UTC(2026, 10, 20, 12, minute));

Deno.test("claude-mpm lists saves of mpm in the same order: pauses, recovered and imported saves", async () => {
  using env = TestEnv.repository();
  using other = new TestEnv();
  await mpmJson(env, ["pause", "First", "-n", "Go on", "--no-commit"], {
    now: at(0),
  });
  await mpmJson(env, ["pause", "Second", "--no-commit"], { now: at(2) });
  const record = formatText(
    `claude-mpm/v6.5.83-incremental/${SESSIONS}/session-20261120-230847-incremental.jsonl`,
  );
  env.write(
    `${SESSIONS}/ACTIVE-PAUSE.jsonl`,
    record.split("\n").slice(0, 4).join("\n"),
  );
  await mpmJson(env, ["saves", "recover", "--finalize"]);
  // A save without a project belongs to any project.
  const save = JSON.parse(env.read(`${SESSIONS}/session-20261120-120000.json`));
  other.write(
    `${SESSIONS}/session-20261120-120100.json`,
    JSON.stringify({
      ...save,
      session_id: "session-20261120-120100",
      paused_at: "2026-11-20T12:01:00.000Z",
      project_path: "",
    }),
  );
  await mpmJson(env, ["saves", "import", other.project]);
  await mpmJson(env, ["saves", "rm", "session-20261120-120200"]);
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  const theirs = peerList(env.project);
  assertEquals(
    theirs.map(({ id, summary }) => [id, summary]),
    sessions.map(({ session_id: id, summary }) => [id, summary]),
  );
  assertEquals(theirs.map(({ id }) => id), [
    "session-20261120-230847",
    "session-20261120-120100",
    "session-20261120-120000",
  ]);
  assertEquals(theirs[1]!.nextSteps, ["Go on"]);
});
