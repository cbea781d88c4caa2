import { field, textField } from "../../base/parsed_values.ts";
import { countIn } from "../gauge.ts";
import { patchedPaths } from "../edits.ts";

/** The tools of opencode that change files. */
export const EDITORS: ReadonlySet<string> = new Set(
  ["edit", "write", "patch", "apply_patch", "multiedit"],
);

/** The other tools, with the names that mpm uses for them. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["bash", "Bash"],
  ["glob", "Glob"],
  ["grep", "Grep"],
  ["list", "LS"],
  ["read", "Read"],
  ["skill", "Read"],
  ["task", "Task"],
  ["todowrite", "TodoWrite"],
  ["webfetch", "WebFetch"],
]);

/** Returns a tool's name and arguments in mpm's format. */
export function namedTool(
  tool: string,
  input: unknown,
): { tool_name: string; tool_input: unknown } {
  if (!EDITORS.has(tool)) {
    return { tool_name: NAMES.get(tool) ?? tool, tool_input: input };
  }
  const path = textField(input, "filePath");
  const patch = textField(input, "patchText") ?? "";
  const paths = path === undefined ? patchedPaths(patch) : [path];
  return { tool_name: "MultiEdit", tool_input: { paths } };
}

/** Returns a prompt as typed; `opencode run` quotes one with blanks. */
export function unquoted(text: string): string {
  const inner = /^"((?:[^"\\]|\\[^])* (?:[^"\\]|\\[^])*)"\n*$/.exec(text)?.[1];
  return inner === undefined ? text : inner.replaceAll('\\"', '"');
}

/** Returns the tokens in a step's context and answer, if not all zero. */
export function contextOf(
  tokens: unknown,
): { context: number; output: number } | undefined {
  const cache = field(tokens, "cache");
  const context = (countIn(tokens, "input") ?? 0) +
    (countIn(cache, "read") ?? 0) + (countIn(cache, "write") ?? 0);
  const output = countIn(tokens, "output") ?? 0;
  return context > 0 ? { context, output } : undefined;
}
