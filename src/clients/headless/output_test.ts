import { assertEquals } from "@std/assert";
import type { ClientName } from "../../base/clients.ts";
import { clientNamed } from "../all.ts";
import { HeadlessOutput } from "./output.ts";

const NOW = new Date("2026-11-23T22:50:53.797Z");

/** Reads lines in parts of `size` bytes. */
function read(
  client: ClientName,
  { lines, exit, size = 7 }: {
    lines: readonly unknown[];
    exit: number | null;
    size?: number;
  },
) {
  const output = new HeadlessOutput(clientNamed(client)!.news);
  const bytes = new TextEncoder().encode(
    lines.map((line) => typeof line === "string" ? line : JSON.stringify(line))
      .join("\n"),
  );
  let log = "";
  for (let at = 0; at < bytes.length; at += size) {
    log += output.add(bytes.subarray(at, at + size));
  }
  log += output.close();
  return { log, ...output.end(exit, NOW) };
}

const SAID = { type: "text", text: "Hello — there." };

const CASES: readonly {
  name: string;
  client: ClientName;
  lines: readonly unknown[];
  exit: number | null;
  log: string;
  end: ReturnType<HeadlessOutput["end"]>;
}[] = [
  {
    name: "Claude Code answers, and its answer is in the log once",
    client: "claude",
    lines: [
      { type: "system", subtype: "init" },
      {
        type: "rate_limit_event",
        rate_limit_info: { status: "allowed", resetsAt: 1795477853 },
      },
      {
        type: "assistant",
        parent_tool_use_id: null,
        message: {
          content: [{
            type: "tool_use",
            name: "Bash",
            input: { command: "echo hi\necho ho" },
          }],
        },
      },
      {
        type: "assistant",
        parent_tool_use_id: "toolu_1",
        message: { content: [{ type: "text", text: "of a sub-agent" }] },
      },
      { type: "assistant", message: { content: [SAID] } },
      { type: "result", is_error: false, result: SAID.text, num_turns: 2 },
    ],
    exit: 0,
    log: "> Bash echo hi\nHello — there.\n",
    end: { outcome: "done", answer: SAID.text, reason: null, until: null },
  },
  {
    name: "Claude Code reaches a usage limit",
    client: "claude",
    lines: [
      {
        type: "rate_limit_event",
        rate_limit_info: { status: "rejected", resetsAt: 1795477853 },
      },
      {
        type: "assistant",
        is_api_error_message: true,
        message: { content: [{ type: "text", text: "You've hit your limit" }] },
      },
      {
        ...{ type: "result", subtype: "success", is_error: true },
        api_error: "usage_limit_reached",
        result: "You've hit your limit · resets 11:50pm (UTC)",
      },
    ],
    exit: 1,
    log: "You've hit your limit · resets 11:50pm (UTC)\n",
    end: {
      outcome: "limited",
      answer: "",
      reason: "You've hit your limit · resets 11:50pm (UTC)",
      until: "2026-11-23T23:50:53.000Z",
    },
  },
  {
    name: "Claude Code takes all its turns",
    client: "claude",
    lines: [
      { type: "assistant", message: { content: [SAID] } },
      {
        ...{ type: "result", subtype: "error_max_turns", is_error: true },
        errors: ["Reached maximum number of turns (2)"],
      },
    ],
    exit: 1,
    log: "Hello — there.\nReached maximum number of turns (2)\n",
    end: {
      outcome: "failed",
      answer: SAID.text,
      reason: "the agent used all its turns",
      until: null,
    },
  },
  {
    name: "an API fails, which is no usage limit",
    client: "claude",
    lines: [{
      ...{ type: "result", subtype: "success", is_error: true },
      ...{ api_error_status: 529, result: "API Error: 529 Overloaded." },
    }],
    exit: 1,
    log: "API Error: 529 Overloaded.\n",
    end: {
      outcome: "failed",
      answer: "",
      reason: "API Error: 529 Overloaded.",
      until: null,
    },
  },
  {
    name: "a time beyond every calendar is unknown",
    client: "claude",
    lines: [
      {
        type: "rate_limit_event",
        rate_limit_info: { status: "rejected", resetsAt: 1e300 },
      },
      {
        ...{ type: "result", is_error: true },
        result: "You've hit your 5-hour limit",
      },
    ],
    exit: 1,
    log: "You've hit your 5-hour limit\n",
    end: {
      outcome: "limited",
      answer: "",
      reason: "You've hit your 5-hour limit",
      until: null,
    },
  },
  {
    name: "an agent that speaks about a usage limit has not reached it",
    client: "claude",
    lines: [{
      type: "result",
      is_error: false,
      result: "You've hit your limit, says line 3",
    }],
    exit: 0,
    log: "You've hit your limit, says line 3\n",
    end: {
      outcome: "done",
      answer: "You've hit your limit, says line 3",
      reason: null,
      until: null,
    },
  },
  {
    name: "Codex overcomes an error",
    client: "codex",
    lines: [
      { type: "thread.started", thread_id: "01a2" },
      { type: "error", message: "Reconnecting... 1/1" },
      {
        type: "item.completed",
        item: { type: "agent_message", text: SAID.text },
      },
    ],
    exit: 0,
    log: "Reconnecting... 1/1\nHello — there.\n",
    end: { outcome: "done", answer: SAID.text, reason: null, until: null },
  },
  {
    name: "Gemini answers in parts",
    client: "gemini",
    lines: [
      { type: "message", role: "user", content: "say hello" },
      { type: "message", role: "assistant", content: "Hello ", delta: true },
      { type: "message", role: "assistant", content: "there.", delta: true },
      { type: "result", status: "success" },
    ],
    exit: 0,
    log: "Hello there.",
    end: {
      outcome: "done",
      answer: "Hello there.",
      reason: null,
      until: null,
    },
  },
  {
    name: "Gemini has no quota left, without a time",
    client: "gemini",
    lines: [{
      type: "result",
      status: "error",
      error: { message: "You have exhausted your daily quota on this model." },
    }],
    exit: 173,
    log: "You have exhausted your daily quota on this model.\n",
    end: {
      outcome: "limited",
      answer: "",
      reason: "You have exhausted your daily quota on this model.",
      until: null,
    },
  },
  {
    name: "opencode answers",
    client: "opencode",
    lines: [{ type: "text", part: SAID }],
    exit: 0,
    log: "Hello — there.\n",
    end: { outcome: "done", answer: SAID.text, reason: null, until: null },
  },
  {
    name: "Copilot CLI fails without a word that is JSON",
    client: "copilot",
    lines: ["Error: no network", { type: "result", exitCode: 1 }],
    exit: 1,
    log: "Error: no network\n",
    end: { outcome: "failed", answer: "", reason: null, until: null },
  },
  {
    name: "a client that was killed in the middle of a line",
    client: "claude",
    lines: [{ type: "assistant", message: { content: [SAID] } }, '{"type":"re'],
    exit: null,
    log: 'Hello — there.\n{"type":"re\n',
    end: { outcome: "failed", answer: SAID.text, reason: null, until: null },
  },
];

