import { assert, assertEquals } from "@std/assert";
import { isWork } from "./events/activity.ts";
import { adapter } from "../clients/claude/adapter.ts";
import { boundedAnswer } from "./events/hook_call.ts";
import type { HookAnswer } from "../clients/mod.ts";
import {
  type KeptTask,
  savedTasks,
  tasksFromJson,
  withTask,
} from "../clients/claude/tasks.ts";
import { PROBES } from "./install/probes.ts";
import { HOOK_ENTRIES } from "../clients/claude/hook_entries.ts";
import { Redactor } from "../secrets/mod.ts";

Deno.test("an answer follows the protocol, and is empty without content", () => {
  const answerText = (event: string, answer: HookAnswer) =>
    adapter.answer(event, boundedAnswer(answer));
  assertEquals(answerText("Stop", {}), "");
  assertEquals(answerText("Stop", { message: "", context: "" }), "");
  const parsed = (event: string, answer: HookAnswer) =>
    JSON.parse(answerText(event, answer));
  assertEquals(parsed("UserPromptSubmit", { block: "no", answered: true }), {
    decision: "block",
    reason: "no",
    hookSpecificOutput: {
      hookEventName: "UserPromptSubmit",
      suppressOriginalPrompt: true,
    },
  });
  assertEquals(parsed("PreToolUse", { deny: "full" }), {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: "full",
    },
  });
  const long = parsed("SessionStart", { context: "😀".repeat(9000) });
  const text = long.hookSpecificOutput.additionalContext;
  assert(text.length <= 10_000 && text.isWellFormed());
});

Deno.test("tool calls count as work, except mpm commands", () => {
  const bash = (command: string) => ({
    tool_name: "Bash",
    tool_input: { command },
  });
  assertEquals(isWork([]), false);
  assertEquals(isWork([bash("mpm pause"), bash(" /opt/mpm check 1")]), false);
  assertEquals(isWork([bash("mpm pause"), bash("ls")]), true);
  assertEquals(isWork([{ tool_name: "Edit" }, null, 7]), true);
});

Deno.test("the tasks that are kept are few and short", () => {
  let tasks: KeptTask[] = [];
  for (let at = 0; at < 150; at++) {
    const subject = "日".repeat(9000);
    const task = { id: `${at}`, subject, description: subject };
    const next = { ...task, completed: at % 2 === 0 };
    tasks = withTask(tasks, next, new Redactor());
  }
  const bytes = new TextEncoder().encode(JSON.stringify(tasks)).length;
  assert(bytes < 64 * 1024);
  assertEquals(tasksFromJson(JSON.parse(JSON.stringify({ tasks }))), tasks);
  assertEquals(tasksFromJson({ tasks: [null, { id: 1 }] }), []);
  const { pending, completedCount } = savedTasks(tasks);
  assertEquals([pending.length, completedCount], [40, 40]);
});

Deno.test("there is a probe for every event that is installed", () => {
  const events = (all: readonly { event: string }[]) =>
    [...new Set(all.map(({ event }) => event))].sort();
  assertEquals(events(PROBES), events(HOOK_ENTRIES));
  const nothing = { output: "", files: [], tasks: "", notes: "", presence: "" };
  assertEquals(PROBES.filter((probe) => probe.holds(nothing)), []);
});
