import type { Fact } from "./bench_handoff_facts.ts";
import type { Random } from "./bench_handoff_random.ts";
import { day, type Domain, firm, person, time } from "./bench_handoff_words.ts";

/** A phrase, and the fact that it states. */
export interface Phrase {
  readonly text: string;
  readonly fact: Fact;
}

type Make = (random: Random, domain: Domain) => Phrase;

function implied(kind: string, needs: readonly string[], text: string): Phrase {
  return { text, fact: { kind, explicit: false, needs } };
}

/** A text that is a fact by itself. */
export function stated(kind: string, text: string): Phrase {
  return { text, fact: { kind, explicit: true, needs: [text] } };
}

export const deadline: Make = (random, { feature }) => {
  const [on, at, who] = [day(random), time(random), firm(random)];
  return implied(
    "deadline in a prompt",
    [on, at],
    random.pick([
      `The demo for ${who} is on ${on} at ${at}, so ${feature} must work then.`,
      `We promised ${feature} to ${who} for ${on} ${at}.`,
      `The release freeze starts ${on} at ${at}; all of it must be in by then.`,
      `I need ${feature} by ${on}, ${at} at the latest.`,
      `Deadline: ${on} ${at}, ${who} is waiting for ${feature}.`,
    ]),
  );
};

export const constraint: Make = (random, { theirs, files }) => {
  const file = random.pick(files);
  const who = person(random);
  const [text, ...needs] = random.pick([
    [`Do not touch ${theirs}, ${who} is changing it.`, "not touch", theirs],
    [`Never log the customer's e-mail address.`, "never log", "e-mail"],
    [
      `The public API must stay as it is, ${who} ships clients on it.`,
      "API must stay",
    ],
    [`Only use what is in the standard library here.`, "standard library"],
    [`Keep ${file} free of network calls, please.`, file, "network calls"],
    [`It must also work without ${theirs} being there.`, "without", theirs],
    [`Don't add new dependencies.`, "new dependencies"],
  ]) as [string, ...string[]];
  return implied("constraint in a prompt", needs, text);
};

/**
 * Like `constraint`, in a prompt that the agent gets in the middle of a turn.
 */
export const interjection: Make = (random, domain) => {
  const at = random.pick(domain.symbols);
  const who = person(random);
  const [text, ...needs] = random.pick([
    [`by the way, don't rename ${at}, ${who} calls it`, "rename", at],
    [`also: no more than 3 retries, ${who} asked for that`, "3 retries"],
    [`and leave the old ${at} in place for now`, "leave", at],
    [`please make sure that ${at} stays synchronous`, at, "synchronous"],
    [`oh, and never write to the table audit_log from here`, "audit_log"],
  ]) as [string, ...string[]];
  return implied("constraint in the middle of a turn", needs, text);
};

export const refusal: Make = (random, { symbols, theirs }) => {
  const at = random.pick(symbols);
  const [text, ...needs] = random.pick([
    [`no, don't drop the table, rename it to ${at}_old`, `${at}_old`],
    [`not with sudo, ask ops to do it`, "not with sudo"],
    [`don't force push, make a new branch from main`, "force push"],
    [`stop, ${theirs} is not ours, open a ticket instead`, "open a ticket"],
    [`no, use the read replica for that`, "read replica"],
  ]) as [string, ...string[]];
  return implied("refusal with words", needs, text);
};

export const rejected: Make = (random, { ways, symbols, test }) => {
  const [way, other] = random.some(ways, 2) as [string, string];
  const at = random.pick(symbols);
  const [text, ...needs] = random.pick([
    [
      `I tried ${way} in ${at} first, but it deadlocks with two workers, so I went back to ${other}.`,
      way,
      "deadlocks",
    ],
    [
      `${way} did not work: ${test} takes nine minutes with it. I am going with ${other} instead.`,
      way,
      "nine minutes",
    ],
    [
      `I rejected ${way} because ${at} cannot be called twice with it.`,
      way,
      "called twice",
    ],
    [
      `Using ${way} turned out to be a dead end: ${at} loses the last row.`,
      way,
      "loses the last row",
    ],
  ]) as [string, ...string[]];
  return implied("rejected approach in a text", needs, text);
};

export const decided: Make = (random, { ways, symbols, files }) => {
  const [way, at] = [random.pick(ways), random.pick(symbols)];
  const file = random.pick(files);
  const [text, ...needs] = random.pick([
    [
      `I decided to build ${at} on ${way} because it keeps ${file} small.`,
      at,
      way,
      "small",
    ],
    [
      `For ${at} I will go with ${way}, since the tests already cover it.`,
      at,
      way,
      "already cover",
    ],
    [
      `We agreed on ${way} for ${at}; that avoids a second migration.`,
      at,
      way,
      "second migration",
    ],
    [
      `Decision: ${at} uses ${way}, so that ${file} need not change.`,
      at,
      way,
      "need not change",
    ],
  ]) as [string, ...string[]];
  return implied("decision in a text", needs, text);
};

