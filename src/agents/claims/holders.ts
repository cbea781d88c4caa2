import { allClients, type Client } from "../../clients/mod.ts";
import { readHolders, readMachine } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import type { Claim, HolderProcess } from "./claim.ts";

/** `unknown`: the claim lasts until its time is over. */
export type HolderState = "alive" | "dead" | "unknown";

/** Returns the client of an agent session, so that its end can be seen. */
export async function processOf(
  system: System,
  session: string,
): Promise<HolderProcess | null> {
  const client = (await allClients(system))
    .find(({ id, state }) => id === session && state !== "dead");
  if (!client) return null;
  const { boot = null } = await readMachine(system);
  const { pid, start = null, namespace = null } = client;
  return { pid, start, boot, namespace };
}

/**
 * Returns whether the holder of each claim still works. A client that ends in
 * order removes its file, and one that is killed leaves it: then its process is
 * gone, or another one has its number. Only Linux shows processes.
 */
export async function holderStates(
  system: System,
  claims: readonly Claim[],
): Promise<HolderState[]> {
  if (claims.every(({ holder }) => holder.session === null)) {
    return claims.map(() => "unknown");
  }
  const clients = await allClients(system);
  const states: HolderState[] = [];
  for (const { holder } of claims) {
    const own = clients.filter(({ id }) => id === holder.session);
    states.push(
      holder.session === null
        ? "unknown"
        : await stateOf(system, own, holder.process),
    );
  }
  return states;
}

async function stateOf(
  system: System,
  clients: readonly Client[],
  known: HolderProcess | null,
): Promise<HolderState> {
  const isKnown = ({ pid, start }: Client) =>
    pid === known?.pid && start === known?.start;
  // A resumed session has another process.
  if (clients.some((one) => one.state === "alive" && !isKnown(one))) {
    return "alive";
  }
  if (known === null) {
    const isDead = clients.length > 0 &&
      clients.every(({ state }) => state === "dead");
    return isDead ? "dead" : "unknown";
  }
  const { boot, namespace } = await readMachine(system);
  if (boot !== undefined && known.boot !== null && boot !== known.boot) {
    return "dead";
  }
  if (known.namespace !== null && namespace !== known.namespace) {
    return "unknown";
  }
  const [state] = await readHolders(system, [
    { pid: known.pid, start: known.start ?? undefined },
  ]);
  return state ?? "unknown";
}
