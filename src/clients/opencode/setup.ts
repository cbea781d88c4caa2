import { join } from "../../base/join.ts";
import { jsonIn } from "../../base/parsed_values.ts";
import { VERSION } from "../../base/version.ts";
import type { ClientSetup, InstalledEntry } from "../client.ts";
import { ownFile } from "../own_file.ts";
import { opencodeHome } from "./home.ts";
import plugin from "./plugin.js" with { type: "text" };

/** Matches the lines of the plugin that mpm fills in. Each occurs once. */
const BINARY = /^const MPM = ("[^\n]*");$/m;
const MARK = /^const MARK = "--installed-by=mpm\/(.*)";$/m;

/** Returns the entry in a plugin by mpm; `undefined`: another file. */
function entryIn(text: string): InstalledEntry | undefined {
  const binary = jsonIn(BINARY.exec(text)?.[1] ?? "");
  const version = MARK.exec(text)?.[1];
  return typeof binary === "string" && version !== undefined
    ? { event: "", binary, version }
    : undefined;
}

/** The plugins of opencode. */
export const setup: ClientSetup = {
  files(system) {
    const home = opencodeHome(system);
    if (home === undefined) return [];
    return [ownFile(join(home, "plugins", "mpm.js"), {
      // In a string, some characters of the replacement text would have a
      // special meaning.
      textOf: ({ binary, claims }) =>
        plugin.replaceAll("@version@", () => VERSION)
          .replace('"@binary@"', () => JSON.stringify(binary))
          .replace('"@claims@"', () => String(claims)),
      entriesIn(text) {
        const entry = entryIn(text);
        return entry ? [entry] : [];
      },
    })];
  },
};
