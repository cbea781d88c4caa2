import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { joinBytes } from "../../git/mod.ts";
import { removeIfThere, removeTree } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { LONGEST } from "../fields.ts";
import { linesOf } from "../store.ts";
import type { Host } from "./hosts.ts";
import { PLAIN } from "./plan_engine.ts";
import { CONNECT, type JobEnd, jobEnd, LONGEST_LINE } from "./scripts.ts";

/** One job for GNU parallel. */
export interface RoundJob {
  readonly chunk: number;
  /** The number of the attempt, from 1, over the whole run. */
  readonly attempt: number;
  /** The script that starts the job on its host. */
  readonly script: string;
}

/** The known outcome of a job. */
export type JobFate =
  /** No host was ready for the job. */
  | { readonly kind: "unbegun" }
  /** The job may have run: the connection was lost. */
  | { readonly kind: "lost"; readonly host: string }
  /** `size`: the size of the program's output, in bytes. */
  | {
    readonly kind: "ended";
    readonly host: string;
    readonly end: JobEnd;
    readonly size: number;
  };

/** Milliseconds that GNU parallel has to end its jobs. */
const GRACE = 5000;

/** Bytes of jobs to write at a time. */
const PART = 1024 * 1024;

/**
 * One execution of GNU parallel, in its own folder: the jobs, the job log, and
 * a few files for each running job. Another mpm process can read the folder
 * after a crash.
 */
export class Round {
  readonly #system: System;
  readonly #folder: string;
  /** The jobs by line, which GNU parallel counts from 1. */
  readonly #jobs: readonly Omit<RoundJob, "script">[];
  /** Number of lines read from the job log. */
  #read = 0;

  constructor(
    system: System,
    folder: string,
    jobs: readonly Omit<RoundJob, "script">[],
  ) {
    this.#system = system;
    this.#folder = folder;
    this.#jobs = jobs;
  }

  /**
   * Opens a round that a killed mpm left behind; `undefined` if there is no
   * round.
   */
  static left(system: System, folder: string): Round | undefined {
    if (!system.files.lstat(folder)) return undefined;
    const jobs = [...linesOf(system, join(folder, "round"))].map((line) => {
      const [chunk, , , attempt] = line.split(" ").map(Number);
      return { chunk: chunk!, attempt: attempt! };
    });
    return new Round(system, folder, jobs);
  }

  /** Writes a new round, and removes the previous one. */
  static create(
    system: System,
    folder: string,
    { jobs, hosts, script }: {
      jobs: readonly RoundJob[];
      hosts: readonly Host[];
      script: string;
    },
  ): Round {
    const { files } = system;
    removeTree(system, folder);
    files.mkdir(folder);
    const write = (name: string, text: string) =>
      files.create(join(folder, name), new TextEncoder().encode(text), {
        synced: false,
      });
    write("connect", CONNECT);
    write("script", script);
    for (const { alias, args } of hosts) {
      const quoted = args.map((arg) => `'${arg}'`).join(" ");
      write(`${alias}.args`, `${quoted}\n`);
    }
    write(
      "hosts",
      hosts.map(({ alias, jobs }) => `${jobs}/sh connect ${alias}\n`).join(""),
    );
    const lines: string[] = [];
    let [from, parts, size] = [0, [] as Uint8Array[], 0];
    const flush = () => {
      if (size > 0) files.append(join(folder, "jobs"), joinBytes(parts));
      [parts, size] = [[], 0];
    };
    for (const { chunk, attempt, script } of jobs) {
      const bytes = new TextEncoder().encode(script);
      lines.push(`${chunk} ${from} ${bytes.length} ${attempt}\n`);
      parts.push(bytes);
      from += bytes.length;
      size += bytes.length;
      if (size > PART) flush();
    }
    flush();
    write("round", lines.join(""));
    return new Round(system, folder, jobs);
  }

