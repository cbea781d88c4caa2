import { defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { type Key, settingOf } from "../settings.ts";
import { change, changeText, FILE_FLAGS } from "../change.ts";
import { keyOf } from "../rows.ts";
import {
  entryFromText,
  fitsEntry,
  fitsSetting,
  fromText,
  wordsFor,
} from "../values.ts";

/** Rules for an entry of a table. */
const ENTRY = {
  tokens: "a number of tokens",
  rules: "a label such as acme-token with a regular expression",
  partitions: "paths, a description or a context file, as in " +
    "partitions.backend.paths src/backend",
};

/** Throws USAGE for an invalid regular expression. */
async function checkRedaction(key: Key, value: unknown): Promise<void> {
  if (!key.startsWith("redaction.") || key === "redaction.enabled") return;
  // Loaded here, since the module is large and few settings are expressions.
  const { compilePattern } = await import("../../base/pattern.ts");
  for (const [at, text] of Object.entries(value as Record<string, string>)) {
    const isRule = key === "redaction.rules";
    compilePattern(text, isRule ? `redaction.rules.${at}` : key);
  }
}

/** `mpm config set` */
export const configSet = defineCommand({
  name: "config set",
  summary: "Set one setting in a configuration file",
  description: `
Changes only this setting, and preserves the file's comments, order and line endings. mpm creates the file if it does not exist. To set a list, pass several words. Settings that let mpm remove data, block actions or disable protections work only in your own file. docs/configuration.md describes all settings.`,
  positionals: [
    {
      name: "key",
      summary: "The setting, e.g. context.stale_after",
      names: "setting",
    },
    {
      name: "value",
      summary: "The value; for a list, several words",
      names: "setting-value",
      rest: true,
    },
  ],
  flags: FILE_FLAGS,
  examples: [
    "mpm config set context.pause_at 60",
    "mpm config set context.windows.claude-opus-5-5 1000000",
    "mpm config set context.inject session commits --scope project",
    "mpm config set commit false --scope local",
    "mpm config set partitions.backend.paths src/api 'db/**/*.sql' " +
    "--scope project",
    "mpm config set redaction.rules.acme-token 'acme_[a-z0-9]{32}'",
  ],
  result: async () => (await import("./results.ts")).ConfigSetResult,
  async run(context, input) {
    if (input.value.length === 0) {
      throw new MpmError("USAGE", "Missing argument <value>", {
        hint: `To remove the setting: mpm config unset ${input.key}`,
      });
    }
    const { key, entry } = keyOf(input.key);
    const typed = input.value.join(" ");
    const { kind } = settingOf(key);
    const value = entry === undefined
      ? fromText(key, typed)
      : entryFromText(key, entry, typed);
    const fits = entry === undefined
      ? fitsSetting(key, value)
      : fitsEntry(key, entry, value);
    if (!fits) {
      throw new MpmError(
        "USAGE",
        `"${input.key}" must be ${
          entry === undefined
            ? wordsFor(settingOf(key))
            : ENTRY[kind as keyof typeof ENTRY]
        }, not "${typed}"`,
      );
    }
    await checkRedaction(key, entry === undefined ? value : { [entry]: value });
    return await change(context, input.key, { input, value });
  },
  render: changeText,
});
