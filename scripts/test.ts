import { ensureBuilt } from "./build.ts";
import { type Client, findClient } from "./client.ts";
import { inMemory } from "./in_memory.ts";

/** Everything CI runs, in one go; the README's second command. */
const CHECKS: readonly { name: string; args: readonly string[] }[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  { name: "types", args: ["check", "--quiet", "."] },
];

/** Types are checked before, once; not quiet, since tests print figures. */
const TESTS = ["test", "--allow-all", "--no-check", "--parallel"];

/** Runs Deno, passing its output on; returns what it printed. */
function run(args: readonly string[]): Promise<string> {
  return runLine([Deno.execPath(), ...args]);
}

async function runLine(
  [program, ...args]: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const child = new Deno.Command(program!, {
    args,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Tests print their figures on stderr, beside the report.
  const texts = await Promise.all([
    pass(child.stdout, Deno.stdout),
    pass(child.stderr, Deno.stderr),
  ]);
  const printed = texts.join("\n");
  const { code } = await child.status;
  if (code !== 0) {
    summarize(printed);
    Deno.exit(code);
  }
  return printed;
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
 * What the tests of faults tried, as two tables: at how many points each command
 * was let die, and how often its process was killed.
 */
function sayFaults(printed: string): void {
  for (
    const [title, pattern] of [
      ["crash points", /crash points: (.*?) (\d+(?: in \d+ states)?)$/gm],
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

/** The count of the tests as a last line that is the same for every runner. */
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

/** What is not tested is said before and behind the tests. */
function sayClient({ path, reason }: Client): void {
  say(
    path === undefined
      ? `SKIPPED: all tests against the real Claude Code. ${reason}`
      : `With the real Claude Code: ${path}`,
  );
}

if (import.meta.main) {
  for (const { name, args } of CHECKS) {
    say(`• ${name}`);
    await run(args);
  }
  say("• build");
  const binary = await ensureBuilt();
  say("• Claude Code");
  const client = await findClient();
  sayClient(client);
  say("• tests");
  const env = { MPM_BIN: binary, CLAUDE_BIN: client.path ?? "" };
  const line = [Deno.execPath(), ...TESTS, ...Deno.args, "tests/"];
  const printed = await runLine(inMemory(line), env);
  sayFaults(printed);
  sayClient(client);
  summarize(printed);
}
