import { dirname, join } from "@std/path";
import { field, textField } from "../src/base/parsed_values.ts";
import { projectSlug } from "../src/clients/claude/slug.ts";
import { type Method, METHODS, OWN, textsOf } from "./bench_handoff_methods.ts";
import { put, Sandbox } from "./bench_handoff_sandbox.ts";
import type { Call } from "./bench_handoff_facts.ts";
import {
  type Identifier,
  identifiersOf,
  names,
} from "./bench_handoff_identifiers.ts";
import type { Played } from "./bench_handoff_planted.ts";
import { Random } from "./bench_handoff_random.ts";
import { percent, table, type Target } from "./bench_handoff_report.ts";

/**
 * Transcripts of the real client, cut down for readers, and the files that
 * their projects had in git at the start.
 */
const FIXTURES: Readonly<Record<string, readonly string[]>> = {
  work: ["src/app.js"],
  tasks: [],
  compacted: [],
  invoices: [
    "package.json",
    ...["src/cli.js", "src/print.js", "src/rates.js", "src/total.js"],
    "test/total.test.js",
  ],
};
const FOLDER = join(dirname(import.meta.dirname!), "tests/handoff");

/** Number of calls after a boundary that are checked. */
const AHEAD = 8;

/** The names that the next calls need at one boundary, and their sources. */
export interface Boundary {
  readonly group: "generated" | "held out" | "real client";
  /** E.g. `hunt` or `work, line 12`. */
  readonly name: string;
  readonly needed: readonly Identifier[];
  readonly given: ReadonlyMap<Method, readonly Identifier[]>;
}

/** The folder of every project in compared texts. */
const PROJECT = "/home/dev/project";

function boundary(
  from: Pick<Boundary, "group" | "name">,
  { next, known, texts }: {
    next: readonly Call[];
    known: string;
    texts: ReadonlyMap<Method, string>;
  },
): Boundary {
  const needed = identifiersOf(next)
    .filter((one) => names(known, one, PROJECT));
  return {
    ...from,
    needed,
    given: new Map(
      [...texts].map(([method, text]) => [
        method,
        needed.filter((one) => names(text, one, PROJECT)),
      ]),
    ),
  };
}

/** The boundary at the end of a generated story. */
export function storyBoundary(
  { story, planted, known, texts }: Played,
): Boundary {
  const group = story.heldOut ? "held out" : "generated";
  const { next } = planted;
  return boundary({ group, name: story.name }, { next, known, texts });
}

type Line = Record<string, unknown>;

/** The boundaries of the real client's transcripts. */
export async function realBoundaries(binary: string): Promise<Boundary[]> {
  const found: Boundary[] = [];
  for (const [name, files] of Object.entries(FIXTURES)) {
    const text = Deno.readTextFileSync(join(FOLDER, `${name}.jsonl`));
    const lines: Line[] = text.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    for (const at of cutsOf(lines)) {
      found.push(await realBoundary(binary, { name, files, lines, at }));
    }
  }
  return found.filter(({ needed }) => needed.length > 0);
}

/** One of this many possible cuts is used. */
const EVERY = 3;

/** Some of the tool results and summaries that are followed by calls. */
function cutsOf(lines: readonly Line[]): number[] {
  return lines.flatMap((line, at) => {
    const isEnd = line.toolUseResult !== undefined ||
      line.isCompactSummary === true;
    return isEnd && callsIn(lines.slice(at + 1)).length > 0 ? [at + 1] : [];
  }).filter((_, at) => at % EVERY === 0);
}

function blocksOf(line: Line): Line[] {
  const content = field(line.message, "content");
  return Array.isArray(content) ? content : [];
}

function callsIn(lines: readonly Line[]): Call[] {
  return lines.flatMap(blocksOf).filter(({ type }) => type === "tool_use")
    .map(({ name, input }) => ({ name, input }) as Call);
}

