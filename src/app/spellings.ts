import type { AnyCommand, Flags, Positional } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import { getOwn } from "../base/own.ts";
import { loadCommand } from "./table.ts";

/** Another name for an mpm command. */
interface Spelling {
  readonly command: string;
  /** The arguments and options that differ from those of the command. */
  readonly positionals?: readonly Positional[];
  readonly flags?: Flags;
  /** Converts the input of this spelling to the input of the command. */
  convert?(input: Record<string, unknown>): Record<string, unknown>;
}

const PROJECT: Positional = {
  name: "project_path",
  summary: "The project's folder",
  optional: true,
};

const pauseHere: Spelling = {
  command: "pause",
  positionals: [PROJECT],
  convert: (input) => ({ ...input, words: [], project: inProject(input) }),
};

const resumeHere: Spelling = {
  command: "resume",
  positionals: [PROJECT],
  convert: (input) => ({
    ...input,
    selector: undefined,
    project: inProject(input),
  }),
};

/** Returns a spelling of a command that presets some of its options. */
function withOptions(
  command: string,
  options: Readonly<Record<string, unknown>>,
): Spelling {
  return { command, convert: (input) => ({ ...input, ...options }) };
}

/**
 * Short and former names of commands, and the command names from claude-mpm and
 * its documentation. These names work unchanged after `alias claude-mpm=mpm`.
 */
const SPELLINGS: Readonly<Record<string, Spelling>> = {
  "list": { command: "saves list" },
  "ls": { command: "saves list" },
  "show": { command: "saves show" },
  "save": { command: "pause" },
  "saves import": { command: "import" },
  "log": { command: "undo list" },
  "trash": { command: "undo trash" },
  "trash list": { command: "undo trash" },
  "trash prune": withOptions("undo trash", { prune: true }),
  "stack": withOptions("status", { tree: true }),
  "hooks list": withOptions("hooks status", { scripts: true }),
  "hooks show": { command: "hooks status" },
  "hooks run": { command: "hooks test" },
  "hooks profile": {
    command: "hooks test",
    convert: (input) => ({ ...input, runs: input.runs ?? "20" }),
  },
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

/** Replaces a command's former words with the current ones. */
export function currentName(name: string): string {
  return name.replace(/^sessions(?= |$)/, "saves");
}

/** Returns the earlier name of a command, or else its name. */
export function formerName(name: string): string {
  return name.replace(/^saves(?= |$)/, "sessions");
}

/** Returns the command that `name` is a spelling of. */
export async function spelled(name: string): Promise<AnyCommand | undefined> {
  const spelling = getOwn(SPELLINGS, name);
  if (!spelling) return undefined;
  const command = (await loadCommand(spelling.command))!;
  const { positionals, flags, convert } = spelling;
  if (!convert) return command;
  return {
    ...command,
    name,
    positionals: positionals ?? command.positionals,
    flags: { ...command.flags, ...flags },
    adapt: convert,
  };
}

function inProject(input: Record<string, unknown>): unknown {
  return input.project_path ?? input.project;
}

/** Returns the value of `--select` or the argument. */
function selected(input: Record<string, unknown>): unknown {
  if (input.select === undefined) return input.selector;
  if (input.selector === undefined) return input.select;
  throw new MpmError("USAGE", "Cannot combine a session ID with --select", {
    hint: "Use only one of them",
  });
}
