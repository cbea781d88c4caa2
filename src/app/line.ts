import {
  type AnyCommand,
  commandHelp,
  type Context,
  leadingWords,
  makeStyle,
  parse,
  reflow,
  reflowPage,
  type Style,
  wantsAscii,
  wantsColor,
  withHeadings,
} from "../cli/mod.ts";
import { pageOf, shortHelp } from "./commands/help.ts";
import { asksForHelp, findCommand, membersOf, unknownCommand } from "./find.ts";
import { loadCompletion } from "./table.ts";
import { isAbsolute } from "@std/path";
import { join } from "../base/join.ts";
import { runCommand } from "../hooks/mod.ts";
import { afterCommand, beforeCommand, givenTo } from "./before.ts";
import { withMissingName } from "./choose.ts";
import { tellable } from "../secrets/mod.ts";
import { layout } from "../ops/mod.ts";
import { quickRoot } from "../git/mod.ts";
import { ERRORS, EXIT_BUG, MpmError } from "../base/errors.ts";
import { asciiJson, escapeLines, escapeText } from "../base/escape.ts";
import type { System } from "../system/system.ts";
import { BUILD, VERSION, versionText } from "../base/version.ts";

/** Runs one command line and returns its exit status. Throws on any failure. */
export async function runLine(
  argv: readonly string[],
  system: System,
): Promise<number> {
  if (argv[0] === "__complete") {
    const completion = await loadCompletion();
    return print(system, await completion(argv.slice(1), system));
  }
  const { command, rest } = await findCommand(argv);
  if (!command) return await withoutCommand(argv, system);
  const words = await completed(command, rest, system);
  const parsed = parse(command, words, () => membersOf(command.name));
  const input = command.adapt?.(parsed) ?? parsed;
  if (input.version) return print(system, versionLine(input.json === true));
  if (input.help) {
    return help(system, commandHelp(command), input);
  }
  const context = contextOf(system, input, noteFor(system, input));
  await beforeCommand(system, command.name);
  const result = await runCommand(context, command, input);
  if (input.json) print(system, `${asciiJson(result)}\n`);
  else {
    const text = input.quiet && command.brief
      ? `${command.brief(result)}\n`
      : command.render(result, context.style, input);
    const isFree = !context.style.piped && !command.verbatim?.(result);
    print(system, isFree ? fitted(text, system) : text);
  }
  const ended = { input, result: result as never };
  await afterCommand(context, command.name, ended);
  const next = system.terminal.interactive.stderr && command.next?.(result);
  if (next) context.note(`Hint: ${next}`);
  return command.status?.(result) ?? 0;
}

/** Asks for a missing name if a person can answer. */
async function completed(
  command: AnyCommand,
  rest: readonly string[],
  system: System,
): Promise<readonly string[]> {
  const { interactive } = system.terminal;
  const silent = rest.some((word) => SILENT.test(word));
  if (!interactive.stdin || !interactive.stderr || silent) return rest;
  const context = contextOf(system, {}, () => {});
  return context.interactive
    ? await withMissingName(context, command, rest)
    : rest;
}

/** Options that suppress questions. */
const SILENT = /^(?:--json|--quiet|-q|--no-input|--help|-h|--version)$/;

/** Labels at the start of a line on stderr. */
const LABEL = /^(Hint|Note|Warning):/;

/** Formats a message on stderr; on a terminal, lines break between words. */
function noteFor(
  system: System,
  input: Record<string, unknown>,
): Context["note"] {
  const { interactive, columns, err } = system.terminal;
  if (isSilent(input)) return () => {};
  if (!interactive.stderr) return (text) => err(`${escapeLines(text)}\n`);
  const { cyan, yellow } = makeStyle(
    wantsColor(system, input["no-color"] === true),
  );
  return (text) => {
    const painted = escapeLines(text).replace(
      LABEL,
      (label) => label === "Warning:" ? yellow(label) : cyan(label),
    );
    err(`${reflow(painted, columns())}\n`);
  };
}

function isSilent(input: Record<string, unknown>): boolean {
  return input.quiet === true || input.json === true;
}

/** Fits a text to the terminal. */
function fitted(text: string, { terminal }: System): string {
  return reflow(text, terminal.columns());
}

/** The number of columns of a help page for a pager or a file. */
const PAGE = 80;

function help(
  system: System,
  text: string,
  input: Record<string, unknown> = {},
): number {
  const { interactive, columns } = system.terminal;
  const style = makeStyle(wantsColor(system, input["no-color"] === true));
  const page = reflowPage(text, interactive.stdout ? columns() : PAGE);
  return print(system, withHeadings(page, style));
}

