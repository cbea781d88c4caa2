import type { AnyCommand, Flags, Positional } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import { getOwn } from "../base/own.ts";
import { COMMANDS } from "./table.ts";

/**
 * The spellings of claude-mpm and of the documents about it, so that they work
 * unchanged after `alias claude-mpm=mpm`. Each is one of mpm's own commands
 * with claude-mpm's words and options brought into mpm's.
 */
interface Spelling {
  readonly command: "pause" | "resume";
  readonly positionals: readonly Positional[];
  readonly flags: Flags;
  /** claude-mpm's input as that of the command. */
  convert(input: Record<string, unknown>): Record<string, unknown>;
}

const PROJECT: Positional = {
  name: "project_path",
  summary: "The project's folder",
  optional: true,
};

const pauseHere: Spelling = {
  command: "pause",
  positionals: [PROJECT],
  flags: {},
  convert: (input) => ({ ...input, words: [], project: inProject(input) }),
};

const resumeHere: Spelling = {
  command: "resume",
  positionals: [PROJECT],
  flags: {},
  convert: (input) => ({
    ...input,
    selector: undefined,
    project: inProject(input),
  }),
};

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  "session pause": pauseHere,
  "mpm-init pause": pauseHere,
  "init pause": pauseHere,
  "mpm-init resume": resumeHere,
  "init resume": resumeHere,
  "session resume": {
    command: "resume",
    positionals: [{
      name: "selector",
      summary: "Which session: id, part of it, or its number from 1",
      names: "session",
      optional: true,
    }],
    flags: {
      select: {
        type: "string",
        value: "n",
        summary: "A place in the list, counted from 1, or part of an id",
      },
      "project-path": {
        type: "string",
        value: "folder",
        summary: "The project's folder",
      },
    },
    convert: (input) => ({
      ...input,
      selector: selected(input),
      // As in claude-mpm.
      first: 1,
      project: input["project-path"] ?? input.project,
    }),
  },
};

/** The command that `name` is another spelling of. */
export async function spelled(name: string): Promise<AnyCommand | undefined> {
  const spelling = getOwn(SPELLINGS, name);
  if (!spelling) return undefined;
  const command = await COMMANDS[spelling.command]!();
  return {
    ...command,
    name,
    positionals: spelling.positionals,
    flags: { ...command.flags, ...spelling.flags },
    adapt: spelling.convert,
  };
}

function inProject(input: Record<string, unknown>): unknown {
  return input.project_path ?? input.project;
}

/** What `--select` or the argument says. */
function selected(input: Record<string, unknown>): unknown {
  if (input.select === undefined) return input.selector;
  if (input.selector === undefined) return input.select;
  throw new MpmError("USAGE", "Both a session id and --select were given", {
    hint: "Give one of them",
  });
}
