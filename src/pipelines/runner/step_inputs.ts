import { join } from "../../base/join.ts";
import { createHash } from "node:crypto";
import { sha256 } from "../../base/digest.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { isFile, isSame } from "../artefacts.ts";
import type { Step } from "../definition.ts";
import { allNeeds } from "../graph.ts";
import type { RunState } from "../log.ts";
import type { FileDigest, Given } from "../merge/snapshot.ts";
import type { Trees } from "../merge/trees.ts";

/** A run whose steps have inputs. */
interface Run {
  readonly record: { readonly worktree: string };
  readonly steps: readonly Step[];
  readonly trees: Trees | undefined;
  readonly state: RunState;
  readonly stops: { readonly cancel: AbortSignal };
}

/** Finds the inputs of a run's steps. Each method may throw CANCELLED. */
export class StepInputs {
  readonly #run: Run;
  readonly #digests: FileDigests;

  constructor(system: System, run: Run) {
    this.#run = run;
    const { record: { worktree }, stops } = run;
    this.#digests = new FileDigests(system, worktree, stops.cancel);
  }

  /** Returns a digest of everything that a step depends on. */
  async of(step: Step): Promise<string> {
    const { state, trees } = this.#run;
    const needs = await Promise.all(step.needs.map(async (name) => {
      const { result, artefacts, inputs } = state.of(name);
      if (result !== null) return [name, result];
      if (artefacts.length === 0) return [name, inputs];
      const files = await this.#filesOf(name);
      return [name, files.map(({ path, sha256 }) => [path, sha256])];
    }));
    const { work, verify, produces, env } = step;
    const tree = step.worktree
      ? await trees!.startOf(await this.givenTo(step))
      : null;
    return sha256(
      JSON.stringify([work, verify, produces, [...env], needs, tree]),
    );
  }

  /** Returns the results of all steps that a step needs. */
  async givenTo(step: Step): Promise<Given[]> {
    const { steps, state } = this.#run;
    const needs = allNeeds(steps, step);
    return await Promise.all(needs.map(async ({ name: step }) => {
      const { result } = state.of(step);
      const files = result === null ? await this.#filesOf(step) : [];
      return { step, result, files };
    }));
  }

  /** Reads the artefacts of a step in the project. */
  async #filesOf(name: string): Promise<FileDigest[]> {
    const { artefacts } = this.#run.state.of(name);
    return await Promise.all(artefacts.map(async ({ path }) => {
      return { path, sha256: await this.#digests.of(path) };
    }));
  }
}

/** The number of bytes to read between two checks for signals. */
const PART = 1024 * 1024;
const LOOK = 32 * PART;

/**
 * Computes digests of files below a folder, reading each file again only if it
 * has changed.
 */
class FileDigests {
  readonly #system: System;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #known = new Map<
    string,
    { readonly sha256: Promise<string>; readonly info: FileInfo }
  >();

  constructor(system: System, folder: string, signal: AbortSignal) {
    this.#system = system;
    this.#folder = folder;
    this.#signal = signal;
  }

  /**
   * Returns the SHA-256 of a file; "" if the file is missing. Throws CANCELLED
   * on a signal.
   */
  async of(path: string): Promise<string> {
    if (!isFile(this.#system, this.#folder, path)) return "";
    const target = join(this.#folder, path);
    const info = attempt(() => this.#system.files.lstat(target));
    const known = this.#known.get(path);
    if (known && info && isSame(known.info, info)) return await known.sha256;
    const sha256 = this.#read(target);
    if (info) this.#known.set(path, { sha256, info });
    sha256.catch(() => this.#known.delete(path));
    return await sha256;
  }

  async #read(target: string): Promise<string> {
    const hash = createHash("sha256");
    for (let offset = 0;;) {
      const part = this.#system.files.readPart(target, offset, PART);
      if (part.length === 0) return hash.digest("hex");
      offset += part.length;
      hash.update(part);
      if (offset % LOOK !== 0) continue;
      await this.#system.sleep(0);
      if (!this.#signal.aborted) continue;
      throw new MpmError("CANCELLED", "Interrupted: nothing has run");
    }
  }
}
