import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { removeIfThere, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { launchdTimes } from "../calendar.ts";
import { entryWords, type Schedule, SCHEDULE_ID } from "../schedule.ts";
import { parseTimes } from "../times.ts";
import { ask, demand, makeFolders, type Scheduler } from "./scheduler.ts";
import { xmlText } from "./xml.ts";

/** The prefix of each label. */
const LABEL = "mpm.schedule.";

/** The largest launchd file, in bytes. */
const MOST = 1024 * 1024;

function folderOf(system: System): string {
  const home = system.home();
  if (home !== undefined) return join(home, "Library", "LaunchAgents");
  throw new MpmError("CONFLICT", "Cannot find your home folder", {
    hint: "Set HOME: launchd reads the files in ~/Library/LaunchAgents",
  });
}

function plistPath(system: System, id: string): string {
  return join(folderOf(system), `${LABEL}${id}.plist`);
}

/** The launchd agents. */
export const launchd: Scheduler = {
  name: "launchd",
  title: "launchd",
  obstacle: ({ platform }) =>
    Promise.resolve(
      platform === "darwin" ? undefined : "launchd runs only on macOS",
    ),
  entries(system) {
    const listed = attempt(() => system.files.list(folderOf(system))) ?? [];
    const ids = listed.flatMap(({ name }) => {
      const isOurs = name.startsWith(LABEL) && name.endsWith(".plist");
      const id = isOurs ? name.slice(LABEL.length, -".plist".length) : "";
      return SCHEDULE_ID.test(id) ? [id] : [];
    });
    return Promise.resolve(ids.map((id) => {
      const path = plistPath(system, id);
      const bytes = attempt(() => system.files.readOwn(path, MOST));
      const text = new TextDecoder().decode(bytes);
      return { id, text, active: true };
    }));
  },
  textOf: plistText,
  paths: (system, id) => [plistPath(system, id)],
  async put(system, schedule) {
    const path = plistPath(system, schedule.id);
    makeFolders(system, dirname(path));
    writeAtomic(system, path, { text: plistText(schedule), mode: 0o644 });
    const domain = `gui/${system.uid ?? 0}`;
    const label = `${domain}/${LABEL}${schedule.id}`;
    // An agent that is already loaded would keep its old times.
    await ask(system, ["launchctl", "bootout", label]);
    try {
      await demand(system, ["launchctl", "bootstrap", domain, path]);
    } catch (error) {
      removeIfThere(system, path);
      throw error;
    }
  },
  async take(system, id) {
    const path = plistPath(system, id);
    if (!system.files.lstat(path)) return;
    const label = `gui/${system.uid ?? 0}/${LABEL}${id}`;
    await ask(system, ["launchctl", "bootout", label]);
    removeIfThere(system, path);
  },
};

/** Returns the property list of an entry. Throws USAGE. */
export function plistText(schedule: Schedule): string {
  const times = launchdTimes(parseTimes(schedule.times)).map((time) =>
    `    <dict>\n${
      time.map(([name, value]) =>
        `      <key>${name}</key><integer>${value}</integer>\n`
      ).join("")
    }    </dict>\n`
  );
  const variables = Object.entries(schedule.variables).map(([name, value]) =>
    `    <key>${xmlText(name)}</key><string>${xmlText(value)}</string>\n`
  );
  const words = entryWords(schedule)
    .map((word) => `    <string>${xmlText(word)}</string>\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${xmlText(LABEL + schedule.id)}</string>
  <key>ProgramArguments</key>
  <array>
${words.join("")}  </array>
${
    variables.length === 0
      ? ""
      : `  <key>EnvironmentVariables</key>\n  <dict>\n${
        variables.join("")
      }  </dict>\n`
  }  <key>StartCalendarInterval</key>
  <array>
${times.join("")}  </array>
</dict>
</plist>
`;
}
