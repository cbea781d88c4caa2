import {
  imply,
  type Story,
  type StoryBuilder,
} from "./bench_handoff_builder.ts";
import type { Domain } from "./bench_handoff_words.ts";

/**
 * Stories that no one looks at while improving mpm, so that tuning to the other
 * stories fails here. No words from this file go into mpm.
 */
const DOMAINS: readonly Domain[] = [
  {
    feature: "the nightly import",
    folder: "etl/jobs",
    files: ["load.sql", "dedupe.py", "runner.py", "alerts.py", "cron.yaml"],
    symbols: ["dedupe_rows", "JobRunner", "page_oncall", "load_partition"],
    test: "make check-etl",
    lint: "sqlfluff lint etl",
    build: "make image",
    ways: ["upserts", "a shadow table", "delete and reload", "row versions"],
    theirs: "etl/vendor",
  },
  {
    feature: "the checkout page",
    folder: "web/checkout",
    files: ["Basket.vue", "useTotals.js", "coupon.js", "tax.js", "steps.css"],
    symbols: ["useTotals", "applyCoupon", "taxFor", "BasketRow"],
    test: "pnpm vitest run checkout",
    lint: "pnpm lint",
    build: "pnpm build",
    ways: ["a web worker", "server totals", "a reducer", "optimistic totals"],
    theirs: "web/design-system",
  },
  {
    feature: "the firmware update",
    folder: "firmware/ota",
    files: ["flash.c", "verify.c", "slots.c", "radio.c", "boot.ld"],
    symbols: ["verify_image", "swap_slots", "radio_wait", "boot_marker"],
    test: "ctest --test-dir build -R ota",
    lint: "clang-tidy firmware/ota/flash.c",
    build: "cmake --build build",
    ways: ["delta images", "two slots", "a golden image", "signed chunks"],
    theirs: "firmware/vendor",
  },
];

function due(story: StoryBuilder): string {
  const date = `${story.random.number(2, 27)} ${
    story.random.pick(["January", "April", "October", "December"])
  }`;
  return imply(story, "deadline in a prompt", [
    [`Legal signs off on the ${date}, nothing may change after that.`, date],
    [`It goes live on ${date}.`, date],
    [`We have until the ${date}, not a day more.`, date],
    [`Has to ship before ${date} because of the audit.`, date],
  ]);
}

function limit(story: StoryBuilder): string {
  const { theirs, symbols } = story.domain;
  const at = story.random.pick(symbols);
  return imply(story, "constraint in a prompt", [
    [`Stay out of ${theirs}.`, "stay out", theirs],
    [`${at} is frozen, leave its signature alone.`, at, "signature"],
    [`Whatever you do, no downtime.`, "no downtime"],
    [`You must not write to production from here.`, "production"],
    [`Prefer small commits, one per file.`, "small commits"],
  ]);
}

function aside(story: StoryBuilder): string {
  const at = story.random.pick(story.domain.symbols);
  return imply(story, "constraint in the middle of a turn", [
    [`hang on, ${at} has to keep its German error texts`, at, "german"],
    [`one more thing: everything behind the flag beta_${at}`, `beta_${at}`],
    [`fyi the limit is 64 KiB, not 64 KB`, "64 kib"],
  ]);
}

function dead(story: StoryBuilder): string {
  const [way, other] = story.random.some(story.domain.ways, 2) as [
    string,
    string,
  ];
  return imply(story, "rejected approach in a text", [
    [`${way} is out: it doubles the memory. Trying ${other}.`, way, "doubles"],
    [
      `First attempt with ${way} failed on empty input; reverted.`,
      way,
      "empty input",
    ],
    [
      `I gave up on ${way}, the driver has no support for it.`,
      way,
      "no support",
    ],
    [
      `We can't use ${way} here since the lock is held for minutes.`,
      way,
      "for minutes",
    ],
  ]);
}

function choice(story: StoryBuilder): string {
  const way = story.random.pick(story.domain.ways);
  const at = story.random.pick(story.domain.symbols);
  return imply(story, "decision in a text", [
    [`Settled: ${at} gets ${way}.`, at, way],
    [`I'm going with ${way} in ${at}; it needs no new table.`, at, way],
    [`So ${way} it is, for ${at} at least.`, at, way],
    [`I chose ${way} over the rest as ${at} stays pure that way.`, at, way],
  ]);
}

function stuck(story: StoryBuilder): string {
  const number = story.random.number(1000, 9999);
  return imply(story, "blocker in a text", [
    [
      `Can't deploy: change request ${number} is not approved yet.`,
      `${number}`,
    ],
    [
      `Someone with admin rights needs to open firewall rule ${number}.`,
      `${number}`,
    ],
    [`Still waiting on the licence for ticket ${number}.`, `${number}`],
  ]);
}

function doubt(story: StoryBuilder): string {
  const number = story.random.number(11, 99);
  const at = story.random.pick(story.domain.symbols);
  return imply(story, "open question in the last message", [
    [`Is it fine if ${at} waits ${number} seconds?`, at, `${number}`],
    [
      `Let me know whether ${at} should retry ${number} times.`,
      at,
      `${number}`,
    ],
    [
      `What do you prefer for ${at}: ${number} workers or one?`,
      at,
      `${number}`,
    ],
  ]);
}

