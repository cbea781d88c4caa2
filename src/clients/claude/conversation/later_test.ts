import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isAsMarked, readForLater } from "./later.ts";
import { readConversation } from "./read.ts";
import { NO_NOTES } from "../../notes.ts";
import { projectSlug } from "../slug.ts";
import { TestEnv } from "../../../../tests/helpers/env.ts";
import { putHome } from "../../../../tests/helpers/stores.ts";

const ID = "6cfd0319-17de-40a5-84bf-078e9df60643";

/** Lines after the end of a turn that contain no message. */
const QUIET = [
  "duration",
  "state",
  "own",
  "caveat",
  "hook",
  "skipped",
] as const;
const LOUD = [
  ...["prompt", "answer", "call", "result", "queue", "leaf", "queued"],
  ...["compaction", "summary", "side", "torn", "failed", "todos", "again"],
] as const;

/** A line of an invented transcript. */
interface Made {
  readonly kind: string;
  /** Distance to its parent: 1 is the line before it. */
  readonly back: number;
  /** Seconds after the line before it. */
  readonly after: number;
  /** For a prompt and for the client's commands: it has a known prompt ID. */
  readonly same: boolean;
}

function madeOf(kinds: readonly string[]): fc.Arbitrary<Made> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    back: fc.oneof(
      { weight: 6, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 6 }) },
    ),
    after: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 5 }) },
      { weight: 1, arbitrary: fc.constant(-4) },
    ),
    same: fc.nat({ max: 3 }).map((one) => one === 0),
  });
}

/** Invented lines in the client's format. */
class Talk {
  #chain: string[] = [];
  #ids: string[] = [];
  #written: string[] = [];
  #calls = 0;
  #second = 0;
  #lines = 0;

