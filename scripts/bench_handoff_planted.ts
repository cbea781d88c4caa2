import type { Method, Texts } from "./bench_handoff_methods.ts";
import { textsOf } from "./bench_handoff_methods.ts";
import { Sandbox } from "./bench_handoff_sandbox.ts";
import {
  type Fact,
  HandoffText,
  type Planted,
  type Stale,
} from "./bench_handoff_facts.ts";
import { type Story, StoryBuilder } from "./bench_handoff_builder.ts";
import { Random } from "./bench_handoff_random.ts";

/** A story that was played, and the text of each method for it. */
export interface Played {
  readonly story: Story;
  readonly planted: Planted;
  readonly texts: Texts;
  /** The text of all transcripts before the hand-off. */
  readonly known: string;
  readonly refused: readonly string[];
}

/**
 * Plays a story in its own home. `then` gets the home as the next agent finds
 * it.
 */
export async function play(
  story: Story,
  { seed, binary }: { seed: string; binary: string },
  then: (sandbox: Sandbox, played: Played) => Promise<void> = () =>
    Promise.resolve(),
): Promise<Played> {
  using sandbox = Sandbox.make(binary);
  const random = new Random(seed, story.name);
  const builder = new StoryBuilder(sandbox, random, random.pick(story.domains));
  await story.play(builder);
  builder.followUp();
  const paths = builder.sessions.map(({ transcript }) => transcript.path)
    .map((path) => ({ path, at: Deno.statSync(path).mtime!.getTime() }))
    .sort((one, other) => one.at - other.at).map(({ path }) => path);
  const texts = await textsOf(sandbox, random, paths);
  const said = paths.map((path) => Deno.readTextFileSync(path));
  const played = {
    story,
    planted: builder.planted,
    texts,
    known: said.join("\n").replaceAll(sandbox.root, "/home/dev"),
    refused: [...new Set(sandbox.refused)].map((line) =>
      line.replaceAll(sandbox.root, "/home/dev")
    ),
  };
  await then(sandbox, played);
  return played;
}

/** The facts that a method's text has, and those that it lacks. */
export interface Score {
  readonly given: readonly Fact[];
  readonly lost: readonly Fact[];
  /** Stale facts that it states as if they were still true. */
  readonly stale: readonly Stale[];
  readonly false: readonly Stale[];
  readonly size: number;
}

export function scoreOf({ planted, texts }: Played, method: Method): Score {
  const text = texts.get(method)!;
  const handoff = new HandoffText(text);
  return {
    given: planted.facts.filter(({ needs }) => handoff.has(needs)),
    lost: planted.facts.filter(({ needs }) => !handoff.has(needs)),
    stale: planted.stale.filter(({ needs }) => handoff.claims(needs)),
    false: planted.decoys.filter(({ needs }) => handoff.has(needs)),
    size: text.length,
  };
}
