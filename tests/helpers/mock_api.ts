/** A block of an answer, as the Messages API has them. */
export type Block =
  | { type: "text"; text: string }
  | { type: "tool_use"; name: string; input: Record<string, unknown> };

/** A request as far as tests look at it. */
export interface ApiRequest {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly messages?: readonly {
    readonly role: string;
    readonly content: string | readonly { readonly type: string }[];
  }[];
}

type Given = readonly Block[] | undefined;

export interface MockOptions {
  /**
   * The answer to the n-th model call of a turn; then "All done.". A turn that
   * a notification of the client begins has no steps.
   */
  readonly steps?: readonly (readonly Block[])[];
  /** The answer instead of the step; `undefined` for the step. */
  readonly answer?: (
    request: ApiRequest,
  ) => Given | Promise<Given>;
  /** Tokens that each answer reports as read from the cache. */
  readonly tokens?: number;
  /** The status with which each request fails; 200 unless given. */
  readonly status?: number;
}

/**
 * A stand-in for the Messages API on the loopback, so that the real client runs
 * without an account. It keeps every request.
 */
export class MockApi implements AsyncDisposable {
  readonly requests: ApiRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #steps: readonly (readonly Block[])[];
  readonly #answered: MockOptions["answer"];
  readonly #status: number;
  /** May be raised while the client runs. */
  tokens: number;

  constructor(
    { steps = [], tokens = 10_000, status = 200, answer }: MockOptions = {},
  ) {
    this.#steps = steps;
    this.#answered = answer;
    this.#status = status;
    this.tokens = tokens;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const text = await request.text();
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("count_tokens")) {
      return Response.json({ input_tokens: 1234 });
    }
    if (request.method !== "POST" || !pathname.includes("/v1/messages")) {
      return Response.json({ data: [] });
    }
    const body: ApiRequest = JSON.parse(text);
    this.requests.push(body);
    if (this.#status !== 200) {
      const error = { type: "api_error", message: "Refused by the mock" };
      return Response.json({ type: "error", error }, { status: this.#status });
    }
    return this.#message(body, this.requests.length);
  }

  async #blocks(body: ApiRequest): Promise<readonly Block[]> {
    const given = await this.#answered?.(body);
    if (given) return given;
    if (!body.tools?.length) {
      return [{ type: "text", text: '{"title":"Mock"}' }];
    }
    const messages = body.messages ?? [];
    // A sub-agent's conversation begins with the prompt it was given.
    if (JSON.stringify(messages[0]).includes("SUBAGENT")) {
      return [{ type: "text", text: "Done." }];
    }
    return this.#steps[toolSteps(messages)] ??
      [{ type: "text", text: "All done." }];
  }

  async #message(body: ApiRequest, number: number): Promise<Response> {
    const content = (await this.#blocks(body)).map((block, index) =>
      block.type === "text"
        ? block
        : { ...block, id: `toolu_mock${number}_${index}` }
    );
    const usage = {
      input_tokens: 3,
      cache_creation_input_tokens: 500,
      cache_read_input_tokens: this.tokens,
      output_tokens: 42,
    };
    const used = content.some(({ type }) => type === "tool_use");
    const stop_reason = used ? "tool_use" : "end_turn";
    const head = {
      id: `msg_mock${number}`,
      type: "message",
      role: "assistant",
      model: body.model,
      stop_sequence: null,
      usage,
    };
    if (!body.stream) return Response.json({ ...head, content, stop_reason });
    const events = [
      {
        type: "message_start",
        message: { ...head, content: [], stop_reason: null },
      },
      ...content.flatMap(blockEvents),
      {
        type: "message_delta",
        delta: { stop_reason, stop_sequence: null },
        usage,
      },
      { type: "message_stop" },
    ];
    const text = events.map((event) =>
      `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    );
    return new Response(text.join(""), {
      headers: { "content-type": "text/event-stream" },
    });
  }
}

type Answered = Block & { id?: string };

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

const NONE = Infinity;

/** Returns the number of steps with tools since the user's last prompt. */
export function toolSteps(
  messages: NonNullable<ApiRequest["messages"]>,
): number {
  let steps = 0;
  for (const { role, content } of [...messages].reverse()) {
    const types = typeof content === "string"
      ? []
      : content.map(({ type }) => type);
    if (role === "assistant" && types.includes("tool_use")) steps++;
    else if (role === "user" && !types.includes("tool_result")) {
      if (JSON.stringify(content).includes("<task-notification>")) return NONE;
      break;
    }
  }
  return steps;
}
