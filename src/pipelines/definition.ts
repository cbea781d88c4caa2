import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { didYouMean } from "../base/nearest.ts";
import { field, type Fields, isFields } from "../base/parsed_values.ts";
import { lineOf, parseYaml } from "../base/yaml_lines.ts";
import { isBelow } from "../partitions/mod.ts";
import {
  argumentsIn,
  type Fault,
  flagIn,
  GRACE,
  kindWords,
  LONGEST,
  numberIn,
  refuseUnknown,
  RETRIES,
  textIn,
  textsIn,
  timeIn,
  type Work,
  workIn,
} from "../tasks/mod.ts";
import { cycleIn, ordered, PLACEHOLDER } from "./graph.ts";

/** A step, as defined in the pipeline's file. */
export interface Step {
  readonly name: string;
  /** The steps that must be finished before it, without duplicates. */
  readonly needs: readonly string[];
  /** The work of the step, with placeholders that are not filled in yet. */
  readonly work: Work;
  /** Files and file patterns, relative to the step's working folder. */
  readonly produces: readonly string[];
  /** A program that checks the step; null: no check. */
  readonly verify: readonly string[] | null;
  /** The number of tries after the first one. */
  readonly retries: number;
  /** Milliseconds for one try, and for `verify`. */
  readonly timeout: number;
  /** Milliseconds between asking a program to end and killing it. */
  readonly grace: number;
  /**
   * True if the step has a worktree. Either its definition says so, or it needs
   * a step with a worktree, whose result it could not see otherwise.
   */
  readonly worktree: boolean;
  /** True if the step can simply run again after it may already have run. */
  readonly repeatable: boolean;
  readonly env: ReadonlyMap<string, string>;
}

/** A variable of a pipeline, by name. */
export interface Variable {
  readonly required: boolean;
  readonly default: string;
  readonly description: string;
}

/** A pipeline, as defined in its file. */
export interface Pipeline {
  readonly description: string;
  readonly vars: ReadonlyMap<string, Variable>;
  /**
   * The maximum number of steps that run at the same time; null: the default.
   */
  readonly jobs: number | null;
  readonly notify: readonly string[] | null;
  /**
   * The steps, each after those that it needs, otherwise in the order of the
   * file.
   */
  readonly steps: readonly Step[];
}

const FIELDS = ["description", "vars", "jobs", "notify", "steps"];
const VARIABLE = ["required", "default", "description"];
const STEP = [
  ...["needs", "run", "agent", "produces", "verify", "retries", "timeout"],
  ...["grace", "worktree", "repeatable", "env"],
];

const STEP_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;
const VARIABLE_NAME = /^[a-z_][a-z0-9_-]*$/;

/** Placeholders that every pipeline has. */
const OWN_VALUES = ["pipeline", "run", "step"];
const MOST_STEPS = 200;
export const MOST_JOBS = 64;

/**
 * Returns the pipeline defined in the text of a YAML file. Throws UNREADABLE
 * with the line of the error.
 * @param path The file's path, for errors.
 */
export async function readPipeline(
  text: string,
  path: string,
): Promise<Pipeline> {
  const lines = text.split(/\r?\n/);
  const faultAt = (line: number, words: string) =>
    new MpmError("UNREADABLE", `${path}:${line}: ${escapeText(words)}`, {
      hint: 'Fix the file. "mpm help pipelines" describes its fields',
    });
  const value = await parseYaml(lines, faultAt);
  const fault: Fault = (path, words) => faultAt(lineOf(lines, path), words);
  if (!isFields(value)) {
    throw fault([], `a pipeline must have fields, not ${kindWords(value)}`);
  }
  refuseUnknown(value, { known: FIELDS, path: [], fault });
  const vars = varsIn(value, fault);
  const steps = stepsIn(value, fault);
  const pipeline: Pipeline = {
    description: textIn(value, ["description"], fault) ?? "",
    vars,
    jobs: numberIn(value, ["jobs"], fault, {
      ...{ neutral: 0, least: 1, most: MOST_JOBS },
    }) || null,
    notify: argumentsIn(value, ["notify"], fault) ?? null,
    steps,
  };
  refusePlaceholders(pipeline, fault);
  return pipeline;
}

