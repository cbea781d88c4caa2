import type { Chunks, RunEnd } from "../run.ts";
import type { ChunkEnd, ChunkOrder } from "./run_chunk.ts";

/** An end of the whole run before its last chunk. */
export interface Stopped {
  readonly state: RunEnd;
  readonly reason: string | null;
}

/** A person ended the run. */
export const CANCELLED: Stopped = { state: "cancelled", reason: null };

/** Records what happens to the chunks of a run. */
export interface ChunkKeeper {
  readonly chunks: Chunks;
  /** The chunks to run, in order. */
  left(): number[];
  order(chunk: number): Omit<ChunkOrder, "start">;
  start(chunk: number): void;
  /** A chunk has another try. */
  putBack(chunk: number, end: ChunkEnd): void;
  /** Returns why the whole run ends with it, if it does. */
  end(chunk: number, end: ChunkEnd): Stopped | undefined;
  flush(): Promise<void>;
}

/** Runs chunks on other machines. */
export interface ChunkEngine {
  /** Records what ended while no mpm was there to see it. */
  recover(keeper: ChunkKeeper): Promise<void>;
  /** Runs all chunks that are left. */
  run(keeper: ChunkKeeper): Promise<Stopped | undefined>;
}
