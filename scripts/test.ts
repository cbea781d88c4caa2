import { ensureBuilt } from "./build.ts";
import { clientVariables, findClients, sayClients } from "./client.ts";
import { findPrograms, type Programs } from "./debian.ts";
import { failuresOf } from "./test_failures.ts";
import { inMemory } from "./test_memory.ts";
import { join, resolve, toFileUrl } from "@std/path";

/** Everything that CI runs, in one command; the README's second command. */
const CHECKS: readonly { name: string; args: readonly string[] }[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  { name: "types", args: ["check", "--quiet", "."] },
];

/** Types are checked once, before; not quiet, since tests print figures. */
const TESTS = ["test", "--allow-all", "--no-check", "--parallel"];

/** The folders of tests, those with the longest ones first. */
const FOLDERS = ["tests/e2e", "tests/faults", "tests", "scripts", "src"];

/**
 * Test files that share a thread. Each thread compiles mpm again, which takes
 * longer than most files do.
 */
const TOGETHER = 8;

interface Ended {
  readonly code: number;
  readonly printed: string;
}

/** Runs Deno, preceded by the words `before`, and passes its output on. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  before: readonly string[] = [],
): Promise<Ended> {
  const [program, ...words] = [...before, Deno.execPath(), ...args];
  const child = new Deno.Command(program!, {
    args: words,
    // A stack trace of Deno itself does not help the reader of a log.
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Tests print their figures on stderr, beside the report.
  const texts = await Promise.all([
    pass(child.stdout, Deno.stdout),
    pass(child.stderr, Deno.stderr),
  ]);
  const { code } = await child.status;
  return { code, printed: texts.join("\n") };
}

/** Passes a stream on and returns it. */
async function pass(
  from: ReadableStream<Uint8Array>,
  to: { writeSync(bytes: Uint8Array): number },
): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of from) {
    text += decoder.decode(chunk, { stream: true });
    to.writeSync(chunk);
  }
  return text;
}

/**
 * Prints the extent of the fault tests as two tables: the points at which each
 * command died, and how often its process was killed.
 */
function sayFaults(printed: string): void {
  for (
    const [title, pattern] of [
      [
        "crash points",
        /crash points: (.*?) (\d+(?: in \d+ states, \d+ seen)?)$/gm,
      ],
      ["processes killed", /kills: (.*?) (\d+ of \d+, seed \d+)$/gm],
    ] as const
  ) {
    const rows = [...printed.matchAll(pattern)]
      .map(([, name = "", figure = ""]) => ({ name, figure }))
      .sort((one, other) => one.name < other.name ? -1 : 1);
    if (rows.length === 0) continue;
    const width = Math.max(...rows.map(({ name }) => name.length));
    say(`\n${title}`);
    for (const { name, figure } of rows) {
      say(`  ${name.padEnd(width)}  ${figure}`);
    }
  }
}

/** Prints the failures at the end of a log, where readers look. */
function sayFailures(printed: string): void {
  const lines = failuresOf(printed);
  if (lines.length > 0) say(["\nfailed", ...lines, ""].join("\n"));
}

/**
 * Prints the number of tests as the last line, in the same form for every
 * runner.
 */
function summarize(printed: string): void {
  const count = (what: string) =>
    Number(
      printed.match(new RegExp(`\\| (\\d+) ${what}`, "g"))?.at(-1)
        ?.match(/\d+/)?.[0] ?? 0,
    );
  if (!/\| \d+ passed/.test(printed)) return;
  say(`${count("passed")} passed, ${count("failed")} failed`);
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function sayPrograms({ reason }: Programs): void {
  if (reason) say(`SKIPPED: tests that need sshd or age. ${reason}`);
}

/** Runs all checks at once; returns the status of a failed one. */
async function checkAll(): Promise<number> {
  const codes = await Promise.all(CHECKS.map(async ({ name, args }) => {
    const { code } = await run(args);
    if (code !== 0) say(`failed: ${name}`);
    return code;
  }));
  return codes.find((code) => code !== 0) ?? 0;
}

/** Returns the paths of the test files in a folder and the folders in it. */
function testsIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return testsIn(path);
    return name.endsWith("_test.ts") ? [path] : [];
  }).sort();
}

/**
 * Writes the modules that are run as tests. Each imports some test files of
 * every folder, so that all take about the same time.
 */
function writeGroups(folder: string): void {
  const files = [...new Set(FOLDERS.flatMap(testsIn))];
  const count = Math.ceil(files.length / TOGETHER);
  for (let nth = 0; nth < count; nth++) {
    const imports = files.filter((_, index) => index % count === nth)
      .map((path) => `import "${toFileUrl(resolve(path))}";\n`);
    const name = `${String(nth).padStart(2, "0")}_test.ts`;
    Deno.writeTextFileSync(join(folder, name), imports.join(""));
  }
}

/** Runs the tests, in groups. */
async function runTests(env: Record<string, string>): Promise<Ended> {
  const groups = await Deno.makeTempDir({ prefix: "mpm-test-groups-" });
  try {
    writeGroups(groups);
    return await runHere([...TESTS, ...Deno.args, groups], env);
  } finally {
    await Deno.remove(groups, { recursive: true });
  }
}

/** Runs Deno with tests, which write to memory where they can. */
async function runHere(
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended> {
  const memory = await inMemory();
  if (!memory) return await run(args, env);
  const { folder, before } = memory;
  say(`In memory: ${folder}`);
  try {
    return await run(args, { ...env, TMPDIR: folder }, before);
  } finally {
    await Deno.remove(folder);
  }
}

if (import.meta.main) {
  say(`• ${CHECKS.map(({ name }) => name).join(", ")}, build`);
  const [checked, built] = await Promise.allSettled([
    checkAll(),
    ensureBuilt(),
  ]);
  if (checked.status === "rejected") throw checked.reason;
  if (checked.value !== 0) Deno.exit(checked.value);
  if (built.status === "rejected") throw built.reason;
  say("• clients");
  // The others are large: soak fetches them.
  const clients = await findClients(["claude"]);
  sayClients(clients);
  const programs = await findPrograms();
  sayPrograms(programs);
  say("• tests");
  const env = {
    MPM_BIN: built.value,
    ...clientVariables(clients),
    PATH: programs.path,
    // One more than there are processors: some tests mostly wait.
    DENO_JOBS: String(navigator.hardwareConcurrency + 1),
  };
  const { code, printed } = await runTests(env);
  if (code === 0) {
    sayFaults(printed);
    // Skipped tests are reported before and after the tests.
    sayClients(clients);
    sayPrograms(programs);
  } else sayFailures(printed);
  summarize(printed);
  Deno.exit(code);
}
