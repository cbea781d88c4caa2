import type { Story, StoryBuilder } from "./bench_handoff_builder.ts";
import {
  blocked,
  constraint,
  deadline,
  decided,
  found,
  listed,
  question,
  rejected,
} from "./bench_handoff_phrases.ts";
import {
  failing,
  paused,
  repaired,
  served,
  shellEdit,
} from "./bench_handoff_stories.ts";
import { DOMAINS } from "./bench_handoff_words.ts";

/** Two agents side by side in one worktree, each with its own work. */
async function pair(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols } = story.domain;
  const one = await story.session();
  const first = story.state("goal", `Let ${symbols[0]} read from a queue`);
  await one.prompt(`${first}. ${story.plant(deadline)}`);
  const two = await story.session();
  const second = story.state("goal", `Write the pages on ${symbols[1]}`);
  await two.prompt(`${second}. ${story.plant(constraint)}`);
  await story.noise(one, 70_000);
  await story.noise(two, 70_000);
  await one.todos([{ content: story.list("todo"), status: "in_progress" }]);
  await two.task(story.list("todo"), "ask the reader");
  one.say(story.plant(rejected));
  two.say(story.plant(decided));
  await one.edit(story.path(0), "export", "/* one */ export");
  await two.write("docs/pages.md", "# Pages\n");
  await failing(story, one);
  two.say(`The pages are there. ${story.plant(question)}`);
  await two.stop();
  await two.end();
  await story.noise(one, 30_000);
  one.say(story.plant(blocked));
  await one.stop();
  await one.end();
  story.nextRead(story.path(0), "docs/pages.md");
}

/** Adds an item with a command. */
async function tell(
  story: StoryBuilder,
  verb: string,
  kind: string,
): Promise<void> {
  await story.tell(verb, story.list(kind));
}

/** Adds an item with a command, and closes it again. */
async function tellAndClose(story: StoryBuilder, verb: string, kind: string) {
  const number = await story.tell(verb, story.over(kind, `closed ${kind}`));
  if (number !== undefined) await story.tell("done", number);
}

/**
 * Three sessions; each keeps the items that commands added in the session
 * before.
 */
async function relay(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols, ways } = story.domain;
  const old = `Store ${symbols[0]} as ${ways[0]}`;
  const one = await story.session();
  const goal = story.state("goal", `Move ${symbols[0]} to its own module`);
  await one.prompt(goal);
  await story.noise(one, 90_000);
  await tell(story, "next", "next step");
  await tell(story, "next", "next step");
  await tellAndClose(story, "next", "next step");
  await tell(story, "block", "blocker");
  await tell(story, "ask", "question");
  await tellAndClose(story, "block", "blocker");
  const port = String(story.random.number(20_000, 29_999));
  await story.tell("var", "set", "staging_port", port);
  const needs = ["staging_port", port];
  story.fact({ kind: "state variable", explicit: true, needs });
  const superseded = await story.tell("decide", old);
  one.say(story.plant(decided));
  await one.stop();
  await one.end();

  const two = await story.session();
  await two.prompt(`Go on. ${story.plant(constraint)}`);
  await story.noise(two, 90_000);
  await shellEdit(story, two);
  const { text, fact } = listed("decision", story.random, story.domain);
  story.fact({
    ...fact,
    stale: { kind: "superseded decision", needs: [old] },
  });
  const instead = superseded === undefined ? [] : ["--supersedes", superseded];
  await story.tell("decide", text, ...instead);
  await paused(story, two);
  await two.end();
  story.sandbox.write("src/others.txt", "by somebody else\n");
  story.sandbox.commit("Add what others need");

  const three = await story.session();
  await three.prompt("Go on with the next step, please.");
  await story.noise(three, 60_000);
  const replaced = `Cut ${symbols[2]} out at once`;
  await three.plan(`# ${replaced}\n\n1. Cut\n`);
  story.planted.stale.push({ kind: "replaced plan", needs: [replaced] });
  const plan = story.state(
    "approved plan",
    `Wrap ${symbols[2]} before cutting`,
  );
  await three.plan(`# ${plan}\n\n1. Wrap ${symbols[2]}\n2. Cut\n`);
  await repaired(story, three);
  three.say(story.plant(rejected));
  three.say(`Wrapped. ${story.plant(question)}`);
  await three.stop();
  await three.end();
  story.nextBash(`grep -n ${symbols[2]} ${story.path(2)}`, "git log -5");
  story.nextRead(story.path(3));
}

/** Prompts are undone, a branch is rewound, and a question is answered late. */
async function rewound(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols, ways, feature } = story.domain;
  const session = await story.session();
  const goal = story.state("goal", `Give ${symbols[1]} a second owner`);
  await session.prompt(`${goal}. ${story.plant(deadline)}`);
  await story.noise(session, 80_000);
  session.say(story.plant(rejected));
  const leaf = session.transcript.leaf;
  const withdrawn = `Delete everything below ${story.domain.theirs} now`;
  await session.prompt(withdrawn);
  story.planted.stale.push({ kind: "withdrawn prompt", needs: [withdrawn] });
  session.transcript.rewind(leaf);
  const branch = `Port ${symbols[2]} to COBOL with ${ways[1]}`;
  await session.prompt(branch);
  story.planted.stale.push({ kind: "rewound branch", needs: [branch] });
  const dead = `I decided to use a mainframe for ${feature}.`;
  session.say(dead);
  story.planted.stale.push({ kind: "rewound branch", needs: [dead] });
  session.transcript.rewind(leaf);
  await session.prompt(
    `Keep ${symbols[2]} as it is. ${story.plant(constraint)}`,
  );
  const asked = `Shall ${symbols[3]} be public?`;
  await session.ask(asked, ["public", "private"]);
  await session.prompt("Wait, I have to think about it. Go on elsewhere.");
  await story.noise(session, 60_000);
  await session.ask(asked, ["public", "private"], "private");
  story.fact({
    kind: "answered question",
    explicit: true,
    needs: [asked, "private"],
  });
  const open = `Which page shall name ${symbols[0]}?`;
  await session.ask(open, ["the first", "the second"]);
  story.fact({ kind: "unanswered question", explicit: true, needs: [open] });
  await session.prompt("Later. Go on.");
  await session.agent(
    story.decoy("order to a sub-agent", `Look for ${symbols[0]} in Fortran`),
    story.plant(found),
  );
  await served(story, session);
  await session.edit(story.path(4), "export", "/* two owners */ export");
  await failing(story, session);
  session.say(`${story.plant(blocked)} ${story.plant(question)}`);
  await session.stop();
  await session.end();
  story.nextRead(story.path(4));
}

export const MORE_STORIES: readonly Story[] = [
  { name: "pair", heldOut: false, domains: DOMAINS, play: pair },
  { name: "relay", heldOut: false, domains: DOMAINS, play: relay },
  { name: "rewound", heldOut: false, domains: DOMAINS, play: rewound },
];
