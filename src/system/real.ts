import { setImmediate } from "node:timers";
import { MpmError } from "../base/errors.ts";
import { guard } from "./real_errors.ts";
import { realFiles } from "./real_files.ts";
import {
  apartStarter,
  programRunner,
  realRunApart,
  realRunProgram,
} from "./real_program.ts";
import { realRun } from "./real_run.ts";
import { realScratch } from "./real_scratch.ts";
import { realTerminal } from "./real_terminal.ts";
import { openThread } from "./real_thread.ts";
import type { Interruption, System } from "./system.ts";
import { withGitsShell } from "./real_windows.ts";

/** Returns the machine on which mpm runs; only `real*.ts` access it. */
export function realSystem(): System {
  const windows = Deno.build.os === "windows";
  return {
    files: realFiles,
    scratch: realScratch(),
    terminal: realTerminal,
    platform: platform(),
    uid: Deno.uid() ?? undefined,
    program: () => Deno.build.standalone ? executable() : undefined,
    cwd: () => guard("find", "the working directory", () => Deno.cwd()),
    env: variable,
    envNames: () => Object.keys(Deno.env.toObject()),
    home: () => homeOf(windows, variable),
    sleep,
    now: () => new Date(),
    random: () => crypto.randomUUID().slice(0, 8),
    run: windows ? withGitsShell(realRun) : realRun,
    startApart: apartStarter(
      windows ? withGitsShell(realRunApart) : realRunApart,
    ),
    runProgram: programRunner(
      windows ? withGitsShell(realRunProgram) : realRunProgram,
    ),
    interruption,
    thread: openThread,
  };
}

/** Returns the path of mpm, or of its replacement after an upgrade. */
function executable(): string {
  return Deno.execPath().replace(/ \(deleted\)$/, "");
}

/** @throws {MpmError} for a value that cannot be represented as text */
function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    throw new MpmError(
      "USAGE",
      `The environment variable ${name} is not valid UTF-8`,
      { hint: "Set it to UTF-8 text, or unset it" },
    );
  }
}

/** Returns the home folder. On Windows, HOME may be a shell's own path. */
export function homeOf(
  windows: boolean,
  env: (name: string) => string | undefined,
): string | undefined {
  const [first, second] = windows
    ? ["USERPROFILE", "HOME"] as const
    : ["HOME", "USERPROFILE"] as const;
  return env(first) || env(second);
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  // Even a timer of 0 takes two milliseconds.
  if (milliseconds === 0) return new Promise((end) => setImmediate(end));
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}

/** Signals that ask a program to end. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

function interruption(): Interruption {
  const control = new AbortController();
  const again = new AbortController();
  const take = () => (control.signal.aborted ? again : control).abort();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, take);
  return {
    signal: control.signal,
    again: again.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, take);
    },
  };
}

function platform(): System["platform"] {
  const os = Deno.build.os;
  return os === "windows" || os === "darwin" ? os : "linux";
}
