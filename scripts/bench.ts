import { join } from "@std/path";
import { parseArgs } from "@std/cli/parse-args";
import { getOwn } from "../src/base/own.ts";
import { agentCases } from "./bench_agent.ts";
import {
  besideBaseline,
  keepBaseline,
  readBaseline,
} from "./bench_baseline.ts";
import { clientCases } from "./bench_clients.ts";
import { hookCases } from "./bench_hooks.ts";
import { hello } from "./bench_hello.ts";
import { largeCases } from "./bench_large.ts";
import { type Case, measureAll, type Measured } from "./bench_measure.ts";
import { scanCases } from "./bench_scan.ts";
import { taskCases } from "./bench_tasks.ts";
import { teamCases } from "./bench_team.ts";
import {
  addCommits,
  addSaves,
  changeFiles,
  makeProject,
  type Project,
} from "./bench_repository.ts";
import { ensureBuilt } from "./build.ts";

/** Rounds of cases that take seconds. */
const LONG = 3;

/**
 * The cases by the names that `--only` accepts. The floors are always measured.
 */
type Groups = ReadonlyMap<string, (root: string, binary: string) => Case[]>;

/** Groups whose cases take turns within one round. */
const TOGETHER: Groups = new Map([
  ["prompts", prompts],
  ["agents", agentCases],
  ["hooks", hookCases],
  ["clients", clientCases],
  ["pauses", pauses],
  ["contents", contents],
  ["resumes", resumes],
  ["checkpoints", checkpoints],
  ["sync", syncs],
  ["scan", scanCases],
]);

/**
 * Groups that are measured in separate rounds: a clone keeps the disk busy for
 * the next row, and the others take seconds.
 */
const APART: Groups = new Map([
  ["team", teamCases],
  ["tasks", taskCases],
  ["large", largeCases],
]);

interface Choice {
  readonly rounds: number;
  /**
   * True if the ratios are saved, so that later runs can be compared with them.
   */
  readonly save: boolean;
  /** The groups to measure; all if empty. */
  readonly only: readonly string[];
}

/**
 * The figures of the README, measured on the built binary, as ratios within
 * this run. F is a compiled hello, G one `git status` in the same repository.
 * Every round runs each case once, so that other load on the machine affects
 * all cases alike.
 */
