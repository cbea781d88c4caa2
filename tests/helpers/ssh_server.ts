import { dirname, join } from "@std/path";
import { pathOf } from "./programs.ts";

/** A real `sshd` on loopback, with new keys for host and user. */
export class SshServer implements AsyncDisposable {
  /** The start of addresses; an absolute path follows. */
  readonly url: string;
  /** The program and options that log in with the right key. */
  readonly command: string;
  readonly #folder: string;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served: Promise<void>;
  #isOver = false;
  readonly #children = new Set<Deno.ChildProcess>();

  /**
   * @param folder an empty folder for keys and settings
   * @param home the home of the user who logs in; their own by default
   */
  constructor(folder: string, home?: string) {
    this.#folder = folder;
    const { port } = this.#listener.addr as Deno.NetAddr;
    const user = output("id", ["-un"]);
    this.url = `ssh://${user}@127.0.0.1:${port}`;
    for (const name of ["host", "user"]) {
      output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
    }
    const host = Deno.readTextFileSync(at("host.pub"));
    Deno.writeTextFileSync(at("known"), `[127.0.0.1]:${port} ${host}`);
    Deno.writeTextFileSync(at("config"), serverSettings(folder, home));
    Deno.writeTextFileSync(at("passwd"), users());
    this.command = `ssh -F none -i '${at("user")}' -o IdentitiesOnly=yes ` +
      `-o UserKnownHostsFile='${at("known")}' -o BatchMode=yes`;
    this.#served = this.#serve();

    function at(name: string): string {
      return join(folder, name);
    }
  }

  async #serve(): Promise<void> {
    const running: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      running.push(this.#talk(connection));
    }
    await Promise.all(running);
  }

  async #talk(connection: Deno.Conn): Promise<void> {
    const [program, ...args] = serverCommand(this.#folder);
    const child = new Deno.Command(program!, {
      args,
      env: serverEnv(),
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#children.add(child);
    await Promise.allSettled([
      connection.readable.pipeTo(child.stdin),
      child.stdout.pipeTo(connection.writable),
      child.status,
    ]);
    this.#children.delete(child);
  }

  /** Ends every connection at once, and accepts no more of them. */
  kill(): void {
    this.#isOver = true;
    this.#listener.close();
    for (const child of this.#children) child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) this.#listener.close();
    await this.#served;
  }
}

/** Programs that a test with an {@link SshServer} needs. */
export const SSH_PROGRAMS = ["sshd", "ssh", "ssh-keygen"];

function output(program: string, args: string[]): string {
  const done = new Deno.Command(program, { args }).outputSync();
  if (!done.success) throw new Error(`${program} ${args.join(" ")}`);
  return new TextDecoder().decode(done.stdout).trim();
}

function serverSettings(folder: string, home?: string): string {
  return [
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/user.pub`,
    "PasswordAuthentication no",
    "PermitRootLogin yes",
    "StrictModes no",
    "PidFile none",
    "SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1" +
    (home === undefined ? "" : ` "HOME=${home}"`),
    "AcceptEnv GIT_PROTOCOL",
    "",
  ].join("\n");
}

/** This machine's users, with the one that `sshd` of root changes to. */
function users(): string {
  const known = Deno.readTextFileSync("/etc/passwd");
  return /^sshd:/m.test(known)
    ? known
    : `${known}sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n`;
}

/**
 * The words that serve one connection on standard input. Root's `sshd` needs a
 * user and a folder, which private mounts give it.
 */
function serverCommand(folder: string): string[] {
  const words = [pathOf("sshd")!, "-i", "-f", join(folder, "config")];
  if (Deno.uid() !== 0) return words;
  const script = 'mount --bind "$0" /etc/passwd; mount -t tmpfs tmpfs /run; ' +
    'mkdir -m 755 /run/sshd; exec "$@"';
  const passwd = join(folder, "passwd");
  return ["unshare", "-m", "sh", "-euc", script, passwd, ...words];
}

/** Libraries next to an `sshd` that was unpacked but not installed. */
function serverEnv(): Record<string, string> {
  const root = dirname(dirname(dirname(pathOf("sshd")!)));
  const machine = `${Deno.build.arch}-linux-gnu`;
  const folders = ["usr/lib", "lib"].map((lib) => join(root, lib, machine));
  return {
    PATH: Deno.env.get("PATH")!,
    LD_LIBRARY_PATH: root === "/" ? "" : folders.join(":"),
  };
}
