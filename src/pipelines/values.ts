import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import type { Pipeline, Step } from "./definition.ts";
import { PLACEHOLDER } from "./graph.ts";

/** Fills in the placeholders of a text, each of them once. */
export function withValues(
  text: string,
  values: ReadonlyMap<string, string>,
): string {
  return text.replaceAll(
    PLACEHOLDER,
    (whole, name) => values.get(name) ?? whole,
  );
}

/** Returns a step with the values of variables filled into all of its texts. */
export function filledStep(
  step: Step,
  values: ReadonlyMap<string, string>,
): Step {
  const fill = (text: string) => withValues(text, values);
  const { work } = step;
  return {
    ...step,
    work: work.kind === "run"
      ? { ...work, args: work.args.map(fill) }
      : { ...work, prompt: fill(work.prompt) },
    verify: step.verify?.map(fill) ?? null,
    env: new Map([...step.env].map(([name, text]) => [name, fill(text)])),
  };
}

/**
 * Returns the values of all variables. Throws USAGE for a variable that is
 * unknown, duplicate, or missing.
 * @param given `name=value`, as typed.
 */
export function valuesOf(
  { vars }: Pipeline,
  given: readonly string[],
): Map<string, string> {
  const names = [...vars.keys()];
  const values = new Map<string, string>();
  for (const one of given) {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(one) ?? [];
    if (!vars.has(name)) {
      throw new MpmError("USAGE", `Unknown variable in "--var ${one}"`, {
        hint: names.length === 0
          ? "The pipeline has no variables"
          : didYouMean(name, names, `Available variables: ${names.join(", ")}`),
      });
    }
    if (values.has(name) || value.includes("\0")) {
      throw new MpmError("USAGE", `Invalid variable in "--var ${one}"`, {
        hint: "Set each variable once, as name=value",
      });
    }
    values.set(name, value);
  }
  const missing = names.find((name) =>
    vars.get(name)!.required && !values.has(name)
  );
  if (missing !== undefined) {
    throw new MpmError("USAGE", `The variable "${missing}" is required`, {
      hint: `Add: --var ${missing}=VALUE`,
    });
  }
  for (const [name, { default: value }] of vars) {
    if (!values.has(name)) values.set(name, value);
  }
  return values;
}
