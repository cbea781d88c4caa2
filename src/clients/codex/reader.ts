import { basename, dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { field, jsonIn, textField } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { PartOf, SessionReader } from "../client.ts";
import type { EventAgent, OpenEvents } from "../events.ts";
import { listNames } from "../look.ts";
import { openTranscript, startIn } from "../open_events.ts";
import { firstLines } from "../tail.ts";
import { isUnknown } from "./calls.ts";
import { isLine, Reader } from "./lines.ts";
import { idIn, metaOf } from "./store.ts";

/** The most rollouts of a day to check for sub-agents, and to read. */
const MOST_LOOKED = 200;
const MOST_AGENTS = 50;

/**
 * Opens a rollout of Codex with its sub-agents. Throws NOT_FOUND for a missing
 * file, UNREADABLE for a file of another kind. `beginning`: does not look for
 * lines that were withdrawn later.
 */
export function openRollout(
  system: System,
  path: string,
  { beginning = false, most }: PartOf = {},
): OpenEvents {
  const fileOf = (path: string, start: number, agent?: EventAgent) => {
    const dead = beginning ? [] : withdrawn(system, { path, start });
    const isDead = (line: number) =>
      dead.some(({ from, to }) => line >= from && line < to);
    return { path, start, reader: new Reader(agent, isDead) };
  };
  return openTranscript(system, path, {
    ...{ isLine, isUnknown, most },
    files: (start, lost) => [
      fileOf(path, start),
      ...(beginning ? [] : agentRollouts(system, path)).map((one) => {
        const start = startIn(system, { ...one, most });
        lost.bytes += start;
        return fileOf(one.path, start, one.agent);
      }),
    ],
  });
}

/** Returns the rollouts of sub-agents from the folder of the same day. */
function agentRollouts(
  system: System,
  path: string,
): { path: string; agent: EventAgent }[] {
  const [folder, name] = [dirname(path), basename(path)];
  const id = idIn(name);
  if (id === undefined) return [];
  return listNames(system, folder).filter((one) => one > name && idIn(one))
    .sort().slice(0, MOST_LOOKED).flatMap((one) => {
      const child = join(folder, one);
      const meta = metaOf(system, child);
      if (textField(meta, "parent_thread_id") !== id) return [];
      const own = idIn(one)!;
      const title = textField(meta, "agent_path")?.split("/").at(-1) ??
        textField(meta, "agent_nickname");
      return [{ path: child, agent: { id: own, name: title || own } }];
    }).slice(0, MOST_AGENTS);
}

/** Matches a line that contains a prompt or withdraws turns. */
const MARKS = /"(?:UserMessage|user_message|thread_rolled_back)"/;

/** Returns the ranges of lines that were withdrawn later. */
function withdrawn(
  system: System,
  { path, start }: { path: string; start: number },
): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  const prompts: number[] = [];
  let line = -1;
  for (const text of firstLines(system, path, { start })) {
    line++;
    const payload = MARKS.test(text)
      ? field(jsonIn(text), "payload")
      : undefined;
    const type = textField(payload, "type");
    const item = textField(field(payload, "item"), "type");
    if (type === "user_message" || item === "UserMessage") prompts.push(line);
    if (type !== "thread_rolled_back") continue;
    const turns = Number(field(payload, "num_turns")) || 0;
    const [from] = turns > 0 ? prompts.splice(-turns) : [];
    if (from !== undefined) found.push({ from, to: line });
  }
  return found;
}

/** The conversations of Codex. */
export const reader: SessionReader = {
  open: (system, { path }, part) => openRollout(system, path, part),
};
