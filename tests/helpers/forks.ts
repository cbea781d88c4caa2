import { assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import type { ReplayResult } from "../../schemas/types.ts";
import { TestEnv } from "./env.ts";
import { AGENT, transcriptOf } from "./hook_events.ts";
import { mpm, mpmJson } from "./mpm.ts";
import { at } from "./works.ts";

/** The call whose files are kept. */
const CALL = "toolu_1";

/** An agent session with a call that wrote a file, and the files after it. */
export async function called(): Promise<TestEnv> {
  const env = TestEnv.repository();
  const tool = { type: "tool_use", id: CALL, name: "Bash", input: {} };
  const result = { type: "tool_result", tool_use_id: CALL, content: "done" };
  const lines = [
    { type: "user", promptSource: "typed", message: { content: "Write a" } },
    { type: "assistant", message: { id: "msg_1", content: [tool] } },
    { type: "user", message: { content: [result] } },
  ].map((line, number) => ({
    ...{ uuid: `${number}0000000-0000-4000-8000-000000000000` },
    parentUuid: number === 0
      ? null
      : `${number - 1}0000000-0000-4000-8000-000000000000`,
    ...{ sessionId: AGENT, cwd: env.project },
    timestamp: at(number - 30)().toISOString(),
    ...line,
  }));
  const path = transcriptOf(env);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(
    path,
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  env.write("a", "written by the call\n");
  const kept = ["checkpoint", "save", `--after-call=${CALL}`];
  const { status, stderr } = await mpm(
    env,
    [...kept, "--agent-session", AGENT],
    { now: at(-27) },
  );
  assertEquals(status, 0, stderr);
  env.write("a", "changed since\n");
  return env;
}

/** The number of the call's step. */
export async function stepOf(env: TestEnv): Promise<string> {
  const { steps } = await mpmJson<ReplayResult>(env, ["replay", AGENT]);
  return String(steps.find(({ key }) => key === CALL)!.step);
}
