/** How much checkpoints hold, and how many there are. */
export interface CheckpointRules {
  /** Minutes between two automatic ones. */
  readonly autoMinutes: number;
  /** Automatic ones that are kept. */
  readonly keepAuto: number;
  /** Safety checkpoints that are kept, so many operations can be undone. */
  readonly keepSafety: number;
  /** Milliseconds that a removed one can be brought back. */
  readonly removedFor: number;
  /** Bytes of the largest file, and of all changed files. */
  readonly limits: { readonly file: number; readonly total: number };
}

/** Bytes in the unit of the limits. */
const MEBIBYTE = 1024 * 1024;

/**
 * The rules that are configured. `faulty`: the configuration has a fault, so
 * nobody knows how many are wanted, and none is removed.
 */
export function checkpointRules(
  config: {
    readonly "checkpoint.auto_minutes": number;
    readonly "checkpoint.keep_auto": number;
    readonly "checkpoint.keep_safety": number;
    readonly "trash.max_age": number;
    readonly "checkpoint.max_file_mb": number;
    readonly "checkpoint.max_total_mb": number;
  },
  { faulty }: { faulty: boolean },
): CheckpointRules {
  return {
    autoMinutes: config["checkpoint.auto_minutes"],
    keepAuto: faulty ? Infinity : config["checkpoint.keep_auto"],
    keepSafety: faulty ? Infinity : config["checkpoint.keep_safety"],
    removedFor: faulty ? Infinity : config["trash.max_age"],
    limits: {
      file: config["checkpoint.max_file_mb"] * MEBIBYTE,
      total: config["checkpoint.max_total_mb"] * MEBIBYTE,
    },
  };
}
