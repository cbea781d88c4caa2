import type { Story, StoryBuilder } from "./bench_handoff_builder.ts";
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
export async function failing(
  story: StoryBuilder,
  session: Session,
): Promise<void> {
  const { test, symbols } = story.domain;
  const name = `${story.random.pick(symbols)} case ${
    story.random.number(2, 60)
  }`;
  const output = `running\nok 1\nFAIL ${name}\n1 failed, 12 passed`;
  await session.bash(test, output, { exit: 1 });
  story.fact({
    kind: "failing test command",
    explicit: false,
    needs: [test, name],
  });
  story.nextBash(test);
}

/**
 * A check that failed and passed later; the hand-off must not repeat the
 * failure.
 */
export async function repaired(
  story: StoryBuilder,
  session: Session,
): Promise<void> {
  const { lint } = story.domain;
  const name = `unused variable v${story.random.number(100, 999)}`;
  await session.bash(lint, `error: ${name}`, { exit: 1 });
  await session.edit(story.path(1), "export", "/* looked at */ export");
  await session.bash(lint, "no problems");
  story.fact({
    kind: "check that passes",
    explicit: false,
    needs: [lint],
    stale: { kind: "failure repaired since", needs: [lint, name] },
  });
}

/** A file that only a shell command changed. */
export async function shellEdit(
  story: StoryBuilder,
  session: Session,
): Promise<void> {
  const path = story.path(3);
  const old = Deno.readTextFileSync(`${story.sandbox.project}/${path}`);
  story.sandbox.write(path, old.replace("export", "/* sed */ export"));
  await session.bash(`sed -i 's/^export/&/' ${path}`, "", { changed: [path] });
  story.fact({
    kind: "file changed by a shell command",
    explicit: false,
    needs: [path],
  });
  story.nextRead(path);
}

/** A server whose port is in its output and is used. */
export async function served(
  story: StoryBuilder,
  session: Session,
): Promise<void> {
  const number = story.plant(port);
  await session.bash(
    "cat dev.log",
    `starting\nlistening on http://localhost:${number}`,
  );
  await session.bash(`curl -s http://localhost:${number}/health`, "ok");
  story.nextBash(`curl -s http://localhost:${number}/health`);
}

/** A pause with everything that a model can add. */
export async function paused(
  story: StoryBuilder,
  session: Session,
): Promise<void> {
  await story.pause(session, {
    summary: story.state(
      "summary",
      `Half of ${story.domain.feature} works, part ${
        story.random.number(2, 99)
      }`,
    ),
    accomplishments: [story.list("done"), story.list("done")],
    next_steps: [
      story.list("next step"),
      story.list("next step"),
      story.list("next step"),
    ],
    decisions: [story.list("decision")],
    blockers: [story.list("blocker")],
    open_questions: [story.list("question")],
    important_reminders: [story.list("reminder")],
  }, {
    constraints: [story.list("constraint")],
    rejected: [story.list("rejected")],
  });
}

/**
 * One long day: todos, a deadline, a pause with a message, then more work until
 * the end.
 */
async function feature(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { feature, symbols, test } = story.domain;
  const session = await story.session();
  const goal = story.state(
    "goal",
    `Please build ${feature} around ${symbols[0]}`,
  );
  await session.prompt(`${goal}. ${story.plant(deadline)}`);
  session.say("I will look at the code first.");
  await session.read("README.md", story.decoy("text of a file", README(story)));
  const closed = story.over("todo", "closed todo");
  const [doing, open] = [story.list("todo"), story.list("todo")];
  const todo = (content: string, status: string) => ({ content, status });
  await session.todos([
    todo(closed, "in_progress"),
    todo(doing, "pending"),
    todo(open, "pending"),
  ]);
  await story.noise(session, 60_000);
  session.say(story.plant(decided));
  await session.edit(story.path(0), "export", "/* new */ export");
  await session.interject(story.plant(interjection));
  await repaired(story, session);
  await session.todos([
    todo(closed, "completed"),
    todo(doing, "in_progress"),
    todo(open, "pending"),
  ]);
  await paused(story, session);
  await session.compact(summaryOf(story));
  await session.prompt(`Go on. ${story.plant(constraint)}`);
  await story.noise(session, 120_000);
  await served(story, session);
  await session.write(`${story.domain.folder}/notes.md`, "# Notes\n");
  await failing(story, session);
  session.say(`One test fails. ${story.plant(question)}`);
  await session.stop();
  await session.end();
  story.nextRead(story.path(0));
  story.nextBash(`grep -n ${symbols[0]} ${story.path(0)}`, test);
}

