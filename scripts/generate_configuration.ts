import { VARIABLES } from "../src/app/help/topics.ts";
import { KEYS, settingOf, variableOf } from "../src/config/settings.ts";
import { tomlLiteral } from "../src/config/toml.ts";
import { wordsFor } from "../src/config/values.ts";

type Key = typeof KEYS[number];
type Table = (heads: string[], rows: string[][]) => string;

/** Characters of the longest default in a row of a table. */
const ROOM = 50;

/** `docs/configuration.md`, from the table of settings. */
export function configurationPage(table: Table): string {
  const groups = Map.groupBy(KEYS, (key) => key.split(".")[0]!);
  return [
    HEAD,
    ...[...groups].map(([name, keys]) => section(name, keys, table)),
    "## Other variables",
    table(
      ["variable", "effect"],
      VARIABLES.map(({ name, summary }) => [
        name.split(", ").map(quoted).join(", "),
        summary,
      ]),
    ),
  ].join("\n\n") + "\n";
}

/** The settings of one table of the file. */
function section(name: string, keys: readonly Key[], table: Table): string {
  const long = keys.filter((key) => defaultOf(key).length > ROOM);
  return [
    `### ${name}`,
    table(
      ["setting", "description", "value", "default"],
      keys.map((key) => [
        `${quoted(key)}${settingOf(key).personal ? "" : " *"}`,
        summaryOf(key),
        wordsFor(settingOf(key)),
        long.includes(key) ? "below" : quoted(defaultOf(key)),
      ]),
    ),
    ...long.map((key) =>
      `Default of ${quoted(key)}:\n${quoted(defaultOf(key))}`
    ),
  ].join("\n\n");
}

function summaryOf(key: Key): string {
  const { summary, option } = settingOf(key);
  const more = [
    ...option ? [`option: ${quoted(option)}`] : [],
    ...variableOf(key) === undefined
      ? ["no variable"]
      : settingOf(key).variable
      ? [`variable: ${quoted(variableOf(key)!)}`]
      : [],
  ];
  return more.length === 0 ? summary : `${summary} (${more.join("; ")})`;
}

const defaultOf = (key: Key) => tomlLiteral(settingOf(key).default);
const quoted = (text: string) => `\`${text}\``;

const HEAD = `# Configuration

mpm works without any configuration. \`mpm config\` lists and changes settings:

\`\`\`sh
mpm config list --show-origin
mpm config set context.pause_at 60
mpm config set commit false --scope local
mpm config unset commit --scope local
\`\`\`

mpm reads settings from these places. A later place overrides an earlier one:

1. your own file: \`mpm/config.toml\` in \`$XDG_CONFIG_HOME\` or \`~/.config\`; on
   Windows in \`%APPDATA%\`
2. the project's file, \`.claude-mpm/config.toml\`, which comes with a clone
3. the project's local file, \`.claude-mpm/config.local.toml\`, which git ignores
4. an environment variable
5. a command-line option

For a table, such as \`context.windows\`, mpm combines the entries of all files.

**Someone else may have written a project's files**, so they can contain only
the settings marked with * below. mpm reports any other setting in a project's
file as an error. You can configure redaction only in your own file. Variables
cannot change it, because a project can set variables for its tools
([security.md](security.md)).

Each setting has an environment variable unless its description says "no
variable". By default, its name is \`MPM_CONFIG_\` and the key in capital letters,
with \`_\` instead of a dot: \`MPM_CONFIG_CONTEXT_PAUSE_AT\`. Separate list values
with commas or spaces, and write a table as \`name=number\`. An empty variable
counts as unset.

**Errors.** If a key is unknown or a value is invalid, mpm prints an error with
the file and line, or with the variable. Hooks, the status line and saves ignore
the invalid setting instead, and the next start of an agent session names it. If
the file is not valid TOML or is larger than 64 KiB, they ignore the whole file.
In that case, \`mpm pause\` prints a warning, and does not commit anything or
remove worktrees. If the error is in your own file or in a variable, the save
does not include file contents either.

\`mpm config set\` changes only the lines that contain the setting. It preserves
comments, order and line endings.

## Settings

For example, \`context.pause_at\` is the key \`pause_at\` in the \`[context]\` table
of the file.`;
