import { join } from "@std/path";

/** A break of the next requests for one of git's services. */
export interface Fault {
  readonly service: "git-receive-pack" | "git-upload-pack";
  /**
   * `request`: the server stops after the given number of bytes from the
   * client. `answer`: everything is done, but the answer ends after the given
   * number of bytes.
   */
  readonly part: "request" | "answer";
  readonly after: number;
}

/** A folder of bare repositories, as git serves it over HTTPS on loopback. */
export class HttpsGit implements AsyncDisposable {
  readonly url: string;
  /** The settings of a user that trust the server. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Methods and paths of the requests so far. */
  readonly asked: string[] = [];
  fault: Fault | undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();

  /** @param login name and password that everyone has to give */
  constructor(
    readonly root: string,
    readonly login?: readonly [name: string, password: string],
  ) {
    const { signal } = this.#stop;
    const { path, ...pair } = certificate(root);
    this.settings = [["http.sslCAInfo", path]];
    this.#server = Deno.serve(
      {
        ...{ hostname: "127.0.0.1", port: 0, signal, ...pair },
        onListen: () => {},
        onError: () => new Response(null, { status: 500 }),
      },
      (request) => this.#answer(request),
    );
    this.url = `https://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    this.asked.push(`${request.method} ${pathname}${search}`);
    const given = request.headers.get("authorization");
    if (this.login && given !== `Basic ${btoa(this.login.join(":"))}`) {
      await request.body?.cancel();
      const headers = { "www-authenticate": 'Basic realm="git"' };
      return new Response("who are you?\n", { status: 401, headers });
    }
    const isFaulty = request.method === "POST" &&
      this.fault !== undefined && pathname.endsWith(this.fault.service);
    return await backend(request, this.root, isFaulty ? this.fault : undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished.catch(() => {});
  }
}

/** Programs that a test with an {@link HttpsGit} needs. */
export const HTTPS_PROGRAMS = ["git", "openssl"];

/** Makes a certificate for this machine, and returns its path. */
function certificate(folder: string) {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const { success } = new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt"],
      ...["ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert],
      ...["-subj", "/CN=mpm", "-addext", "subjectAltName=IP:127.0.0.1"],
    ],
    stderr: "null",
  }).outputSync();
  if (!success) throw new Error("openssl req");
  const [keyText, certText] = [key, cert].map(Deno.readTextFileSync);
  return { path: cert, key: keyText!, cert: certText! };
}

/** Has git itself answer a request, as a web server runs it. */
async function backend(
  request: Request,
  root: string,
  fault: Fault | undefined,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const header = (name: string) => request.headers.get(name) ?? "";
  const child = new Deno.Command("git", {
    args: ["http-backend"],
    env: {
      ...SERVER_ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: header("content-type"),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      GIT_PROTOCOL: header("git-protocol"),
      REMOTE_USER: "someone",
      REMOTE_ADDR: "127.0.0.1",
    },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const sent = bytesOf(request.body).pipeThrough(
    cut(fault?.part === "request" ? fault.after : Infinity, "end"),
  );
  const fed = sent.pipeTo(child.stdin).catch(() => {});
  const output = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  await Promise.all([fed, child.status]);
  if (fault?.part === "request") return new Response(broken());
  return responseOf(output, fault?.part === "answer" ? fault.after : Infinity);
}

/** Splits what a program printed for a web server into headers and body. */
function responseOf(output: Uint8Array, after: number): Response {
  const text = new TextDecoder("latin1").decode(output);
  const end = text.indexOf("\r\n\r\n");
  const lines = text.slice(0, end).split("\r\n")
    .map((line) => /^([^:]+): (.*)$/.exec(line)!.slice(1) as [string, string]);
  const status = lines.find(([name]) => name === "Status")?.[1] ?? "200";
  const headers = lines.filter(([name]) => name !== "Status");
  const body = bytesOf(new Response(output.slice(end + 4)).body)
    .pipeThrough(cut(after, "break"));
  return new Response(body, { status: parseInt(status), headers });
}

/** A body whose connection breaks at once. */
function broken(): ReadableStream<Uint8Array> {
  const error = new Error("the server is gone");
  return new ReadableStream({ start: (controller) => controller.error(error) });
}

function bytesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return body ?? new Response(new Uint8Array()).body!;
}

/** Passes the given number of bytes on; then the stream ends or breaks. */
function cut(
  after: number,
  way: "end" | "break",
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = after;
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk.slice(0, Math.min(left, chunk.length)));
      left -= chunk.length;
      if (left >= 0) return;
      if (way === "end") controller.terminate();
      else controller.error(new Error("the server is gone"));
    },
  });
}

/** The variables of a server: it has its own home and settings. */
const SERVER_ENV = {
  PATH: Deno.env.get("PATH")!,
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** The same folder served by `git daemon`, on loopback. */
export class GitDaemon implements AsyncDisposable {
  readonly url: string;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served: Promise<void>;

  constructor(readonly root: string) {
    const { port } = this.#listener.addr as Deno.NetAddr;
    this.url = `git://127.0.0.1:${port}`;
    this.#served = this.#serve();
  }

  async #serve(): Promise<void> {
    const running: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      running.push(this.#talk(connection));
    }
    await Promise.all(running);
  }

  async #talk(connection: Deno.Conn): Promise<void> {
    const child = new Deno.Command("git", {
      args: [
        ...["daemon", "--inetd", "--export-all", "--enable=receive-pack"],
        ...[`--base-path=${this.root}`, this.root],
      ],
      env: SERVER_ENV,
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await Promise.allSettled([
      connection.readable.pipeTo(child.stdin),
      child.stdout.pipeTo(connection.writable),
      child.status,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#served;
  }
}

/** Makes a bare repository that a test's servers serve, and returns its path. */
export function bareRepository(root: string, name = "shared.git"): string {
  const path = join(root, name);
  serverGit("init", "-q", "--bare", "-b", "main", path);
  // It takes pushes that are signed.
  serverGit("-C", path, "config", "receive.certNonceSeed", "seed");
  return path;
}

/** Runs git as the server's administrator. */
export function serverGit(...args: string[]): string {
  const options = { args, env: SERVER_ENV, clearEnv: true };
  const { success, stdout } = new Deno.Command("git", options).outputSync();
  if (!success) throw new Error(`git ${args.join(" ")}`);
  return new TextDecoder().decode(stdout).trim();
}
