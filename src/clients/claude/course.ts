import { attempt } from "../../base/errors.ts";
import { isFields, jsonIn } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import {
  type AgentCourse,
  type ContextPoint,
  fewer,
  MOST_ERRORS,
} from "../course.ts";
import { answerOf } from "./answers.ts";
import { errorIn } from "./conversation/answers.ts";
import { TIME } from "./conversation/branches.ts";
import { lineOf } from "./conversation/lines.ts";
import { promptsIn } from "./conversation/prompts.ts";
import { readBeginning } from "./conversation/read.ts";
import { lastLines } from "../tail.ts";

/** The size in bytes up to which a transcript is read as a whole. */
const WHOLE = 2 * 1024 * 1024;

/** The number of parts to read of a longer transcript, and their bytes. */
const PARTS = 48;
const PART = 32 * 1024;

/** Matches a line that may show the context usage or an error. */
const MARKS =
  /"usage"\s*:|"isApiErrorMessage"\s*:\s*true|\[Request interrupted|"max_turns_reached"/;

const TIMED = /"timestamp"\s*:/;

/**
 * Reads the history of an agent session from its transcript. Reads at most
 * about 2 MiB, however long the transcript is. `undefined` if no line has a
 * time; never throws.
 */
export function readCourse(
  system: System,
  path: string,
): AgentCourse | undefined {
  const size = attempt(() => system.files.stat(path)?.size) ?? 0;
  const partial = size > WHOLE;
  const points: ContextPoint[] = [];
  const errors: { at: string; text: string }[] = [];
  const beginning = readBeginning(system, path);
  let from = beginning.lines.find(({ at }) => at !== "")?.at ?? "";
  let to = from;
  const texts = partial ? partsOf(system, path, size) : [];
  const end = [...lastLines(system, path, partial ? PART : size)].reverse();
  for (const text of [...texts, ...end]) {
    if (!MARKS.test(text) && !TIMED.test(text)) continue;
    const value = jsonIn(text);
    if (!isFields(value) || value.isSidechain === true) continue;
    const { timestamp } = value;
    if (typeof timestamp !== "string" || !TIME.test(timestamp)) continue;
    if (from === "" || timestamp < from) from = timestamp;
    if (timestamp > to) to = timestamp;
    const tokens = answerOf(value)?.tokens;
    if (tokens !== undefined) points.push({ at: timestamp, tokens });
    const error = errorIn(lineOf(value, timestamp));
    if (error !== undefined) errors.push({ at: timestamp, text: error });
  }
  if (from === "") return undefined;
  return {
    ...{ from, to, partial },
    title: promptsIn(beginning)[0]?.text,
    context: fewer(points),
    errors: errors.slice(-MOST_ERRORS),
  };
}

/** Returns whole lines from places spread across the file. */
function partsOf(system: System, path: string, size: number): string[] {
  const decoder = new TextDecoder();
  return Array.from({ length: PARTS }, (_, part) => {
    const start = Math.floor(size / PARTS) * part;
    const bytes = attempt(() => system.files.readPart(path, start, PART));
    return decoder.decode(bytes).split("\n").slice(1, -1);
  }).flat();
}