  line({ kind, back, after, same }: Made): string {
    this.#second += after;
    const made = this.#valueOf(kind, same);
    if (typeof made === "string") return made;
    const { uuid = `u${this.#lines++}`, ...more } = made;
    const parentUuid = this.#chain.at(-back) ?? null;
    this.#chain.push(String(uuid));
    const timestamp = timeAt(this.#second);
    const head = { parentUuid, isSidechain: false, timestamp, uuid };
    this.#written.push(json({ ...head, ...more }));
    return this.#written.at(-1)!;
  }

  #valueOf(kind: string, same: boolean): string | Record<string, unknown> {
    const n = this.#lines;
    const text = {
      type: "text",
      text: `Answer ${n}. We use cents, not floats.`,
    };
    const id = same ? this.#ids.at(-2) ?? "p" : `p${n}`;
    const user = { type: "user", promptId: id };
    const said = { ...user, promptSource: "typed", origin: { kind: "human" } };
    switch (kind) {
      case "prompt":
        this.#ids.push(id);
        return { ...said, message: { content: `Never use floats in ${n}.` } };
      case "answer":
        return { type: "assistant", message: { content: [text] } };
      case "failed":
        return {
          ...{ type: "assistant", isApiErrorMessage: true },
          message: { content: [text] },
        };
      case "call":
        return this.#call(same ? "Grep" : "Bash", {
          ...{ pattern: `p${n}`, command: `npm test -- ${n}` },
        });
      case "todos":
        return this.#call("TodoWrite", {
          todos: [{ content: `Do ${n}`, status: "pending" }],
        });
      case "result":
        return {
          ...{ type: "user", promptId: this.#ids.at(-1) },
          message: {
            content: [{
              ...{ type: "tool_result", content: "4 passed" },
              tool_use_id: `toolu_${this.#calls}`,
            }],
          },
          toolUseResult: { stdout: "4 passed", interrupted: false },
        };
      case "compaction":
        return {
          ...{ type: "system", subtype: "compact_boundary", parentUuid: null },
          logicalParentUuid: this.#chain.at(-1),
        };
      case "summary":
        return {
          ...{ ...user, isCompactSummary: true },
          message: { content: `Summary:\nPart ${n} is done.` },
        };
      case "queued":
        return {
          type: "attachment",
          attachment: {
            ...{ type: "queued_command", commandMode: "prompt" },
            ...{ humanTurn: true, prompt: `Always do ${n}.` },
          },
        };
      case "side":
        return { type: "assistant", isSidechain: true, message: {} };
      case "again":
        return this.#written.at(-2) ?? "";
      default:
        return this.#quiet(kind, user);
    }
  }

  #call(name: string, input: object): Record<string, unknown> {
    const id = `toolu_${++this.#calls}`;
    const content = [{ type: "tool_use", id, name, input }];
    return { type: "assistant", message: { content } };
  }

  #quiet(kind: string, user: object): string | Record<string, unknown> {
    const timestamp = timeAt(this.#second);
    switch (kind) {
      case "queue":
        return json({
          ...{ type: "queue-operation", operation: "enqueue", timestamp },
          content: "Later",
        });
      case "leaf":
        return json({
          ...{ type: "last-prompt", explicit: true },
          leafUuid: this.#chain.at(-2) ?? "0",
        });
      case "torn":
        return '{"type":"user","uu\n';
      case "state":
        return json({ type: "last-prompt", leafUuid: this.#chain.at(-1) });
      case "skipped":
        return json({ type: "progress", data: "x" });
      case "own":
        return {
          ...user,
          message: { content: "<command-name>/exit</command-name>" },
        };
      case "caveat":
        return {
          ...{ ...user, isMeta: true },
          message: { content: "<local-command-caveat>Below</…>" },
        };
      case "hook":
        return { type: "attachment", attachment: { type: "hook_success" } };
      default:
        return { type: "system", subtype: "turn_duration", timestamp };
    }
  }
}

function json(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function timeAt(second: number): string {
  return new Date(Date.UTC(2026, 10, 20, 9) + second * 1000).toISOString();
}

Deno.test("a digest of a conversation equals a later read of it", () => {
  using env = new TestEnv();
  const slug = projectSlug(env.project);
  const path = `.claude/projects/${slug}/${ID}.jsonl`;
  const agent = `.claude/projects/${slug}/${ID}/subagents/agent-a1.jsonl`;
  let [kept, used] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(madeOf([...LOUD, ...LOUD, ...QUIET]), { maxLength: 25 }),
      fc.array(
        fc.oneof(
          { weight: 4, arbitrary: madeOf(QUIET) },
          { weight: 1, arbitrary: madeOf(LOUD) },
        ),
        { maxLength: 4 },
      ),
      fc.record({
        // So that only the end is read, and the part that is read moves
        // forward.
        padding: fc.integer({ min: -500, max: 500 }),
        noted: fc.integer({ min: -20, max: 60 }),
        agents: fc.nat({ max: 9 }),
        cut: fc.nat({ max: 9 }),
        answered: fc.boolean(),
      }),
      (before, after, { padding, noted, agents, cut, answered }) => {
        const talk = new Talk();
        const lines = [
          { ...ANSWER, kind: "prompt" },
          ...before,
          ...answered ? [ANSWER] : [],
        ]
          .map((one) => talk.line(one));
        const room = 2 * STEP - lines.join("").length - padding;
        const filler = json({ type: "mode", x: "y".repeat(room) });
        const start = lines.toSpliced(1, 0, padding < 0 ? "" : filler).join("");
        const said = { at: timeAt(noted), text: "Noted.", key: "" };
        const request = {
          ...{ sessionId: ID, cwd: env.project, root: undefined },
          notes: { ...NO_NOTES, messages: [said] },
          most: STEP,
        };
        putHome(env, path, start);
        putHome(env, agent, new Talk().line(ANSWER));
        const system = env.system();
        const read = readForLater(system, request);
        const end = after.map((one) => talk.line(one)).join("");
        Deno.writeTextFileSync(
          `${env.home}/${path}`,
          cut === 0 ? end.slice(0, -9) : end,
          { append: true },
        );
        if (agents === 0) putHome(env, agent, new Talk().line(CALL));
        if (!read) return;
        kept++;
        if (!isAsMarked(system, request, read.mark)) return;
        used++;
        assertEquals(readConversation(system, request), read.conversation);
      },
    ),
    { numRuns: 500 },
  );
  assert(kept > 100 && used > 30, `${kept} were kept, ${used} used`);
});

const STEP = 128 * 1024;
const CALL = { kind: "call", back: 1, after: 1, same: true };
const ANSWER = { kind: "answer", back: 1, after: 1, same: false };
