import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { removeIfThere, userFolder, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { systemdTimes } from "../calendar.ts";
import {
  actionText,
  entryWords,
  type Schedule,
  SCHEDULE_ID,
} from "../schedule.ts";
import { parseTimes } from "../times.ts";
import {
  ask,
  demand,
  type Entry,
  makeFolders,
  type Scheduler,
  wordsOf,
} from "./scheduler.ts";

/** The first line of each file. */
const HEAD = '# Written by mpm. To remove it: "mpm schedule remove"\n';

/** The name of a file while mpm writes it. */
const HALF = ".mpm.tmp";

/** Returns the paths of an entry's files. */
function unitPaths(system: System, id: string) {
  const folder = userFolder(system);
  if (folder === undefined) {
    throw new MpmError("CONFLICT", "Cannot find your home folder", {
      hint: "Set HOME: systemd reads the units in ~/.config/systemd/user",
    });
  }
  const units = join(folder, "systemd", "user");
  const data = system.env("XDG_DATA_HOME") ||
    join(system.home() ?? folder, ".local", "share");
  const timer = `mpm-${id}.timer`;
  return {
    units,
    service: join(units, `mpm-${id}.service`),
    timer: join(units, timer),
    /** The link that lets systemd start the timer. */
    wanted: join(units, "timers.target.wants", timer),
    /** An incomplete file that a killed mpm left behind. */
    half: join(units, HALF),
    /**
     * The time of the last run. systemd stores it to catch up on missed runs.
     */
    stamp: join(data, "systemd", "timers", `stamp-${timer}`),
  };
}

/** systemd's user timers. */
export const systemd: Scheduler = {
  name: "systemd",
  title: "systemd",
  async obstacle(system) {
    if (system.platform !== "linux") return "systemd runs only on Linux";
    const shown = await ask(system, [
      "systemctl",
      "--user",
      "show-environment",
    ]);
    return shown.status === 0 ? undefined : wordsOf(shown);
  },
  entries: (system) => Promise.resolve(entriesIn(system)),
  textOf(schedule) {
    const { service, timer } = unitTexts(schedule);
    return service + timer;
  },
  paths(system, id) {
    const { service, wanted } = unitPaths(system, id);
    return [service, wanted];
  },
  async put(system, schedule) {
    const { units, ...paths } = unitPaths(system, schedule.id);
    const texts = unitTexts(schedule);
    makeFolders(system, units);
    try {
      const how = { mode: 0o644, temporary: HALF };
      writeAtomic(system, paths.service, { text: texts.service, ...how });
      writeAtomic(system, paths.timer, { text: texts.timer, ...how });
      await demand(system, ["systemctl", "--user", "daemon-reload"]);
      const timer = `mpm-${schedule.id}.timer`;
      await demand(system, ["systemctl", "--user", "enable", timer]);
      // A running timer only adopts its new times after a restart.
      await demand(system, ["systemctl", "--user", "restart", timer]);
    } catch (error) {
      await attempt(() => systemd.take(system, schedule.id));
      throw error;
    }
  },
  async take(system, id) {
    const { units: _, ...paths } = unitPaths(system, id);
    if (!Object.values(paths).some((path) => system.files.lstat(path))) return;
    const timer = `mpm-${id}.timer`;
    // Without systemd, only the files need to be removed.
    await ask(system, ["systemctl", "--user", "disable", "--now", timer]);
    for (const path of Object.values(paths)) removeIfThere(system, path);
    await ask(system, ["systemctl", "--user", "daemon-reload"]);
  },
};

function entriesIn(system: System): Entry[] {
  const { units } = unitPaths(system, "x");
  const listed = attempt(() => system.files.list(units)) ?? [];
  const ids = listed.flatMap(({ name }) => {
    const id = /^mpm-(.+)\.timer$/.exec(name)?.[1] ?? "";
    return SCHEDULE_ID.test(id) ? [id] : [];
  });
  return ids.flatMap((id) => {
    const { service, timer, wanted } = unitPaths(system, id);
    const [one, other] = [service, timer].map((path) =>
      attempt(() => new TextDecoder().decode(system.files.readOwn(path, MOST)))
    );
    if (!other?.startsWith(HEAD)) return [];
    const active = system.files.lstat(wanted) !== undefined;
    return [{ id, text: `${one ?? ""}${other}`, active }];
  });
}

/** The largest unit file, in bytes. */
const MOST = 64 * 1024;

/** Returns the texts of the two unit files. */
export function unitTexts(
  schedule: Schedule,
): { service: string; timer: string } {
  const { name, project, variables } = schedule;
  const about = `mpm schedule ${name} of ${project}`.replaceAll("%", "%%");
  const environment = Object.entries(variables)
    .map(([key, value]) => `Environment=${quoted(`${key}=${value}`)}\n`);
  const line = commandWords(schedule)
    .map((word) => quoted(word).replaceAll("$", "$$$$")).join(" ");
  return {
    service: `${HEAD}[Unit]\nDescription=${about}\n\n[Service]\n` +
      `Type=oneshot\n${environment.join("")}ExecStart=${line}\n`,
    timer: `${HEAD}[Unit]\nDescription=${about} (${
      actionText(schedule).replaceAll("%", "%%")
    })\n\n[Timer]\n${
      systemdTimes(parseTimes(schedule.times))
        .map((times) => `OnCalendar=${times}\n`).join("")
    }AccuracySec=1s\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n`,
  };
}

/**
 * Returns the command to start. In a program's path, systemd supports no quotes
 * or backslashes and does not expand a dollar sign. So `env` starts such a
 * program.
 */
function commandWords(schedule: Schedule): string[] {
  const words = entryWords(schedule);
  const [program = ""] = words;
  if (!/["'\\$]/.test(program)) return words;
  if (!program.includes("=")) return ["/usr/bin/env", ...words];
  throw new MpmError("USAGE", `systemd cannot start "${program}"`, {
    hint: "Its path has a quote and an equals sign: move mpm",
  });
}

/** Quotes a word for a unit file, in which `%` begins a specifier. */
function quoted(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("%", "%%");
  return `"${escaped}"`;
}
