import {
  FileError,
  type FileProblem,
  type Files,
  type System,
} from "../../src/system/system.ts";
import { keepFile } from "./folder_copy.ts";

/** The process died here; no later code runs. */
export class Crash extends Error {}

/** The methods that change something: mpm may die at each of them. */
const WRITES = [
  "create",
  "append",
  "mkdir",
  "chmod",
  "setMtime",
  "rename",
  "link",
  "remove",
  "syncFolder",
] as const;

type Write = typeof WRITES[number];

/** Commands of git that change the repository, its refs or the worktree. */
const CHANGING = [
  "branch",
  "checkout",
  "commit-tree",
  "fast-import",
  "hash-object",
  "mktree",
  "read-tree",
  "update-index",
  "update-ref",
  "worktree",
];

/** The programs that count in addition to the writes. */
export type Programs = "none" | "changing-git" | "all";

/** Returns whether a program is one that counts. */
function counts(programs: Programs, args: readonly string[]): boolean {
  return programs === "all" || programs === "changing-git" &&
      args.some((arg) => CHANGING.includes(arg));
}

/**
 * A machine whose `at`-th write (from 0) dies; a file is half written then.
 * With `programs` it may die, too, before every program it runs, or before every
 * command of git that changes something.
 */
export function crashing(
  system: System,
  at: number,
  { programs = "none" }: { programs?: Programs } = {},
): { system: System; reached: () => number } {
  let calls = 0;
  const run: System["run"] = (program, options) => {
    if (!counts(programs, options.args) || calls++ < at) {
      return system.run(program, options);
    }
    throw new Crash(
      `died at write ${at}: ${program} ${options.args.join(" ")}`,
    );
  };
  const files = wrapped(system.files, (method, args, proceed) => {
    const here = calls++;
    if (here < at) return proceed();
    if (here === at && (method === "create" || method === "append")) {
      const [path, bytes] = args as [string, Uint8Array];
      system.files[method](path, bytes.subarray(0, bytes.length >> 1));
    }
    throw new Crash(`died at write ${at}: ${method} ${args[0]}`);
  });
  return { system: { ...system, files, run }, reached: () => calls };
}

/**
 * A machine that reports each point at which {@link crashing} may die, with the
 * files of that moment on the disk, and continues normally.
 */
export function observed(
  system: System,
  onPoint: () => void,
  { programs = "none" }: { programs?: Programs } = {},
): System {
  const run: System["run"] = (program, options) => {
    if (counts(programs, options.args)) onPoint();
    return system.run(program, options);
  };
  const runProgram: System["runProgram"] = async (args, options) => {
    const { stdin } = options;
    if (programs !== "all") return await system.runProgram(args, options);
    if (stdin instanceof Uint8Array) {
      // A program does not see that its input ends too early.
      const half = stdin.subarray(0, stdin.length >> 1);
      await system.runProgram(args, { ...options, stdin: half });
    }
    onPoint();
    return await system.runProgram(args, options);
  };
  const files = wrapped(system.files, (method, args, proceed) => {
    if (method === "create" || method === "append") {
      const [path, bytes] = args as [string, Uint8Array];
      writeHalf(system.files, { method, path, bytes, onPoint });
    } else onPoint();
    proceed();
  });
  return { ...system, files, run, runProgram };
}

function writeHalf(
  files: Files,
  { method, path, bytes, onPoint }: {
    method: "create" | "append";
    path: string;
    bytes: Uint8Array;
    onPoint: () => void;
  },
): void {
  const back = keepFile(path);
  try {
    files[method](path, bytes.subarray(0, bytes.length >> 1));
  } catch (error) {
    // Writing all of it is also refused, and only that counts.
    if (!(error instanceof FileError)) throw error;
    return onPoint();
  }
  onPoint();
  back();
}

/** A machine that refuses every write for `problem` from the `at`-th on. */
export function refusing(
  system: System,
  at: number,
  problem: FileProblem,
  onRefusal: () => void = () => {},
): System {
  let calls = 0;
  const files = wrapped(system.files, (method, args, proceed) => {
    // Removing files works on a full disk.
    if (calls++ < at || method === "remove") return proceed();
    onRefusal();
    throw new FileError(problem, "write", String(args[0]));
  });
  return { ...system, files };
}

function wrapped(
  inner: Files,
  around: (method: Write, args: unknown[], proceed: () => void) => void,
): Files {
  const writes = Object.fromEntries(WRITES.map((method) => [
    method,
    (...args: never[]) =>
      around(
        method,
        args,
        () => (inner[method] as (...args: never[]) => void)(...args),
      ),
  ]));
  const faulty: Files = { ...inner, ...writes };
  return {
    ...faulty,
    // Each of many files is a separate point.
    createAll: async (all) => {
      for (const { path, bytes, mtime, mode } of all) {
        faulty.create(path, bytes);
        inner.setMtime(path, mtime);
        inner.chmod(path, mode ?? 0o600);
      }
      await Promise.resolve();
    },
  };
}
