import { type RunningClient, runningClients } from "../../clients/mod.ts";
import { type Machine, readHolders, readMachine } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import type { Claim, HolderProcess } from "./claim.ts";

/** `unknown`: the claim lasts until it expires. */
export type HolderState = "alive" | "dead" | "unknown";

/** Returns the client process of an agent session, to detect its end. */
export async function processOf(
  system: System,
  session: string,
): Promise<HolderProcess | null> {
  const client = (await runningClients(system))
    .find(({ id, state }) => id === session && state !== "dead");
  if (!client) return null;
  const { boot = null } = await readMachine(system);
  const { pid, start = null, namespace = null } = client;
  return { pid, start, boot, namespace };
}

/**
 * Returns whether the holder of each claim is still running. A client that
 * exits normally removes its file. A killed client leaves the file behind, but
 * its process is gone or its process number belongs to another process. Only
 * Linux shows processes. This starts at most three programs; without a session,
 * it does not start any.
 */
export async function holderStates(
  system: System,
  claims: readonly Claim[],
): Promise<HolderState[]> {
  const sessions = claims.filter(({ holder }) => holder.session !== null);
  if (sessions.length === 0) return claims.map(() => "unknown");
  const clients = await runningClients(system);
  const known = sessions.flatMap(({ holder }) => holder.process ?? []);
  const machine = known.length === 0 ? {} : await readMachine(system);
  const running = await readHolders(
    system,
    known.map(({ pid, start }) => ({ pid, start: start ?? undefined })),
  );
  return claims.map(({ holder: { session, process } }) => {
    if (session === null) return "unknown";
    const own = clients.filter(({ id }) => id === session);
    if (process === null) return stateOfClients(own);
    const isKnown = ({ pid, start }: RunningClient) =>
      pid === process.pid && start === process.start;
    // A resumed session has a new process.
    const resumed = own.some((one) => one.state === "alive" && !isKnown(one));
    return resumed
      ? "alive"
      : stateOf(process, machine, running[known.indexOf(process)]!);
  });
}

function stateOfClients(clients: readonly RunningClient[]): HolderState {
  const states = clients.map(({ state }) => state);
  if (states.includes("alive")) return "alive";
  const isDead = states.length > 0 && states.every((one) => one === "dead");
  return isDead ? "dead" : "unknown";
}

function stateOf(
  { boot, namespace }: HolderProcess,
  machine: Partial<Machine>,
  running: HolderState,
): HolderState {
  if (machine.boot !== undefined && boot !== null && boot !== machine.boot) {
    return "dead";
  }
  const isHere = namespace === null || namespace === machine.namespace;
  return isHere ? running : "unknown";
}
