import { join } from "@std/path";
import { isFields } from "../src/base/parsed_values.ts";
import {
  type ApiRequest,
  type Block,
  MockApi,
} from "../tests/helpers/mock_api.ts";
import { type Method, METHODS, OWN } from "./bench_handoff_methods.ts";
import { put, type Sandbox } from "./bench_handoff_sandbox.ts";
import { type Fact, HandoffText } from "./bench_handoff_facts.ts";
import type { Played } from "./bench_handoff_planted.ts";
import { table, type Target } from "./bench_handoff_report.ts";

/** The stories that the successor takes over. */
export const TAKEN_OVER = ["feature", "relay", "rewound"];

/** The cost of one run of the successor. */
export interface Cost {
  readonly story: string;
  readonly method: Method;
  readonly facts: number;
  /** Tool calls: facts looked up, and traps. */
  readonly calls: number;
  readonly traps: number;
  /** KiB of all requests that offer tools. */
  readonly prompts: number;
}

/** All texts in a request, unescaped, so that every fact is found. */
function textsIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textsIn).join("\n");
  if (!isFields(value)) return "";
  return Object.values(value).map(textsIn).join("\n");
}

/** A file next to the project, as the successor's shell names it. */
const placeOf = (folder: string, at: number) => `../${folder}/${at}.txt`;

/**
 * Stands in for a model that takes over. For each fact that its prompt lacks,
 * it takes a step that finds it. For each stale fact that it believes because
 * the true one is missing, it takes one more.
 */
class Successor {
  readonly #facts: readonly Fact[];
  readonly #asked = new Set<string>();
  calls = 0;
  traps = 0;
  bytes = 0;

  constructor(facts: readonly Fact[]) {
    this.#facts = facts;
  }

  answer(request: ApiRequest): readonly Block[] | undefined {
    if (!request.tools?.length) return undefined;
    this.bytes += new TextEncoder().encode(JSON.stringify(request)).length;
    const known = new HandoffText(textsIn(request));
    for (const [at, { needs, stale }] of this.#facts.entries()) {
      if (known.has(needs)) continue;
      const isTrap = stale !== undefined && known.claims(stale.needs);
      const block = isTrap ? this.#spend("traps", at) : undefined;
      if (block) this.traps++;
      const spent = block ?? this.#spend("facts", at);
      if (spent) return [spent];
    }
    return [{ type: "text", text: "Done." }];
  }

  /** A call for it, unless it was already made. */
  #spend(folder: string, at: number): Block | undefined {
    const command = `cat ${placeOf(folder, at)}`;
    if (this.#asked.has(command)) return undefined;
    this.#asked.add(command);
    this.calls++;
    const input = { command, description: "Look it up" };
    return { type: "tool_use", name: "Bash", input };
  }
}

/** Runs the real client as the next agent, once with each method's text. */
export async function takeOver(
  sandbox: Sandbox,
  { story, planted, texts }: Played,
  client: string,
): Promise<Cost[]> {
  const { facts } = planted;
  for (const [at, { needs }] of facts.entries()) {
    const file = join(sandbox.project, placeOf("facts", at));
    put(file, `${needs.join(" ")}\n`);
    put(join(sandbox.project, placeOf("traps", at)), "a dead end\n");
  }
  const settings = join(sandbox.home, ".claude/settings.json");
  const own = Deno.readTextFileSync(settings);
  const costs: Cost[] = [];
  // The hooks of mpm run only for its own method, which comes first.
  for (const method of [OWN, ...METHODS.filter((one) => one !== OWN)]) {
    put(
      settings,
      method === OWN ? own : settingsWith(sandbox, texts.get(method)!),
    );
    const next = new Successor(facts);
    await using api = new MockApi({
      answer: (request) => next.answer(request),
    });
    await runClient(sandbox, client, api.url);
    costs.push({
      story: story.name,
      method,
      facts: facts.length,
      calls: next.calls,
      traps: next.traps,
      prompts: Math.round(next.bytes / 1024),
    });
  }
  return costs;
}

/** Settings whose one hook gives the model a text. */
function settingsWith(sandbox: Sandbox, text: string): string {
  if (text === "") return "{}\n";
  const file = join(sandbox.root, "given.json");
  put(
    file,
    JSON.stringify({
      hookSpecificOutput: {
        hookEventName: "SessionStart",
        additionalContext: text,
      },
    }),
  );
  const hook = { type: "command", command: `cat '${file}'`, timeout: 10 };
  return JSON.stringify({ hooks: { SessionStart: [{ hooks: [hook] }] } });
}

async function runClient(
  sandbox: Sandbox,
  client: string,
  url: string,
): Promise<void> {
  const args = ["-p", "Continue the work.", "--model", "claude-opus-5-5"];
  const { code, stdout, stderr } = await new Deno.Command(client, {
    args: [...args, "--dangerously-skip-permissions"],
    cwd: sandbox.project,
    env: {
      ...sandbox.env(),
      SHELL: "/bin/bash",
      TERM: "xterm-256color",
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: "dummy-for-the-mock",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      IS_SANDBOX: "1",
    },
    clearEnv: true,
    stdin: "null",
    signal: AbortSignal.timeout(180_000),
  }).output();
  if (code === 0) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  throw new Error(`The client failed: ${said.join("\n")}`);
}

/** The third instrument's figures. */
export function successorReport(costs: readonly Cost[]): string[] {
  const rows = costs.toSorted((one, other) =>
    one.story === other.story
      ? METHODS.indexOf(one.method) - METHODS.indexOf(other.method)
      : 0
  ).map(({ story, method, facts, calls, traps, prompts }) => [
    `${story}: ${method}`,
    `${calls} of ${facts}`,
    String(traps),
    String(prompts),
    `${saved(costs, story, prompts)} %`,
    "not shown",
  ]);
  const heads = [
    ...["story: method", "calls to look up", "traps", "KiB of prompts"],
    ...["saved", "used by a model"],
  ];
  return [
    "3. Scripted successor in the real client",
    ...table(heads, rows),
    "",
  ];
}

/** As a percentage of the prompts that a run without any text sends. */
function saved(costs: readonly Cost[], story: string, prompts: number): number {
  const nothing = costs.find((one) =>
    one.story === story && one.method === "nothing"
  )!;
  return Math.round(100 * (1 - prompts / nothing.prompts));
}

export function successorTargets(costs: readonly Cost[]): Target[] {
  const own = costs.filter(({ method }) => method === OWN);
  const sum = (all: readonly Cost[]) =>
    all.reduce((total, { prompts }) => total + prompts, 0);
  const nothing = sum(costs.filter(({ method }) => method === "nothing"));
  const share = 1 - sum(own) / nothing;
  const traps = own.reduce((total, one) => total + one.traps, 0);
  return [
    {
      name: "bytes of prompts saved, at least 80 %",
      is: `${Math.round(100 * share)} %`,
      met: share >= 0.8,
    },
    { name: "no trap entered", is: String(traps), met: traps === 0 },
  ];
}
