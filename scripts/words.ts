import { dirname, join } from "@std/path";
import { badSubjects, gitOutput, newSubjects } from "./words_subjects.ts";
import { STIFF } from "./words_patterns.ts";
import { KINDS, sentences, type Text, textsOf, words } from "./words_texts.ts";

/** The project this script is part of. */
const ROOT = dirname(import.meta.dirname!);

/** A sentence has at most this many words. */
const LONGEST = 25;

/** Files that quote stiff wordings or other programs, or are generated. */
const QUOTES = /^(?:tests\/formats|scripts\/words|src\/app\/summaries)/;

/** Files whose literals are data: tests, conversations, tables of words, pages. */
const DATA =
  /_test\.ts$|^tests\/|^(?:scripts\/bench_handoff_|src\/(?:secrets\/rules|items\/(?:prose\/(?:cues|overrides|telling_words)|verification)|replay\/page\/page|clients\/claude\/(?:settings\/schema|hook_entries)))/;

/** A wording or a sentence that breaks a rule. */
export interface Place {
  readonly text: Text;
  readonly found: string;
  readonly plain: string;
}

/** The figures of one kind of text, and where they come from. */
export interface Figures {
  words: number;
  readonly stiff: Place[];
  readonly long: Place[];
  readonly openings: Place[];
}

/** Measures texts by kind. */
export function measure(texts: readonly Text[]): Map<string, Figures> {
  const figures = new Map(
    KINDS.map((kind) => [
      kind as string,
      { words: 0, stiff: [], long: [], openings: [] } as Figures,
    ]),
  );
  for (const text of texts) {
    const { kind, path, opens } = text;
    const figure = figures.get(kind)!;
    figure.words += words(text.text).length;
    for (const { stiff, plain } of STIFF) {
      for (const [found] of text.text.matchAll(stiff)) {
        figure.stiff.push({ text, found, plain });
      }
    }
    const first = /^(?:What|How|Where|Whether|Which|Who|Whose)\b/;
    if (opens && first.test(text.text)) {
      const plain = "a verb in the third person, or a noun";
      figure.openings.push({ text, found: text.text, plain });
    }
    // Literals of scripts are mostly commands and data.
    if (kind === "strings" && !path.startsWith("src/")) continue;
    for (const found of sentences(text.text)) {
      const count = words(found).length;
      if (count <= LONGEST) continue;
      figure.long.push({ text, found, plain: `${count} words` });
    }
  }
  return figures;
}

/** The texts of every file that git knows, without what others wrote. */
export async function projectTexts(root = ROOT): Promise<Text[]> {
  const paths = gitOutput(root, "ls-files", "*.ts", "*.md", "*.sh", "*.ps1")
    .split("\n")
    .filter((path) => path !== "" && !QUOTES.test(path));
  const texts = await Promise.all(paths.map(async (path) => {
    const file = join(root, path);
    const found = textsOf(path, await Deno.readTextFile(file).catch(() => ""));
    return found.filter(({ kind }) => kind !== "strings" || !DATA.test(path));
  }));
  return texts.flat();
}

/** Stiff wordings per 10,000 words. */
export function rate(figures: Iterable<Figures>): number {
  const all = [...figures];
  const count = all.reduce((sum, { stiff }) => sum + stiff.length, 0);
  const total = all.reduce((sum, one) => sum + one.words, 0);
  return total === 0 ? 0 : Math.round(count * 100_000 / total) / 10;
}

/** A table of the figures, for each kind of text and for all of them. */
function report(figures: ReadonlyMap<string, Figures>): string {
  const rows = [["", "words", "stiff", "per 10,000", "too long", "openings"]];
  const row = (name: string, some: readonly Figures[]) => {
    const sum = (count: (one: Figures) => number) =>
      String(some.reduce((total, one) => total + count(one), 0));
    rows.push([
      name,
      sum((one) => one.words),
      sum(({ stiff }) => stiff.length),
      rate(some).toFixed(1),
      sum(({ long }) => long.length),
      sum(({ openings }) => openings.length),
    ]);
  };
  for (const [kind, one] of figures) row(kind, [one]);
  row("all", [...figures.values()]);
  return rows.map(([name, ...cells]) =>
    name!.padEnd(10) + cells.map((cell) => cell.padStart(11)).join("")
  ).join("\n");
}

/** Each place as `path:line: found -> plain`, those below `paths` only. */
function places(
  figures: ReadonlyMap<string, Figures>,
  paths: readonly string[],
): string[] {
  return [...figures.values()]
    .flatMap(({ stiff, long, openings }) => [...stiff, ...long, ...openings])
    .filter(({ text: { path } }) =>
      paths.length === 0 || paths.some((one) => path.startsWith(one))
    )
    .map(({ text: { path, line }, found, plain }) =>
      `${path}:${line}: ${found} -> ${plain}`
    ).sort();
}

if (import.meta.main) {
  const figures = measure(await projectTexts());
  const lines = [
    ...places(figures, Deno.args),
    report(figures),
    ...badSubjects(newSubjects(ROOT)).map((one) => `commit subject: ${one}`),
  ];
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
