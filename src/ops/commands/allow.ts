import { relative, resolve } from "@std/path";
import { sha256 } from "../../base/digest.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeLines, escapeText } from "../../base/escape.ts";
import { shellWord } from "../../base/shell.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import {
  type AllowedChange,
  allowedCommands,
  allowedFile,
  allowedFiles,
  changeAllowed,
  fileState,
  isChanged,
  readAllowable,
} from "../allowed.ts";
import { commandText, plainWords } from "../allowed_command.ts";
import { journaled } from "../journaled.ts";
import { withUserLock } from "../lock.ts";
import type { AllowResult } from "./results.ts";

/** The longest command line, in UTF-16 units. */
const LONGEST = 4000;

/** `mpm allow` */
export const allow = defineCommand({
  name: "allow",
  summary: "Allow a command or a script of this project to run",
  description: `
A save, a conversation or a project file can contain commands. mpm runs these commands only after you allow them on this machine. Pass a program with its arguments, after "--" if an argument begins with a dash. mpm starts the program
without a shell. If a command needs a shell, quote the whole line, such as "cd
web && npm test". Then mpm allows exactly that text.

If you pass only a project file's path, mpm allows the file's current content. After each change, allow the file again. The permission does not apply to a clone or a copy of the project in another folder. "mpm evidence --run" runs allowed commands.`,
  positionals: [{
    name: "command",
    summary: "A program and its arguments, one quoted line, or a file",
    names: "file",
    rest: true,
  }],
  flags: {
    list: {
      type: "boolean",
      summary: "List the commands and files that you allowed in this project",
    },
    remove: { type: "boolean", summary: "No longer allow the command or file" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be allowed without changing anything",
    },
  },
  examples: [
    "mpm allow -- npm test",
    "mpm allow 'cd web && npm test'",
    "mpm allow .claude-mpm/hooks/pre-session.sh",
    "mpm allow --list",
    "mpm allow --remove -- npm test",
  ],
  result: async () => (await import("./results.ts")).AllowResult,
  async run(context, input): Promise<AllowResult> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    if (input.list) return listAllowed(context, root, input);
    const target = targetOf(context, root, input.command);
    const change = input.remove
      ? removalOf(context, root, target)
      : allowanceOf(context, root, target);
    const answer = (changed: boolean): AllowResult => ({
      dry_run: input["dry-run"],
      change: !changed ? "none" : input.remove ? "removed" : "allowed",
      ...answerOf(change),
    });
    if (input["dry-run"]) {
      const dry = changeAllowed(context, root, change, { write: false });
      return answer(isChanged(dry));
    }
    return await journaled(
      context,
      (context) =>
        withUserLock(context.system, () => {
          const done = changeAllowed(context, root, change);
          return answer(isChanged(done));
        }),
      {
        operation: "allow",
        workspace,
        keepsOwn: true,
        title: () =>
          input.remove
            ? `no longer allow ${target.name} to run`
            : `allow ${target.name} to run`,
      },
    );
  },
  render,
  next: ({ change, commands }) =>
    change === "allowed" && commands.length > 0
      ? '"mpm evidence --run" runs it on a copy of your files'
      : undefined,
});

/** The target to allow: a file of the project, or the text of a command. */
type Target =
  | { readonly name: string; readonly path: string }
  | { readonly name: string; readonly words: readonly string[] };

/** Returns the target. Throws USAGE if the arguments name nothing usable. */
function targetOf(
  { system, folder, redact }: Context,
  root: string,
  words: readonly string[],
): Target {
  const text = commandText(words);
  if (text === "") {
    throw new MpmError("USAGE", "Missing argument <command>", {
      hint:
        'mpm allow -- npm test, or "mpm allow --list" to list allowed commands',
    });
  }
  if (words.length === 1) {
    // Messages name files relative to the top folder of the project, so that
    // also works here.
    for (const path of [resolve(folder, text), resolve(root, text)]) {
      const there = system.files.lstat(path);
      const known = allowedFile(system, path) !== undefined;
      if (known || (there && there.kind !== "folder")) {
        return { name: relative(root, path), path };
      }
    }
  }
  // A text that contains invisible characters cannot be allowed.
  if (text.length > LONGEST || escapeLines(text) !== text) {
    throw new MpmError(
      "USAGE",
      "Cannot allow this text: it is too long or contains control characters",
      {
        hint: `Use at most ${LONGEST} visible characters`,
      },
    );
  }
  if (redact(text) !== text) {
    throw new MpmError(
      "USAGE",
      "Cannot allow this command: it contains a secret",
      {
        hint:
          "Put the secret into an environment variable, and use the variable",
      },
    );
  }
  return { name: text, words: words.length === 1 ? [text] : words };
}

