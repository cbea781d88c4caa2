import { dirname, join, relative, toFileUrl } from "@std/path";
import { ROOT } from "./tree.ts";

/** The end of a job, with its log. */
export interface JobEnd {
  readonly state: "success" | "failure" | "skipped";
  /** The folder that it ran in: a separate clone. */
  readonly folder: string;
  readonly log: string;
}

export interface WorkflowOrder {
  readonly text: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** The repository that a checkout clones. */
  readonly repository: string;
  /** An empty folder for clones, artifacts and scripts. */
  readonly root: string;
  /** The variables of the machine. */
  readonly env: Readonly<Record<string, string>>;
  /** Number of seconds that a minute takes here. */
  readonly minute?: number;
}

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
}

interface Job {
  readonly needs?: readonly string[];
  readonly "timeout-minutes": number;
  readonly steps: readonly Step[];
}

type Libraries = typeof import("./actions_libraries.ts");

let loaded: Promise<Libraries> | undefined;

/** Deno cannot load a JSON file of GitHub's parser, but a bundle has it. */
async function libraries(): Promise<Libraries> {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "actions.js");
  const source = join(ROOT, "tests/helpers/actions_libraries.ts");
  const args = ["bundle", "--quiet", "--platform=deno", "-o", file, source];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    ...{ args, cwd: ROOT, stdin: "null" },
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const made = await import(toFileUrl(file).href);
  await Deno.remove(folder, { recursive: true });
  return made;
}

/**
 * Runs a workflow like GitHub, as far as exported workflows need it. The parser
 * and the evaluator are published by GitHub. Each job runs in a new clone. The
 * three actions do what their documentation says.
 */
export async function runWorkflow(
  order: WorkflowOrder,
): Promise<Map<string, JobEnd>> {
  const library = await (loaded ??= libraries());
  const { jobs } = readWorkflow(library, order);
  const running = new Map<string, Promise<JobEnd>>();
  const start = (id: string): Promise<JobEnd> => {
    const known = running.get(id);
    if (known) return known;
    const job = jobs[id]!;
    const end = Promise.all((job.needs ?? []).map(start)).then((needs) =>
      needs.every(({ state }) => state === "success")
        ? new Runner(library, order, id).run(job)
        : { state: "skipped", folder: "", log: "" } as const
    );
    running.set(id, end);
    return end;
  };
  const ends = Object.keys(jobs).map(async (id) => {
    return [id, await start(id)] as const;
  });
  return new Map(await Promise.all(ends));
}

/** Reads a workflow, with the values of its expressions. Throws its errors. */
function readWorkflow(
  library: Libraries,
  { text, inputs, secrets = {} }: WorkflowOrder,
): { jobs: Record<string, Job> } {
  const file = { name: "workflow.yml", content: text };
  const trace = new library.NoOperationTraceWriter();
  const { context, value } = library.parseWorkflow(file, trace);
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0 || !value) throw new Error(errors.join("\n"));
  const { data, Evaluator, Lexer, Parser } = library;
  const dictionary = (values: Readonly<Record<string, string>>) =>
    new data.Dictionary(
      ...Object.entries(values).map(([key, text]) => ({
        ...{ key, value: new data.StringData(text) },
      })),
    );
  const contexts = new data.Dictionary(
    { key: "inputs", value: dictionary(inputs) },
    { key: "secrets", value: dictionary(secrets) },
    { key: "github", value: dictionary({ run_id: "1234", token: "TOKEN" }) },
  );
  const evaluate = (expression: string): string => {
    const { tokens } = new Lexer(expression).lex();
    const names = ["inputs", "secrets", "github"];
    const tree = new Parser(tokens, names, []).parse();
    return new Evaluator(tree, contexts).evaluate().coerceString();
  };
  type Token = NonNullable<typeof value>;
  const plain = (token: Token): unknown => {
    if (library.isBasicExpression(token)) return evaluate(token.expression);
    if (library.isSequence(token)) return [...all(token)].map(plain);
    if (library.isMapping(token)) {
      const pairs = [...all(token)];
      return Object.fromEntries(
        pairs.map(({ key, value }) => [key.toString(), plain(value)]),
      );
    }
    return "value" in token ? token.value : null;
  };
  return plain(value) as { jobs: Record<string, Job> };
}

/** Adapts the tokens, whose type is an iterator, to loops. */
function* all<T>(tokens: { count: number; get(at: number): T }): Generator<T> {
  for (let at = 0; at < tokens.count; at++) yield tokens.get(at);
}

/** The machine of one job. */
class Runner {
  readonly #library: Libraries;
  readonly #order: WorkflowOrder;
  readonly #id: string;
  readonly #folder: string;
  #log = "";

  constructor(library: Libraries, order: WorkflowOrder, id: string) {
    this.#library = library;
    this.#order = order;
    this.#id = id;
    this.#folder = join(order.root, "jobs", id, "work");
  }

