/** What can be configured of checkpoints, the table `[checkpoint]`. */
export interface CheckpointRules {
  /** Minutes between two automatic ones. */
  readonly autoMinutes: number;
  /** Automatic ones that are kept. */
  readonly keepAuto: number;
  /** Safety checkpoints that are kept, so many operations can be undone. */
  readonly keepSafety: number;
  /** Bytes of the largest file, and of all changed files. */
  readonly limits: { readonly file: number; readonly total: number };
}

/** Bytes in the unit of the limits. */
const MEGABYTE = 1024 * 1024;

export const CHECKPOINT_RULES: CheckpointRules = {
  autoMinutes: 30,
  keepAuto: 20,
  keepSafety: 20,
  limits: { file: 512 * MEGABYTE, total: 1024 * MEGABYTE },
};

/** The keys of the table and what each stands for. */
export const CHECKPOINT_KEYS = {
  auto_minutes: (rules: CheckpointRules, autoMinutes: number) => ({
    ...rules,
    autoMinutes,
  }),
  keep_auto: (rules: CheckpointRules, keepAuto: number) => ({
    ...rules,
    keepAuto,
  }),
  keep_safety: (rules: CheckpointRules, keepSafety: number) => ({
    ...rules,
    keepSafety,
  }),
  max_file_mb: (rules: CheckpointRules, megabytes: number) => ({
    ...rules,
    limits: { ...rules.limits, file: megabytes * MEGABYTE },
  }),
  max_total_mb: (rules: CheckpointRules, megabytes: number) => ({
    ...rules,
    limits: { ...rules.limits, total: megabytes * MEGABYTE },
  }),
} as const;
