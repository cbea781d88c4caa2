import { join } from "@std/path";
import type { FileInfo, Files, System } from "../../src/system/system.ts";
import type { TestEnv } from "./env.ts";

/** A file as Windows reports it: without mode bits and owner. */
function portable(info: FileInfo | undefined): FileInfo | undefined {
  return info && { ...info, mode: undefined, uid: undefined };
}

/** Variables of a user of Windows; a name is found in any case. */
function variables(env: TestEnv): Record<string, string | undefined> {
  return {
    HOME: undefined,
    XDG_STATE_HOME: undefined,
    XDG_CONFIG_HOME: undefined,
    USERPROFILE: env.home,
    APPDATA: join(env.home, "AppData", "Roaming"),
    LOCALAPPDATA: join(env.home, "AppData", "Local"),
    PATH: [join(env.root, "other"), join(env.root, "bin")].join(";"),
  };
}

/**
 * The machine as if it were Windows, as far as the `System` shows it. It has no
 * permission bits and no users; it has the variables of Windows, and a shell
 * only if git includes one. Paths stay those of this machine.
 */
export function asWindows(
  env: TestEnv,
  { shell = true }: { shell?: boolean } = {},
): (system: System) => System {
  return (system) => {
    const { files } = system;
    const own: Partial<Files> = {
      lstat: (path) => portable(files.lstat(path)),
      peek: (path) => portable(files.peek(path)),
      stat: (path) => portable(files.stat(path)),
      readWithInfo: (path, limit) => {
        const { bytes, info } = files.readWithInfo(path, limit);
        return { bytes, info: portable(info)! };
      },
      chmod: (path) => {
        // Does nothing, but fails for a missing file.
        files.lstat(path);
      },
    };
    const missing = {
      outcome: "missing" as const,
      status: -1,
      stdout: new Uint8Array(),
      stderr: new Uint8Array(),
    };
    const known = variables(env);
    return {
      ...system,
      files: { ...files, ...own },
      platform: "windows",
      uid: undefined,
      program: () => join(env.root, "bin", "mpm.exe"),
      home: () => env.home,
      env: (name) =>
        Object.hasOwn(known, name.toUpperCase())
          ? known[name.toUpperCase()]
          : system.env(name),
      run: (program, options) =>
        program === "sh" && !shell
          ? Promise.resolve(missing)
          : system.run(program, options),
      runProgram: (args, options) =>
        shell ? system.runProgram(args, options) : Promise.resolve(missing),
    };
  };
}
