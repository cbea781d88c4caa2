import { join } from "@std/path";
import { PATH, TestEnv } from "./env.ts";
import { MockApi, type MockOptions } from "./mock_api.ts";
import { binary } from "./mpm.ts";
import {
  CLIENT_NAMES,
  type ClientName,
  programOf,
  RealClient,
} from "./real_clients.ts";

function scopeOf(name: ClientName): string[] {
  return name === "claude" ? ["--scope", "local"] : ["--client", name];
}

/** A project and a home with several real clients, and one mock for them. */
export class ClientHome implements AsyncDisposable {
  readonly env = TestEnv.repository();
  readonly api: MockApi;
  /** The first folder of PATH: mpm and the clients. */
  readonly bin = join(this.env.root, "programs");
  readonly clients: ReadonlyMap<ClientName, RealClient>;

  constructor(
    names: readonly ClientName[] = CLIENT_NAMES,
    options: MockOptions = {},
  ) {
    const { env, bin } = this;
    this.api = new MockApi(options);
    Deno.mkdirSync(bin);
    Deno.symlinkSync(binary(), join(bin, "mpm"));
    for (const name of names) {
      Deno.symlinkSync(programOf(name), join(bin, name));
    }
    env.extra.PATH = `${bin}:${PATH}`;
    this.clients = new Map(
      names.map((name) => [name, new RealClient(name, env, this.api)]),
    );
    // A client that mpm starts also needs its variables.
    for (const client of this.clients.values()) {
      Object.assign(env.extra, client.variables());
    }
  }

  get(name: ClientName): RealClient {
    return this.clients.get(name)!;
  }

  /** Runs the binary in the project; throws unless it succeeds. */
  mpm(...args: string[]): string {
    const { status, stdout, stderr } = this.env.run(binary(), args);
    if (status === 0) return stdout;
    throw new Error(`mpm ${args.join(" ")}: ${stderr}${stdout}`);
  }

  /** Its answer as data, with real paths. */
  // deno-lint-ignore no-explicit-any -- each command has its own schema
  json(...args: string[]): any {
    const text = this.mpm(...args, "--json");
    return JSON.parse(text.replaceAll("$ROOT", this.env.root));
  }

  /** Adds mpm's hooks to a client. */
  installHooks(name: ClientName): void {
    const binary = ["--binary", join(this.bin, "mpm")];
    this.mpm("hooks", "install", ...scopeOf(name), ...binary);
  }

  uninstallHooks(name: ClientName): void {
    this.mpm("hooks", "uninstall", ...scopeOf(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    this.env[Symbol.dispose]();
  }
}
