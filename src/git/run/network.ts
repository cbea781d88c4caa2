import type { RunResult, System } from "../../system/system.ts";
import type { Workspace } from "../repository.ts";
import { decodeBytes, lined, linesOf, words } from "../text.ts";
import { MpmError } from "../../base/errors.ts";
import { Git } from "./git.ts";
import { isObjectId } from "../tree/snapshot.ts";
import { parseListed } from "./settings.ts";

/*
 * The only place where git may use the network. Only the address of a remote
 * comes from the repository. Thanks to the stand-in, helpers, ssh commands,
 * proxies and replaced addresses come from the user and the machine.
 */

/** The transports that git may use; plain HTTP never leaves this machine. */
const PROTOCOLS = ["https", "ssh", "git", "file"];
const LOOPBACK = /^http:\/\/(?:[^@/]*@)?(?:127\.0\.0\.1|localhost|\[::1\])[:/]/;

/** Milliseconds that one exchange with a remote may take. */
const LIMIT = 10 * 60_000;

/** Settings of every exchange, which override the user's. */
const SETTINGS = words(`core.logAllRefUpdates=false fetch.writeCommitGraph=false
    fetch.fsckObjects=true fetch.prune=false fetch.pruneTags=false
    http.lowSpeedLimit=1 http.lowSpeedTime=60 maintenance.auto=false gc.auto=0
    push.followTags=false push.gpgSign=false push.recurseSubmodules=no
    submodule.recurse=false transfer.bundleURI=false`);

/** Git on the other side, if local: it runs no hook or program named there. */
const OTHER_SIDE = "git -c core.hooksPath=/dev/null -c receive.autogc=false " +
  "-c core.alternateRefsCommand=true -c core.fsmonitor=false";

/** A remote that git can be asked to reach. */
export interface Remote {
  /** Its name in the repository, or the address if it has none. */
  readonly name: string;
  /** The address as in the repository; it may contain a password. */
  readonly url: string;
  /** True if it is a folder on this machine. */
  readonly local: boolean;
  /** The transports that git may use for it, in git's format. */
  readonly protocols: string;
}

/** A failed exchange with a remote, in words for people. */
export class RemoteError extends MpmError {
  override name = "RemoteError";
}

/**
 * Finds a remote by name or address, with one process. Throws NOT_FOUND for an
 * unknown name, USAGE for an unsupported address.
 */
export async function findRemote(
  system: System,
  { worktree }: Workspace,
  name: string,
): Promise<Remote> {
  const isAddress = /[:/\\]/.test(name);
  const { addresses, replaced } = await readAddresses(system, worktree);
  const url = isAddress ? name : addresses.get(name);
  if (!url) {
    throw new MpmError("NOT_FOUND", `This repository has no remote "${name}"`, {
      hint: '"git remote -v" lists remotes',
    });
  }
  if (url.startsWith("-") || /[\0\n]/.test(url)) {
    throw new MpmError("USAGE", "The URL of the remote is invalid");
  }
  if (isAddress && /\/\/[^\s/@]*:[^\s/@]*@/.test(url)) {
    // The password would be stored with the state, and shown.
    throw new MpmError("USAGE", "The URL of the remote contains a password", {
      hint:
        "Remove the password: git asks for it, or a credential helper provides it",
    });
  }
  const real = replaced(url);
  const [, protocol] = /^([A-Za-z0-9+.-]+):(?:\/\/|:)/.exec(real) ?? [];
  const protocols = LOOPBACK.test(real) ? [...PROTOCOLS, "http"] : PROTOCOLS;
  if (protocol !== undefined && !protocols.includes(protocol)) {
    throw new MpmError(
      "USAGE",
      `mpm does not support the protocol "${protocol}" of the remote "${name}"`,
      { hint: `Supported protocols: ${PROTOCOLS.join(", ")}` },
    );
  }
  const local = protocol === "file" ||
    protocol === undefined && !/^[^/\\]*:/.test(real);
  return { name, url, local, protocols: protocols.join(":") };
}

/** The addresses of remotes, and their replacements in the user's settings. */
interface Addresses {
  /** By remote name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Returns the address that git uses instead (`url.*.insteadOf`). */
  replaced(url: string): string;
}

const ADDRESSES = "^(remote\\..*\\.url|url\\..*\\.insteadof)$";

async function readAddresses(
  system: System,
  worktree: string,
): Promise<Addresses> {
  const { stdout } = await new Git(system, worktree, { plain: true })
    .run(["config", "--show-scope", "-z", "--get-regexp", ADDRESSES]);
  const [own, users] = (["own", "user"] as const)
    .map((whose) => parseListed(stdout, whose));
  const addresses = new Map<string, string>();
  // Git fetches from the first address of a remote.
  for (const { section, name, value } of [...own!, ...users!]) {
    if (section !== "remote" || name === undefined) continue;
    if (!addresses.has(name)) addresses.set(name, value);
  }
  const instead = users!.filter(({ section }) => section === "url");
  return {
    addresses,
    replaced(url) {
      const best = instead.filter(({ value }) => url.startsWith(value))
        .sort((a, b) => b.value.length - a.value.length)[0];
      return best ? best.name + url.slice(best.value.length) : url;
    },
  };
}

