// Bundled on its own, without the import map of deno.json.
import { join } from "node:path";
import { PROBES } from "../src/hooks/install/probes.ts";
import type { System, Terminal } from "../src/system/system.ts";
import type { Compiled, Trainee } from "./build_loader.ts";

/** The agent's session that the hooks speak of. */
const AGENT = "00000000-0000-4000-8000-000000000000";

/** A second time, what is made once is there, and every branch was taken. */
const ROUNDS = 3;

interface Line {
  readonly args: readonly string[];
  readonly stdin?: string;
}

function terminal(stdin: string): Terminal {
  const bytes = new TextEncoder().encode(stdin);
  return {
    interactive: { stdin: false, stdout: false, stderr: false },
    columns: () => 80,
    rows: () => 24,
    takeOver: () => undefined,
    out: () => true,
    err: () => true,
    readLine: () => undefined,
    readInput: () => bytes,
    readInputSoon: () => Promise.resolve({ bytes, state: "ended" }),
  };
}

function git(...args: string[]): void {
  const { success, stderr } = new Deno.Command("git", { args }).outputSync();
  if (success) return;
  throw new Error(`git ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

/** A repository with a commit, and a transcript of the agent's session. */
function prepare(folder: string): { transcript: string } {
  Deno.mkdirSync(folder);
  Deno.chdir(folder);
  git("init", "-q", "-b", "main");
  for (const name of ["a.txt", "b.txt", "c.txt"]) {
    Deno.writeTextFileSync(name, `${name}\n`);
  }
  git("add", "-A");
  git("commit", "-q", "-m", "First");
  const transcript = join(Deno.env.get("HOME")!, "transcript.jsonl");
  const message = {
    model: "claude-opus-5-5",
    usage: { input_tokens: 60_000 },
  };
  Deno.writeTextFileSync(
    transcript,
    `${JSON.stringify({ type: "user", content: "x" })}\n${
      JSON.stringify({
        type: "assistant",
        timestamp: "2026-01-02T03:04:05Z",
        message,
      })
    }\n`,
  );
  return { transcript };
}

/** What is run day by day; each must succeed. */
function linesOf(round: number, transcript: string): Line[] {
  const cwd = Deno.cwd();
  const hook = (event: string, fields: object): Line => ({
    args: ["hook", event],
    stdin: JSON.stringify({
      session_id: AGENT,
      transcript_path: transcript,
      cwd,
      hook_event_name: event,
      ...fields,
    }),
  });
  const status = JSON.stringify({
    session_id: AGENT,
    transcript_path: transcript,
    workspace: { current_dir: cwd, project_dir: cwd },
    context_window: { context_window_size: 200_000, used_percentage: 40 },
  });
  return [
    { args: ["--version"] },
    {
      args: [
        "start",
        `task-${round}`,
        "Train",
        "--template",
        "bug-fix",
        "--var",
        "bug=1",
      ],
    },
    ...PROBES.map(({ event, fields }) => hook(event, fields)),
    hook("PreToolUse", { tool_name: "Bash", tool_input: { command: "ls" } }),
    hook("UserPromptSubmit", { prompt: "Go on" }),
    { args: ["pause", "-s", "A summary", "-n", "A next step"] },
    { args: ["pause", "--no-commit", "Train"] },
    { args: ["resume"] },
    { args: ["status"] },
    { args: ["status", "--porcelain"] },
    { args: ["statusline"], stdin: status },
    { args: ["context", "--agent-session", AGENT] },
    { args: ["checkpoint", "save", `one-${round}`] },
    { args: ["sessions", "list"] },
    { args: ["complete", "-s", "Done"] },
    // From here on there is a configuration file.
    { args: ["config", "set", "commit", "true"] },
  ];
}

async function run(
  { main, realSystem }: ReturnType<Trainee["program"]>,
  { args, stdin = "" }: Line,
): Promise<void> {
  const errors: string[] = [];
  const system: System = {
    ...realSystem(),
    terminal: {
      ...terminal(stdin),
      err: (text) => errors.push(text) > 0,
    },
    // What hooks would start behind this process would be the training again.
    program: () => undefined,
  };
  const status = await main([...args], system);
  if (status !== 0) {
    throw new Error(`mpm ${args.join(" ")}: ${status} ${errors.join("")}`);
  }
}

/** Runs what is run every day, and writes what was compiled for that. */
async function exercise(trainee: Trainee, out: string): Promise<void> {
  // What is loaded first has the first number, so that must not be chance.
  for (const pack of trainee.hot) trainee.open(pack);
  const program = trainee.program();
  const { transcript } = prepare(join(Deno.env.get("HOME")!, "project"));
  for (let round = 0; round < ROUNDS; round++) {
    Deno.writeTextFileSync("a.txt", `${round}\n`);
    Deno.writeTextFileSync(`new-${round}.txt`, "new\n");
    for (const line of linesOf(round, transcript)) await run(program, line);
    git("add", "-A");
    git("commit", "-q", "-m", `Round ${round}`);
  }
  for (const [pack, script] of trainee.scripts) {
    Deno.writeFileSync(join(out, `${pack}`), script.createCachedData());
  }
}

/** A pack compiled with a cache, which the engine must take. */
function taken(trainee: Trainee, pack: number, cache: Uint8Array): Compiled {
  const script = trainee.compiled(pack, cache);
  if (script.cachedDataRejected === false) return script;
  throw new Error(`The engine does not take the cache of pack ${pack}`);
}

/** Where in a cache the engine notes its flags, of which it has a hash there. */
const FLAGS = { from: 12, to: 16 };

/**
 * One of three steps, each in a process of its own; the arguments are its name,
 * the folder it reads and the one it writes, with a file for each hot pack.
 *
 * - `exercise` writes what the engine compiled. Functions have numbers by when
 *   they were first called, which differs from run to run.
 * - `settle` reads that and writes it again: now the numbers go by the place.
 * - `seal` runs under the flags that the executable will have. They differ from
 *   those before in the size of memory alone, so the hash of flags in each cache
 *   is replaced by that of here.
 */
export async function train(trainee: Trainee): Promise<void> {
  const [step, from = "", to = ""] = Deno.args;
  if (step === "exercise") return await exercise(trainee, to);
  for (const pack of trainee.hot) {
    let cache = Deno.readFileSync(join(from, `${pack}`));
    if (step === "settle") {
      cache = taken(trainee, pack, cache).createCachedData();
    } else {
      const own = trainee.compiled(pack).createCachedData();
      cache.set(own.subarray(FLAGS.from, FLAGS.to), FLAGS.from);
      taken(trainee, pack, cache);
    }
    Deno.writeFileSync(join(to, `${pack}`), cache);
  }
}
