// This file is bundled by itself, without the import map of deno.json.
import { dirname, join } from "node:path";
import { PROBES } from "../src/hooks/install/probes.ts";
import type { System, Takeover, Terminal } from "../src/system/system.ts";
import { conversation } from "./build_conversation.ts";
import type { Compiled, Trainee } from "./build_loader.ts";
import {
  CLIENT_SAMPLES,
  type ClientSample,
  hookInput,
} from "./client_samples.ts";

/** The agent's session in the input of the hooks. */
const AGENT = "00000000-0000-4000-8000-000000000000";

/** The definition of a task. */
const TASK = ".claude-mpm/tasks/train.yaml";

/** Milliseconds by which everything seems older. */
const AGE = 3_600_000;

/**
 * After the first round, files that are made only once exist; in the end every
 * branch was taken.
 */
const ROUNDS = 3;

type App = ReturnType<Trainee["program"]>;

interface Line {
  readonly args: readonly string[];
  readonly stdin?: string;
  /** The keys that a person presses on a terminal. */
  readonly keys?: readonly string[];
  /** True if someone works on the project before that. */
  readonly later?: boolean;
}

/** True if the real input was read once. */
let listened = false;

function terminal({ stdin = "", keys }: Line, real: Terminal): Terminal {
  const bytes = new TextEncoder().encode(stdin);
  const isTerminal = keys !== undefined;
  return {
    interactive: { stdin: isTerminal, stdout: isTerminal, stderr: isTerminal },
    columns: () => 80,
    rows: () => 24,
    takeOver: () => keys && takenOver(keys),
    lend: () => Promise.resolve(undefined),
    edit: () => Promise.resolve(undefined),
    out: real.out,
    err: () => true,
    readLine: () => undefined,
    readInput: () => bytes,
    readInputSoon: async (bounds) => {
      // Nothing is there, but the code for it is needed. Its buffers are large:
      // more of them would let V8 use memory twice.
      if (!listened) await real.readInputSoon(bounds);
      listened = true;
      return { bytes, state: "ended" };
    },
  };
}

function takenOver(keys: readonly string[]): Takeover {
  const left = keys.map((key) => new TextEncoder().encode(key));
  return {
    // No key is pressed until everything has been read.
    next: (wait) => Promise.resolve(wait === 0 ? "quiet" : left.shift()),
    suspend: () => Promise.resolve(),
    [Symbol.dispose]() {},
  };
}

