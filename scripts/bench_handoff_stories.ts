import type { Kit, Story } from "./bench_handoff_kit.ts";
import {
  blocked,
  constraint,
  deadline,
  decided,
  found,
  interjection,
  port,
  question,
  refusal,
  rejected,
} from "./bench_handoff_phrases.ts";
import type { Session } from "./bench_handoff_tools.ts";
import { DOMAINS } from "./bench_handoff_words.ts";

/** A test that failed and is not repaired; needs the name of the test. */
export async function failing(kit: Kit, session: Session): Promise<void> {
  const { test, symbols } = kit.domain;
  const name = `${kit.random.pick(symbols)} case ${kit.random.number(2, 60)}`;
  const output = `running\nok 1\nFAIL ${name}\n1 failed, 12 passed`;
  await session.bash(test, output, { exit: 1 });
  kit.fact({
    kind: "failing test command",
    explicit: false,
    needs: [test, name],
  });
  kit.nextBash(test);
}

/** A check that failed and passed later; no one is to repeat the failure. */
export async function repaired(kit: Kit, session: Session): Promise<void> {
  const { lint } = kit.domain;
  const name = `unused variable v${kit.random.number(100, 999)}`;
  await session.bash(lint, `error: ${name}`, { exit: 1 });
  await session.edit(kit.path(1), "export", "/* looked at */ export");
  await session.bash(lint, "no problems");
  kit.fact({
    kind: "check that passes",
    explicit: false,
    needs: [lint],
    stale: { kind: "failure repaired since", needs: [lint, name] },
  });
}

/** A file that only a shell command changed. */
export async function shellEdit(kit: Kit, session: Session): Promise<void> {
  const path = kit.path(3);
  const old = Deno.readTextFileSync(`${kit.desk.project}/${path}`);
  kit.desk.write(path, old.replace("export", "/* sed */ export"));
  await session.bash(`sed -i 's/^export/&/' ${path}`, "", { changed: [path] });
  kit.fact({
    kind: "file changed by a shell command",
    explicit: false,
    needs: [path],
  });
  kit.nextRead(path);
}

/** A server whose port stands in its output and is used. */
export async function served(kit: Kit, session: Session): Promise<void> {
  const number = kit.plant(port);
  await session.bash(
    "cat dev.log",
    `starting\nlistening on http://localhost:${number}`,
  );
  await session.bash(`curl -s http://localhost:${number}/health`, "ok");
  kit.nextBash(`curl -s http://localhost:${number}/health`);
}

/** A pause with everything that a model may add. */
export async function paused(kit: Kit, session: Session): Promise<void> {
  await kit.pause(session, {
    summary: kit.state(
      "summary",
      `Half of ${kit.domain.feature} works, part ${kit.random.number(2, 99)}`,
    ),
    accomplishments: [kit.list("done"), kit.list("done")],
    next_steps: [
      kit.list("next step"),
      kit.list("next step"),
      kit.list("next step"),
    ],
    decisions: [kit.list("decision")],
    blockers: [kit.list("blocker")],
    open_questions: [kit.list("question")],
    important_reminders: [kit.list("reminder")],
  }, {
    constraints: [kit.list("constraint")],
    rejected: [kit.list("rejected")],
  });
}

/** One long day: todos, a deadline, a pause with words, then on to the end. */
async function feature(kit: Kit): Promise<void> {
  kit.scaffold();
  const { feature, symbols, test } = kit.domain;
  const session = await kit.session();
  const goal = kit.state(
    "goal",
    `Please build ${feature} around ${symbols[0]}`,
  );
  await session.prompt(`${goal}. ${kit.plant(deadline)}`);
  session.say("I will look at the code first.");
  await session.read("README.md", kit.decoy("text of a file", README(kit)));
  const closed = kit.over("todo", "closed todo");
  const [doing, open] = [kit.list("todo"), kit.list("todo")];
  const todo = (content: string, status: string) => ({ content, status });
  await session.todos([
    todo(closed, "in_progress"),
    todo(doing, "pending"),
    todo(open, "pending"),
  ]);
  await kit.noise(session, 60_000);
  session.say(kit.plant(decided));
  await session.edit(kit.path(0), "export", "/* new */ export");
  await session.interject(kit.plant(interjection));
  await repaired(kit, session);
  await session.todos([
    todo(closed, "completed"),
    todo(doing, "in_progress"),
    todo(open, "pending"),
  ]);
  await paused(kit, session);
  await session.compact(summaryOf(kit));
  await session.prompt(`Go on. ${kit.plant(constraint)}`);
  await kit.noise(session, 120_000);
  await served(kit, session);
  await session.write(`${kit.domain.folder}/notes.md`, "# Notes\n");
  await failing(kit, session);
  session.say(`One test fails. ${kit.plant(question)}`);
  await session.stop();
  await session.end();
  kit.nextRead(kit.path(0));
  kit.nextBash(`grep -n ${symbols[0]} ${kit.path(0)}`, test);
}

