import { sha256 } from "./bytes.ts";

/** The answer for a file: its bytes, a status, or another place. */
export type Answer =
  | Uint8Array
  | number
  | { readonly to: string }
  /** The full length, but only the start of the data. */
  | { readonly start: Uint8Array; readonly length: number }
  /** The start, and then nothing, however long a client waits. */
  | { readonly stalls: Uint8Array };

/** Releases as GitHub serves them, on loopback. */
export class ReleaseServer implements AsyncDisposable {
  /** Value of `MPM_RELEASES`. */
  readonly address: string;
  /** The requested paths, in order. */
  readonly asked: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();

  /** @param answers by path below `/releases/` */
  constructor(readonly answers: Map<string, Answer>) {
    this.#server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        signal: this.#stop.signal,
        onListen: () => {},
        onError: () => new Response(null, { status: 500 }),
      },
      (request) => this.#answer(new URL(request.url).pathname),
    );
    this.address = `http://127.0.0.1:${this.#server.addr.port}/releases`;
  }

  #answer(pathname: string): Response {
    const path = pathname.replace(/^\/releases\//, "");
    this.asked.push(path);
    const answer = this.answers.get(path) ?? 404;
    if (typeof answer === "number") {
      return new Response("<html>error</html>", { status: answer });
    }
    if (answer instanceof Uint8Array) {
      return new Response(answer as Uint8Array<ArrayBuffer>);
    }
    if ("to" in answer) {
      const headers = { location: `/releases/${answer.to}` };
      return new Response(null, { status: 302, headers });
    }
    return "stalls" in answer ? stalled(answer.stalls) : cut(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }
}

function stalled(start: Uint8Array): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(start),
  });
  return new Response(body);
}

/** A body that ends early, although its length was announced. */
function cut({ start, length }: { start: Uint8Array; length: number }) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(start);
      controller.error(new Error("cut"));
    },
  });
  return new Response(body, { headers: { "content-length": String(length) } });
}

/** A release of `files`, with its SHA256SUMS, as the latest and by its tag. */
export function releaseOf(
  tag: string,
  files: Readonly<Record<string, Uint8Array>>,
): Map<string, Answer> {
  const sums = Object.entries(files).map(([name, bytes]) =>
    `${sha256(bytes)}  ${name}\n`
  ).join("");
  const all = { ...files, SHA256SUMS: new TextEncoder().encode(sums) };
  return new Map(
    Object.entries(all).flatMap(([name, bytes]): [string, Answer][] => [
      [`download/${tag}/${name}`, bytes],
      // Like GitHub: to the tag, and from there to the place of the files.
      [`latest/download/${name}`, { to: `download/${tag}/${name}` }],
    ]),
  );
}