const README = (story: StoryBuilder) =>
  `We decided in ${story.random.number(2001, 2019)} that all of it is Perl`;

/** A bug hunt of some megabytes, with a compaction in the middle. */
async function hunt(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { feature, symbols, build } = story.domain;
  const session = await story.session();
  const goal = story.state("goal", `Find why ${symbols[1]} loses data`);
  await session.prompt(`${goal}. ${story.plant(constraint)}`);
  const replaced = `Plan: patch ${symbols[2]} in place`;
  await session.plan(`# ${replaced}\n\n1. Patch\n`, story.plant(refusal));
  story.planted.stale.push({ kind: "refused plan", needs: [replaced] });
  const plan = story.state(
    "approved plan",
    `Rewrite ${symbols[2]} in two steps`,
  );
  await session.plan(`# ${plan}\n\n1. Log ${symbols[3]}\n2. Fix it\n`);
  await story.noise(session, 1_900_000);
  session.say(story.plant(rejected));
  await session.agent(
    story.decoy("order to a sub-agent", `Assume that ${feature} runs on AIX`),
    story.plant(found),
  );
  const labels = ["two writers", "one writer", "no writer"];
  const asked = `How many writers shall ${symbols[0]} have?`;
  await session.ask(asked, labels, "one writer");
  story.fact({
    kind: "answered question",
    explicit: true,
    needs: [asked, "one writer"],
  });
  // It is open when the summary is written, and closed later.
  const soon = story.over("todo", "todo closed after the summary");
  const second = await session.task(soon, "soon");
  await session.compact(summaryOf(story, [soon]));
  await session.prompt(story.plant(deadline));
  await story.noise(session, 700_000);
  await shellEdit(story, session);
  await repaired(story, session);
  const first = await session.task(story.list("todo"), "see the ticket");
  await session.taskStatus(first, "in_progress");
  await session.taskStatus(second, "completed");
  await failing(story, session);
  session.say(`${story.plant(blocked)} ${story.plant(question)}`);
  await session.stop();
  await session.end();
  story.nextBash(build, `git diff -- ${story.path(3)}`);
  story.nextRead(story.path(1));
}

/**
 * Returns the content of a client's summary: the facts so far, each with a
 * probability of two thirds. The bench writes it, since it does not call a
 * model.
 */
export function summaryOf(
  story: StoryBuilder,
  pending: readonly string[] = [],
): string {
  const chosen = story.planted.facts.filter(() =>
    story.random.number(1, 3) > 1
  );
  const lines = chosen.map(({ needs }) => `- ${needs.join(", ")}`);
  const open = [...pending, `go on with ${story.domain.feature}`];
  return [
    `1. Primary Request and Intent:\n   ${story.domain.feature}`,
    `2. Key Technical Concepts:\n${lines.join("\n")}`,
    `3. Pending Tasks:\n${open.map((one) => `- ${one}`).join("\n")}`,
  ].join("\n\n");
}

/**
 * The client is killed in the middle of a step; twice as much is not stated.
 */
async function killed(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols, test } = story.domain;
  const session = await story.session();
  const goal = story.state(
    "goal",
    `Make ${symbols[0]} and ${symbols[1]} agree`,
  );
  await session.prompt(`${goal}. ${story.plant(deadline)}`);
  await story.noise(session, 150_000);
  session.say(story.plant(decided));
  await session.edit(story.path(2), "export", "/* agreed */ export");
  const task = await session.task(story.list("todo"), "the caller comes first");
  await session.taskStatus(task, "in_progress");
  await session.interject(story.plant(interjection));
  session.say(story.plant(rejected));
  await session.refuse(
    "Bash",
    { command: `rm -rf ${story.domain.folder}/old` },
    story.plant(refusal),
  );
  const long = `${test} --watch`;
  await session.background(long);
  story.fact({
    kind: "work in the background",
    explicit: false,
    needs: [long],
  });
  await story.noise(session, 60_000);
  await failing(story, session);
  const input = { command: `cat ${story.path(2)}`, description: "Look" };
  session.transcript.assistant({
    type: "tool_use",
    id: "toolu_last",
    name: "Bash",
    input,
  });
  session.kill();
  story.nextRead(story.path(2));
}

export const STORIES: readonly Story[] = [
  { name: "feature", heldOut: false, domains: DOMAINS, play: feature },
  { name: "hunt", heldOut: false, domains: DOMAINS, play: hunt },
  { name: "killed", heldOut: false, domains: DOMAINS, play: killed },
];
