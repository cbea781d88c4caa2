/** A block of an answer, as the Messages API has them. */
export type Block =
  | { type: "text"; text: string }
  | { type: "tool_use"; name: string; input: Record<string, unknown> };

/** A block of an answer with the id of its call. */
export type Answered = Block & { id?: string };

/** A request as far as tests look at it, in the form of the Messages API. */
export interface ApiRequest {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly messages?: readonly {
    readonly role: string;
    readonly content: string | readonly { readonly type: string }[];
  }[];
}

type Message = NonNullable<ApiRequest["messages"]>[number];

/** The answer that a wire sends. */
export interface Reply {
  readonly number: number;
  readonly model: string;
  readonly blocks: readonly Answered[];
  /** Tokens of the prompt that came from the cache. */
  readonly cached: number;
}

/** One API of models. */
export interface Wire {
  /** Returns whether a request's path belongs to this API. */
  readonly takes: (path: string) => boolean;
  /** Translates a request, which keeps its own fields too. */
  readonly read: (body: Body, path: string) => ApiRequest;
  readonly answer: (reply: Reply, streamed: boolean) => Response;
}

// deno-lint-ignore no-explicit-any -- another program's JSON
type Body = Record<string, any>;

const FRESH = 503;
const WRITTEN = 42;

function figures({ cached }: Reply) {
  const input = FRESH + cached;
  return { input, output: WRITTEN, cached, total: input + WRITTEN };
}

/** A stream of events: their names, if the API has such, and their data. */
function events(all: readonly (readonly [string | null, unknown])[]): Response {
  const text = all.map(([name, data]) =>
    `${name === null ? "" : `event: ${name}\n`}data: ${
      typeof data === "string" ? data : JSON.stringify(data)
    }\n\n`
  );
  return new Response(text.join(""), {
    headers: { "content-type": "text/event-stream" },
  });
}

function textOf(blocks: readonly Answered[]): string {
  return blocks.map((block) => block.type === "text" ? block.text : "").join(
    "",
  );
}

function callsOf(blocks: readonly Answered[]) {
  return blocks.flatMap((block) =>
    block.type === "tool_use"
      ? [{
        id: block.id!,
        name: block.name,
        input: block.input,
        text: JSON.stringify(block.input),
      }]
      : []
  );
}

function message(role: string, type: string, rest: unknown): Message {
  return { role, content: [{ type, rest } as { type: string }] };
}

/** Anthropic's Messages API: Claude Code. */
const MESSAGES: Wire = {
  takes: (path) => path.includes("/v1/messages"),
  read: (body) => body,
  answer: ({ number, model, blocks, cached }, streamed) => {
    const usage = {
      input_tokens: 3,
      cache_creation_input_tokens: FRESH - 3,
      cache_read_input_tokens: cached,
      output_tokens: WRITTEN,
    };
    const used = blocks.some(({ type }) => type === "tool_use");
    const stop_reason = used ? "tool_use" : "end_turn";
    const head = {
      id: `msg_mock${number}`,
      type: "message",
      role: "assistant",
      model,
      stop_sequence: null,
      usage,
    };
    if (!streamed) {
      return Response.json({ ...head, content: blocks, stop_reason });
    }
    const all = [
      {
        type: "message_start",
        message: { ...head, content: [], stop_reason: null },
      },
      ...blocks.flatMap(blockEvents),
      {
        type: "message_delta",
        delta: { stop_reason, stop_sequence: null },
        usage,
      },
      { type: "message_stop" },
    ];
    return events(all.map((event) => [event.type, event]));
  },
};

function blockEvents(block: Answered, index: number) {
  const [content_block, delta] = block.type === "text"
    ? [{ type: "text", text: "" }, { type: "text_delta", text: block.text }]
    : [
      { ...block, input: {} },
      { type: "input_json_delta", partial_json: JSON.stringify(block.input) },
    ];
  return [
    { type: "content_block_start", index, content_block },
    { type: "content_block_delta", index, delta },
    { type: "content_block_stop", index },
  ];
}

