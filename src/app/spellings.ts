import type { AnyCommand, Flags, Positional } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import { getOwn } from "../base/own.ts";
import { COMMANDS } from "./table.ts";

/** Another name of one of mpm's own commands. */
interface Spelling {
  readonly command: string;
  /** Where its words and options differ from those of the command. */
  readonly other?: {
    readonly positionals: readonly Positional[];
    readonly flags: Flags;
    /** Its input as that of the command. */
    convert(input: Record<string, unknown>): Record<string, unknown>;
  };
}

const PROJECT: Positional = {
  name: "project_path",
  summary: "The project's folder",
  optional: true,
};

const pauseHere: Spelling = {
  command: "pause",
  other: {
    positionals: [PROJECT],
    flags: {},
    convert: (input) => ({ ...input, words: [], project: inProject(input) }),
  },
};

const resumeHere: Spelling = {
  command: "resume",
  other: {
    positionals: [PROJECT],
    flags: {},
    convert: (input) => ({
      ...input,
      selector: undefined,
      project: inProject(input),
    }),
  },
};

/**
 * Short names of commands, and the spellings of claude-mpm and of the documents
 * about it, so that they work unchanged after `alias claude-mpm=mpm`.
 */
const SPELLINGS: Readonly<Record<string, Spelling>> = {
  "list": { command: "sessions list" },
  "ls": { command: "sessions list" },
  "show": { command: "sessions show" },
  "var": { command: "var list" },
  "session pause": pauseHere,
  "mpm-init pause": pauseHere,
  "init pause": pauseHere,
  "mpm-init resume": resumeHere,
  "init resume": resumeHere,
  "session resume": {
    command: "resume",
    other: {
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
  },
};

/** The command that `name` is another spelling of. */
export async function spelled(name: string): Promise<AnyCommand | undefined> {
  const spelling = getOwn(SPELLINGS, name);
  if (!spelling) return undefined;
  const command = await getOwn(COMMANDS, spelling.command)!();
  const { other } = spelling;
  if (!other) return command;
  return {
    ...command,
    name,
    positionals: other.positionals,
    flags: { ...command.flags, ...other.flags },
    adapt: other.convert,
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