export const blocked: Make = (random, { feature }) => {
  const [who, on] = [person(random), day(random)];
  const name = `${firm(random).toUpperCase()}_API_URL`;
  const [text, ...needs] = random.pick([
    [`The staging database is read-only until ${on}.`, "read-only", on],
    [`I am blocked: ${name} is not set on the build server.`, name],
    [
      `${who} has to approve the access before ${feature} can go on.`,
      who,
      "approve the access",
    ],
    [
      `I cannot go on without the credentials that ${who} keeps.`,
      who,
      "credentials",
    ],
    [`This waits for ${who}, who has to add ${name} to the vault.`, who, name],
  ]) as [string, ...string[]];
  return implied("blocker in a text", needs, text);
};

export const question: Make = (random, { symbols, files, ways }) => {
  const [at, file, way] = [symbols, files, ways].map((all) =>
    random.pick(all)
  ) as [string, string, string];
  const limit = random.number(20, 90) * 10;
  const [text, ...needs] = random.pick([
    [`Should ${at} also accept amounts over ${limit}?`, at, `${limit}`],
    [`Do you want me to move ${at} into ${file} or leave it?`, at, file],
    [`Shall I keep ${way} for ${at}, or is that too slow for you?`, way, at],
    [
      `One question before I go on: is ${limit} ms a fair timeout?`,
      `${limit} ms`,
    ],
    [`Which of the two callers of ${at} should stay?`, "callers", at],
  ]) as [string, ...string[]];
  return implied("open question in the last message", needs, text);
};

export const port: Make = (random) => {
  const number = random.number(3100, 9800);
  return implied("port in a tool's output", [`${number}`], `${number}`);
};

export const found: Make = (random, { folder, files, symbols }) => {
  const place = `${folder}/${random.pick(files)}:${random.number(20, 400)}`;
  const at = random.pick(symbols);
  return implied(
    "result of a sub-agent",
    [place],
    random.pick([
      `The limit is hard-coded at ${place}; ${at} is its only caller.`,
      `${at} is called from ${place} with a null session, which is the bug.`,
      `Only ${place} still uses the old ${at}.`,
    ]),
  );
};

/**
 * Returns what a person or an agent says about an entry; each kind of list has
 * its own words.
 */
export function listed(
  kind: string,
  random: Random,
  domain: Domain,
): Phrase {
  const { folder, files, symbols, ways, feature } = domain;
  const [at, file] = [random.pick(symbols), random.pick(files)];
  const [way, who, on] = [random.pick(ways), person(random), day(random)];
  const number = random.number(2, 99);
  const texts = new Map<string, string[]>([
    ["next step", [
      `Move ${at} out of ${folder}/${file} (step ${number})`,
      `Write the missing test of ${at}, case ${number}`,
      `Handle error ${number} of ${feature} in ${file}`,
      `Show ${who} the new ${at} before part ${number}`,
    ]],
    ["decision", [
      `Use ${way} for ${at}, since ${who} measured it ${number} times`,
      `Keep ${file} apart from ${at} (point ${number} of the review)`,
      `Retry ${at} ${number} times, then give up`,
    ]],
    ["blocker", [
      `${who} must unlock account ${number} before ${at} can be tried`,
      `Waiting for ${who}: certificate ${number} of the test host expired`,
      `The queue of ${feature} is stopped until ticket ${number} is closed`,
    ]],
    ["question", [
      `May ${at} be slower than ${number} ms?`,
      `Does ${who} still need ${file} after release ${number}?`,
      `Who owns ${at} since team ${number} was split?`,
    ]],
    ["todo", [
      `Rewrite ${at} for case ${number}`,
      `Cover ${file} with ${number} more tests`,
      `Remove flag ${number} from ${at}`,
    ]],
    ["done", [
      `Split ${file} into ${number} parts`,
      `Made ${at} ${number} percent faster`,
      `Fixed bug ${number} in ${at}`,
    ]],
    ["constraint", [`${at} must stay below ${number} ms`]],
    ["rejected", [`${way} for ${at}: failed run ${number}`]],
    ["reminder", [`${who} is away until ${on}, room ${number}`]],
  ]);
  return stated(kind, random.pick(texts.get(kind)!));
}
