import type { Arm, Texts } from "./bench_handoff_arms.ts";
import { textsOf } from "./bench_handoff_arms.ts";
import { Desk } from "./bench_handoff_desk.ts";
import {
  type Fact,
  type Planted,
  type Stale,
  Told,
} from "./bench_handoff_facts.ts";
import { Kit, type Story } from "./bench_handoff_kit.ts";
import { Random } from "./bench_handoff_random.ts";

/** A story that was played, with what each arm makes of it. */
export interface Played {
  readonly story: Story;
  readonly planted: Planted;
  readonly texts: Texts;
  /** Everything that was said before the hand-off, in all transcripts. */
  readonly known: string;
  readonly refused: readonly string[];
}

/**
 * Plays a story in its own home. `then` is given the home as the next agent
 * finds it.
 */
export async function play(
  story: Story,
  { seed, binary }: { seed: string; binary: string },
  then: (desk: Desk, played: Played) => Promise<void> = () => Promise.resolve(),
): Promise<Played> {
  using desk = Desk.make(binary);
  const random = new Random(seed, story.name);
  const kit = new Kit(desk, random, random.pick(story.domains));
  await story.play(kit);
  kit.followUp();
  const paths = kit.sessions.map(({ transcript }) => transcript.path)
    .map((path) => ({ path, at: Deno.statSync(path).mtime!.getTime() }))
    .sort((one, other) => one.at - other.at).map(({ path }) => path);
  const texts = await textsOf(desk, random, paths);
  const said = paths.map((path) => Deno.readTextFileSync(path));
  const played = {
    story,
    planted: kit.planted,
    texts,
    known: said.join("\n").replaceAll(desk.root, "/home/dev"),
    refused: [...new Set(desk.refused)].map((line) =>
      line.replaceAll(desk.root, "/home/dev")
    ),
  };
  await then(desk, played);
  return played;
}

/** The facts that an arm's text has, and those that it lacks. */
export interface Score {
  readonly told: readonly Fact[];
  readonly lost: readonly Fact[];
  /** Told as if it held. */
  readonly stale: readonly Stale[];
  readonly false: readonly Stale[];
  readonly size: number;
}

export function scoreOf({ planted, texts }: Played, arm: Arm): Score {
  const text = texts.get(arm)!;
  const told = new Told(text);
  return {
    told: planted.facts.filter(({ needs }) => told.has(needs)),
    lost: planted.facts.filter(({ needs }) => !told.has(needs)),
    stale: planted.stale.filter(({ needs }) => told.claims(needs)),
    false: planted.decoys.filter(({ needs }) => told.has(needs)),
    size: text.length,
  };
}
