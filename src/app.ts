import { isAbsolute, join } from "@std/path";
import type { AnyCommand, Context } from "./cli/command.ts";
import { commandHelp, overview } from "./cli/help.ts";
import { leadingWords, parse } from "./cli/parse.ts";
import { makeStyle, type Style, wantsAscii, wantsColor } from "./cli/style.ts";
import { COMMANDS } from "./commands/mod.ts";
import { spelled } from "./commands/spellings.ts";
import { ERRORS, EXIT_BUG, MpmError } from "./errors.ts";
import { asciiJson, escapeLines, escapeText } from "./escape.ts";
import type { System } from "./system/system.ts";
import { BUILD, VERSION } from "./version.ts";

/**
 * Runs one command line and returns its exit status. Nothing else in mpm
 * prints an answer or ends the process.
 */
export async function main(
  argv: readonly string[],
  system: System,
): Promise<number> {
  try {
    return await runLine(argv, system);
  } catch (error) {
    // A status of 2 would block what the session is about to do.
    if (argv[0] === "hook" && !system.terminal.interactive.stdin) {
      const { noteFailure } = await import("./commands/hook_failure.ts");
      await noteFailure(system, argv[1] ?? "", error);
      return 0;
    }
    return await report(error, argv, system);
  }
}

async function runLine(
  argv: readonly string[],
  system: System,
): Promise<number> {
  const { command, rest } = await find(argv);
  if (!command) return await withoutCommand(argv, system);
  const parsed = parse(command, rest);
  const input = command.adapt?.(parsed) ?? parsed;
  if (input.version) return print(system, versionLine(input.json === true));
  if (input.help) return await help(system, commandHelp(command));
  const context = contextOf(system, input);
  // `parse` made `input` from this command's own flags and words, so its shape
  // is the one `run` declares.
  const result = await command.run(context, input as never);
  if (input.json) print(system, `${asciiJson(result)}\n`);
  else {
    const text = command.render(result, context.style);
    const isFree = !context.style.piped && !command.verbatim?.(result);
    print(system, isFree ? await fitted(text, system) : text);
  }
  return command.status?.(result) ?? 0;
}

/** For a terminal. The module is loaded where a line does not fit. */
async function fitted(text: string, { terminal }: System): Promise<string> {
  const columns = terminal.columns();
  if (!text.split("\n").some((line) => line.length > columns / 2)) return text;
  const { reflow } = await import("./cli/reflow.ts");
  return reflow(text, columns);
}

async function help(system: System, text: string): Promise<number> {
  const { stdout } = system.terminal.interactive;
  return print(system, stdout ? await fitted(text, system) : text);
}

/** `mpm`, `mpm --help`, `mpm --version`, `mpm help [COMMAND]`. */
async function withoutCommand(
  argv: readonly string[],
  system: System,
): Promise<number> {
  const { words } = leadingWords(argv);
  const [first, ...topic] = words;
  if (first === undefined || (first === "help" && topic.length === 0)) {
    if (argv.includes("--version")) {
      return print(system, versionLine(argv.includes("--json")));
    }
    const unknown = argv.find((word) =>
      word.startsWith("-") && !["--help", "-h"].includes(word)
    );
    if (first === undefined && unknown !== undefined) {
      throw new MpmError("USAGE", `Missing command before "${unknown}"`, {
        hint: 'Run "mpm help"',
      });
    }
    const all = await Promise.all(
      Object.values(COMMANDS).map((load) => load()),
    );
    return await help(system, overview(all));
  }
  if (first === "help") {
    const { command, rest } = await find(topic);
    if (command && rest.length === 0) {
      return await help(system, commandHelp(command));
    }
  }
  const typed = first === "help" ? topic : words.slice(0, 2);
  throw await unknownCommand(typed);
}

/** Looks for what may have been meant by the first two words, or by one. */
async function unknownCommand(words: readonly string[]): Promise<MpmError> {
  const { levenshteinDistance } = await import("@std/text/levenshtein");
  const names = Object.keys(COMMANDS);
  const nearTo = (text: string) => {
    const distances = names.map((name) => levenshteinDistance(text, name));
    const least = Math.min(...distances);
    const isNear = least <= Math.ceil(text.length / 3);
    return isNear ? names[distances.indexOf(least)] : undefined;
  };
  const [typed = ""] = words;
  const group = names.filter((name) => name.startsWith(`${typed} `));
  const near = (words.length > 1 ? nearTo(words.join(" ")) : undefined) ??
    (group.length > 0 ? undefined : nearTo(typed));
  if (group.length > 0 && near === undefined) {
    return new MpmError("USAGE", `"mpm ${typed}" needs one more word`, {
      hint: `One of: ${group.map((name) => `mpm ${name}`).join(", ")}`,
    });
  }
  const unknown = group.length > 0 ? words.join(" ") : typed;
  return new MpmError("USAGE", `Unknown command "${unknown}"`, {
    hint: near === undefined
      ? '"mpm help" lists the commands'
      : `Did you mean "mpm ${near}"?`,
  });
}

/** The command whose words `argv` starts with; the longest wins. */
async function find(
  argv: readonly string[],
): Promise<{ command: AnyCommand | undefined; rest: readonly string[] }> {
  const { words, at } = leadingWords(argv);
  for (let count = Math.min(words.length, 2); count > 0; count--) {
    const name = words.slice(0, count).join(" ");
    const command = Object.hasOwn(COMMANDS, name)
      ? await COMMANDS[name]!()
      : await spelled(name);
    if (!command) continue;
    const own = new Set(at.slice(0, count));
    return { command, rest: argv.filter((_, index) => !own.has(index)) };
  }
  return { command: undefined, rest: argv };
}

function contextOf(
  system: System,
  input: Record<string, unknown>,
): Context {
  const { interactive, columns, err } = system.terminal;
  const silent = input.quiet === true || input.json === true;
  const inPlace = interactive.stderr && !silent &&
    system.env("TERM") !== "dumb" && !system.env("CI");
  return {
    system,
    folder: folderOf(system, input.project as string | undefined),
    interactive: interactive.stdin && interactive.stderr && !silent &&
      input["no-input"] !== true && !system.env("CI"),
    style: styleOf(system, input, columns()),
    note(text) {
      if (!silent) err(`${escapeLines(text)}\n`);
    },
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

async function report(
  error: unknown,
  argv: readonly string[],
  system: System,
): Promise<number> {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  if (!(error instanceof MpmError)) {
    const trace = error instanceof Error ? error.stack : String(error);
    const message = "This is a bug in mpm. Please report it with these lines";
    system.terminal.err(
      options.includes("--json")
        ? `${asciiJson({ error: { code: "BUG", message, trace } })}\n`
        : `${message}:\n${trace}\n`,
    );
    return EXIT_BUG;
  }
  const { code, message, hint } = error;
  const lines = [
    `Error: ${message}`,
    ...options.includes("--debug") ? causes(error) : [],
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