function git(...args: string[]): void {
  const { success, stderr } = new Deno.Command("git", { args }).outputSync();
  if (success) return;
  throw new Error(`git ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

/** Makes a repository with a commit, and a transcript of the agent's session. */
function prepare(): { transcript: string } {
  const folder = join(Deno.env.get("HOME")!, "project");
  Deno.mkdirSync(folder);
  Deno.chdir(folder);
  git("init", "-q", "-b", "main");
  for (const name of ["a.txt", "b.txt", "c.txt"]) {
    Deno.writeTextFileSync(name, `${name}\n`);
  }
  Deno.mkdirSync(dirname(TASK), { recursive: true });
  Deno.writeTextFileSync(TASK, 'items: { list: [a] }\nrun: [sh, -c, ":"]\n');
  git("add", "-A");
  git("commit", "-q", "-m", "First");
  const transcript = join(Deno.env.get("HOME")!, "transcript.jsonl");
  Deno.writeTextFileSync(
    transcript,
    conversation(folder, AGENT).join("\n") + "\n",
  );
  return { transcript };
}

function hookLine(event: string, transcript: string, fields: object): Line {
  return {
    args: ["hook", event],
    stdin: JSON.stringify({
      session_id: AGENT,
      transcript_path: transcript,
      cwd: Deno.cwd(),
      hook_event_name: event,
      ...fields,
    }),
  };
}

/** The hooks of a session in another client, whose transcript exists. */
function clientLines(one: ClientSample): Line[] {
  const folder = Deno.cwd();
  const transcript = join(Deno.env.get("HOME")!, one.transcript);
  Deno.mkdirSync(dirname(transcript), { recursive: true });
  const sample = join(Deno.env.get("SAMPLES")!, one.sample);
  Deno.writeTextFileSync(transcript, Deno.readTextFileSync(sample));
  const line = (name: string, event: Record<string, unknown>): Line => ({
    args: ["hook", name, `--client=${one.client}`, "--installed-by=mpm/any"],
    stdin: hookInput(one, { folder, transcript, event }),
  });
  return [
    line("SessionStart", { source: "startup" }),
    line("UserPromptSubmit", { ...one.prompt, prompt: "Add a test." }),
    line("PostToolBatch", one.tool),
    line("Stop", { last_assistant_message: "The test is there." }),
    line("SessionEnd", { reason: "other" }),
  ];
}

/**
 * Edits of files that another agent claimed, and of files that no one claimed.
 */
function claimLines(transcript: string): Line[] {
  const edits = ["claimed/a.txt", "a.txt"].map((path) =>
    hookLine("PreToolUse", transcript, {
      tool_name: "Edit",
      tool_input: { file_path: join(Deno.cwd(), path) },
    })
  );
  return [{ args: ["claim", "claimed", "--agent", "other"] }, ...edits];
}

/** More items than fit into a hand-off. */
function manyItems(): string[] {
  const words =
    "that is as long as what people and agents write down as a rule";
  return Array.from({ length: 10 }, (_, at) => [
    ...["-n", `Step ${at} ${words}`],
    ...["-d", `Decision ${at} ${words}`],
    ...["-b", `Blocker ${at} ${words}`],
  ]).flat();
}

/** Returns the everyday commands of people and agents. */
function linesOf(round: number, transcript: string): Line[] {
  const cwd = Deno.cwd();
  const status = JSON.stringify({
    session_id: AGENT,
    transcript_path: transcript,
    workspace: { current_dir: cwd, project_dir: cwd },
    context_window: { context_window_size: 200_000, used_percentage: 40 },
  });
  const command = { tool_name: "Bash", tool_input: { command: "ls" } };
  const test = { tool_name: "Bash", tool_input: { command: "npm test" } };
  const asked = { prompt: `Continue with ${round}. It must be fast.` };
  return [
    {
      args: `start task-${round} Train --template bug-fix --var bug=1`
        .split(" "),
    },
    ...PROBES.map(({ event, fields }) => hookLine(event, transcript, fields)),
    { args: ["pause", "-s", "A summary", "-n", "A next step"] },
    // The items stay open in the later rounds.
    {
      args: [
        ...["pause", "--no-commit", "Train"],
        ...round === 0 ? manyItems() : [],
      ],
    },
    { args: ["resume"] },
    { args: ["status"] },
    { args: ["checkpoint", "save", `one-${round}`] },
    { args: ["saves", "list"] },
    { args: ["--version"] },
    hookLine("PreToolUse", transcript, command),
    ...claimLines(transcript),
    hookLine("PostToolBatch", transcript, { tool_calls: [] }),
    hookLine("UserPromptSubmit", transcript, asked),
    hookLine("PostToolBatch", transcript, {
      tool_calls: [{ ...test, tool_response: { stdout: "4 passed" } }],
    }),
    { args: ["next", `Write part ${round}`] },
    { args: ["decide", `Cents in part ${round}`, "--why", "No rounding"] },
    hookLine("Digest", transcript, {}),
    hookLine("SessionEnd", transcript, { reason: "other" }),
    { args: ["saves", "keep", "latest", "--quiet"] },
    {
      ...hookLine("SessionStart", transcript, { source: "startup" }),
      later: true,
    },
    ...CLIENT_SAMPLES.flatMap(clientLines),
    { args: ["resume", "--format", "context"] },
    { args: ["statusline"], stdin: status },
    { args: ["context", "--agent-session", AGENT] },
    { args: ["status", "--porcelain"] },
    { args: ["allow", TASK] },
    { args: ["task", "run", "train"] },
    { args: ["task", "status"] },
    { args: ["replay", transcript, "--step"], keys: ["jjk", "q"] },
    { args: ["complete", "-s", "Done"] },
    // From here on, the project has a configuration file.
    { args: ["config", "set", "commit", "true"] },
  ];
}

/** Runs a command line, which must succeed. */
async function run(
  program: App,
  line: Line,
): Promise<void> {
  const { args, later = false } = line;
  if (later) Deno.writeTextFileSync("b.txt", "later\n", { append: true });
  const errors: string[] = [];
  const real = program.realSystem();
  const system: System = {
    ...real,
    terminal: {
      ...terminal(line, real.terminal),
      err: (text) => errors.push(text) > 0,
    },
    // In the background, this program would start the training again.
    program() {
      real.program();
      return "true";
    },
    // Files count as old, however fast this machine is.
    now: () => new Date(real.now().getTime() + AGE),
    // A program that a hook starts gets the event in a variable.
    env: (name) => name === "MPM_INPUT" ? line.stdin : real.env(name),
  };
  const status = await program.main([...args], system);
  if (status === 0) return;
  throw new Error(`mpm ${args.join(" ")}: ${status} ${errors.join("")}`);
}

/**
 * Changes files in the project, and runs the usual commands between two
 * commits.
 */
async function runRound(
  round: number,
  transcript: string,
  runLine: (line: Line) => Promise<void>,
): Promise<void> {
  Deno.writeTextFileSync("a.txt", `${round}\n`);
  Deno.writeTextFileSync(`new-${round}.txt`, "new\n");
  for (const line of linesOf(round, transcript)) await runLine(line);
  git("add", "-A");
  git("commit", "-q", "-m", `Round ${round}`);
}

/** Returns the lines that load each module. */
async function loadedModules(trainee: Trainee): Promise<[number, number[]][]> {
  const { transcript } = prepare();
  const users = new Map<number, number[]>();
  let line = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await runRound(round, transcript, async (what) => {
      await run(trainee.program(), what);
      for (const module of trainee.loaded()) {
        users.set(module, [...users.get(module) ?? [], line]);
      }
      line++;
    });
  }
  return [...users].sort(([a], [b]) => a - b);
}

/**
 * Runs the everyday commands, and returns the code that V8 compiled for them.
 */
async function exercise(trainee: Trainee): Promise<Uint8Array[]> {
  // The first loaded file has the first number, so the order must be fixed.
  const scripts = Array.from(
    { length: trainee.count },
    (_, at) => trainee.open(at),
  );
  const program = trainee.program();
  const { transcript } = prepare();
  for (let round = 0; round < ROUNDS; round++) {
    await runRound(round, transcript, (line) => run(program, line));
  }
  return scripts.map((script) => script.createCachedData());
}

/** A script compiled with a cache, which V8 must accept. */
function taken(trainee: Trainee, at: number, cache: Uint8Array): Compiled {
  const script = trainee.compiled(at, cache);
  if (script.cachedDataRejected === false) return script;
  throw new Error(`V8 does not take the cache of script ${at}`);
}

/** Position of a hash of V8's flags in a cache. */
const FLAGS = { from: 12, to: 16 };

/** Gives a cache the flags of this process. */
function sealed(trainee: Trainee, at: number, cache: Uint8Array): Uint8Array {
  const own = trainee.compiled(at).createCachedData();
  cache.set(own.subarray(FLAGS.from, FLAGS.to), FLAGS.from);
  taken(trainee, at, cache);
  return cache;
}

/**
 * Runs one of four steps, each in its own process. The arguments are its name,
 * the folder with the cache of each script, and the output path.
 * - `layout` writes which modules are loaded, as JSON.
 * - `exercise` writes the code that V8 compiled. Functions are numbered in
 *   the order of their first calls, which differs from run to run.
 * - `settle` reads that code and writes it again, now with numbers in the
 *   order of the source.
 * - `seal` runs under the flags that the executable will have. They differ
 *   from the earlier ones only in the size of memory. So the hash of flags in
 *   each cache is replaced by the new one.
 */
export async function train(trainee: Trainee): Promise<void> {
  const [step, from = "", to = ""] = Deno.args;
  if (step === "layout") {
    Deno.writeTextFileSync(to, JSON.stringify(await loadedModules(trainee)));
    return;
  }
  const caches = step === "exercise"
    ? await exercise(trainee)
    : Array.from({ length: trainee.count }, (_, at) => {
      const cache = Deno.readFileSync(join(from, `${at}`));
      return step === "settle"
        ? taken(trainee, at, cache).createCachedData()
        : sealed(trainee, at, cache);
    });
  Deno.mkdirSync(to);
  caches.forEach((cache, at) => Deno.writeFileSync(join(to, `${at}`), cache));
}