/** An incident at night: a shell, a sub-agent, no time for commands. */
async function incident(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols, test, folder } = story.domain;
  const session = await story.session();
  const goal = story.state("goal", `Stop ${symbols[2]} from paging at night`);
  await session.prompt(`${goal}. ${due(story)} ${limit(story)}`);
  await story.noise(session, 250_000);
  const number = story.random.number(40_000, 60_000);
  story.fact({
    kind: "number in a tool's output",
    explicit: false,
    needs: [String(number)],
  });
  await session.bash("docker ps", `web 0.0.0.0:${number}->80/tcp`);
  await session.bash(`nc -z localhost ${number}`, "");
  story.nextBash(`nc -z localhost ${number}`);
  session.say(dead(story));
  await session.interject(aside(story));
  const place = `${folder}/${story.domain.files[2]}`;
  const line = story.random.number(20, 300);
  await session.agent(
    story.decoy("order to a sub-agent", "Pretend that the clock is wrong"),
    `The alarm comes from ${place}:${line}.`,
  );
  story.fact({
    kind: "result of a sub-agent",
    explicit: false,
    needs: [`${place}:${line}`],
  });
  const path = story.path(1);
  const old = Deno.readTextFileSync(`${story.sandbox.project}/${path}`);
  story.sandbox.write(path, old.replace("export", "/* quiet */ export"));
  await session.bash(`perl -pi -e 's/x/y/' ${path}`, "", { changed: [path] });
  story.fact({
    kind: "file changed by a shell command",
    explicit: false,
    needs: [path],
  });
  const failed = `assertion ${story.random.number(100, 999)}`;
  await session.bash(test, `...\nnot ok - ${failed}`, { exit: 2 });
  story.fact({
    kind: "failing test command",
    explicit: false,
    needs: [test, failed],
  });
  session.say(`${stuck(story)} ${doubt(story)}`);
  await session.stop();
  await session.end();
  story.nextBash(test);
  story.nextRead(path, place);
}

/** A migration with a plan, tasks, and a client that is killed. */
async function migration(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols, lint } = story.domain;
  const session = await story.session();
  const goal = story.state("goal", `Migrate ${symbols[3]} without a pause`);
  await session.prompt(`${goal}. ${limit(story)}`);
  const first = `Copy ${symbols[3]} in one night`;
  await session.plan(`## ${first}\n\n- copy\n`);
  story.planted.stale.push({ kind: "replaced plan", needs: [first] });
  const plan = story.state(
    "approved plan",
    `Dual-write ${symbols[3]} for a week`,
  );
  await session.plan(`## ${plan}\n\n- write twice\n- compare\n- switch\n`);
  const tasks = [story.list("todo"), story.list("todo")];
  for (const task of tasks) await session.task(task, "as planned");
  const over = await session.task(
    story.over("todo", "closed todo"),
    "as planned",
  );
  await session.taskStatus(over, "completed");
  await session.taskStatus("1", "in_progress");
  await story.noise(session, 1_200_000);
  await session.prompt(due(story));
  session.say(choice(story));
  await session.bash(lint, "L001 trailing space", { exit: 1 });
  await session.bash(lint, "All checks passed");
  story.planted.stale.push({
    kind: "failure repaired since",
    needs: [lint, "L001 trailing space"],
  });
  session.say(dead(story));
  await session.edit(story.path(0), "export", "/* twice */ export");
  const watch = `tail -f ${story.domain.folder}.log`;
  await session.background(watch);
  story.fact({
    kind: "work in the background",
    explicit: false,
    needs: [watch],
  });
  await story.noise(session, 300_000);
  session.say(stuck(story));
  session.kill();
  story.nextRead(story.path(0));
  story.nextBash(`grep -rn ${symbols[3]} ${story.path(0)}`, lint);
}

/** Two sessions on one review; the second closes items of the first. */
async function review(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const { symbols, files } = story.domain;
  const one = await story.session();
  await one.prompt(story.state("goal", `Review ${files[1]} for the auditors`));
  await story.noise(one, 120_000);
  await story.tell("next", story.list("next step"));
  const closing = await story.tell(
    "ask",
    story.over("question", "closed question"),
  );
  await story.tell("ask", story.list("question"));
  await story.tell("decide", story.list("decision"));
  one.say(choice(story));
  await one.stop();
  await one.end();
  const two = await story.session();
  if (closing !== undefined) await story.tell("done", closing);
  await two.prompt(`Carry on with the review. ${due(story)}`);
  const asked = `Where shall ${symbols[0]} live?`;
  await two.ask(asked, ["core", "plugins"], "in a package of its own");
  story.fact({
    kind: "answered question",
    explicit: true,
    needs: [asked, "in a package of its own"],
  });
  await two.refuse(
    "Bash",
    { command: "git push --force" },
    imply(
      story,
      "refusal with words",
      [
        ["never force, open a merge request", "merge request"],
        ["wait for the freeze to end first", "freeze to end"],
      ],
    ),
  );
  await two.interject(aside(story));
  await story.noise(two, 150_000);
  await two.write("docs/review.md", "# Review\n");
  two.say(`Done for today. ${doubt(story)}`);
  await two.stop();
  await two.end();
  story.nextRead("docs/review.md", story.path(1));
}

export const HELD_OUT: readonly Story[] = [
  { name: "held-out 1", heldOut: true, domains: DOMAINS, play: incident },
  { name: "held-out 2", heldOut: true, domains: DOMAINS, play: migration },
  { name: "held-out 3", heldOut: true, domains: DOMAINS, play: review },
];
