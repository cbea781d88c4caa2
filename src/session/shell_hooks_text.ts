import { escapeLines, escapeText } from "../escape.ts";
import type {
  HooksAllowResult,
  HooksEjectResult,
  HooksListResult,
  HooksRunResult,
} from "./results_hooks.ts";

type Hook = HooksListResult["hooks"][number];

const STATES: Record<Hook["state"], string> = {
  none: "not in this project",
  shipped: "in this project, as shipped: nothing is switched on",
  older: 'in this project, of an older mpm: "mpm hooks eject" upgrades it',
  edited: "in this project, edited",
  foreign: 'NOT RUN, nobody allowed its text here: "mpm hooks allow"',
  unusable: "NOT RUN, it is no plain file of yours",
};

/** What `mpm hooks list` says. */
export function hooksListText({ folder, hooks }: HooksListResult): string {
  const width = Math.max(...hooks.map(({ name }) => name.length));
  const lines = hooks.flatMap(({ name, summary, events, state }) => [
    `${name.padEnd(width)}  ${summary}`,
    `${" ".repeat(width)}  at ${events.join(", ") || "no event"}; ${
      STATES[state]
    }`,
  ]);
  return [...lines, `The project's are in ${escapeText(folder)}`, ""].join(
    "\n",
  );
}

type Ejected = HooksEjectResult["hooks"][number];

/** What `mpm hooks eject` says. */
export function hooksEjectText(
  { dry_run: dry, hooks }: HooksEjectResult,
): string {
  const line = ({ path, action }: Ejected) => {
    const file = escapeText(path);
    switch (action) {
      case "written":
        return dry ? `Would write ${file}` : `Wrote ${file}`;
      case "upgraded":
        return dry ? `Would upgrade ${file}` : `Upgraded ${file}`;
      case "kept":
        return `As shipped already: ${file}`;
      case "edited":
        return `Kept as somebody edited it: ${file}`;
      case "refused":
        return `Left alone, it is no plain file of yours: ${file}`;
    }
  };
  const wrote = !dry && hooks.some(({ action }) => action === "written");
  return [
    ...hooks.map(line),
    ...wrote
      ? ['Their switches are off. After an edit: "mpm hooks allow"']
      : [],
    "",
  ].join("\n");
}

/** What `mpm hooks allow` says. */
export function hooksAllowText({ allowed }: HooksAllowResult): string {
  const now = allowed.length === 1 ? "as it is now" : "as they are now";
  return [
    `May run on this machine, ${now}:`,
    ...allowed.map(({ path }) => `  ${escapeText(path)}`),
    "",
  ].join("\n");
}

const OUTCOMES: Record<HooksRunResult["outcome"], string> = {
  exited: "ended",
  timeout: "took too long and was ended",
  missing: "could not be started: there is no sh",
  denied: "could not be started: permission denied",
  started: "runs in the background",
};

/** What `mpm hooks run` says. */
export function hooksRunText(result: HooksRunResult): string {
  const { name, outcome, status, milliseconds, stdout, stderr, log } = result;
  const printed = [stdout, stderr].filter((text) => text !== "")
    .map((text) => escapeLines(text.trimEnd()));
  const ended = outcome === "exited" ? ` with status ${status}` : "";
  return [
    ...printed,
    outcome === "started"
      ? `${name} ${OUTCOMES.started}; its end will be in ${escapeText(log)}`
      : `${name} ${OUTCOMES[outcome]}${ended} after ${milliseconds} ms`,
    "",
  ].join("\n");
}
