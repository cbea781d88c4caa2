import { join } from "../../base/join.ts";
import { joinBytes } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import type { ReplayStep } from "../commands/results.ts";
import { STEP_TYPES, type StepType } from "../types.ts";

/** Bytes to write at once. */
const BLOCK = 512 * 1024;

/**
 * The redacted steps of a session in a private temporary file. Only a few bytes
 * per step are in memory: its place in the file, its type and its time. A step
 * is read when it is shown, so it does not depend on the transcript.
 */
export class StepSpool {
  readonly #system: System;
  readonly #path: string;
  /** The end of each step in the file, by number. */
  #ends = new Float64Array(1024);
  #types = new Uint8Array(1024);
  #times = new Float64Array(1024);
  #count = 0;
  #written = 0;
  #waiting: Uint8Array[] = [];
  #size = 0;

  /** `near`: a folder to write to if the temporary folder is not writable. */
  constructor(system: System, near: string) {
    this.#system = system;
    this.#path = join(system.scratch.make(near), "steps");
    system.files.create(this.#path, new Uint8Array(), { synced: false });
  }

  get count(): number {
    return this.#count;
  }

  add(step: ReplayStep): void {
    const bytes = new TextEncoder().encode(JSON.stringify(step));
    const number = ++this.#count;
    if (number >= this.#ends.length) this.#grow();
    this.#ends[number] = this.#ends[number - 1]! + bytes.length;
    this.#types[number] = STEP_TYPES.indexOf(step.type);
    this.#times[number] = step.at === null
      ? this.#times[number - 1]!
      : Date.parse(step.at);
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= BLOCK) this.#write();
  }

  #grow(): void {
    const longer = <T extends Float64Array | Uint8Array>(to: T, from: T) => {
      to.set(from);
      return to;
    };
    const size = 2 * this.#ends.length;
    this.#ends = longer(new Float64Array(size), this.#ends);
    this.#times = longer(new Float64Array(size), this.#times);
    this.#types = longer(new Uint8Array(size), this.#types);
  }

  #write(): void {
    this.#system.files.append(this.#path, joinBytes(this.#waiting));
    this.#written = this.#count;
    [this.#waiting, this.#size] = [[], 0];
  }

  /** `undefined`: the step has not been read yet. */
  get(number: number): ReplayStep | undefined {
    if (number < 1 || number > this.#count) return undefined;
    const start = this.#ends[number - 1]!;
    const bytes = number > this.#written
      ? this.#waiting[number - this.#written - 1]!
      : this.#system.files.readPart(
        this.#path,
        start,
        this.#ends[number]! - start,
      );
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  typeOf(number: number): StepType {
    return STEP_TYPES[this.#types[number]!]!;
  }

  /**
   * Milliseconds since the epoch. A step with an unknown time has the time of
   * the previous step.
   */
  timeOf(number: number): number {
    return this.#times[number]!;
  }
}
