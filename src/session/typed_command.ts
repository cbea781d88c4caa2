/** A command of mpm's as somebody typed it into the agent's prompt. */
export interface TypedCommand {
  readonly name: "pause" | "resume" | "checkpoint" | "branch" | "return";
  /** Everything after it. */
  readonly words: string;
}

/** Under the plugin's name, too. */
const TYPED =
  /^\s*\/(?:[\w-]+:)?mpm-(pause|resume|checkpoint|branch|return)(?:\s+([^]*))?$/;

/** Reads a prompt; `undefined` unless it is one of the commands. */
export function typedCommand(prompt: string): TypedCommand | undefined {
  const found = TYPED.exec(prompt);
  return found
    ? {
      name: found[1] as TypedCommand["name"],
      words: (found[2] ?? "").trim(),
    }
    : undefined;
}

/** The command line that answers it, the command's own words first. */
export function commandLine(
  { name, words }: TypedCommand,
  { session, time }: { session: string; time: Date },
): { command: string; args: string[] } {
  switch (name) {
    case "pause":
      return {
        command: "pause",
        args: [
          // Somebody waits at the prompt.
          ...["--no-prune-worktrees", "--agent-session", session],
          ...words === "" ? [] : [`--summary=${words}`],
        ],
      };
    case "checkpoint":
      return {
        command: "checkpoint save",
        args: ["--", words === "" ? timeName(time) : words],
      };
    case "branch": {
      const [first = "", ...task] = words.split(/\s+/);
      const rest = task.length === 0 ? [] : [task.join(" ")];
      return { command: "branch", args: ["--", first, ...rest] };
    }
    case "resume":
    case "return":
      return { command: name, args: words === "" ? [] : ["--", words] };
  }
}

/** `typed-20261120-143022` */
function timeName(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:]/g, "");
  return `typed-${digits.slice(0, 8)}-${digits.slice(9, 15)}`;
}
