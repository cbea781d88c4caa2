import { guard } from "./real_errors.ts";
import { realFiles } from "./real_files.ts";
import { realRun } from "./real_run.ts";
import { realRunBounded } from "./real_run_bounded.ts";
import { realTerminal } from "./real_terminal.ts";
import type { System } from "./system.ts";

/**
 * The machine mpm runs on. Only the files `real*.ts` of this folder
 * reach it.
 */
export function realSystem(): System {
  return {
    files: realFiles,
    terminal: realTerminal,
    platform: platform(),
    uid: Deno.uid() ?? undefined,
    program: () => Deno.build.standalone ? Deno.execPath() : undefined,
    cwd: () => guard("find", "the working directory", () => Deno.cwd()),
    env: (name) => Deno.env.get(name),
    home: () => Deno.env.get("HOME") || Deno.env.get("USERPROFILE"),
    sleep,
    now: () => new Date(),
    random: () => crypto.randomUUID().slice(0, 8),
    run: realRun,
    runBounded: realRunBounded,
  };
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

function platform(): System["platform"] {
  const os = Deno.build.os;
  return os === "windows" || os === "darwin" ? os : "linux";
}
