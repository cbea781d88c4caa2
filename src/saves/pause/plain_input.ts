import { LIST_FIELDS, TEXT_FIELDS } from "../content.ts";
import { MpmError } from "../../base/errors.ts";
import { getOwn, setOwn } from "../../base/own.ts";

type Kind = "text" | "texts" | "numbers";

/** Field types of the plain form. */
const FIELDS = Object.fromEntries<Kind>([
  ...TEXT_FIELDS.map((name) => [name, "text"] as const),
  ...[...LIST_FIELDS, "todos", "done"].map((name) => [name, "texts"] as const),
  ["close", "numbers"],
]);

/** A line that begins a field. */
const BEGINS = /^([a-z_]+):(?:\s+([^]*))?$/;

/** Returns whether a text is in the plain form, and not JSON. */
export function isPlainInput(text: string): boolean {
  return BEGINS.test(text.trimStart().split("\n", 1)[0]!.trimEnd());
}

/**
 * Parses the plain form of `--input`. Each field is a line `field:` or
 * `field: text`, and each entry of a list is a line `- text`. Any other line
 * continues the text before it. The form exists because agents' clients refuse
 * to run commands that contain JSON. Returns the same result as the equivalent
 * JSON. Throws USAGE for an unknown field and for a line before the first
 * field.
 */
export function parsePlain(
  text: string,
  source: string,
): Record<string, unknown> {
  const found = new Map<string, string[]>();
  let entries: string[] | undefined;
  for (const line of text.split(/\r?\n/).map((one) => one.trimEnd())) {
    const [begins, name = "", rest] = BEGINS.exec(line) ?? [];
    const kind = getOwn(FIELDS, name);
    if (begins !== undefined && (kind || rest === undefined)) {
      if (!kind) throw unknownField(name, source);
      entries = found.get(name) ?? [];
      found.set(name, entries);
      if (rest !== undefined) entries.push(rest);
      continue;
    }
    const entry = /^\s*[-*](?:\s+([^]*))?$/.exec(line);
    if (entry && entries) entries.push(entry[1] ?? "");
    else if (entries && entries.length > 0) {
      entries.push(`${entries.pop()}\n${line}`);
    } else if (entries && line !== "") entries.push(line);
  }
  const values: Record<string, unknown> = {};
  for (const [name, list] of found) {
    setOwn(values, name, valueOf(getOwn(FIELDS, name)!, list));
  }
  return values;
}

function valueOf(kind: Kind, list: string[]): unknown {
  const texts = list.map((one) => one.trim()).filter((one) => one !== "");
  if (kind === "text") return texts.join("\n");
  if (kind === "texts") return texts;
  return texts.flatMap((one) => one.split(/[\s,]+/))
    .map((one) => Number(one.replace(/^#/, "")));
}

function unknownField(name: string, source: string): MpmError {
  return new MpmError(
    "USAGE",
    `Cannot use ${source}: unknown field "${name}"`,
    { hint: `Available fields: ${Object.keys(FIELDS).join(", ")}` },
  );
}
