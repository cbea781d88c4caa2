import { MpmError } from "../../base/errors.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { addSchedule } from "../change.ts";
import { KINDS, SCHEDULERS } from "../schedule.ts";
import { addText } from "../text.ts";

export const scheduleAdd = defineCommand({
  name: "schedule add",
  summary: "Schedule a task, a pipeline or a standup",
  description: `
Your system's scheduler starts the work: systemd or cron on Linux, launchd on macOS, the Task Scheduler on Windows. mpm adds one marked entry to the scheduler, and "mpm schedule remove" removes exactly that entry.

The times have five fields: minute, hour, day of the month, month, day of the week. "0 9 * * 1-5" is 09:00 from Monday to Friday, in the machine's time zone.

A task or a pipeline runs only if you have allowed its definition and the definition has not changed since. mpm writes the output to a log. "mpm schedule list" shows the last result and the next run.

To run a program after each run, add it after "--", e.g. -- notify-send "{name}: {state}". mpm replaces {name}, {state}, {reason} and {log} in the program's arguments.`,
  positionals: [
    { name: "times", summary: "Five fields, as in a crontab" },
    {
      name: "what",
      summary: "The kind of work",
      choices: KINDS,
    },
    {
      name: "words",
      summary:
        'The task or pipeline name; after "--", a program to run after each run',
      rest: true,
      names: "task",
    },
  ],
  flags: {
    name: {
      type: "string",
      value: "name",
      summary:
        "A name for the schedule; default: the kind and name of the work, e.g. task-health",
    },
    via: {
      type: "string",
      value: "scheduler",
      choices: SCHEDULERS,
      summary:
        "The scheduler to use; default: the first one that works on this machine",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show the entry without writing anything",
    },
  },
  examples: [
    'mpm schedule add "0 9 * * *" task health',
    'mpm schedule add "30 8 * * 1-5" standup -- notify-send "Standup: {state}"',
    'mpm schedule add "0 2 * * 0" pipeline release --via cron --dry-run',
  ],
  result: async () => (await import("./results.ts")).ScheduleAddResult,
  async run(context, input) {
    const { what: kind, words, name, via, times } = input;
    const rest = [...words];
    const target = kind === "standup" ? null : rest.shift();
    if (target === undefined) {
      throw new MpmError("USAGE", `Name the ${kind} to schedule`, {
        hint: `"mpm ${kind}" lists them`,
      });
    }
    const workspace = await locate(context.system, context.folder);
    return await addSchedule(context, workspace, {
      ...{ times, kind, target, notify: rest, name, via },
      dryRun: input["dry-run"],
    });
  },
  render: (result) => addText(result),
  next: ({ dry_run: dry, name }) =>
    dry ? undefined : `"mpm schedule run ${name}" runs it now`,
});