function allowanceOf(
  { system }: Context,
  root: string,
  target: Target,
): AllowedChange {
  if ("words" in target) {
    const { name, words } = target;
    const shell = words.length === 1 || words[0]!.includes("=");
    const args = shell ? plainWords(name) : [...words];
    const at = allowedCommands(system, root).get(name)?.at ??
      system.now().toISOString();
    return { commands: { [name]: { args, at } } };
  }
  const { path } = target;
  const inside = !relative(root, path).startsWith("..");
  const found = inside ? readAllowable(system, root, path) : "unusable";
  if (typeof found === "string") {
    throw new MpmError(
      found === "none" ? "NOT_FOUND" : "CONFLICT",
      `Cannot allow "${path}": ${
        inside
          ? "it must be a regular file that you own, with at most 1 MiB"
          : "it is not in this project"
      }`,
      {
        hint: "Name a file of this project, with no symbolic link in its path",
      },
    );
  }
  const ejected = allowedFile(system, path)?.ejected ?? null;
  return { files: { [path]: { sha256: sha256(found), ejected } } };
}

/**
 * Returns the change that revokes a permission. Throws NOT_FOUND if the file or
 * command is not allowed.
 */
function removalOf(
  { system }: Context,
  root: string,
  target: Target,
): AllowedChange {
  if ("path" in target && allowedFile(system, target.path)) {
    return { files: { [target.path]: null } };
  }
  if (allowedCommands(system, root).has(target.name)) {
    return { commands: { [target.name]: null } };
  }
  throw new MpmError("NOT_FOUND", `"${target.name}" is not allowed here`, {
    hint: '"mpm allow --list" lists allowed commands and files',
  });
}

function answerOf(
  { commands = {}, files = {} }: AllowedChange,
): Pick<AllowResult, "commands" | "files"> {
  return {
    commands: Object.entries(commands).map(([text, command]) => ({
      text,
      args: command?.args ?? null,
      at: command?.at ?? null,
    })),
    files: Object.entries(files).map(([path, file]) => ({
      path,
      sha256: file?.sha256 ?? null,
      changed: false,
    })),
  };
}

/** Lists what is allowed. Throws USAGE if anything else is given. */
function listAllowed(
  { system }: Context,
  root: string,
  { command, remove }: { command: readonly string[]; remove: boolean },
): AllowResult {
  if (command.length > 0 || remove) {
    throw new MpmError(
      "USAGE",
      "Cannot combine --list with a command or --remove",
      {
        hint: "mpm allow --list",
      },
    );
  }
  const commands = Object.fromEntries(allowedCommands(system, root));
  const files = Object.fromEntries(allowedFiles(system, root));
  const answer = answerOf({ commands, files });
  return {
    dry_run: false,
    change: "listed",
    commands: answer.commands,
    files: answer.files.map((file) => ({
      ...file,
      changed: fileState(system, { root, worktree: root }, file.path) !==
        "allowed",
    })),
  };
}

const HEADS: Record<AllowResult["change"], string> = {
  allowed: "Allowed in this project, on this machine:",
  removed: "No longer allowed:",
  none: "Nothing to change:",
  listed: "Allowed in this project, on this machine:",
};

function render({ dry_run: dry, change, commands, files }: AllowResult) {
  if (commands.length + files.length === 0) {
    return "Nothing is allowed. To allow a command: mpm allow -- npm test\n";
  }
  const how = (args: readonly string[] | null) =>
    args === null && change !== "removed" ? " (run by a shell)" : "";
  return [
    dry ? `Dry run. ${HEADS[change]}` : HEADS[change],
    ...commands.map(({ text, args }) => `  ${escapeText(text)}${how(args)}`),
    ...files.map(({ path, changed }) =>
      changed
        ? `  ${escapeText(path)} (changed; to allow it again: mpm allow ${
          escapeText(shellWord(path))
        })`
        : `  ${escapeText(path)}`
    ),
    "",
  ].join("\n");
}