async function bench({ rounds, save, only }: Choice): Promise<void> {
  const chosen = (groups: Groups) =>
    [...groups].filter(([name]) => only.length === 0 || only.includes(name));
  const binary = await ensureBuilt();
  const root = await Deno.makeTempDir({ prefix: "mpm-bench-" });
  try {
    const measured = await measureAll(
      [
        ...await floors(root, binary),
        ...chosen(TOGETHER).flatMap(([, cases]) => cases(root, binary)),
      ],
      rounds,
      binary,
    );
    for (const [name, cases] of chosen(APART)) {
      const times = name === "team" ? rounds : Math.min(rounds, LONG);
      measured.push(...await measureAll(cases(root, binary), times, binary));
    }
    print(report(measured));
    if (save) keepBaseline(measured);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function floors(root: string, binary: string): Promise<Case[]> {
  const project = makeProject(root, "floor", { changed: 0, saves: 0 });
  return [
    { name: "F: compiled hello", command: [await hello(root)], project },
    {
      name: "--version",
      command: [binary, "--version"],
      project,
      limit: "1.3 F",
    },
  ];
}

/** A project whose newest save is fresh, with `saves` older ones. */
function stocked(
  { root, binary, name }: { root: string; binary: string; name: string },
  size: { changed: number; saves: number },
): Project {
  const project = makeProject(root, name, size);
  const { stdout } = new Deno.Command(binary, {
    args: ["pause", "--no-commit", "--json", "Template"],
    cwd: project.folder,
    env: project.env,
    clearEnv: true,
  }).outputSync();
  const { session_id: id } = JSON.parse(new TextDecoder().decode(stdout));
  addSaves(project, `${id}.json`, size.saves);
  return project;
}

function statusOf(project: Project, name: string): Case {
  return {
    name: `G: git status, ${name}`,
    command: ["git", "status", "-s"],
    project,
  };
}

/** Cases of a shell's prompt, during a session with a checklist. */
function prompts(root: string, binary: string): Case[] {
  const project = stocked({ root, binary, name: "prompt" }, {
    changed: 10,
    saves: 1000,
  });
  new Deno.Command(binary, {
    args: ["start", "--template", "feature-development"],
    cwd: project.folder,
    env: project.env,
    clearEnv: true,
  }).outputSync();
  return [statusOf(project, "prompt"), {
    name: "status --porcelain",
    command: [binary, "status", "--porcelain"],
    project,
    limit: "1.3 F + 1 G",
  }];
}

/** A sync with a folder on this machine that already has everything. */
function syncs(root: string, binary: string): Case[] {
  const project = stocked({ root, binary, name: "sync" }, {
    changed: 10,
    saves: 1000,
  });
  const server = join(root, "server.git");
  const run = (command: string, args: string[]) =>
    new Deno.Command(command, {
      args,
      cwd: project.folder,
      env: project.env,
      clearEnv: true,
    }).outputSync();
  run("git", ["init", "-q", "--bare", server]);
  run(binary, ["sync", server]);
  return [{
    name: "G: git ls-remote, sync",
    command: ["git", "ls-remote", server],
    project,
  }, {
    name: "sync, nothing new",
    command: [binary, "sync"],
    project,
    limit: "2 F + 2 G",
  }];
}

function pauses(root: string, binary: string): Case[] {
  const sizes = [
    { changed: 10, saves: 10 },
    { changed: 10, saves: 10_000 },
    { changed: 1000, saves: 1000 },
  ];
  return sizes.flatMap(({ changed, saves }) => {
    const name = `${changed} changed, ${saves} saves`;
    const project = stocked({ root, binary, name: `pause ${name}` }, {
      changed,
      saves,
    });
    return [statusOf(project, name), {
      name: `pause, ${name}`,
      command: [binary, "pause", "Measured"],
      project,
      limit: "2 F + 3 G",
    }];
  });
}

/**
 * A pause with many uncommitted files: without their contents, with contents
 * that the last save also has, and with contents that are all new.
 */
function contents(root: string, binary: string): Case[] {
  const changed = 1000;
  const made = (name: string) => makeProject(root, name, { changed, saves: 0 });
  const none = made("contents none");
  const home = join(root, "home without contents");
  const without = { ...none, env: { ...none.env, HOME: home } };
  Deno.mkdirSync(home);
  new Deno.Command(binary, {
    args: ["config", "set", "pause.contents", "false"],
    cwd: without.folder,
    env: without.env,
    clearEnv: true,
  }).outputSync();
  const fresh = made("contents new");
  let round = 0;
  const command = [binary, "pause", "Measured"];
  return [
    statusOf(without, `${changed} changed`),
    {
      name: `pause, ${changed} changed, no contents`,
      command,
      project: without,
      limit: "2 F + 3 G",
    },
    {
      name: `pause, ${changed} changed, contents known`,
      command,
      project: made("contents known"),
      limit: "2 F + 3 G",
    },
    {
      name: `pause, ${changed} changed, contents new`,
      command,
      project: fresh,
      limit: "2 F + 3 G + 100 ms",
      prepare: () => changeFiles(fresh, changed, `${round++} `),
    },
  ];
}

function resumes(root: string, binary: string): Case[] {
  return [10, 1000, 10_000].flatMap((saves) => {
    const name = `1000 commits, ${saves} saves`;
    const project = stocked({ root, binary, name: `resume ${name}` }, {
      changed: 10,
      saves,
    });
    addCommits(project, 1000);
    return [statusOf(project, name), {
      name: `resume, ${name}`,
      command: [binary, "resume"],
      project,
      limit: "2 F + 5 G",
    }, {
      name: `sessions list, ${saves} saves`,
      command: [binary, "saves", "list"],
      project,
    }];
  });
}

/** Each run uses another name, since the same state is not written twice. */
function checkpoints(root: string, binary: string): Case[] {
  const project = makeProject(root, "checkpoint", {
    changed: 10,
    saves: 0,
    tracked: 10_000,
  });
  const name = "10 of 10000 files changed";
  return [statusOf(project, name), {
    name: `checkpoint save, ${name}`,
    command: ["sh", "-c", 'exec "$0" checkpoint save "run-$$"', binary],
    project,
    limit: "1 F + 3 G",
  }];
}

function report(measured: readonly Measured[]): string {
  const hello = measured[0]!.median;
  const kept = readBaseline();
  let status = 0;
  const rows = measured.map(({ name, median, p95, peak, limit }) => {
    if (name.startsWith("G:")) status = median;
    const [, f = "0", g = "0", more = "0"] =
      limit?.match(/^([\d.]+) F(?: \+ ([\d.]+) G)?(?: \+ (\d+) ms)?$/) ?? [];
    const budget = limit
      ? Number(f) * hello + Number(g) * status + Number(more)
      : 0;
    return [
      name,
      median.toFixed(1),
      p95.toFixed(1),
      (median / hello).toFixed(2),
      besideBaseline(median / hello, getOwn(kept, name)),
      limit ? `${(median / budget).toFixed(2)} of ${limit}` : "",
      peak > 0 ? (peak / 1024).toFixed(0) : "",
    ];
  });
  const heads = [
    ...["case", "median ms", "p95 ms", "x F", "kept, change"],
    ...["of its limit", "MiB"],
  ];
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => row[at]!.length))
  );
  return [heads, ...rows].map((row) =>
    row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
    )
      .join("  ")
  ).join("\n") + "\n";
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Reads the words of the command line. */
function choose(args: readonly string[]): Choice {
  const { _: [rounds = 21], save, only } = parseArgs([...args], {
    boolean: ["save"],
    collect: ["only"],
    string: ["only"],
    unknown: (arg, key) => {
      if (key !== undefined) throw new Error(`Unknown option "${arg}"`);
    },
  });
  const names = [...TOGETHER.keys(), ...APART.keys()];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`No group "${unknown}". The groups: ${names.join(", ")}`);
  }
  if (save && only.length > 0) throw new Error("--save needs all groups");
  return { rounds: Number(rounds), save, only };
}

if (import.meta.main) await bench(choose(Deno.args));
