import { dirname } from "@std/path";
import { parseArgs } from "@std/cli/parse-args";
import { HELD_OUT } from "./bench_handoff_held_out.ts";
import { MORE_HELD_OUT } from "./bench_handoff_more_held_out.ts";
import { MORE_STORIES } from "./bench_handoff_more_stories.ts";
import {
  neededReport,
  neededTargets,
  realBoundaries,
  storyBoundary,
} from "./bench_handoff_needed.ts";
import { play, type Played } from "./bench_handoff_planted.ts";
import {
  lossesReport,
  plantedReport,
  plantedTargets,
  sizesReport,
  targetsReport,
} from "./bench_handoff_report.ts";
import {
  type Cost,
  successorReport,
  successorTargets,
  TAKEN_OVER,
  takeOver,
} from "./bench_handoff_successor.ts";
import { type Client, findClaude } from "./client.ts";
import { STORIES } from "./bench_handoff_stories.ts";
import { ensureBuilt } from "./build.ts";

/** The measurements to make. */
interface Wanted {
  readonly binary: string;
  readonly seed: string;
  /** Names of stories; empty: all. */
  readonly only: readonly string[];
  readonly client: Client;
  /** Prints the text of this method for each story. */
  readonly show: string;
}

/** The report as lines. It does not depend on the machine or the clock. */
export async function benchHandoff(wanted: Wanted): Promise<string[]> {
  const all = [...STORIES, ...MORE_STORIES, ...HELD_OUT, ...MORE_HELD_OUT];
  const stories = all.filter(({ name }) =>
    wanted.only.length === 0 || wanted.only.includes(name)
  );
  const played: Played[] = [];
  const costs: Cost[] = [];
  for (const story of stories) {
    const { path } = wanted.client;
    played.push(
      await play(story, wanted, async (sandbox, one) => {
        if (!path || !TAKEN_OVER.includes(story.name)) return;
        costs.push(...await takeOver(sandbox, one, path));
      }),
    );
  }
  const shown = wanted.show === "" ? [] : played.flatMap((one) => [
    `===== ${one.story.name}`,
    ...[...one.texts].filter(([method]) => method === wanted.show).map((
      [, text],
    ) => text),
  ]);
  const real = wanted.only.length === 0
    ? await realBoundaries(wanted.binary)
    : [];
  const boundaries = [...played.map(storyBoundary), ...real];
  const groups = [
    [
      "generated",
      "1. Planted facts",
      played.filter(({ story }) => !story.heldOut),
    ],
    [
      "held out",
      "1. Planted facts, stories held out while mpm was built",
      played.filter(({ story }) => story.heldOut),
    ],
  ] as const;
  const filled = groups.filter(([, , all]) => all.length > 0);
  return [
    ...shown,
    `seed ${wanted.seed}`,
    "",
    ...sizesReport(played),
    ...filled.flatMap(([, title, all]) => plantedReport(title, all)),
    ...lossesReport(played),
    ...neededReport(boundaries),
    ...costs.length > 0 ? successorReport(costs) : [skipped(wanted), ""],
    ...targetsReport([
      ...filled.flatMap(([group, , all]) => plantedTargets(group, all)),
      ...neededTargets(boundaries),
      ...costs.length > 0 ? successorTargets(costs) : [],
    ]),
  ];
}

function skipped({ client }: Wanted): string {
  const why = client.reason ?? "No story for it was chosen";
  return `3. Scripted successor: SKIPPED, nothing is measured. ${why}`;
}

function headOf(folder: string): string {
  const { stdout } = new Deno.Command("git", {
    args: ["rev-parse", "HEAD"],
    cwd: folder,
  }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

if (import.meta.main) {
  const { seed, story, show } = parseArgs(Deno.args, {
    string: ["seed", "story", "show"],
    collect: ["story"],
    unknown: (arg) => {
      throw new Error(`Unknown option "${arg}"`);
    },
  });
  const lines = await benchHandoff({
    binary: await ensureBuilt(),
    seed: seed ?? headOf(dirname(import.meta.dirname!)),
    client: await findClaude(),
    only: story,
    show: show ?? "",
  });
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
