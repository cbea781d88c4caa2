import { Ajv2020, type ValidateFunction } from "ajv/2020";
import { ROOT } from "./tree.ts";

/** A single one, so that it reads the schema of schemas only once. */
const ajv = new Ajv2020({ strict: true, allErrors: true });

let names: readonly string[] | undefined;

/** The commands of mpm, each with a schema for its answer. */
export function commandNames(): readonly string[] {
  names ??= [...Deno.readDirSync(`${ROOT}/schemas`)]
    .filter(({ name }) => name.endsWith(".json"))
    .map(({ name }) => Deno.readTextFileSync(`${ROOT}/schemas/${name}`))
    .map((text) => /^mpm (.+) --json: /.exec(JSON.parse(text).description))
    .flatMap((found) => found?.[1] ?? []).sort();
  return names;
}

const validators = new Map<string, ValidateFunction>();

/**
 * Lists the misfits of `value` with the schema that is published as `name`;
 * empty if it fits.
 */
export function misfits(name: string, value: unknown): string {
  let validate = validators.get(name);
  if (!validate) {
    const text = Deno.readTextFileSync(`${ROOT}/schemas/${name}.json`);
    validate = ajv.compile(JSON.parse(text));
    validators.set(name, validate);
  }
  if (validate(value)) return "";
  return (validate.errors ?? [])
    .map(({ instancePath, message }) => `${instancePath}: ${message}`)
    .join("; ");
}
