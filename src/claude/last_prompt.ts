import { field, jsonIn } from "../session/odd_values.ts";
import type { System } from "../system/system.ts";
import { lastLines } from "./tail.ts";

/** Bytes of the end of a transcript that are searched. */
const MOST = 1024 * 1024;

/**
 * What was asked of the agent last, from the end of its transcript, if that
 * tells; never throws.
 */
export function lastPrompt(system: System, path: string): string | undefined {
  for (const line of lastLines(system, path, MOST)) {
    const entry = line.includes('"last-prompt"') ? jsonIn(line) : undefined;
    const prompt = field(entry, "type") === "last-prompt"
      ? field(entry, "lastPrompt")
      : undefined;
    if (typeof prompt === "string" && prompt.trim() !== "") return prompt;
  }
  return undefined;
}