function varsIn(value: Fields, fault: Fault): Map<string, Variable> {
  const vars = field(value, "vars");
  const found = new Map<string, Variable>();
  if (vars === undefined || vars === null) return found;
  if (!isFields(vars)) {
    throw fault(["vars"], `"vars" must have fields, not ${kindWords(vars)}`);
  }
  for (const [name, one] of Object.entries(vars)) {
    const path = ["vars", name];
    if (!VARIABLE_NAME.test(name) || OWN_VALUES.includes(name)) {
      throw fault(path, `"${name}" cannot name a variable. Use a-z, 0-9, _, -`);
    }
    if (!isFields(one)) {
      throw fault(
        path,
        `"${name}" must have fields (${VARIABLE.join(", ")}), not ` +
          `${kindWords(one)}`,
      );
    }
    refuseUnknown(one, { known: VARIABLE, path, fault });
    found.set(name, {
      required: flagIn(one, [...path, "required"], fault),
      default: textIn(one, [...path, "default"], fault) ?? "",
      description: textIn(one, [...path, "description"], fault) ?? "",
    });
  }
  return found;
}

function stepsIn(value: Fields, fault: Fault): readonly Step[] {
  const steps = field(value, "steps");
  if (!isFields(steps) || Object.keys(steps).length === 0) {
    throw fault(["steps"], '"steps" must have a field for each step');
  }
  const names = Object.keys(steps);
  if (names.length > MOST_STEPS) {
    throw fault(["steps"], `there are more than ${MOST_STEPS} steps`);
  }
  const known = new Map<string, string>();
  const found = names.map((name) => {
    const path = ["steps", name];
    // Files are named after steps, and disks may ignore case.
    const other = known.get(name.toLowerCase());
    if (!STEP_NAME.test(name) || other !== undefined) {
      const why = other === undefined
        ? ""
        : `, "${other}" differs only in case`;
      throw fault(path, `"${name}" cannot name a step${why}`);
    }
    known.set(name.toLowerCase(), name);
    return stepIn(name, field(steps, name), { names, fault });
  });
  const cycle = cycleIn(found);
  if (cycle) {
    throw fault(
      ["steps", cycle[0]!, "needs"],
      `the steps need each other: ${cycle.join(" -> ")}`,
    );
  }
  refuseSameFile(found, fault);
  return withWorktrees(ordered(found));
}

function stepIn(
  name: string,
  value: unknown,
  { names, fault }: { names: readonly string[]; fault: Fault },
): Step {
  const path = ["steps", name];
  if (!isFields(value)) {
    throw fault(path, `"${name}" must have fields, not ${kindWords(value)}`);
  }
  refuseUnknown(value, { known: STEP, path, fault });
  const needs = needsIn(name, value, { names, fault });
  const at = (field: string) => [...path, field];
  const produces = textsIn(value, at("produces"), fault) ?? [];
  for (const file of produces) refusePath(file, at("produces"), fault);
  return {
    ...{ name, needs, produces },
    work: workIn(value, { path, noun: `the step "${name}"`, fault }),
    verify: argumentsIn(value, at("verify"), fault) ?? null,
    retries: numberIn(value, at("retries"), fault, RETRIES),
    timeout: timeIn(value, at("timeout"), fault) || LONGEST,
    grace: timeIn(value, at("grace"), fault) ?? GRACE,
    worktree: flagIn(value, at("worktree"), fault),
    repeatable: flagIn(value, at("repeatable"), fault),
    env: envIn(value, at("env"), fault),
  };
}

function needsIn(
  name: string,
  value: Fields,
  { names, fault }: { names: readonly string[]; fault: Fault },
): string[] {
  const path = ["steps", name, "needs"];
  const none = field(value, "needs");
  if (Array.isArray(none) && none.length === 0) return [];
  const needs = textsIn(value, path, fault) ?? [];
  const unknown = needs.find((one) => !names.includes(one));
  if (unknown === undefined) return [...new Set(needs)];
  throw fault(
    path,
    `"${name}" needs the unknown step "${unknown}". ` +
      didYouMean(unknown, names, `Available steps: ${names.join(", ")}`),
  );
}