  /** Runs GNU parallel to its end. Returns its errors. */
  async run(
    { hosts, signal, kill }: {
      hosts: number;
      signal: AbortSignal;
      kill: AbortSignal;
    },
  ): Promise<string> {
    const args = [
      ...["parallel", "--plain", "--will-cite", "--ungroup"],
      ...["--sshloginfile", "./hosts", "--jobs", "100%", "--sshdelay", "0.05"],
      // A job that has not begun is tried on every host.
      ...["--retries", String(hosts + 1)],
      ...["--joblog", "joblog", "--arg-file", "round", "job"],
    ];
    const done = await this.#system.runProgram(args, {
      ...{ cwd: this.#folder, limit: 4096, keep: "end", timeout: LONGEST },
      ...{ signal, kill, grace: GRACE, tied: "apart" },
      env: { ...PLAIN, PARALLEL_HOME: this.#folder },
    });
    return new TextDecoder().decode(done.stderr);
  }

  /** Prevents further jobs from starting; running jobs may finish. */
  stop(): void {
    this.#system.files.append(this.#path("stop"), new Uint8Array());
  }

  /**
   * Returns the jobs that, according to the job log, ended since the last call.
   */
  ended(): { job: Omit<RoundJob, "script">; ms: number }[] {
    const path = this.#path("joblog");
    if (!this.#system.files.lstat(path)) return [];
    const lines = [...linesOf(this.#system, path)].slice(this.#read);
    this.#read += lines.length;
    return lines.flatMap((line) => {
      const [number, , , seconds] = line.split("\t").map(Number);
      const job = this.#jobs[number! - 1];
      return job ? [{ job, ms: Math.round(1000 * (seconds ?? 0)) || 0 }] : [];
    });
  }

  /** Returns every job of the round. */
  get jobs(): readonly Omit<RoundJob, "script">[] {
    return this.#jobs;
  }

  /** Returns what is known about a job. */
  fateOf(chunk: number, nonce: string): JobFate {
    const host = this.#text(`${chunk}.began`).trim();
    if (host === "") return { kind: "unbegun" };
    const path = this.#path(`${chunk}.out`);
    const size = this.#system.files.lstat(path)?.size ?? 0;
    const from = Math.max(0, size - LONGEST_LINE);
    const bytes = size > 0
      ? this.#system.files.readPart(path, from, LONGEST_LINE)
      : new Uint8Array();
    const end = jobEnd(new TextDecoder().decode(bytes), nonce);
    if (!end) return { kind: "lost", host };
    const rest = size - end.line - end.patch;
    return rest < 0
      ? { kind: "lost", host }
      : { kind: "ended", host, end, size: rest };
  }

  /** Returns the changes made by a job, as a git patch. */
  patchOf(
    chunk: number,
    { end, size }: Extract<JobFate, { kind: "ended" }>,
  ): Uint8Array {
    const path = this.#path(`${chunk}.out`);
    return this.#system.files.readPart(path, size, end.patch);
  }

  /** Reads the output of a job, at most `size` bytes. */
  *outputOf(chunk: number, size: number): Generator<Uint8Array> {
    const path = this.#path(`${chunk}.out`);
    if (!this.#system.files.lstat(path)) return;
    for (let from = 0; from < size;) {
      const length = Math.min(PART, size - from);
      const bytes = this.#system.files.readPart(path, from, length);
      if (bytes.length === 0) return;
      from += bytes.length;
      yield bytes;
    }
  }

  /** Returns the errors printed by a job, or by ssh while running it. */
  errorsOf(chunk: number): string {
    return this.#text(`${chunk}.err`);
  }

  /** Forgets a job whose end has been recorded. */
  forget(chunk: number): void {
    for (const ending of ["out", "err", "began"]) {
      removeIfThere(this.#system, this.#path(`${chunk}.${ending}`));
    }
  }

  remove(): void {
    removeTree(this.#system, this.#folder);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #text(name: string): string {
    const bytes = attempt(() =>
      this.#system.files.readPart(this.#path(name), 0, PART)
    );
    return new TextDecoder().decode(bytes);
  }
}
