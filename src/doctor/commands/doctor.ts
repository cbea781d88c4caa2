import { defineCommand } from "../../cli/command.ts";
import { doctorStatus } from "../check.ts";
import type { ErrorCode } from "../../base/errors.ts";
import { examine } from "../steps.ts";
import { doctorText } from "../text.ts";

/** `mpm doctor` */
export const doctor = defineCommand({
  name: "doctor",
  summary: "Check that mpm and what it keeps are well, and say what mends it",
  description: `
Looks at git, the saves, work sessions and checkpoints, the log, what was cut
short, locks, hooks, the transcripts that Claude Code deletes, the configuration, the clock,
the disk, and PATH. Each check is ok, warning, error, or unknown where it could
not be looked at, with the command that mends it. Nothing is changed and nothing
asked of the network; every other mpm on PATH is asked for its version.

With --fix it does what is safe and what it names: it closes folders to others,
writes derived files and kept copies again, finishes what was cut short, and
moves what died writes left to the trash. Then everything is checked again.

The exit status is 0 if there is no error: warnings do not count. Else it is 5 if
something stored is damaged, 6 if git, the disk or the system refuses, and 4 for
everything else.`,
  positionals: [],
  flags: {
    fix: { type: "boolean", summary: "Mend what is safe, and check again" },
    "dry-run": {
      type: "boolean",
      summary: "With --fix: show what would be mended and change nothing",
    },
  },
  examples: [
    "mpm doctor",
    "mpm doctor --json",
    "mpm doctor --fix --dry-run",
    "mpm doctor --fix",
  ],
  result: async () => (await import("./results.ts")).DoctorResult,
  run: (context, input) => examine(context, input),
  render: doctorText,
  status: ({ checks }) =>
    doctorStatus(
      checks.flatMap(({ findings }) =>
        findings.map(({ state, code }) => ({
          state,
          code: code as ErrorCode | null,
        }))
      ),
    ),
});
