import type { Chunks, RunEnd } from "../run.ts";
import type { ChunkEnd, ChunkOrder } from "./run_chunk.ts";

/** A reason to end the whole run before its last chunk. */
export interface Stopped {
  readonly state: RunEnd;
  readonly reason: string | null;
}

/** A person ended the run. */
export const CANCELLED: Stopped = { state: "cancelled", reason: null };

/** Records the events of a run's chunks. */
export interface ChunkKeeper {
  readonly chunks: Chunks;
  /** The chunks to run, in order. */
  left(): number[];
  order(chunk: number): Omit<ChunkOrder, "start">;
  start(chunk: number): void;
  /** Allows another try of a chunk. */
  putBack(chunk: number, end: ChunkEnd): void;
  /** Returns the reason if the whole run must end with this chunk. */
  end(chunk: number, end: ChunkEnd): Stopped | undefined;
  flush(): Promise<void>;
}
