import { isAbsolute, join } from "@std/path";
import type { Context } from "../cli/command.ts";
import { leadingWords, parse } from "../cli/parse.ts";
import { makeStyle, type Style, wantsAscii, wantsColor } from "../cli/style.ts";
import { beforeCommand, tellable } from "./before.ts";
import { findCommand } from "./find.ts";
import { ERRORS, EXIT_BUG, MpmError } from "../base/errors.ts";
import { asciiJson, escapeLines, escapeText } from "../base/escape.ts";
import type { System } from "../system/system.ts";
import { BUILD, VERSION } from "../base/version.ts";

/**
 * Runs one command line and returns its exit status. Throws what it cannot do.
 */
export async function runLine(
  argv: readonly string[],
  system: System,
): Promise<number> {
  if (argv[0] === "__complete") {
    const { completion } = await import("./completion/answer.ts");
    return print(system, await completion(argv.slice(1), system));
  }
  const { command, rest } = await findCommand(argv);
  if (!command) return await withoutCommand(argv, system);
  const parsed = parse(command, rest);
  const input = command.adapt?.(parsed) ?? parsed;
  if (input.version) return print(system, versionLine(input.json === true));
  if (input.help) {
    const { commandHelp } = await import("../cli/help.ts");
    return await help(system, commandHelp(command), input);
  }
  const context = contextOf(system, input, await noteFor(system, input));
  await beforeCommand(system, command.name);
  // `parse` made `input` from this command's own flags and words, so its shape
  // is the one `run` declares.
  const result = await command.run(context, input as never);
  if (input.json) print(system, `${asciiJson(result)}\n`);
  else {
    const text = command.render(result, context.style);
    const isFree = !context.style.piped && !command.verbatim?.(result);
    print(system, isFree ? await fitted(text, system) : text);
  }
  const next = system.terminal.interactive.stderr && command.next?.(result);
  if (next) context.note(`Hint: ${next}`);
  return command.status?.(result) ?? 0;
}

/** Words that a line on stderr begins with. */
const LABEL = /^(Hint|Note|Warning):/;

/** How a line beside the answer is said: on a terminal with its words whole. */
async function noteFor(
  system: System,
  input: Record<string, unknown>,
): Promise<Context["note"]> {
  const { interactive, columns, err } = system.terminal;
  if (isSilent(input)) return () => {};
  if (!interactive.stderr) return (text) => err(`${escapeLines(text)}\n`);
  const { reflow } = await import("../cli/reflow.ts");
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

/** For a terminal. The module is loaded where a line does not fit. */
async function fitted(text: string, { terminal }: System): Promise<string> {
  const columns = terminal.columns();
  if (!text.split("\n").some((line) => line.length > columns / 2)) return text;
  const { reflow } = await import("../cli/reflow.ts");
  return reflow(text, columns);
}

/** Columns of a page of help that goes to a pager or a file. */
const PAGE = 80;

async function help(
  system: System,
  text: string,
  input: Record<string, unknown> = {},
): Promise<number> {
  const { interactive, columns } = system.terminal;
  const { withHeadings } = await import("../cli/help.ts");
  const { reflowPage } = await import("../cli/reflow.ts");
  const style = makeStyle(wantsColor(system, input["no-color"] === true));
  const page = reflowPage(text, interactive.stdout ? columns() : PAGE);
  return print(system, withHeadings(page, style));
}

const HELP = ["--help", "-h"];

/** `mpm`, `mpm --help`, `mpm --version`, `mpm sessions --help`. */
async function withoutCommand(
  argv: readonly string[],
  system: System,
): Promise<number> {
  const { words } = leadingWords(argv);
  if (words.length > 0 && argv.some((word) => HELP.includes(word))) {
    const { pageOf } = await import("./commands/help.ts");
    return await help(system, (await pageOf(words)).text);
  }
  if (words.length > 0) {
    const { unknownCommand } = await import("./unknown_command.ts");
    throw unknownCommand(words);
  }
  if (argv.includes("--version")) {
    return print(system, versionLine(argv.includes("--json")));
  }
  const unknown = argv.find((word) =>
    word.startsWith("-") && !HELP.includes(word)
  );
  if (unknown !== undefined) {
    throw new MpmError("USAGE", `Missing command before "${unknown}"`, {
      hint: 'Run "mpm help"',
    });
  }
  // Loaded here, and without any command: the summaries are enough.
  const { SUMMARIES } = await import("./summaries.ts");
  const { pages } = await import("./help/names.ts");
  const { commandSections } = await import("./help/sections.ts");
  const { overview } = await import("../cli/help.ts");
  return await help(system, overview(commandSections(SUMMARIES), pages()));
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
    ask(question) {
      err(question);
      return system.terminal.readLine();
    },
  };
}

function styleOf(
  system: System,
  input: Record<string, unknown>,
  columns: number,
): Style {
  const color = wantsColor(system, input["no-color"] === true);
  // What a program reads is cut nowhere; who asks for colour looks at it.
  const piped = !system.terminal.interactive.stdout && !color;
  const width = piped ? Number.POSITIVE_INFINITY : columns;
  return makeStyle(color, width, { ascii: wantsAscii(system), piped });
}

/** The folder to work in, absolute and without links. */
function folderOf(system: System, project: string | undefined): string {
  const cwd = system.cwd();
  if (project === undefined) return cwd;
  const path = isAbsolute(project) ? project : join(cwd, project);
  if (system.files.stat(path)?.kind !== "folder") {
    throw new MpmError("NOT_FOUND", `No folder "${project}"`, {
      hint: "Give -C a folder that exists",
    });
  }
  return system.files.realPath(path);
}

function versionLine(json: boolean): string {
  return json
    ? `${JSON.stringify({ version: VERSION, build: BUILD })}\n`
    : `mpm ${VERSION} (${BUILD})\n`;
}

/** A reader that went away early, as `head` does, is no failure. */
function print(system: System, text: string): number {
  system.terminal.out(text);
  return 0;
}

/** Says what went wrong; returns the exit status that goes with it. */
export async function report(
  error: unknown,
  argv: readonly string[],
  system: System,
): Promise<number> {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  const told = async (text: string) => await tellable(system, text);
  if (!(error instanceof MpmError)) {
    const trace = await told(
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
  const message = await told(error.message);
  const hint = error.hint === undefined ? undefined : await told(error.hint);
  const lines = [
    `Error: ${message}`,
    ...options.includes("--debug")
      ? await Promise.all(causes(error).map(told))
      : [],
    ...hint === undefined ? [] : [`Hint: ${hint}`],
  ];
  system.terminal.err(
    options.includes("--json")
      ? `${asciiJson({ error: { code, message, hint } })}\n`
      : await said(escapeLines(lines.join("\n")), options, system),
  );
  return ERRORS[code].exit;
}

/** What went wrong, on a terminal in colour and with its lines broken. */
async function said(
  text: string,
  options: readonly string[],
  system: System,
): Promise<string> {
  if (!system.terminal.interactive.stderr) return `${text}\n`;
  const style = makeStyle(wantsColor(system, options.includes("--no-color")));
  const painted = text.replace(/^Error:/, style.red("Error:"))
    .replace(/^Hint:/m, style.cyan("Hint:"));
  return `${await fitted(painted, system)}\n`;
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
