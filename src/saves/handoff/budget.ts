import { counted } from "../../base/words.ts";

/** Entries of one kind under a title, such as all decisions. */
export interface Section {
  /** Empty: the entries have no title. */
  readonly title: string;
  /** Entries with their bullets, in order, each shown whole or not at all. */
  readonly entries: readonly string[];
  /** The guaranteed share of the space, relative to all weights. */
  readonly weight: number;
  /** The maximum share, in the same units; by default everything left. */
  readonly most?: number;
  /** True if the entries follow the title on its line, with commas. */
  readonly inline?: boolean;
  /** True if the last entries are the ones to keep. */
  readonly fromEnd?: boolean;
  /** The command that shows everything, e.g. `mpm next`. */
  readonly rest: string;
}

/** An entry longer than this must not displace the entries after it. */
const LONG = 600;

/**
 * Returns the sections in order, as text of at most `limit` UTF-16 units. Each
 * section has a share of the space by its weight. Space that it does not need
 * goes to the others, and the first section may take all. A section that does
 * not fit is shortened by whole entries, and says how many are left out. A
 * larger limit never shows fewer entries of a section, except when an earlier
 * section shows more.
 * @param rest The command that shows everything, for sections without space.
 */
export function fitted(
  sections: readonly Section[],
  { limit, rest }: { limit: number; rest: string },
): string {
  const telling = sections.filter(({ entries }) => entries.length > 0);
  const whole = telling.map((section) => wholeText(section));
  const all = whole.join("\n");
  if (all.length <= limit) return all;
  const room = limit - absentNote(99_999, rest).length - 1;
  const total = telling.reduce((sum, { weight }) => sum + weight, 0);
  // Shares are fractions of a unit, so that they grow evenly.
  const shares = telling.map(({ weight }, at) =>
    Math.min(weight * room, (whole[at]!.length + 1) * total)
  );
  let kept = shares.reduce((sum, share) => sum + share, 0);
  let used = 0;
  let absent = 0;
  const shown: string[] = [];
  telling.forEach((section, at) => {
    kept -= shares[at]!;
    const left = room - used;
    const fair = Math.floor((left * total - kept) / total);
    const most = Math.floor(room * (section.most ?? total) / total);
    const text = shortened(section, Math.min(at === 0 ? left : fair, most) - 1);
    if (text === undefined) {
      absent += section.entries.length;
      return;
    }
    shown.push(text);
    used += text.length + 1;
  });
  if (absent > 0 && limit - used >= absentNote(absent, rest).length) {
    shown.push(absentNote(absent, rest));
  }
  return shown.join("\n");
}

function absentNote(count: number, rest: string): string {
  return `… ${counted(count, "entry", "entries")} of other kinds: ${rest}`;
}

function wholeText(section: Section): string {
  return textOf(section, section.entries);
}

function textOf({ title, inline = false }: Section, lines: readonly string[]) {
  if (inline) return `${title}: ${lines.join(", ")}`;
  return [...title === "" ? [] : [`${title}:`], ...lines].join("\n");
}

/** Returns the section with as many entries as fit into `room`. */
function shortened(section: Section, room: number): string | undefined {
  const { entries } = section;
  const whole = wholeText(section);
  if (whole.length <= room) return whole;
  const order = byImportance(section);
  const gap = section.inline ? 2 : 1;
  let size = textOf(section, [""]).length - gap;
  let count = 0;
  for (const [at, index] of order.slice(0, -1).entries()) {
    size += entries[index]!.length + gap;
    if (size > room) break;
    const left = entries.length - at - 1;
    if (size + gap + moreNote(section, left).length <= room) count = at + 1;
  }
  if (count > 0) return partText(section, order.slice(0, count));
  for (const index of order) {
    const text = partText(section, [index]);
    if (text.length <= room) return text;
  }
  const bare = partText(section, []);
  return bare.length <= room ? bare : undefined;
}

/** Returns the indexes of the entries, most important first. */
function byImportance({ entries, fromEnd }: Section): number[] {
  const indexes = entries.map((_, at) => at);
  if (fromEnd) indexes.reverse();
  const isLong = (index: number) => entries[index]!.length > LONG;
  return [
    ...indexes.filter((index) => !isLong(index)),
    ...indexes.filter(isLong),
  ];
}

function partText(section: Section, chosen: readonly number[]): string {
  const lines = [...chosen].sort((a, b) => a - b)
    .map((index) => section.entries[index]!);
  const note = moreNote(section, section.entries.length - lines.length);
  return textOf(section, section.fromEnd ? [note, ...lines] : [...lines, note]);
}

function moreNote({ rest }: Section, count: number): string {
  return `… ${count} more: ${rest}`;
}