/** OpenAI's Responses API: Codex CLI. */
const RESPONSES: Wire = {
  takes: (path) => path.endsWith("/responses"),
  read: (body) => ({
    ...body,
    messages: [body.input].flat().map((item: Body) => {
      if (item.type?.endsWith("_call")) {
        return message("assistant", "tool_use", item);
      }
      if (item.type?.endsWith("_output")) {
        return message("user", "tool_result", item);
      }
      return { role: item.role ?? "system", content: item.content ?? [] };
    }),
  }),
  answer: (reply) => {
    const { number, model, blocks } = reply;
    const { input, output, cached, total } = figures(reply);
    const text = textOf(blocks);
    const items: Body[] = [
      ...text === "" ? [] : [{
        type: "message",
        id: `msg_mock${number}`,
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text, annotations: [] }],
      }],
      ...callsOf(blocks).map(({ id, name, text }) => ({
        type: "function_call",
        id: `fc_${id}`,
        call_id: id,
        name,
        arguments: text,
        status: "completed",
      })),
    ];
    const response = {
      id: `resp_mock${number}`,
      object: "response",
      status: "completed",
      model,
      output: items,
      usage: {
        input_tokens: input,
        input_tokens_details: { cached_tokens: cached },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: total,
      },
    };
    const all: [string, Body][] = [
      ["response.created", { response: { ...response, output: [] } }],
      ...items.flatMap((item, output_index): [string, Body][] => [
        ["response.output_item.added", { output_index, item }],
        ["response.output_item.done", { output_index, item }],
      ]),
      ["response.completed", { response }],
    ];
    return events(
      all.map(([type, data], sequence_number) => [
        type,
        { type, sequence_number, ...data },
      ]),
    );
  },
};

/** OpenAI's chat completions: opencode and Copilot CLI. */
const CHAT: Wire = {
  takes: (path) => path.endsWith("/chat/completions"),
  read: (body) => ({
    ...body,
    messages: body.messages?.map((item: Body) => {
      if (item.role === "tool") return message("user", "tool_result", item);
      if (item.tool_calls?.length) {
        return message("assistant", "tool_use", item);
      }
      return item;
    }),
  }),
  answer: (reply, streamed) => {
    const { number, model, blocks } = reply;
    const { input, output, cached, total } = figures(reply);
    const calls = callsOf(blocks).map(({ id, name, text }, index) => ({
      index,
      id,
      type: "function",
      function: { name, arguments: text },
    }));
    const said = {
      role: "assistant",
      content: textOf(blocks) || null,
      ...calls.length ? { tool_calls: calls } : {},
    };
    const finish_reason = calls.length ? "tool_calls" : "stop";
    const head = { id: `chatcmpl-mock${number}`, created: 1, model };
    const usage = {
      prompt_tokens: input,
      prompt_tokens_details: { cached_tokens: cached },
      completion_tokens: output,
      total_tokens: total,
    };
    if (!streamed) {
      const choices = [{ index: 0, message: said, finish_reason }];
      return Response.json({
        ...head,
        object: "chat.completion",
        choices,
        usage,
      });
    }
    const chunk = (delta: unknown, reason: string | null, rest = {}) => ({
      ...head,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason: reason }],
      ...rest,
    });
    return events([
      [null, chunk(said, null)],
      [null, chunk({}, finish_reason, { usage })],
      [null, "[DONE]"],
    ]);
  },
};

/** Google's generateContent: Gemini CLI. */
const GENERATE: Wire = {
  takes: (path) => /:(stream)?generateContent$/i.test(path),
  read: (body, path) => ({
    ...body,
    model: /models\/([^:]+):/.exec(path)?.[1] ?? "mock",
    stream: path.includes("stream"),
    messages: body.contents?.map((item: Body) => ({
      role: item.role === "model" ? "assistant" : "user",
      content: (item.parts as Body[]).map((part) => ({
        ...part,
        type: part.functionCall
          ? "tool_use"
          : part.functionResponse
          ? "tool_result"
          : "text",
      })),
    })),
  }),
  answer: (reply, streamed) => {
    const { input, output, cached, total } = figures(reply);
    const parts = [
      ...reply.blocks.filter(({ type }) => type === "text")
        .map((block) => ({ text: textOf([block]) })),
      ...callsOf(reply.blocks).map(({ id, name, input }) => ({
        functionCall: { id, name, args: input },
      })),
    ];
    const whole = {
      candidates: [{
        index: 0,
        content: { role: "model", parts },
        finishReason: "STOP",
      }],
      usageMetadata: {
        promptTokenCount: input,
        cachedContentTokenCount: cached,
        candidatesTokenCount: output,
        totalTokenCount: total,
      },
      modelVersion: reply.model,
      responseId: `mock${reply.number}`,
    };
    return streamed ? events([[null, whole]]) : Response.json(whole);
  },
};

/** The APIs that the mock answers. */
export const WIRES: readonly Wire[] = [MESSAGES, RESPONSES, CHAT, GENERATE];
