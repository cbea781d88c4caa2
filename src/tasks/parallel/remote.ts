import { attempt, MpmError } from "../../base/errors.ts";
import { firstLine } from "../../base/words.ts";
import { findRemote, locate, Network } from "../../git/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { RunRecord } from "../run.ts";
import { type Engine, type Host, hostsOf } from "./hosts.ts";
import {
  cleanupScript,
  remotePath,
  remoteRef,
  setupScript,
  SSH,
} from "./scripts.ts";

/** Milliseconds for a short script on a host. */
const LIMIT = 60_000;

/** A run that is sent to hosts. */
interface RemoteRun {
  readonly record: RunRecord;
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/**
 * Sends the commit of a run to its hosts. Returns the hosts that are ready, and
 * a line for each host that is not.
 */
export async function readyHosts(
  system: System,
  run: RemoteRun,
): Promise<{ ready: Host[]; lacking: string[] }> {
  const hosts = hostsOf(run.engine);
  const problems = await Promise.all(
    hosts.map((host) => problemOf(system, host, run)),
  );
  return {
    ready: hosts.filter((_, index) => problems[index] === undefined),
    lacking: hosts.flatMap(({ name }, index) => {
      const problem = problems[index];
      return problem === undefined ? [] : [`${name}: ${problem}`];
    }),
  };
}

/** Says why a host is not ready; `undefined` if the host is ready. */
async function problemOf(
  system: System,
  host: Host,
  { record: { worktree, id }, engine, signal }: RemoteRun,
): Promise<string | undefined> {
  const at = { engine, run: id };
  const failed = await runOn(system, host, {
    script: setupScript(at),
    signal,
  });
  if (failed !== undefined) return failed;
  try {
    const workspace = await locate(system, worktree);
    const url = host.url + remotePath(engine);
    const remote = await findRemote(system, workspace, url);
    const spec = `${engine.commit}:${remoteRef(at)}`;
    await new Network(system, workspace, remote).push([spec]);
    return undefined;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return error.message;
  }
}

/** Runs a script on a host. Returns the reason if it failed. */
async function runOn(
  system: System,
  host: Host,
  { script, signal }: { script: string; signal?: AbortSignal },
): Promise<string | undefined> {
  const args = ["sh", "-c", SSH, "sh", ...host.args, "sh -s"];
  const done = await system.runProgram(args, {
    ...{ cwd: "/", limit: 4096, keep: "end", timeout: LIMIT },
    stdin: new TextEncoder().encode(script),
    ...signal && { signal },
  });
  if (done.status === 0) return undefined;
  if (done.outcome === "timeout") return "it did not answer";
  return saidBy(system, new TextDecoder().decode(done.stderr)) ||
    `ssh ended with exit status ${done.status}`;
}

/** Returns the most useful line from the errors of ssh or a script. */
export function saidBy(system: System, errors: string): string {
  const lines = errors.trim().split("\n");
  return redactorOf(system).text(firstLine(lines.at(-1)!, 200));
}

/** Removes the files of a run from the hosts that respond. */
export async function cleanHosts(
  system: System,
  hosts: readonly Host[],
  at: { engine: Engine; run: string },
): Promise<void> {
  const script = cleanupScript(at);
  await Promise.all(
    hosts.map((host) => attempt(() => runOn(system, host, { script }))),
  );
}
