import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { shellWord } from "../../base/shell.ts";
import { toYaml } from "../../base/yaml.ts";
import { clientNamed } from "../../clients/mod.ts";
import type { Pipeline, Step } from "../definition.ts";
import { allNeeds, PLACEHOLDER } from "../graph.ts";

/** The first words of an exported workflow. mpm recognizes the file by them. */
export const WORKFLOW_HEAD = "# A workflow of the mpm pipeline ";

/** The actions that a workflow uses, each pinned to a commit. */
const ACTIONS = {
  checkout: "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd",
  upload: "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02",
  download:
    "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093",
};

/** The maximum number of minutes for a job on GitHub. */
const MOST_MINUTES = 360;

/** A pipeline to export. */
interface Exported {
  readonly name: string;
  readonly pipeline: Pipeline;
  /** The client for agents that do not name a client. */
  readonly client: string;
}

/**
 * Returns a workflow for GitHub Actions, with a job for each step. Throws USAGE
 * for a file name or a default that a workflow cannot have.
 */
export function workflowText(exported: Exported): string {
  const { name, pipeline: { vars, steps, description } } = exported;
  const inputs = [...vars].map(([name, variable]) => [name, {
    // GitHub rejects expressions in descriptions, even as plain text.
    description: (variable.description || name).replaceAll("${{", "$ {{"),
    required: variable.required,
    ...variable.required ? {} : { default: defaultOf(name, variable.default) },
    type: "string",
  }]);
  const ids = jobIds(steps);
  const workflow = {
    name: literal(name),
    on: {
      workflow_dispatch: inputs.length === 0
        ? {}
        : { inputs: Object.fromEntries(inputs) },
    },
    permissions: { contents: "read" },
    jobs: Object.fromEntries(
      steps.map((step) => [ids.get(step.name)!, jobOf(step, ids, exported)]),
    ),
  };
  const about = escapeText(description.replaceAll(/\s+/g, " ").trim());
  return [
    `${WORKFLOW_HEAD}${name}`,
    ...about === "" ? [] : [`# ${about}`],
    "# To write it again: mpm pipeline export --engine github-actions",
    toYaml(workflow),
  ].join("\n");
}

function defaultOf(name: string, text: string): string {
  if (!text.includes("${{")) return text;
  throw new MpmError(
    "USAGE",
    `A workflow cannot have the default of the variable "${name}"`,
    { hint: "GitHub refuses ${{ in it: use required: true instead" },
  );
}

/** The ID of a job must begin with a letter or `_`. */
function jobIds(steps: readonly Step[]): ReadonlyMap<string, string> {
  const taken = new Set(steps.map(({ name }) => name.toLowerCase()));
  return new Map(steps.map(({ name }) => {
    let id = name;
    if (/^\d/.test(name)) {
      while (taken.has(id.toLowerCase())) id = `_${id}`;
    }
    taken.add(id.toLowerCase());
    return [name, id];
  }));
}

function jobOf(
  step: Step,
  ids: ReadonlyMap<string, string>,
  exported: Exported,
): object {
  const { name, needs, produces, retries, timeout } = step;
  const { steps } = exported.pipeline;
  const given = allNeeds(steps, step)
    .filter(({ produces }) => produces.length > 0);
  const minutes = Math.ceil(timeout / 60_000) * (retries + 1);
  const jobMinutes = Math.min(MOST_MINUTES, minutes);
  return {
    ...name === ids.get(name) ? {} : { name },
    ...needs.length === 0 ? {} : { needs: needs.map((one) => ids.get(one)!) },
    "runs-on": "ubuntu-latest",
    "timeout-minutes": jobMinutes,
    steps: [
      { uses: ACTIONS.checkout, with: { "persist-credentials": false } },
      ...given.map((producer) => ({
        name: `Get the files of ${producer.name}`,
        uses: ACTIONS.download,
        with: { name: producer.name, path: commonFolder(producer.produces) },
      })),
      ...programSteps(step, exported),
      ...produces.length === 0 ? [] : [{
        name: "Keep the files",
        uses: ACTIONS.upload,
        with: {
          name,
          // The final newline makes GitHub read the value as a list of
          // patterns.
          path: produces.map(patternLine).join("\n"),
          "if-no-files-found": "error",
          "include-hidden-files": true,
        },
      }],
    ],
  };
}

/**
 * Returns a pattern in GitHub's syntax. In it, `[` begins a class, a leading
 * `!` means "not", and a leading `#` begins a comment. Leading and trailing
 * spaces are ignored. Throws USAGE for a line break.
 */
