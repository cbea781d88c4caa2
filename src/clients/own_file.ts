import { join } from "../base/join.ts";
import { MpmError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import type { System } from "../system/system.ts";
import { SKILLS } from "./claude/shipped.ts";
import type { EntryFile, InstalledEntry, WantedEntries } from "./client.ts";

/** Returns a client file that contains only mpm's entries. */
export function ownFile(
  path: string,
  { textOf, entriesIn }: {
    textOf(wanted: WantedEntries): string;
    entriesIn(text: string): readonly InstalledEntry[];
  },
): EntryFile {
  return {
    path,
    mode: 0o644,
    install(before, wanted) {
      if (before !== undefined && entriesIn(before).length === 0) {
        throw new MpmError("CONFLICT", `mpm did not write "${path}"`, {
          hint: "Rename that file, and run the command again",
        });
      }
      return textOf(wanted);
    },
    remove: (before) => entriesIn(before).length > 0 ? undefined : before,
    entries: entriesIn,
  };
}

/** Returns an entry for a file that starts no program. */
export function marked(version: string | undefined): InstalledEntry[] {
  return version === undefined ? [] : [{ event: "", binary: "", version }];
}

const MARK = /^<!-- installed by mpm (\S+) -->$/m;

/** Returns the skills in `~/.agents/skills`, which most clients read. */
export function skillFiles(system: System): EntryFile[] {
  const home = system.home();
  if (home === undefined) return [];
  return Object.entries(SKILLS).map(([name, text]) =>
    ownFile(join(home, ".agents", "skills", name, "SKILL.md"), {
      textOf: () =>
        `${plainSkill(text)}\n<!-- installed by mpm ${VERSION} -->\n`,
      entriesIn: (there) => marked(MARK.exec(there)?.[1]),
    })
  );
}

/** Returns a skill without the parts that only Claude Code fills in. */
export function plainSkill(text: string): string {
  return text
    .replaceAll(/--agent-session\s+\$\{CLAUDE_SESSION_ID\}\s+/g, "");
}
