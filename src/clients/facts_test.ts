import { assertEquals } from "@std/assert";
import type { AgentEvent, EventKind } from "./events.ts";
import { hunksOfDiff } from "./edits.ts";
import { conversationOf } from "./facts.ts";

let minute = 0;

function event(what: EventKind, more: Partial<AgentEvent> = {}): AgentEvent {
  const at = `2026-11-22T10:${String(minute++).padStart(2, "0")}:00.000Z`;
  return { at, key: `k${minute}`, dead: false, cwd: "/p", what, ...more };
}

function ran(command: string, exit: number | undefined): AgentEvent {
  const at = `2026-11-22T10:${String(minute).padStart(2, "0")}:00.000Z`;
  return event({
    ...{ type: "tool_call", tool: "shell", args: {}, edits: [], command },
    result: { text: "see src/a.ts", isError: false, exit, at },
  });
}

Deno.test("the facts of a conversation come from its events", () => {
  const agent = { id: "a", name: "Explore" };
  const diff = "--- a\n+++ b\n@@ -1,2 +1 @@\n-function gone() {\n keep\n";
  const facts = conversationOf([
    event({
      type: "prompt",
      text: 'Start\n\nYou run the step "a" of the pipeline "b".\nIts data',
    }),
    event({ type: "prompt", text: "Withdrawn" }, { dead: true }),
    event({ type: "prompt", text: "Its task" }, { agent }),
    event({ type: "todo", text: "One", state: "pending" }),
    event({ type: "todo", text: "Two", state: "deleted" }),
    event({ type: "error", text: "overloaded" }),
    ran("npm test", 1),
    event({
      ...{ type: "file_edit", tool: "edit", args: {}, result: undefined },
      edits: [{ path: "/p/a.ts", how: "edited", hunks: hunksOfDiff(diff) }],
    }, { agent }),
    ran("odd", undefined),
    event({ type: "todo", text: " one ", state: "completed" }),
    event({ type: "answer", text: "Done" }),
    event({
      ...{ type: "tool_call", tool: "shell", args: {}, edits: [] },
      ...{ command: "sleep 9", result: undefined },
    }),
    event({ type: "error", text: "limit" }),
  ]);
  assertEquals(facts.prompts.map(({ text }) => text), ["Start"]);
  assertEquals(facts.lastMessage?.text, "Done");
  assertEquals(facts.todos.map(({ text, state }) => [text, state]), [
    [" one ", "done"],
    ["Two", "dropped"],
  ]);
  assertEquals(
    facts.commands.map((one) => [one.command, one.exit, one.changedSince]),
    [["npm test", 1, true], ["odd", undefined, false]],
  );
  assertEquals(facts.files[0]?.symbols, ["gone"]);
  assertEquals(facts.seen[0]?.paths, ["/p/src/a.ts"]);
  assertEquals(facts.background.map(({ text }) => text), ["sleep 9"]);
  assertEquals(facts.errors.map(({ text }) => text), ["limit"]);
});
