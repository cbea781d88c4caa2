import {
  type AgentProgram,
  agentProgram,
  clientNamed,
} from "../clients/mod.ts";
import { readConfig } from "../config/mod.ts";
import { asData } from "../saves/mod.ts";
import type { System } from "../system/system.ts";
import type { Work } from "./fields.ts";
import { filled, type Values } from "./protocol.ts";

/**
 * Returns the name of the client that runs the agents of a task; null: the task
 * runs a program. Throws NOT_FOUND if the client is not installed.
 */
export function clientFor(
  system: System,
  root: string,
  work: Work,
): string | null {
  if (work.kind === "run") return null;
  const client = work.client ?? readConfig(system, root)["agents.client"];
  agentFor(system, root, { work, client });
  return client;
}

/** Returns the client. Throws NOT_FOUND. */
export function agentFor(
  system: System,
  root: string,
  { work, client }: { work: Work; client: string | null },
): AgentProgram | undefined {
  const known = clientNamed(client ?? "");
  if (work.kind === "run" || !known) return undefined;
  const turns = work.turns ?? undefined;
  return agentProgram(system, { client: known, turns }, root);
}

/**
 * Returns a prompt with the items filled in; `{items}` becomes one line per
 * item. An item cannot close the marks that a client puts around a prompt.
 */
export function promptWith(prompt: string, { task, items }: Values): string {
  const shown = items.map(asData);
  return filled(
    prompt,
    new Map([
      ["{task}", task],
      ["{item}", shown[0] ?? ""],
      ["{items}", shown.join("\n")],
    ]),
  );
}
