import type { Kit, Story } from "./bench_handoff_kit.ts";
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
async function pair(kit: Kit): Promise<void> {
  kit.scaffold();
  const { symbols } = kit.domain;
  const one = await kit.session();
  const first = kit.state("goal", `Let ${symbols[0]} read from a queue`);
  await one.prompt(`${first}. ${kit.plant(deadline)}`);
  const two = await kit.session();
  const second = kit.state("goal", `Write the pages on ${symbols[1]}`);
  await two.prompt(`${second}. ${kit.plant(constraint)}`);
  await kit.noise(one, 70_000);
  await kit.noise(two, 70_000);
  await one.todos([{ content: kit.list("todo"), status: "in_progress" }]);
  await two.task(kit.list("todo"), "ask the reader");
  one.say(kit.plant(rejected));
  two.say(kit.plant(decided));
  await one.edit(kit.path(0), "export", "/* one */ export");
  await two.write("docs/pages.md", "# Pages\n");
  await failing(kit, one);
  two.say(`The pages are there. ${kit.plant(question)}`);
  await two.stop();
  await two.end();
  await kit.noise(one, 30_000);
  one.say(kit.plant(blocked));
  await one.stop();
  await one.end();
  kit.nextRead(kit.path(0), "docs/pages.md");
}

/** Says an item with a command. */
async function tell(kit: Kit, verb: string, kind: string): Promise<void> {
  await kit.tell(verb, kit.list(kind));
}

/** Says an item with a command that closes it again. */
async function tellAndClose(kit: Kit, verb: string, kind: string) {
  const number = await kit.tell(verb, kit.over(kind, `closed ${kind}`));
  if (number !== undefined) await kit.tell("done", number);
}

/** Three sessions; what is said by commands is carried from one to the next. */
async function relay(kit: Kit): Promise<void> {
  kit.scaffold();
  const { symbols, ways } = kit.domain;
  const old = `Store ${symbols[0]} as ${ways[0]}`;
  const one = await kit.session();
  const goal = kit.state("goal", `Move ${symbols[0]} to its own module`);
  await one.prompt(goal);
  await kit.noise(one, 90_000);
  await tell(kit, "next", "next step");
  await tell(kit, "next", "next step");
  await tellAndClose(kit, "next", "next step");
  await tell(kit, "block", "blocker");
  await tell(kit, "ask", "question");
  await tellAndClose(kit, "block", "blocker");
  const port = String(kit.random.number(20_000, 29_999));
  await kit.tell("var", "set", "staging_port", port);
  const needs = ["staging_port", port];
  kit.fact({ kind: "state variable", explicit: true, needs });
  const superseded = await kit.tell("decide", old);
  one.say(kit.plant(decided));
  await one.stop();
  await one.end();

  const two = await kit.session();
  await two.prompt(`Go on. ${kit.plant(constraint)}`);
  await kit.noise(two, 90_000);
  await shellEdit(kit, two);
  const { text, fact } = listed("decision", kit.random, kit.domain);
  kit.fact({
    ...fact,
    stale: { kind: "superseded decision", needs: [old] },
  });
  const instead = superseded === undefined ? [] : ["--supersedes", superseded];
  await kit.tell("decide", text, ...instead);
  await paused(kit, two);
  await two.end();
  kit.desk.write("src/others.txt", "by somebody else\n");
  kit.desk.commit("Add what others need");

  const three = await kit.session();
  await three.prompt("Go on with the next step, please.");
  await kit.noise(three, 60_000);
  const replaced = `Cut ${symbols[2]} out at once`;
  await three.plan(`# ${replaced}\n\n1. Cut\n`);
  kit.planted.stale.push({ kind: "replaced plan", needs: [replaced] });
  const plan = kit.state("approved plan", `Wrap ${symbols[2]} before cutting`);
  await three.plan(`# ${plan}\n\n1. Wrap ${symbols[2]}\n2. Cut\n`);
  await repaired(kit, three);
  three.say(kit.plant(rejected));
  three.say(`Wrapped. ${kit.plant(question)}`);
  await three.stop();
  await three.end();
  kit.nextBash(`grep -n ${symbols[2]} ${kit.path(2)}`, "git log -5");
  kit.nextRead(kit.path(3));
}

/** Prompts undone, a branch rewound, a question answered late. */
async function rewound(kit: Kit): Promise<void> {
  kit.scaffold();
  const { symbols, ways, feature } = kit.domain;
  const session = await kit.session();
  const goal = kit.state("goal", `Give ${symbols[1]} a second owner`);
  await session.prompt(`${goal}. ${kit.plant(deadline)}`);
  await kit.noise(session, 80_000);
  session.say(kit.plant(rejected));
  const leaf = session.transcript.leaf;
  const withdrawn = `Delete everything below ${kit.domain.theirs} now`;
  await session.prompt(withdrawn);
  kit.planted.stale.push({ kind: "withdrawn prompt", needs: [withdrawn] });
  session.transcript.rewind(leaf);
  const branch = `Port ${symbols[2]} to COBOL with ${ways[1]}`;
  await session.prompt(branch);
  kit.planted.stale.push({ kind: "rewound branch", needs: [branch] });
  const dead = `I decided to use a mainframe for ${feature}.`;
  session.say(dead);
  kit.planted.stale.push({ kind: "rewound branch", needs: [dead] });
  session.transcript.rewind(leaf);
  await session.prompt(`Keep ${symbols[2]} as it is. ${kit.plant(constraint)}`);
  const asked = `Shall ${symbols[3]} be public?`;
  await session.ask(asked, ["public", "private"]);
  await session.prompt("Wait, I have to think about it. Go on elsewhere.");
  await kit.noise(session, 60_000);
  await session.ask(asked, ["public", "private"], "private");
  kit.fact({
    kind: "answered question",
    explicit: true,
    needs: [asked, "private"],
  });
  const open = `Which page shall name ${symbols[0]}?`;
  await session.ask(open, ["the first", "the second"]);
  kit.fact({ kind: "unanswered question", explicit: true, needs: [open] });
  await session.prompt("Later. Go on.");
  await session.agent(
    kit.decoy("order to a sub-agent", `Look for ${symbols[0]} in Fortran`),
    kit.plant(found),
  );
  await served(kit, session);
  await session.edit(kit.path(4), "export", "/* two owners */ export");
  await failing(kit, session);
  session.say(`${kit.plant(blocked)} ${kit.plant(question)}`);
  await session.stop();
  await session.end();
  kit.nextRead(kit.path(4));
}

export const MORE_STORIES: readonly Story[] = [
  { name: "pair", heldOut: false, domains: DOMAINS, play: pair },
  { name: "relay", heldOut: false, domains: DOMAINS, play: relay },
  { name: "rewound", heldOut: false, domains: DOMAINS, play: rewound },
];