/** Handles `mpm`, `mpm --help`, `mpm --version` and `mpm saves --help`. */
async function withoutCommand(
  argv: readonly string[],
  system: System,
): Promise<number> {
  const { words } = leadingWords(argv);
  if (words.length > 0 && asksForHelp(argv)) {
    return help(system, (await pageOf(words)).text);
  }
  if (words.length > 0) {
    throw unknownCommand(words);
  }
  if (argv.includes("--version")) {
    return print(system, versionLine(argv.includes("--json")));
  }
  if (argv.length === 0 && isInProject(system)) {
    return await runLine(["status", "--short"], system);
  }
  const unknown = argv.find((word) =>
    word.startsWith("-") && !asksForHelp([word])
  );
  if (unknown !== undefined) {
    throw new MpmError("USAGE", `Missing command before "${unknown}"`, {
      hint: 'Run "mpm help"',
    });
  }
  return help(system, shortHelp());
}

/** Returns true on a terminal in a project that uses mpm. */
function isInProject(system: System): boolean {
  const { interactive } = system.terminal;
  const root = interactive.stdout && quickRoot(system, system.cwd());
  return root !== false && root !== undefined &&
    system.files.lstat(layout(root).home)?.kind === "folder";
}

function contextOf(
  system: System,
  input: Record<string, unknown>,
  note: Context["note"],
): Context {
  const { interactive, columns, err } = system.terminal;
  const silent = isSilent(input);
  const inPlace = interactive.stderr && !silent &&
    system.env("TERM") !== "dumb" && !system.env("CI");
  return {
    system,
    folder: folderOf(system, input.project as string | undefined),
    interactive: interactive.stdin && interactive.stderr && !silent &&
      input["no-input"] !== true && !system.env("CI"),
    style: styleOf(system, input, columns()),
    note,
    status(text) {
      if (inPlace) err(`\r\x1b[K${escapeText(text).slice(0, columns() - 1)}`);
    },
    showsStatus: inPlace,
    ...input.json === true
      ? {
        event: (value: object) => system.terminal.out(`${asciiJson(value)}\n`),
      }
      : { print: (text: string) => system.terminal.out(text) },
    ask(question) {
      // Leaves room for the answer.
      err(`${reflow(question.trimEnd(), columns() - 2)} `);
      const answer = system.terminal.readLine();
      // Unless the answer ended with Enter, the cursor is still on the line.
      if (answer === undefined) err("\n");
      return answer;
    },
    ...givenTo(system),
  };
}

function styleOf(
  system: System,
  input: Record<string, unknown>,
  columns: number,
): Style {
  const color = wantsColor(system, input["no-color"] === true);
  // Output for a program is never shortened; forced colour applies to it.
  const piped = !system.terminal.interactive.stdout && !color;
  const width = piped ? Number.POSITIVE_INFINITY : columns;
  return makeStyle(color, width, { ascii: wantsAscii(system), piped });
}

/** Returns the working folder, absolute and without links. */
function folderOf(system: System, project: string | undefined): string {
  const cwd = system.cwd();
  if (project === undefined) return cwd;
  const path = isAbsolute(project) ? project : join(cwd, project);
  if (system.files.stat(path)?.kind !== "folder") {
    throw new MpmError("NOT_FOUND", `Folder "${project}" not found`, {
      hint: "Use -C with an existing folder",
    });
  }
  return system.files.realPath(path);
}

function versionLine(json: boolean): string {
  return json
    ? `${JSON.stringify({ version: VERSION, build: BUILD })}\n`
    : versionText();
}

/** Prints the output; a reader that closes early is not a failure. */
function print(system: System, text: string): number {
  system.terminal.out(text);
  return 0;
}

/** Reports the error and returns its exit status. */
export function report(
  error: unknown,
  argv: readonly string[],
  system: System,
): number {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  const shown = (text: string) => tellable(system, text);
  if (!(error instanceof MpmError)) {
    const trace = shown(
      error instanceof Error ? error.stack ?? error.message : String(error),
    );
    const message = "This is a bug in mpm. Please report it with these lines";
    system.terminal.err(
      options.includes("--json")
        ? `${asciiJson({ error: { code: "BUG", message, trace } })}\n`
        : `${message}:\n${trace}\n`,
    );
    return EXIT_BUG;
  }
  const { code } = error;
  const message = shown(error.message);
  const hint = error.hint === undefined ? undefined : shown(error.hint);
  const lines = [
    `Error: ${message}`,
    ...options.includes("--debug") ? causes(error).map(shown) : [],
    ...hint === undefined ? [] : [`Hint: ${hint}`],
  ];
  system.terminal.err(
    options.includes("--json")
      ? `${asciiJson({ error: { code, message, hint } })}\n`
      : said(escapeLines(lines.join("\n")), options, system),
  );
  return ERRORS[code].exit;
}

/** Formats an error. On a terminal, it is in colour, with wrapped lines. */
function said(
  text: string,
  options: readonly string[],
  system: System,
): string {
  if (!system.terminal.interactive.stderr) return `${text}\n`;
  const style = makeStyle(wantsColor(system, options.includes("--no-color")));
  const painted = text.replace(/^Error:/, style.red("Error:"))
    .replace(/^Hint:/m, style.cyan("Hint:"));
  return `${fitted(painted, system)}\n`;
}

function causes(error: Error): string[] {
  const lines = [];
  let cause = error.cause;
  while (cause instanceof Error) {
    lines.push(`Caused by: ${cause.message}`);
    cause = cause.cause;
  }
  return lines;
}