async function realBoundary(
  binary: string,
  { name, files, lines, at }: {
    name: string;
    files: readonly string[];
    lines: Line[];
    at: number;
  },
): Promise<Boundary> {
  using sandbox = Sandbox.make(binary);
  for (const path of files) sandbox.write(path, "\n");
  sandbox.commit("Add the files");
  const before = placed(lines.slice(0, at), sandbox);
  const id = String(lines[0]!.sessionId);
  const folder = join(
    sandbox.home,
    ".claude/projects",
    projectSlug(sandbox.project),
  );
  const path = join(folder, `${id}.jsonl`);
  put(path, before);
  const fire = (event: string, more: Line, tool = "") =>
    sandbox.fire(event, {
      session_id: id,
      transcript_path: path,
      cwd: sandbox.project,
      ...more,
    }, tool);
  await fire("SessionStart", { source: "startup" }, "startup");
  for (const line of lines.slice(0, at)) {
    const prompt = textField(line.message, "content");
    if (line.promptSource === undefined || prompt === undefined) continue;
    await fire("UserPromptSubmit", { prompt, prompt_id: line.promptId });
  }
  await fire("PostToolBatch", { tool_calls: [] });
  await fire("SessionEnd", { reason: "other" });
  const texts = await textsOf(sandbox, new Random("", name), [path]);
  return boundary({ group: "real client", name: `${name}, line ${at}` }, {
    next: callsIn(lines.slice(at)).slice(0, AHEAD),
    known: JSON.stringify(lines.slice(0, at)),
    texts,
  });
}

/**
 * Lines as they would be in this sandbox, the last one written a moment ago.
 */
function placed(lines: readonly Line[], sandbox: Sandbox): string {
  const last = lines.map(({ timestamp }) => Date.parse(String(timestamp)))
    .filter((time) => !Number.isNaN(time)).at(-1)!;
  const shift = Date.now() - last;
  return lines.map((line) => {
    const time = Date.parse(String(line.timestamp));
    const moved = Number.isNaN(time)
      ? line
      : { ...line, timestamp: new Date(time + shift).toISOString() };
    return `${JSON.stringify(moved)}\n`;
  }).join("").replaceAll(PROJECT, sandbox.project)
    .replaceAll("/home/dev/", `${sandbox.home}/`);
}

function sumOf(
  boundaries: readonly Boundary[],
  method: Method,
): readonly [number, number] {
  const given = boundaries.reduce(
    (sum, one) => sum + one.given.get(method)!.length,
    0,
  );
  return [
    given,
    boundaries.reduce((sum, { needed }) => sum + needed.length, 0),
  ];
}

const GROUPS = ["generated", "held out", "real client"] as const;

/** The second instrument's figures. */
export function neededReport(boundaries: readonly Boundary[]): string[] {
  const rows = METHODS.map((method) => [
    method,
    ...GROUPS.map((group) => {
      const [given, all] = sumOf(
        boundaries.filter((one) => one.group === group),
        method,
      );
      return `${percent(given, all)} (${given}/${all})`;
    }),
    "not shown",
  ]);
  const lost = boundaries.flatMap(({ name, needed, given }) =>
    needed.filter((one) => !given.get(OWN)!.includes(one))
      .map(({ kind, text }) => `  lost  ${name}: ${kind} ${text}`)
  );
  return [
    `2. Needed next: names that the next ${AHEAD} calls or so use, known before`,
    ...table(["method", ...GROUPS, "used by a model"], rows),
    "",
    `Losses of "${OWN}"`,
    ...lost.length > 0 ? lost : ["  none"],
    "",
  ];
}

/**
 * One target for each group, so that the easy group does not hide the hard one.
 */
export function neededTargets(boundaries: readonly Boundary[]): Target[] {
  return GROUPS.flatMap((group) => {
    const [given, all] = sumOf(
      boundaries.filter((one) => one.group === group),
      OWN,
    );
    if (all === 0) return [];
    return [{
      name: `${group}: names needed next that are given, at least 90 %`,
      is: percent(given, all),
      met: given / all >= 0.9,
    }];
  });
}
