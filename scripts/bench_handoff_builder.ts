import { isFields } from "../src/base/parsed_values.ts";
import type { Sandbox } from "./bench_handoff_sandbox.ts";
import {
  type Call,
  type Fact,
  nothingPlanted,
  type Planted,
} from "./bench_handoff_facts.ts";
import { listed, type Phrase, stated } from "./bench_handoff_phrases.ts";
import type { Random } from "./bench_handoff_random.ts";
import { Session } from "./bench_handoff_tools.ts";
import { type Domain, filler, source } from "./bench_handoff_words.ts";

/** One scripted story: people and agents work until the hand-off. */
export interface Story {
  readonly name: string;
  /** True if no one looks at it while mpm is developed. */
  readonly heldOut: boolean;
  readonly domains: readonly Domain[];
  readonly play: (story: StoryBuilder) => Promise<void>;
}

/** The hooks see one step of noise out of this many. */
const HEARD = 12;

/** Builds a story and counts the planted facts. */
export class StoryBuilder {
  readonly planted: Planted = nothingPlanted();
  readonly sessions: Session[] = [];
  readonly #used = new Set<string>();
  #steps = 0;

  constructor(
    readonly sandbox: Sandbox,
    readonly random: Random,
    readonly domain: Domain,
  ) {}

  /** Files of the domain, committed. */
  scaffold(): void {
    const { folder, files, symbols } = this.domain;
    files.forEach((file, at) => {
      const symbol = symbols[at % symbols.length]!;
      this.sandbox.write(`${folder}/${file}`, source(this.random, symbol));
    });
    this.sandbox.commit("Add the first files");
  }

  async session(source?: string): Promise<Session> {
    const session = await new Session(this.sandbox, this.random).start(source);
    this.sessions.push(session);
    return session;
  }

  /** The path of one of the domain's files. */
  path(at: number): string {
    const { folder, files } = this.domain;
    return `${folder}/${files[at % files.length]}`;
  }

  /** A phrase that was not used yet, with its fact. */
  #fresh(make: () => Phrase): Phrase {
    for (let tries = 0; tries < 50; tries++) {
      const phrase = make();
      const key = phrase.fact.needs.join("\n");
      if (this.#used.has(key)) continue;
      this.#used.add(key);
      return phrase;
    }
    throw new Error("A story ran out of words");
  }

  /** Plants a fact and returns the text that states it. */
  plant(make: (random: Random, domain: Domain) => Phrase): string {
    const { text, fact } = this.#fresh(() => make(this.random, this.domain));
    this.planted.facts.push(fact);
    return text;
  }

  /** Plants an entry of a list, in someone's own words. */
  list(kind: string): string {
    return this.plant((random, domain) => listed(kind, random, domain));
  }

  /** Plants an entry that is out of date by the end; `kind` says why. */
  over(what: string, kind: string): string {
    const { text, fact } = this.#fresh(() =>
      listed(what, this.random, this.domain)
    );
    this.planted.stale.push({ kind, needs: fact.needs });
    return text;
  }

  /** A fact that is in the text word for word. */
  state(kind: string, text: string, stale?: string): string {
    const { fact } = stated(kind, text);
    const old = stale === undefined
      ? undefined
      : { kind: `superseded ${kind}`, needs: [stale] };
    this.fact({ ...fact, ...old ? { stale: old } : {} });
    return text;
  }

  fact(fact: Fact): void {
    this.planted.facts.push(fact);
    if (fact.stale) this.planted.stale.push(fact.stale);
  }

  decoy(kind: string, text: string): string {
    this.planted.decoys.push({ kind, needs: [text] });
    return text;
  }

  next(...calls: Call[]): void {
    this.planted.next.push(...calls);
  }

  /** The next agent's first calls are these. */
  nextBash(...commands: string[]): void {
    this.next(
      ...commands.map((command) => ({ name: "Bash", input: { command } })),
    );
  }

  nextRead(...paths: string[]): void {
    this.next(
      ...paths.map((path) => ({ name: "Read", input: { file_path: path } })),
    );
  }

  /** The next agent looks at what the open items of lists are about. */
  followUp(): void {
    const { symbols, files, folder } = this.domain;
    const open = this.planted.facts.filter(({ kind }) =>
      ["next step", "todo", "blocker", "question"].includes(kind)
    ).flatMap(({ needs }) => needs);
    for (const text of open.slice(0, 5)) {
      const symbol = symbols.find((one) => text.includes(one));
      const file = files.find((one) => text.includes(one));
      if (symbol) this.nextBash(`grep -rn ${symbol} ${folder}`);
      if (file) this.nextRead(`${folder}/${file}`);
    }
  }

  /** Steps that no one needs to know, with this many characters in total. */
  async noise(session: Session, length: number): Promise<void> {
    const { random, domain } = this;
    for (let left = length; left > 0;) {
      const size = Math.min(left, random.number(800, 9000));
      left -= size;
      const silent = this.#steps++ % HEARD !== 0;
      if (random.number(1, 3) === 1) session.think();
      const text = filler(random, size);
      const kind = random.number(1, 3);
      if (kind === 1) {
        await session.read(`${domain.folder}/${this.#odd()}`, text, silent);
      } else if (kind === 2) {
        const command = `grep -rn ${random.hex(6)} ${domain.folder}`;
        await session.bash(command, text, { silent });
      } else {
        await session.bash(`cat logs/${random.hex(8)}.log`, text, { silent });
      }
    }
  }

  #odd(): string {
    return `${this.random.hex(6)}.txt`;
  }

  /** Runs a command as a person does in a terminal; returns its number. */
  async tell(...args: string[]): Promise<string | undefined> {
    const { status, stdout } = await this.sandbox.mpm([...args, "--json"]);
    if (status !== 0) return undefined;
    return numberIn(JSON.parse(stdout))?.toString();
  }

  /**
   * Pauses as `/mpm-pause` does in an agent's session. Leaves out newer fields
   * if the binary does not know them.
   */
  async pause(
    session: Session,
    known: Record<string, unknown>,
    newer: Record<string, unknown>,
  ): Promise<void> {
    const args = ["pause", "--no-commit", "--input", "-"];
    const { id } = session.transcript;
    const all = JSON.stringify({ ...known, ...newer });
    const { status } = await this.sandbox.mpm(args, all, id);
    if (status !== 0) await this.sandbox.mpm(args, JSON.stringify(known), id);
  }
}

/** The first number that an item's answer names. */
function numberIn(value: unknown): number | undefined {
  if (!isFields(value) && !Array.isArray(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (name === "number" && typeof inner === "number") return inner;
    const found = numberIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A text, and the words that show that a fact in it was given. */
export type Said = readonly [text: string, ...needs: string[]];

/** Plants a fact that is only implied; returns the text. */
export function imply(
  story: StoryBuilder,
  kind: string,
  choices: readonly Said[],
): string {
  const [text, ...needs] = story.random.pick(choices);
  story.fact({ kind, explicit: false, needs });
  return text;
}
