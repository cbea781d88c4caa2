import type { Sandbox } from "./bench_handoff_sandbox.ts";
import type { Random } from "./bench_handoff_random.ts";
import { MODEL, Transcript } from "./bench_handoff_transcript.ts";

export type Fields = Record<string, unknown>;

/** Result of a tool call. */
export interface Result {
  /** The text for the model. */
  readonly text: string;
  /** The client's own record of it. */
  readonly record?: unknown;
  /** Further fields of its line. */
  readonly more?: Fields;
  readonly failed?: boolean;
  /** True if no hook is called for it, as for most noise. */
  readonly silent?: boolean;
  /** Additions of the client to a hook's input. */
  readonly hookInput?: Fields;
}

/**
 * One conversation of Claude Code in a story. Each step writes the same lines
 * and fires the same hooks as the client, in the same order.
 */
export class Conversation {
  readonly transcript: Transcript;
  protected readonly sandbox: Sandbox;
  protected readonly random: Random;
  /** The model's text at the start. */
  context = "";
  #said: string | undefined;

  constructor(sandbox: Sandbox, random: Random) {
    this.sandbox = sandbox;
    this.random = random;
    this.transcript = new Transcript(sandbox, random);
  }

  async start(source = "startup"): Promise<this> {
    this.context = await this.fire("SessionStart", {
      source,
      model: MODEL,
    }, source);
    return this;
  }

  /** A person's prompt, which begins a turn. */
  async prompt(text: string, source?: "typed" | "queued"): Promise<string> {
    const uuid = this.transcript.typed(text, source);
    await this.fire("UserPromptSubmit", {
      permission_mode: "default",
      prompt: text,
    });
    return uuid;
  }

  /** Text of the model in the middle or at the end of a turn. */
  say(text: string): void {
    this.#said = text;
    this.transcript.assistant({ type: "text", text });
  }

  /** A thought; the client only records that it happened. */
  think(): void {
    const signature = this.random.hex(120);
    this.transcript.assistant({ type: "thinking", thinking: "", signature });
  }

  /** One step of the model with one call. */
  async call(name: string, input: Fields, result: Result): Promise<void> {
    const id = `toolu_${this.random.hex(16)}`;
    const { silent = false, failed = false } = result;
    const call = {
      tool_name: name,
      tool_input: result.hookInput ?? input,
      tool_use_id: id,
    };
    this.transcript.assistant({ type: "tool_use", id, name, input });
    if (!silent) {
      await this.fire("PreToolUse", { ...call, tool_input: input }, name);
    }
    this.transcript.user([{
      tool_use_id: id,
      type: "tool_result",
      content: result.text,
      ...failed ? { is_error: true } : {},
    }], {
      toolUseResult: result.record ?? `Error: ${result.text}`,
      ...result.more,
    });
    if (silent) return;
    const refused = result.more?.toolDenialKind !== undefined;
    if (!refused && failed) {
      await this.fire("PostToolUseFailure", {
        ...call,
        error: result.text,
        is_interrupt: false,
      }, name);
    } else if (!refused) {
      const response = { tool_response: result.record ?? result.text };
      await this.fire("PostToolUse", { ...call, ...response }, name);
    }
    const calls = [{ ...call, tool_response: result.text }];
    await this.fire("PostToolBatch", { tool_calls: calls });
  }

  /** A prompt that the model gets in the middle of its turn. */
  async interject(text: string): Promise<void> {
    const uuid = this.random.uuid();
    const operation = { type: "queue-operation", content: text };
    this.transcript.bare({ ...operation, operation: "enqueue" });
    this.transcript.bare({
      ...operation,
      operation: "remove",
      reason: "absorbed_mid_turn",
      commandUuid: uuid,
    });
    this.transcript.attachment({
      type: "queued_command",
      prompt: text,
      source_uuid: uuid,
      commandMode: "prompt",
      origin: { kind: "human" },
      humanTurn: true,
    });
    await this.fire("UserPromptSubmit", {
      permission_mode: "default",
      prompt: text,
    });
  }

  /** The client makes a summary and continues with it. */
  async compact(summary: string): Promise<void> {
    await this.fire("PreCompact", {
      trigger: "auto",
      custom_instructions: null,
    }, "auto");
    const before = this.transcript.leaf;
    this.transcript.chained({
      logicalParentUuid: before,
      type: "system",
      subtype: "compact_boundary",
      content: "Conversation compacted",
      level: "info",
      compactMetadata: { trigger: "auto", preTokens: 160_000 },
    }, null);
    const opening = "This session is being continued from a previous " +
      "conversation that ran out of context. The summary below covers the " +
      "earlier portion of the conversation.";
    const closing = "If you need specific details from before compaction, " +
      `read the full transcript at: ${this.transcript.path}`;
    this.transcript.user(`${opening}\n\nSummary:\n${summary}\n\n${closing}`, {
      isVisibleInTranscriptOnly: true,
      isCompactSummary: true,
    });
    await this.fire("SessionStart", { source: "compact" }, "compact");
    await this.fire("PostCompact", {
      trigger: "auto",
      compact_summary: `<summary>${summary}</summary>`,
    }, "auto");
  }

  /** The end of a turn. */
  async stop(): Promise<void> {
    await this.fire("Stop", {
      stop_hook_active: false,
      ...this.#said === undefined ? {} : { last_assistant_message: this.#said },
      background_tasks: [],
      session_crons: [],
    });
    this.transcript.chained({
      type: "system",
      subtype: "turn_duration",
      durationMs: 2000,
      messageCount: 5,
      isMeta: false,
    });
  }

  /** The person exits the client. */
  async end(reason = "prompt_input_exit"): Promise<void> {
    this.transcript.bare({ type: "cost-state", totalCostUSD: 0.1 });
    await this.fire("SessionEnd", { reason });
  }

  /** The client is killed, and its note of the ended process remains. */
  kill(): void {
    const pid = 4_194_000 + this.random.number(1, 300);
    this.sandbox.writeHome(
      `.claude/sessions/${pid}.json`,
      JSON.stringify({
        pid,
        sessionId: this.transcript.id,
        cwd: this.sandbox.project,
        startedAt: Date.now() - 1000,
        procStart: "1",
        version: "2.1.330",
        kind: "interactive",
        entrypoint: "cli",
        status: "busy",
        updatedAt: Date.now(),
      }),
    );
  }

  protected async fire(
    event: string,
    fields: Fields,
    tool = "",
  ): Promise<string> {
    const { prompt } = this.transcript;
    return await this.sandbox.fire(event, {
      session_id: this.transcript.id,
      transcript_path: this.transcript.path,
      cwd: this.sandbox.project,
      ...prompt === "" ? {} : { prompt_id: prompt },
      ...fields,
    }, tool);
  }
}
