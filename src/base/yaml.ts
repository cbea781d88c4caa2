import { remembered } from "./remembered.ts";
import { escapeUnseen } from "./escape.ts";

/**
 * Returns the value of a JSON file as YAML 1.2 for people, in block style.
 * Lists are in the column of their key, as in claude-mpm. A text is plain only
 * if every reader reads it as a text, and otherwise written as in JSON. The
 * YAML library would take longer than the rest of a pause to write a save with
 * a thousand files.
 */
export function toYaml(value: unknown): string {
  if (!isBlock(value)) return `${scalar(value)}\n`;
  const yaml = new YamlText();
  yaml.add(value, "", "");
  return yaml.text;
}

type Block = readonly unknown[] | Readonly<Record<string, unknown>>;

/** Returns whether `value` needs separate lines. */
function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null &&
    (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

/** Builds a YAML text, usually one: a quick start matters more than speed. */
class YamlText {
  text = "";

  /** `indent`: the block's column; `first`: the text before its first line. */
  add(value: Block, indent: string, first: string): void {
    let before = first;
    if (Array.isArray(value)) {
      for (const item of value) {
        // The first line of a nested block follows the dash.
        if (isBlock(item)) this.add(item, `${indent}  `, `${before}- `);
        else this.text += `${before}- ${scalar(item)}\n`;
        before = indent;
      }
      return;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    for (const [key, child] of Object.entries(fields)) {
      if (child === undefined) continue;
      const head = `${before}${keyText(key)}:`;
      if (isBlock(child)) {
        const below = Array.isArray(child) ? indent : `${indent}  `;
        this.text += `${head}\n`;
        this.add(child, below, below);
      } else this.text += `${head} ${scalar(child)}\n`;
      before = indent;
    }
  }
}

/** The same few keys occur thousands of times. */
const keyText = remembered(scalar);

/** Begins with a letter or a slash, so it is neither a number nor a date. */
const PLAIN = /^[A-Za-z/][\w./+@-]*(?: [\w./+@-]+)*$/;

/** Characters that need no escape between quotes. */
const SIMPLE = /^[ !#-[\]-~]*$/;

/** Returns whether YAML reads the text as something else. */
function isReserved(text: string): boolean {
  return text.length <= 5 &&
    /^(?:true|false|null|yes|no|on|off|[yn])$/i.test(text);
}

function scalar(value: unknown): string {
  if (typeof value === "string") {
    if (PLAIN.test(value) && !isReserved(value)) return value;
    if (SIMPLE.test(value)) return `"${value}"`;
    return quoted(value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "[]" : "{}";
}

/** Quotes a text as in JSON, without forbidden and invisible characters. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (/^[ -~]*$/.test(json)) return json;
  const escape = (character: string) =>
    `\\U${character.codePointAt(0)!.toString(16).padStart(8, "0")}`;
  return escapeUnseen(json, escape).replaceAll(/[\ufffe\uffff]/g, escape);
}
