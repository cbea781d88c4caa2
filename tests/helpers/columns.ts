import { eastAsianWidth } from "get-east-asian-width";

/** Columns of a line on a terminal, without colours. */
export function columns(line: string): number {
  // deno-lint-ignore no-control-regex -- finds terminal sequences
  const bare = line.replaceAll(/\x1b\[[\d;]+m|\p{Mn}|\p{Me}|\p{Cf}/gu, "");
  return [...bare].reduce(
    (sum, character) => sum + eastAsianWidth(character.codePointAt(0)!),
    0,
  );
}