/**
 * Throws unless the path is a file below the step's folder, with `/` between
 * folders.
 */
function refusePath(
  file: string,
  path: readonly string[],
  fault: Fault,
): void {
  const parts = file.split("/");
  const isBelow = file !== "" && !/^([A-Za-z]:|[\\/~])/.test(file) &&
    !parts.some((part) => ["", ".", "..", ".git"].includes(part)) &&
    !file.includes("\0") && !file.includes("\\");
  if (isBelow && parts[0] !== ".claude-mpm") return;
  throw fault(
    path,
    `"${file}" is not a file below the project's folder, such as dist/app.js`,
  );
}

function envIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): Map<string, string> {
  const env = field(value, "env");
  if (env === undefined) return new Map();
  if (!isFields(env)) {
    throw fault(path, `"env" must have fields, not ${kindWords(env)}`);
  }
  return new Map(
    Object.keys(env).map((name) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || /^MPM_/.test(name)) {
        throw fault([...path, name], `"${name}" cannot name a variable here`);
      }
      const text = textIn(env, [...path, name], fault)!;
      if (!text.includes("\0")) return [name, text];
      throw fault([...path, name], `"${name}" contains a NUL character`);
    }),
  );
}

/** Returns whether a pattern matches a path. A plain path never matches. */
export function isMatch(pattern: string, path: string): boolean {
  return /[*?[{]/.test(pattern) && isBelow(pattern.split("/"), path.split("/"));
}

function refuseSameFile(steps: readonly Step[], fault: Fault): void {
  const made = new Map<string, string>();
  for (const { name, produces } of steps) {
    for (const file of produces) {
      const other = made.get(file);
      if (other !== undefined) {
        throw fault(
          ["steps", name, "produces"],
          other === name
            ? `"${name}" produces "${file}" twice`
            : `"${other}" and "${name}" both produce "${file}"`,
        );
      }
      made.set(file, name);
    }
  }
  for (const [file, name] of made) {
    const [pattern, other] = [...made].find(([pattern, other]) =>
      other !== name && isMatch(pattern, file)
    ) ?? [];
    if (pattern === undefined) {
      continue;
    }
    throw fault(
      ["steps", name, "produces"],
      `"${file}" of "${name}" matches "${pattern}" of "${other}"`,
    );
  }
}

/**
 * Returns `steps`, which must be in order, with the worktrees that they need.
 */
function withWorktrees(steps: readonly Step[]): readonly Step[] {
  const having = new Set<string>();
  return steps.map((step) => {
    const worktree = step.worktree || step.needs.some((one) => having.has(one));
    if (worktree) having.add(step.name);
    return { ...step, worktree };
  });
}

/** Throws if a name in braces is not a variable. */
function refusePlaceholders(
  { vars, steps, notify }: Pipeline,
  fault: Fault,
): void {
  const known = [...vars.keys(), ...OWN_VALUES];
  const check = (
    texts: readonly string[],
    path: readonly string[],
    more: readonly string[] = [],
  ) => {
    const all = [...known, ...more];
    for (const [, name = ""] of texts.join("\n").matchAll(PLACEHOLDER)) {
      if (all.includes(name)) continue;
      throw fault(
        path,
        `unknown variable "{${name}}". ` +
          didYouMean(name, all, `Available variables: ${all.join(", ")}`),
      );
    }
  };
  for (const { name, work, verify, env } of steps) {
    const path = ["steps", name];
    if (work.kind === "agent") check([work.prompt], [...path, "agent"]);
    else check(work.args, [...path, "run"]);
    check(verify ?? [], [...path, "verify"]);
    check([...env.values()], [...path, "env"]);
    const program = work.kind === "run" ? work.args[0]! : "";
    if ([program, verify?.[0] ?? ""].some((text) => text.match(PLACEHOLDER))) {
      throw fault(path, "the name of the program cannot contain a variable");
    }
  }
  check(notify ?? [], ["notify"], ["state"]);
}
