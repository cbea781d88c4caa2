/** The process that a lock of Claude Code names. */
export interface LockHolder {
  readonly pid: number;
  /** Its start in clock ticks since boot, as in /proc; older locks lack it. */
  readonly start: string | undefined;
}

/**
 * The holder in a lock's reason, which Claude Code writes as
 * `claude session <name> (pid N start S)` or `claude agent <id> (pid N)`.
 * `undefined` for any other: who locked it by hand had a reason.
 */
export function lockHolder(reason: string): LockHolder | undefined {
  const [, pid, start] =
    /^claude (?:session|agent) [^\n]* \(pid ([1-9]\d{0,9})(?: start (\d{1,20}))?\)$/
      .exec(reason) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start };
}

/**
 * The start time in `/proc/<pid>/stat`, its field 22. The second, the
 * program's name in parentheses, may hold anything.
 */
export function startInStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return /^\d+$/.test(fields[19] ?? "") ? fields[19] : undefined;
}