  async run(job: Job): Promise<JobEnd> {
    const folder = this.#folder;
    Deno.mkdirSync(folder, { recursive: true });
    const minutes = job["timeout-minutes"];
    for (const step of job.steps) {
      try {
        await (step.run === undefined ? this.#use(step) : this.#script(step, {
          minutes: Math.min(minutes, step["timeout-minutes"] ?? minutes),
        }));
      } catch (error) {
        const log = `${this.#log}${(error as Error).message}\n`;
        return { state: "failure", folder, log };
      }
    }
    return { state: "success", folder, log: this.#log };
  }

  async #use({ uses = "", with: given = {} }: Step): Promise<void> {
    const [action] = uses.split("@");
    const text = (name: string) => `${given[name] ?? ""}`;
    if (action === "actions/checkout") {
      const { repository } = this.#order;
      const clone = ["clone", "--quiet", "--depth=1", `file://${repository}`];
      return await this.#program("git", [...clone, this.#folder], {});
    }
    const stored = join(this.#order.root, "artifacts", text("name"));
    if (action === "actions/download-artifact") {
      return copyFiles(
        stored,
        join(this.#folder, text("path")),
        filesIn(stored),
      );
    }
    if (action !== "actions/upload-artifact") {
      throw new Error(`What is ${uses}?`);
    }
    const { files, root } = await this.#find(text("path"), {
      hidden: text("include-hidden-files") === "true",
    });
    const isMissing = files.length === 0;
    if (isMissing && text("if-no-files-found") === "error") {
      throw new Error(
        `No files were found with the provided path: ${text("path")}`,
      );
    }
    // An artifact never changes, and a second one with the same name is
    // refused.
    Deno.mkdirSync(dirname(stored), { recursive: true });
    Deno.mkdirSync(stored);
    copyFiles(root, stored, files.map((file) => relative(root, file)));
  }

  /**
   * Finds the files of an artifact with the library of GitHub's action. They
   * belong to the lowest common folder of the beginnings of the patterns; a
   * single file belongs to its folder.
   */
  async #find(path: string, { hidden }: { hidden: boolean }) {
    const patterns = path.split("\n").map((line) => line.trim()).map((line) =>
      /^[!#]/.test(line) ? line : join(this.#folder, line)
    );
    const globber = await this.#library.create(patterns.join("\n"), {
      ...{ followSymbolicLinks: true, implicitDescendants: true },
      ...{ omitBrokenSymbolicLinks: true, excludeHiddenFiles: !hidden },
    });
    const found = await globber.glob();
    const files = found.filter((file) => !Deno.statSync(file).isDirectory);
    const bases = globber.getSearchPaths();
    if (bases.length === 1 && files.length === 1 && files[0] === bases[0]) {
      return { files, root: dirname(files[0]!) };
    }
    const [first = [], ...others] = bases.map((base) => base.split("/"));
    const end = first.findIndex((part, at) =>
      others.some((parts) => parts[at] !== part)
    );
    return { files, root: first.slice(0, end < 0 ? undefined : end).join("/") };
  }

  /** Runs a script with the shell that GitHub uses. */
  async #script(
    { run = "", shell, env = {} }: Step,
    { minutes }: { minutes: number },
  ): Promise<void> {
    const file = join(dirname(this.#folder), `${crypto.randomUUID()}.sh`);
    Deno.writeTextFileSync(file, run);
    const options = shell === "bash"
      ? ["--noprofile", "--norc", "-eo", "pipefail"]
      : ["-e"];
    const seconds = `${minutes * (this.#order.minute ?? 60)}`;
    const limited = ["--kill-after=1", seconds, "bash", ...options, file];
    await this.#program("timeout", limited, env);
  }

  async #program(
    program: string,
    args: readonly string[],
    more: Readonly<Record<string, string>>,
  ): Promise<void> {
    const home = join(dirname(this.#folder), "home");
    Deno.mkdirSync(home, { recursive: true });
    const { code, stdout, stderr } = await new Deno.Command(program, {
      ...{ args: [...args], cwd: this.#folder, clearEnv: true, stdin: "null" },
      env: {
        ...this.#order.env,
        ...{ HOME: home, CI: "true", GITHUB_ACTIONS: "true" },
        ...{ GITHUB_RUN_ID: "1234", GITHUB_WORKSPACE: this.#folder },
        ...more,
      },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    this.#log += text(stdout) + text(stderr);
    if (code === 0) return;
    const why = code === 124 ? "timed out" : `ended with exit code ${code}`;
    throw new Error(`${this.#id}: the process ${why}`);
  }
}

function filesIn(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(join(folder, below))].flatMap((entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory ? filesIn(folder, path) : [path];
  });
}

/** An archive on GitHub has contents and names, but neither modes nor links. */
function copyFiles(from: string, to: string, paths: readonly string[]): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const path of paths) {
    Deno.mkdirSync(dirname(join(to, path)), { recursive: true });
    Deno.writeFileSync(join(to, path), Deno.readFileSync(join(from, path)));
  }
}
