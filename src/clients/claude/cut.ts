import { basename, dirname, relative } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { jsonIn, textField } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import { makeFolder } from "../look.ts";
import { firstLines } from "../tail.ts";
import { agentTranscripts } from "./transcript.ts";

/** Bytes to write at once. */
const BLOCK = 1024 * 1024;

/** The place where a conversation is cut. */
export interface CutAt {
  /** The key of the last event, see `AgentEvent`; null: cut by time only. */
  readonly key: string | null;
  /** When the last event ended, ISO 8601, UTC. */
  readonly at: string;
}

/**
 * Copies the beginning of a conversation, with its sub-agents, into an empty
 * folder. The copy ends with the last event, including the result of a tool
 * call. Returns the path of the copy.
 */
export function copyUpTo(
  system: System,
  { path, cut, folder }: { path: string; cut: CutAt; folder: string },
): string {
  const copy = join(folder, basename(path));
  const last = cut.key === null ? undefined : lineWith(system, path, cut.key);
  copyLines(system, {
    ...{ from: path, to: copy },
    ends: last === undefined
      ? (text) => timeOf(text) > cut.at
      : (_, number) => number > last,
  });
  const base = path.replace(/\.jsonl$/, "");
  for (const from of agentTranscripts(system, path)) {
    const to = join(copy.replace(/\.jsonl$/, ""), relative(base, from));
    makeFolder(system, dirname(to));
    copyLines(system, { from, to, ends: (text) => timeOf(text) > cut.at });
    const meta = from.replace(/\.jsonl$/, ".meta.json");
    attempt(() => {
      const bytes = system.files.readUpTo(meta, BLOCK);
      system.files.append(to.replace(/\.jsonl$/, ".meta.json"), bytes);
    });
  }
  return copy;
}

/** Returns the number of the line with the result of a call, or with an ID. */
function lineWith(
  system: System,
  path: string,
  key: string,
): number | undefined {
  const id = JSON.stringify(key.replace(/#\d+$/, ""));
  const marks = [`"tool_use_id":${id}`, `"uuid":${id}`];
  let number = 0;
  for (const text of firstLines(system, path)) {
    number++;
    if (marks.some((mark) => text.includes(mark))) return number;
  }
  return undefined;
}

/** Returns "" for a line without a time, which belongs to the last line. */
function timeOf(text: string): string {
  return textField(jsonIn(text), "timestamp") ?? "";
}

function copyLines(
  system: System,
  { from, to, ends }: {
    from: string;
    to: string;
    ends: (text: string, number: number) => boolean;
  },
): void {
  let [lines, size, number] = [[] as string[], 0, 0];
  const write = () => {
    const text = lines.map((line) => `${line}\n`).join("");
    system.files.append(to, new TextEncoder().encode(text));
    [lines, size] = [[], 0];
  };
  for (const text of firstLines(system, from)) {
    if (ends(text, ++number)) break;
    lines.push(text);
    size += text.length;
    if (size > BLOCK) write();
  }
  write();
}
