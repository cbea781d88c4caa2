import { isAbsolute, join } from "@std/path";
import type { AnyCommand, Context } from "./cli/command.ts";
import { commandHelp, overview } from "./cli/help.ts";
import { leadingWords, parse } from "./cli/parse.ts";
import { makeStyle, type Style, wantsAscii, wantsColor } from "./cli/style.ts";
import { beforeCommand, tellable } from "./commands/before.ts";
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
  if (input.help) return print(system, commandHelp(command));
  const context = contextOf(system, input);
  await beforeCommand(system, command.name);
  // `parse` made `input` from this command's own flags and words, so its shape
  // is the one `run` declares.
  const result = await command.run(context, input as never);
  print(
    system,
    input.json
      ? `${asciiJson(result)}\n`
      : command.render(result, context.style),
  );
  return command.status?.(result) ?? 0;
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
    return print(system, overview(all));
  }
  if (first === "help") {
    const { command, rest } = await find(topic);
    if (command && rest.length === 0) {
      return print(system, commandHelp(command));
    }
  }
  const typed = first === "help" ? topic.join(" ") : first;
  throw await unknownCommand(typed);
}

async function unknownCommand(typed: string): Promise<MpmError> {
  const { levenshteinDistance } = await import("@std/text/levenshtein");
  const names = Object.keys(COMMANDS);
  const group = names.filter((name) => name.startsWith(`${typed} `));
  const near = names.find((name) =>
    levenshteinDistance(typed, name) <= Math.max(1, typed.length / 3)
  );
  return group.length > 0
    ? new MpmError("USAGE", `"mpm ${typed}" needs one more word`, {
      hint: `One of: ${group.map((name) => `mpm ${name}`).join(", ")}`,
    })
    : new MpmError("USAGE", `Unknown command "${typed}"`, {
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
    system.env("TERM") !== "dumb";
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
  return makeStyle(color, columns, wantsAscii(system));
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
      : `${escapeLines(lines.join("\n"))}\n`,
  );
  return ERRORS[code].exit;
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
