/** The only door of `cli/`: command lines, help, tables, the picker. */

export {
  type AnyCommand,
  type Context,
  defineCommand,
  flag,
  type Flags,
  type Named,
  type Positional,
  type TrashRules,
} from "./command.ts";
export {
  type Candidate,
  nextWords,
  type Typed,
  type Wanted,
  wanted,
} from "./completion.ts";
export { dryRunFlag, GLOBAL_FLAGS } from "./globals.ts";
export {
  commandHelp,
  commandInfo,
  dailyHelp,
  flagInfo,
  groupHelp,
  overview,
  type Row,
  type Section,
  withHeadings,
} from "./help.ts";
export { leadingWords, parse } from "./parse.ts";
export { decodeKeys, type Key } from "./keys.ts";
export { type Screen, showScreen, type Size } from "./screen.ts";
export { type Choice, fuzzyFinder, Picker } from "./picker.ts";
export { during, ProgressLine } from "./progress.ts";
export { reflow, reflowPage } from "./reflow.ts";
export {
  makeStyle,
  noteLines,
  type Style,
  wantsAscii,
  wantsColor,
} from "./style.ts";
export {
  aligned,
  cut,
  folded,
  table,
  tableRows,
  width,
  wrap,
} from "./table.ts";
export { type Summaries, type Topic, topicText } from "./topic.ts";
