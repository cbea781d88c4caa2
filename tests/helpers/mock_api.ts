import { type ApiRequest, type Block, WIRES } from "./mock_wires.ts";

export type { ApiRequest, Block };

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
  /** The status with which each request fails; 200 by default. */
  readonly status?: number;
  /** The response instead of any answer; `undefined` for the answer. */
  readonly refuse?: (request: ApiRequest) => Response | undefined;
}

/**
 * A stand-in for the APIs of models on loopback, so that the real clients run
 * without an account. It keeps every request.
 */
export class MockApi implements AsyncDisposable {
  readonly requests: ApiRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #steps: readonly (readonly Block[])[];
  readonly #answered: MockOptions["answer"];
  readonly #status: number;
  readonly #refuse: MockOptions["refuse"];
  /** May be raised while the client runs. */
  tokens: number;

  constructor(
    { steps = [], tokens = 10_000, status = 200, answer, refuse }: MockOptions =
      {},
  ) {
    this.#steps = steps;
    this.#answered = answer;
    this.#status = status;
    this.#refuse = refuse;
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
    const wire = request.method === "POST" &&
      WIRES.find(({ takes }) => takes(pathname));
    if (!wire) return elsewhere(pathname);
    const body = wire.read(JSON.parse(text), pathname);
    this.requests.push(body);
    const refused = this.#refuse?.(body);
    if (refused) return refused;
    if (this.#status !== 200) {
      const error = { type: "api_error", message: "Refused by the mock" };
      return Response.json({ type: "error", error }, { status: this.#status });
    }
    const number = this.requests.length;
    const blocks = (await this.#blocks(body)).map((block, index) =>
      block.type === "text"
        ? block
        : { ...block, id: `toolu_mock${number}_${index}` }
    );
    const reply = {
      number,
      model: body.model ?? "mock",
      blocks,
      cached: this.tokens,
    };
    return wire.answer(reply, body.stream === true);
  }

  async #blocks(body: ApiRequest): Promise<readonly Block[]> {
    const given = await this.#answered?.(body);
    if (given) return given;
    if (!body.tools?.length) {
      return [{ type: "text", text: JSON.stringify(ASIDE) }];
    }
    const messages = body.messages ?? [];
    // A sub-agent's conversation begins with the prompt it was given.
    if (JSON.stringify(messages[0]).includes("SUBAGENT")) {
      return [{ type: "text", text: "Done." }];
    }
    return this.#steps[toolSteps(messages)] ??
      [{ type: "text", text: "All done." }];
  }
}

/** The answer to other requests: lists of models, registries. */
function elsewhere(path: string): Response {
  if (path.includes("/registry/")) {
    return Response.json({ error: "not found" }, { status: 404 });
  }
  return Response.json({ data: [] });
}

/** Fields that some client requests without offering tools. */
const ASIDE = {
  title: "Mock",
  next_speaker: "user",
  reasoning: "mock",
  complexity_reasoning: "mock",
  complexity_score: 10,
  model_choice: "flash",
};

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