/** Git that may use the network, for one remote. */
export class Network {
  readonly remote: Remote;
  readonly #git: Git;

  constructor(system: System, { worktree }: Workspace, remote: Remote) {
    const { stdin, stderr } = system.terminal.interactive;
    this.remote = remote;
    this.#git = new Git(system, worktree).like({
      args: SETTINGS.flatMap((setting) => ["-c", setting]),
      env: {
        GIT_ALLOW_PROTOCOL: remote.protocols,
        GIT_TERMINAL_PROMPT: stdin && stderr ? "1" : "0",
      },
    });
  }

  /** Returns the refs of the remote below a folder. Throws a RemoteError. */
  async refs(folder: string): Promise<Map<string, string>> {
    const done = await this.#run("ls-remote", ["--refs"], [`${folder}/*`]);
    this.#check(done, "read");
    return new Map(
      linesOf(done.stdout).flatMap((line) => {
        const [id, ref] = line.split("\t");
        return id && isObjectId(id) && ref ? [[ref, id] as const] : [];
      }),
    );
  }

  /**
   * Fetches refs, each `from:to`, and moves none backwards. Returns those that
   * git refused. Throws a RemoteError if nothing was fetched at all.
   */
  async fetch(specs: readonly string[]): Promise<string[]> {
    // Without "--show-forced-updates", git treats a rewritten log as new. Git
    // before 2.41 does not support "--porcelain".
    const options = words(`--no-tags --no-write-fetch-head --no-auto-maintenance
        --no-recurse-submodules --show-forced-updates --stdin`);
    const done = await this.#run("fetch", options, [], specs);
    const said = decodeBytes(done.stderr);
    const refused = [...said.matchAll(/^ ! \[rejected\]\s+(\S+)\s/gm)]
      .map(([, ref]) => ref!);
    if (done.status !== 0 && refused.length === 0) this.#check(done, "fetch");
    return refused;
  }

  /** Pushes refs, each `from:to`, all or not any. Throws a RemoteError. */
  async push(specs: readonly string[]): Promise<void> {
    const options = words("--porcelain --no-verify --no-follow-tags");
    if (specs.length > 1) options.push("--atomic");
    this.#check(await this.#run("push", options, specs), "push");
  }

  #run(
    command: "ls-remote" | "fetch" | "push",
    options: readonly string[],
    refs: readonly string[],
    stdin: readonly string[] = [],
  ): Promise<RunResult> {
    const { local, url } = this.remote;
    const program = command === "push" ? "receive-pack" : "upload-pack";
    const other = local ? [`--${program}=${OTHER_SIDE} ${program}`] : [];
    return this.#git.run([command, ...options, ...other, "--", url, ...refs], {
      timeout: LIMIT,
      ...stdin.length === 0 ? {} : { stdin: lined(stdin) },
    });
  }

  #check(done: RunResult, verb: "read" | "fetch" | "push"): void {
    if (done.status === 0) return;
    const { name, url } = this.remote;
    const [message, hint] = failureText(done, verb);
    const said = message.replaceAll(url, name);
    const text = `Cannot ${VERBS[verb]} "${name}": ${said}`;
    throw new RemoteError("GIT_FAILED", text, { hint });
  }
}

const VERBS = { read: "reach", fetch: "fetch from", push: "push to" };

const LOST = "Nothing was lost: run the command again later";

/** Returns git's description of the problem, and the next step. */
function failureText(
  done: RunResult,
  verb: "read" | "fetch" | "push",
): [message: string, hint: string] {
  if (done.outcome === "timeout") return ["it took too long", LOST];
  if (done.outcome === "missing") {
    return ["git is not installed", "Install git, or put it on PATH"];
  }
  const out = decodeBytes(done.stdout);
  const [, refused] = /^!\t\S+\t\[[^\]]*\] ?\(?(.*?)\)?$/m.exec(out) ?? [];
  const text = `${decodeBytes(done.stderr)}\n${refused ?? ""}`;
  const reason = refused || lineOf(text);
  if (verb === "push" && refused !== undefined) {
    return [
      `it refused the log (${reason})`,
      "Its rules may forbid refs below refs/mpm/. Ask its administrator. " +
      `${LOST}`,
    ];
  }
  if (
    /Authentication failed|could not read (?:Username|Password)|Permission denied|HTTP (?:401|403)|error: 40[13]/
      .test(text)
  ) {
    const login =
      "Set up git credentials first, such as a credential helper or an SSH " +
      "key. ";
    return [reason, login + LOST];
  }
  return [reason, LOST];
}

function lineOf(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const telling = lines.find((line) => /^(?:fatal|error|ssh): /.test(line)) ??
    lines[0] ?? "git failed";
  return telling.replace(/^(?:fatal|error): /, "")
    .replace(/^unable to access '[^']*': /, "")
    // A password in an address.
    .replaceAll(/\/\/[^\s/@]*@/g, "//");
}
