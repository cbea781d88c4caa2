import {
  imply,
  type Story,
  type StoryBuilder,
} from "./bench_handoff_builder.ts";
import type { Domain } from "./bench_handoff_words.ts";

/**
 * More held-out stories, with sentences of many forms. They were written before
 * the rules that they measure. No words from this file go into mpm.
 */
const DOMAINS: readonly Domain[] = [
  {
    feature: "the seat map",
    folder: "booking/seats",
    files: ["grid.ts", "hold.ts", "prices.ts", "Map.svelte", "legend.css"],
    symbols: ["holdSeats", "priceOf", "SeatGrid", "releaseHold"],
    test: "bun test booking",
    lint: "biome check booking",
    build: "bun run build",
    ways: ["a lock row", "a lease in memory", "a job queue", "event sourcing"],
    theirs: "booking/legacy",
  },
  {
    feature: "the meter readings",
    folder: "grid/meters",
    files: ["parse.rs", "merge.rs", "gaps.rs", "export.rs", "units.rs"],
    symbols: ["merge_readings", "fill_gaps", "to_kwh", "ExportJob"],
    test: "cargo test -p meters",
    lint: "cargo clippy -p meters",
    build: "cargo build --release",
    ways: ["linear gaps", "a sliding window", "sorted runs", "a tiny index"],
    theirs: "grid/protocol",
  },
];

function left(story: StoryBuilder): string {
  const { random, domain: { ways, symbols } } = story;
  const [way, other] = random.some(ways, 2) as [string, string];
  const at = random.pick(symbols);
  return imply(story, "rejected approach in a text", [
    [
      `My initial version used ${way}, and ${at} then needed 40 s per page. Back to ${other}.`,
      way,
      "40 s",
    ],
    [
      `${way} looked promising but it races with the nightly job.`,
      way,
      "nightly job",
    ],
    [
      `There is no way to make ${way} work with ${at}: it has no rollback.`,
      way,
      "no rollback",
    ],
    [`Dropped ${way}: it needs root on the host.`, way, "root on the host"],
    [
      `With ${way}, ${at} ends up rounding twice, so that approach is not usable.`,
      way,
      "rounding twice",
    ],
    [
      `The problem with ${way} is that ${at} has to see all rows first. Switching to ${other}.`,
      way,
      "all rows first",
    ],
    [
      `I removed ${way} again; it hid errors of ${at}.`,
      way,
      "hid errors",
    ],
    [
      `We should stay away from ${way}, ${at} would lose its order.`,
      way,
      "lose its order",
    ],
  ]);
}

function taken(story: StoryBuilder): string {
  const { random, domain: { ways, symbols, files } } = story;
  const way = random.pick(ways);
  const at = random.pick(symbols);
  const file = random.pick(files);
  return imply(story, "decision in a text", [
    [`Design choice: ${at} owns ${way}.`, at, way],
    [
      `After weighing both, ${way} wins for ${at}: one less table.`,
      at,
      way,
    ],
    [
      `I'll do ${way} in ${at}, as it needs no lock.`,
      at,
      way,
    ],
    [
      `${at} is now built on ${way} so ${file} stays untouched.`,
      at,
      way,
    ],
    [
      `Conclusion: ${way} for ${at}.`,
      at,
      way,
    ],
    [
      `To keep ${file} small, ${at} takes ${way}.`,
      at,
      way,
    ],
    [
      `I opted for ${way} in ${at}.`,
      at,
      way,
    ],
  ]);
}

function halted(story: StoryBuilder): string {
  const number = story.random.number(1000, 9999);
  return imply(story, "blocker in a text", [
    [
      `I can't push this before review ${number} is merged.`,
      `${number}`,
    ],
    [
      `The account for tenant ${number} is locked, an admin must unlock it.`,
      `${number}`,
    ],
    [
      `This depends on contract ${number}, which is not signed.`,
      `${number}`,
    ],
    [
      `Need access to bucket ${number} to go further.`,
      `${number}`,
    ],
  ]);
}

function wish(story: StoryBuilder): string {
  const { random, domain: { symbols, theirs } } = story;
  const at = random.pick(symbols);
  const day = `${random.number(2, 27)} ${random.pick(["May", "August"])}`;
  return imply(story, "constraint in a prompt", [
    [`The fair opens on ${day}, so it has to be live by then.`, day],
    [`Nothing in ${theirs} may change.`, "nothing in", theirs],
    [`${at} is called by the app, so don't change what it returns.`, at],
    [`We ship without ${theirs} from ${day} on.`, theirs, day],
  ]);
}

/** One session asks, the next one answers with its first prompt. */
async function answered(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { random, domain: { ways, symbols, test } } = story;
  const [one, other] = random.some(ways, 2) as [string, string];
  const at = random.pick(symbols);
  const first = await story.session();
  const goal = story.state("goal", `Rework ${symbols[2]} for the autumn fair`);
  await first.prompt(`${goal}. ${wish(story)}`);
  await story.noise(first, 120_000);
  first.say(taken(story));
  await first.edit(story.path(0), "export", "/* new */ export");
  await first.bash(test, "ok 12 passed");
  const asked = random.pick([
    `Shall ${at} use ${one} or ${other}?`,
    `Do you prefer ${one} or ${other} for ${at}?`,
  ]);
  first.say(`The first part is ready. ${asked}`);
  await first.stop();
  await first.end();
  const second = await story.session();
  const reply = random.pick([
    [`${other}, please.`, other],
    [`Use ${one}. And add a line to the changelog.`, one],
  ]) as [string, string];
  await second.prompt(reply[0]);
  story.fact({
    kind: "answer in a later session",
    explicit: false,
    needs: [asked, reply[1]],
  });
  await story.noise(second, 90_000);
  second.say(left(story));
  await second.write("docs/seats.md", "# Notes\n");
  second.say(`That is in. ${halted(story)}`);
  await second.stop();
  await second.end();
  story.nextBash(test);
  story.nextRead("docs/seats.md", story.path(0));
}

/** A long session whose early findings are far from its end. */
async function longHaul(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols, lint } = story.domain;
  const session = await story.session();
  const goal = story.state("goal", `Halve the time that ${symbols[1]} takes`);
  await session.prompt(`${goal}. ${wish(story)}`);
  await story.noise(session, 300_000);
  session.say(left(story));
  await session.edit(story.path(1), "export", "/* fast */ export");
  session.say(taken(story));
  await story.noise(session, 200_000);
  await session.bash(lint, "clean");
  session.say("Half of it is in place.");
  await session.stop();
  await session.prompt("Good, now the other half.");
  await story.noise(session, 2_600_000);
  await session.edit(story.path(2), "export", "/* fast */ export");
  session.say(`The other half is in place, too. ${halted(story)}`);
  await session.stop();
  await session.end();
  story.nextRead(story.path(2));
  story.nextBash(lint);
}

export const MORE_HELD_OUT: readonly Story[] = [
  { name: "held-out 4", heldOut: true, domains: DOMAINS, play: answered },
  { name: "held-out 5", heldOut: true, domains: DOMAINS, play: longHaul },
];