for (const { name, client, lines, exit, log, end } of CASES) {
  Deno.test(`headless output: ${name}`, () => {
    assertEquals(read(client, { lines, exit }), { log, ...end });
    assertEquals(read(client, { lines, exit, size: 1e6 }), { log, ...end });
  });
}

Deno.test("headless output: Codex gives the time in the machine's time zone", () => {
  const at = (hour: number, day = 0) => {
    const time = new Date(NOW);
    time.setDate(time.getDate() + day);
    time.setHours(hour, 6, 0, 0);
    return time;
  };
  const until = (when: string) =>
    read("codex", {
      lines: [{
        type: "turn.failed",
        error: {
          message: `You’ve hit your usage limit. Try again at ${when}.`,
        },
      }],
      exit: 1,
    }).until;
  assertEquals(
    until("Nov 24th, 2026 12:59 AM"),
    new Date(2026, 10, 24, 1, 0).toISOString(),
  );
  const later = at(15);
  const next = later < NOW ? at(15, 1) : later;
  assertEquals(until("3:05 PM"), next.toISOString());
  assertEquals(until("never"), null);
});

Deno.test("headless output: a line that is too long is left out", () => {
  const output = new HeadlessOutput(clientNamed("claude")!.news);
  const bytes = new TextEncoder().encode("x".repeat(1024 * 1024));
  for (let part = 0; part < 9; part++) assertEquals(output.add(bytes), "");
  const line = { type: "result", is_error: false, result: "Hello." };
  const rest = new TextEncoder().encode(`\n${JSON.stringify(line)}\n`);
  assertEquals(output.add(rest), "Hello.\n");
});
