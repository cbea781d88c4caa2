import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { jsonIn } from "../../base/parsed_values.ts";
import { VERSION } from "../../base/version.ts";
import type { ClientSetup, EntryFile, InstalledEntry } from "../client.ts";
import { opencodeHome } from "./home.ts";
import plugin from "./plugin.js" with { type: "text" };

/** The lines of the plugin that mpm fills in; each is in it once. */
const BINARY = /^const MPM = ("[^\n]*");$/m;
const MARK = /^const MARK = "--installed-by=mpm\/(.*)";$/m;

/** Returns the entry of a plugin that mpm wrote; `undefined` for other files. */
function entryIn(text: string): InstalledEntry | undefined {
  const binary = jsonIn(BINARY.exec(text)?.[1] ?? "");
  const version = MARK.exec(text)?.[1];
  return typeof binary === "string" && version !== undefined
    ? { event: "", binary, version }
    : undefined;
}

/** mpm's plugin, which is a file of its own. */
function pluginFile(path: string): EntryFile {
  return {
    path,
    mode: 0o644,
    install(before, { binary, claims }) {
      if (before !== undefined && !entryIn(before)) {
        throw new MpmError("CONFLICT", `"${path}" is not a plugin of mpm`, {
          hint: "Rename that file, and install again",
        });
      }
      // A replacement's text may have characters with a meaning.
      return plugin.replaceAll("@version@", () => VERSION)
        .replace('"@binary@"', () => JSON.stringify(binary))
        .replace('"@claims@"', () => String(claims));
    },
    remove: (before) => entryIn(before) ? undefined : before,
    entries(text) {
      const entry = entryIn(text);
      return entry ? [entry] : [];
    },
  };
}

/** The plugins of opencode. */
export const setup: ClientSetup = {
  files(system) {
    const home = opencodeHome(system);
    return home === undefined
      ? []
      : [pluginFile(join(home, "plugins", "mpm.js"))];
  },
};
