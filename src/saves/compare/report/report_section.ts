/** A paragraph of a report. */
export interface Section {
  /** Ends in a colon if items follow. */
  readonly title: string;
  readonly items?: readonly string[];
  /** Whether it asks for attention. */
  readonly warn?: boolean;
  /** Whether its items stand without a bullet. */
  readonly plain?: boolean;
  /** Whether the last items are the ones to keep of a long list. */
  readonly fromEnd?: boolean;
}
