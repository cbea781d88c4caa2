import type { MpmError } from "./errors.ts";

/** Makes the error for a line of the file, counted from 1. */
export type FaultAt = (line: number, words: string) => MpmError;

/** Parses YAML lines, all scalars as text. Throws the error of `faultAt`. */
export async function parseYaml(
  lines: readonly string[],
  faultAt: FaultAt,
): Promise<unknown> {
  // Imported here, since few commands read YAML.
  const { parse } = await import("@std/yaml");
  try {
    return parse(lines.join("\n"), { schema: "failsafe" });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const at = Number(/ at line (\d+)/.exec(error.message)?.[1] ?? 1);
    const words = error.message.split("\n", 1)[0]!
      .replace(/ at line \d+, column \d+:?$/, "");
    throw faultAt(Math.max(1, Math.min(at, lines.length)), words);
  }
}

/** Returns the line, counted from 1, that has the field at `path`. */
export function lineOf(
  lines: readonly string[],
  path: readonly string[],
): number {
  let at = 0;
  for (const name of path) {
    const next = lines.findIndex((line, index) =>
      index >= at && isAbout(line, name)
    );
    // In flow style, the field is on the line of the enclosing value.
    if (next >= 0) at = next + 1;
  }
  return Math.max(at, 1);
}

/** Returns whether a line begins with `name`, also in a list. */
function isAbout(line: string, name: string): boolean {
  return [/^[\s-]*["']?/, /^[\s-]*name:\s*["']?/].some((beginning) => {
    const rest = line.replace(beginning, "");
    return rest.startsWith(name) && !/^[\w-]/.test(rest.slice(name.length));
  });
}
