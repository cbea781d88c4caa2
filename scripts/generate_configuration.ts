import { KEYS, settingOf, variableOf } from "../src/config/settings.ts";
import { wordsFor } from "../src/config/values.ts";
import { tomlLiteral } from "../src/config/toml.ts";

/** `docs/configuration.md`, from the table of settings. */
export function configurationPage(
  table: (heads: string[], rows: string[][]) => string,
): string {
  const sections = KEYS.map((key) => {
    const setting = settingOf(key);
    const variable = variableOf(key);
    return [
      `### ${key}`,
      `${setting.summary}.`,
      table(["", ""], [
        ["value", wordsFor(setting)],
        ["default", `\`${tomlLiteral(setting.default)}\``],
        ["variable", variable === undefined ? "none" : `\`${variable}\``],
        [
          "may be set in",
          setting.personal ? "your own file only" : "any file",
        ],
        ...setting.option ? [["over it", `\`${setting.option}\``]] : [],
      ]),
    ].join("\n\n");
  });
  return `${HEAD}\n\n${sections.join("\n\n")}\n`;
}

const HEAD = `# Configuration

This page is the table of settings; \`deno task generate\` writes it.

Settings are TOML. Each of these stands over those before it:

1. your own file: \`mpm/config.toml\` in \`$XDG_CONFIG_HOME\`, else in \`~/.config\`;
   on Windows in \`%APPDATA%\`
2. the project's: \`.claude-mpm/config.toml\`, which others get with the project
3. the project's local one: \`.claude-mpm/config.local.toml\`, which git ignores
4. the environment: one variable for nearly each setting, lists in it with
   commas or blanks, tables as \`name=number\`; an empty variable counts as unset
5. an option of the command, where it has one

A project's two files come with a clone, so they may be someone else's. Only you
can set what mpm removes, blocks or switches off: in your own file, the
environment or an option. A project's file that tries is an error. Secrets can
only be defined in your own file, since a project can set variables for its
tools ([security.md](security.md)).

mpm merges tables from all files, entry by entry. For any other setting, the
nearest value counts.

\`\`\`sh
mpm config list --show-origin
mpm config set context.pause_at 60
mpm config set commit false --scope local
mpm config unset commit --scope local
\`\`\`

\`set\` and \`unset\` change the lines of that one setting: comments, order and line
ends stay. An unknown key, or a value that does not fit, is an error that names
file and line, or the variable. Hooks, the status line and saves leave that
setting out instead. They leave out the whole of a file that is not TOML or
larger than 64 KiB. A pause then warns, commits nothing and removes no worktree.
A variable that begins with \`MPM_CONFIG_\` but is not in this table is an unknown
key, too.

## Settings

Keys are written in full: \`context.pause_at\` is \`pause_at\` below \`[context]\`.`;