function patternLine(pattern: string): string {
  // deno-lint-ignore no-control-regex -- finds control characters
  if (/[\x00-\x1f\x7f]/.test(pattern)) {
    throw new MpmError(
      "USAGE",
      `A workflow cannot keep the file "${escapeText(pattern)}"`,
      { hint: "Its name has a control character: rename it" },
    );
  }
  const plain = pattern.replaceAll("[", "[[]").replace(/ $/, "[ ]");
  return literal(/^[!#~ ]/.test(plain) ? `./${plain}` : plain);
}

/**
 * The folder of an artifact. GitHub removes the folders that all files of an
 * artifact have in common, up to the first pattern.
 */
function commonFolder(produces: readonly string[]): string {
  const folders = produces.map((file) => {
    const parts = file.split("/").slice(0, -1);
    const at = parts.findIndex((part) => /[*?]/.test(part));
    return at < 0 ? parts : parts.slice(0, at);
  });
  const [first = [], ...others] = folders;
  const end = first.findIndex((part, at) =>
    others.some((folder) => folder[at] !== part)
  );
  const common = end < 0 ? first : first.slice(0, end);
  return literal(common.length === 0 ? "." : common.join("/"));
}

/** The program of a step, and the program that checks it. */
function programSteps(step: Step, exported: Exported): object[] {
  const { work, verify, retries } = step;
  const values = new Values(step.name, exported);
  const env = {
    ...values.inputs(),
    ...Object.fromEntries(
      [...step.env].map(([name, text]) => [name, values.text(text)]),
    ),
  };
  const minutes = Math.ceil(step.timeout / 60_000);
  const limits = {
    shell: "bash",
    ...minutes * (retries + 1) < MOST_MINUTES
      ? { "timeout-minutes": minutes * (retries + 1) }
      : {},
  };
  const check = verify === null ? undefined : values.words(verify);
  if (work.kind === "run") {
    const lines = retried(values.words(work.args), { retries, check });
    return [{ name: "Run", ...limits, ...withEnv(env), run: lines }];
  }
  const client = clientNamed(work.client ?? exported.client)!;
  const args = client.headless(PROMPT, {
    turns: work.turns ?? undefined,
  });
  const words = args.map((arg) =>
    arg.split(PROMPT).map((part) => part === "" ? "" : quoted(part))
      .join('"$MPM_PROMPT"')
  ).join(" ");
  const secret = {
    [client.key]: `\${{ secrets.${client.key} }}`,
    MPM_PROMPT: values.text(work.prompt),
  };
  return [
    {
      name: `Install ${client.name}`,
      run: `npm install --global ${client.package}`,
    },
    {
      name: "Ask the agent",
      ...limits,
      ...withEnv({ ...env, ...secret }),
      run: retried(words, { retries, check }),
    },
  ];
}

/** Marks the prompt in the arguments of a client. */
const PROMPT = "\u0001prompt\u0001";

function withEnv(env: Record<string, string>): object {
  return Object.keys(env).length === 0 ? {} : { env };
}

/** Wraps a program so that it runs again if it or its check fails. */
function retried(
  words: string,
  { retries, check }: { retries: number; check: string | undefined },
): string {
  const both = check === undefined ? words : `${words} && ${check}`;
  if (retries === 0) return check === undefined ? words : `${words}\n${check}`;
  return [
    "tries=0",
    `until ${both}; do`,
    "  tries=$((tries + 1))",
    `  [ "$tries" -le ${retries} ] || exit 1`,
    "  sleep $((2 ** (tries - 1)))",
    "done",
  ].join("\n");
}

/** Returns text that GitHub uses unchanged, with no expressions in it. */
function literal(text: string): string {
  return text.replaceAll("${{", () => "${{ '${{' }}");
}

/**
 * Quotes a text for a shell, so that GitHub finds no expression in it either.
 */
function quoted(text: string): string {
  return shellWord(text).replaceAll("${{", () => "$''{{");
}

/**
 * The values of placeholders, which reach a script only through the
 * environment.
 */
class Values {
  readonly #step: string;
  readonly #exported: Exported;
  /** The environment variables, by name in the pipeline. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(step: string, exported: Exported) {
    this.#step = step;
    this.#exported = exported;
    const names = new Map<string, string>();
    for (const name of exported.pipeline.vars.keys()) {
      // The "env" of a step cannot have this name.
      const plain = `MPM_VAR_${name.toUpperCase().replaceAll("-", "_")}`;
      const isTaken = [...names.values()].includes(plain);
      names.set(name, isTaken ? `${plain}_${names.size}` : plain);
    }
    this.#names = names;
  }

  /** The inputs as environment variables. */
  inputs(): Record<string, string> {
    return Object.fromEntries(
      [...this.#names].map(([name, variable]) => [variable, input(name)]),
    );
  }

  /** Returns the text with placeholders replaced by GitHub expressions. */
  text(text: string): string {
    return this.#filled(text, {
      plain: literal,
      value: (name) => this.#names.has(name) ? input(name) : RUN,
    });
  }

  /** Returns arguments for a shell. */
  words(args: readonly string[]): string {
    return args.map((arg) =>
      arg === "" ? "''" : this.#filled(arg, {
        plain: quoted,
        value: (name) => `"$${this.#names.get(name) ?? "GITHUB_RUN_ID"}"`,
      })
    ).join(" ");
  }

  #filled(
    text: string,
    { plain, value }: {
      plain: (text: string) => string;
      value: (name: string) => string;
    },
  ): string {
    const known = new Map([
      ["pipeline", this.#exported.name],
      ["step", this.#step],
    ]);
    // Every second part is the name of a placeholder.
    return text.split(PLACEHOLDER).map((part, at) => {
      if (at % 2 === 0) return part === "" ? "" : plain(part);
      const own = known.get(part);
      return own === undefined ? value(part) : plain(own);
    }).join("");
  }
}

const RUN = "${{ github.run_id }}";

function input(name: string): string {
  return `\${{ inputs.${name} }}`;
}
