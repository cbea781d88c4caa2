/**
 * The only entry point of `partitions/`: the parts of a large project, each
 * with its own paths and context file.
 */

export { contextPaths, type FileText, readPlainFile } from "./context_files.ts";
export {
  chosenName,
  damagedChoices,
  type PartitionInUse,
  partitionInUse,
} from "./in_use.ts";
export { isBelow, Partitions } from "./partition.ts";
