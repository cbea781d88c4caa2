/** What one operation put into the trash. */
export interface TrashItem {
  /** The folder's name: `YYYYMMDD-HHMMSS-verb`. */
  readonly name: string;
  /** When it was put there, milliseconds since the epoch. */
  readonly at: number;
  readonly bytes: number;
}

/** What stays in the trash. */
export interface TrashRules {
  /** Milliseconds. */
  readonly maxAge: number;
  readonly maxBytes: number;
}

/** What is to become of an item, and why. */
export interface TrashDecision extends TrashItem {
  readonly remove: boolean;
  readonly reason: string;
}

/** The last operations, of which nothing goes whatever its age and size. */
export const KEPT_OPERATIONS = 20;

/**
 * What goes: whatever is older than the rules allow, then the oldest until the
 * rest is small enough; never what the last operations need to be taken back.
 * An item from the future is as young as any. In the order of `items`.
 */
export function decideTrash(
  items: readonly TrashItem[],
  { rules, needed, now }: {
    rules: TrashRules;
    /** Names of the folders that the last operations need. */
    needed: ReadonlySet<string>;
    /** Milliseconds since the epoch. */
    now: number;
  },
): TrashDecision[] {
  const isOld = ({ at }: TrashItem) => now - at > rules.maxAge;
  const decided = new Map<string, TrashDecision>();
  let bytes = 0;
  // The newest first: they have the first claim to the room there is.
  for (const item of [...items].sort((one, other) => other.at - one.at)) {
    const last = needed.has(item.name);
    const full = bytes + item.bytes > rules.maxBytes;
    const remove = !last && (isOld(item) || full);
    if (!remove) bytes += item.bytes;
    const reason = last
      ? "one of the last operations needs it"
      : isOld(item)
      ? "it is older than trash.max_age"
      : full
      ? "the trash is larger than trash.max_mb"
      : "it may be wanted";
    decided.set(item.name, { ...item, remove, reason });
  }
  return items.map(({ name }) => decided.get(name)!);
}

/** When a folder of that name was made, milliseconds since the epoch. */
export function trashTime(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[\w-]+$/.exec(name) ?? [];
  if (second === undefined) return undefined;
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  return Number.isNaN(time) ? undefined : time;
}
