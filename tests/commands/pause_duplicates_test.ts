import { assertEquals } from "@std/assert";
import type { PauseResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  answer,
  lastSave,
  openTexts,
  prompt,
  putTalk,
  todoList,
} from "../helpers/small_talk.ts";

Deno.test("a step from an option, a todo and an item appears once in a pause", async () => {
  using env = TestEnv.repository();
  putTalk(env, [
    ...prompt("Add refunds"),
    ...todoList({
      "wire the zebra.": "in_progress",
      "Brush the lion": "pending",
    }),
    ...answer("Yes."),
  ]);
  await mpm(env, ["next", "Write the changelog."]);
  const steps = [
    "Wire the  zebra",
    "write the changelog",
    "Write the changelog.",
  ];
  const { next_steps } = await mpmJson<PauseResult>(env, [
    ...["pause", "--no-commit", "--agent-session", AGENT],
    ...steps.flatMap((text) => ["-n", text]),
    ...["-t", "Write the changelog", "-t", "Feed the gnu."],
  ]);
  const plain = (texts: readonly string[]) =>
    texts.map((text) => text.toLowerCase().replace(/\.$/, "")).sort();
  const once = [
    ...["brush the lion", "feed the gnu"],
    ...["wire the  zebra", "write the changelog"],
  ];
  const same = (texts: readonly string[]) =>
    assertEquals(
      plain(texts).map((text) => text.replace("  ", " ")),
      once.map((text) => text.replace("  ", " ")),
    );
  same(next_steps);
  const save = lastSave(env);
  same(openTexts(save, "next"));
  same([
    ...save.conversation.next_steps,
    ...save.todos.active.map(({ content }) => content),
  ]);
  const { stdout } = await mpm(env, [
    "resume",
    "--peek",
    "--format",
    "context",
  ]);
  assertEquals(stdout.match(/zebra/gi)?.length, 1, stdout);
  assertEquals(stdout.match(/changelog/gi)?.length, 1, stdout);
});