const README = (kit: Kit) =>
  `We decided in ${kit.random.number(2001, 2019)} that all of it is Perl`;

/** A bug hunt of some megabytes, over a compaction. */
async function hunt(kit: Kit): Promise<void> {
  kit.scaffold();
  const { feature, symbols, build } = kit.domain;
  const session = await kit.session();
  const goal = kit.state("goal", `Find why ${symbols[1]} loses data`);
  await session.prompt(`${goal}. ${kit.plant(constraint)}`);
  const replaced = `Plan: patch ${symbols[2]} in place`;
  await session.plan(`# ${replaced}\n\n1. Patch\n`, kit.plant(refusal));
  kit.planted.stale.push({ kind: "refused plan", needs: [replaced] });
  const plan = kit.state("approved plan", `Rewrite ${symbols[2]} in two steps`);
  await session.plan(`# ${plan}\n\n1. Log ${symbols[3]}\n2. Fix it\n`);
  await kit.noise(session, 1_900_000);
  session.say(kit.plant(rejected));
  await session.agent(
    kit.decoy("order to a sub-agent", `Assume that ${feature} runs on AIX`),
    kit.plant(found),
  );
  const labels = ["two writers", "one writer", "no writer"];
  const asked = `How many writers shall ${symbols[0]} have?`;
  await session.ask(asked, labels, "one writer");
  kit.fact({
    kind: "answered question",
    explicit: true,
    needs: [asked, "one writer"],
  });
  // It is open when the summary is written, and closed after it.
  const soon = kit.over("todo", "todo closed after the summary");
  const second = await session.task(soon, "soon");
  await session.compact(summaryOf(kit, [soon]));
  await session.prompt(kit.plant(deadline));
  await kit.noise(session, 700_000);
  await shellEdit(kit, session);
  await repaired(kit, session);
  const first = await session.task(kit.list("todo"), "see the ticket");
  await session.taskStatus(first, "in_progress");
  await session.taskStatus(second, "completed");
  await failing(kit, session);
  session.say(`${kit.plant(blocked)} ${kit.plant(question)}`);
  await session.stop();
  await session.end();
  kit.nextBash(build, `git diff -- ${kit.path(3)}`);
  kit.nextRead(kit.path(1));
}

/**
 * Returns the content of a client's summary: the facts so far, each with two
 * chances in three. It is written by the bench, since no model is asked.
 */
export function summaryOf(kit: Kit, pending: readonly string[] = []): string {
  const chosen = kit.planted.facts.filter(() => kit.random.number(1, 3) > 1);
  const lines = chosen.map(({ needs }) => `- ${needs.join(", ")}`);
  const open = [...pending, `go on with ${kit.domain.feature}`];
  return [
    `1. Primary Request and Intent:\n   ${kit.domain.feature}`,
    `2. Key Technical Concepts:\n${lines.join("\n")}`,
    `3. Pending Tasks:\n${open.map((one) => `- ${one}`).join("\n")}`,
  ].join("\n\n");
}

/** The client is killed in the middle of a step, twice as much unsaid. */
async function killed(kit: Kit): Promise<void> {
  kit.scaffold();
  const { symbols, test } = kit.domain;
  const session = await kit.session();
  const goal = kit.state("goal", `Make ${symbols[0]} and ${symbols[1]} agree`);
  await session.prompt(`${goal}. ${kit.plant(deadline)}`);
  await kit.noise(session, 150_000);
  session.say(kit.plant(decided));
  await session.edit(kit.path(2), "export", "/* agreed */ export");
  const task = await session.task(kit.list("todo"), "the caller comes first");
  await session.taskStatus(task, "in_progress");
  await session.interject(kit.plant(interjection));
  session.say(kit.plant(rejected));
  await session.refuse(
    "Bash",
    { command: `rm -rf ${kit.domain.folder}/old` },
    kit.plant(refusal),
  );
  const long = `${test} --watch`;
  await session.background(long);
  kit.fact({ kind: "work in the background", explicit: false, needs: [long] });
  await kit.noise(session, 60_000);
  await failing(kit, session);
  const input = { command: `cat ${kit.path(2)}`, description: "Look" };
  session.transcript.assistant({
    type: "tool_use",
    id: "toolu_last",
    name: "Bash",
    input,
  });
  session.kill();
  kit.nextRead(kit.path(2));
}

export const STORIES: readonly Story[] = [
  { name: "feature", heldOut: false, domains: DOMAINS, play: feature },
  { name: "hunt", heldOut: false, domains: DOMAINS, play: hunt },
  { name: "killed", heldOut: false, domains: DOMAINS, play: killed },
];
