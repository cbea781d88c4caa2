import { join } from "@std/path";
import { type Case, measureAll } from "./bench_measure.ts";
import type { Project } from "./bench_repository.ts";
import { LongTranscript } from "./bench_replay_transcript.ts";
import { ensureBuilt } from "./build.ts";
import { exitStatus, say } from "./build_error.ts";
import { fetchArchive, type Pinned } from "./runtime_package.ts";
import { hello } from "./bench_hello.ts";
import { hasPty, Pty } from "../tests/helpers/pty.ts";

/** The program that mpm is compared with; it needs Node. */
const PEER: Pinned = {
  name: "claude-replay",
  version: "0.9.0",
  integrity:
    "sha512-nZu9wYYlJrW9xwZxtiAAvD5RVBazigeVu+AoUtvRIMrBvNUJgJXw8Cvx/rF0umIS/zUDvGxv1icFgw94lkpFOA==",
};

/** Size of the transcript in bytes. */
const SIZE = 70_000_000;

/** The first step is on the terminal within this many F. */
const FIRST_STEP = 2;

/**
 * Measures how mpm and claude-replay write the page of a long transcript, and
 * how soon its first step is on a terminal.
 */
async function bench(rounds: number): Promise<void> {
  const binary = await ensureBuilt();
  const root = await Deno.makeTempDir({ prefix: "mpm-bench-" });
  try {
    const folder = join(root, "project");
    await Deno.mkdir(folder);
    const transcript = join(root, "transcript.jsonl");
    (await LongTranscript.of(folder)).write(transcript, SIZE);
    const pages = [join(root, "mpm.html"), join(root, "peer.html")] as const;
    const env = { HOME: root, PATH: Deno.env.get("PATH")! };
    const project = { folder, env };
    const cases: Case[] = [
      {
        name: "mpm replay --html",
        command: [binary, "replay", transcript, "--html", pages[0]],
        project,
      },
      {
        name: `${PEER.name} ${PEER.version}`,
        command: ["node", await peer(root), transcript, "-o", pages[1]],
        project,
      },
    ];
    const measured = await measureAll(cases, rounds, binary);
    for (const [at, { name, median, peak }] of measured.entries()) {
      const { size } = await Deno.stat(pages[at]!);
      say(
        `${name.padEnd(24)} ${median.toFixed(0).padStart(6)} ms ` +
          `${(peak / 1024).toFixed(0).padStart(5)} MiB ` +
          `${(size / 1e6).toFixed(1).padStart(6)} MB written`,
      );
    }
    const [own, other] = measured;
    say(
      `ratio: time ${(own!.median / other!.median).toFixed(2)}, ` +
        `memory ${(own!.peak / other!.peak).toFixed(2)}`,
    );
    if (hasPty()) {
      await firstStep({ root, binary, transcript }, project, rounds);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Milliseconds until a program on a terminal has printed something. */
async function untilPrinted(
  { folder, env }: Project,
  { command, text }: { command: string; text: string },
): Promise<number> {
  const terminal = { project: folder, env: () => env };
  await using pty = new Pty(
    terminal,
    `stty -echo; echo now; read go; ${command}`,
  );
  await pty.until("now");
  const begun = performance.now();
  await pty.type("\n");
  await pty.until(text);
  const time = performance.now() - begun;
  await pty.type("q");
  return time;
}

async function firstStep(
  { root, binary, transcript }: {
    root: string;
    binary: string;
    transcript: string;
  },
  project: Project,
  rounds: number,
): Promise<void> {
  const cases = [
    { command: `'${await hello(root)}'`, text: "hello" },
    { command: `'${binary}' replay '${transcript}' --step`, text: "Step 1" },
  ];
  const times = cases.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [at, one] of cases.entries()) {
      const time = await untilPrinted(project, one);
      if (round > 0) times[at]!.push(time);
    }
  }
  const [floor, first] = times.map((all) =>
    all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!
  );
  say(
    `replay --step, first step, 70 MB: ${first!.toFixed(0)} ms, ` +
      `${(first! / floor!).toFixed(2)} F of ${FIRST_STEP}`,
  );
}

/** Fetches the package with npm and returns the path of its program. */
async function peer(root: string): Promise<string> {
  const { path } = await fetchArchive(PEER, root);
  const args = ["-xzf", path, "-C", root];
  const { success } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`Cannot unpack ${path}`);
  return join(root, "package", "bin", "claude-replay.mjs");
}

if (import.meta.main) {
  Deno.exitCode = await exitStatus(async () => {
    await bench(Number(Deno.args[0] ?? 11));
    return 0;
  });
}
