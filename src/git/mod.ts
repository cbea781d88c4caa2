/**
 * The only door of `git/`: everything that mpm asks git or does with it, and
 * the content of a working tree. It never runs a program that a repository
 * names: git gets a stand-in with only data for its settings (`run/`).
 */

export {
  branchNames,
  type BranchRef,
  type DefaultBranch,
  elsewhere,
  findDefault,
  findTarget,
  mayHaveRefs,
  type Names,
  readBranches,
  readRefs,
  resolveNames,
  type SwitchTarget,
  UPSTREAM,
} from "./branches.ts";
export { ContentReader, unreadNotes, whyUnread } from "./file_states.ts";
export {
  type CommittedFile,
  findTouched,
  readFileChanges,
  tryFileChanges,
} from "./history/changes.ts";
export {
  findOwnCommits,
  isAncestor,
  isRelated,
  LOG_FORMAT,
  type OwnCommits,
  parseLog,
  type Range,
  readAll,
  readNewest,
  readNewestAnywhere,
  readRange,
  readRecent,
  readSince,
  tryRange,
} from "./history/log.ts";
export {
  findSquash,
  patchArguments,
  patchForm,
  readEqualPatches,
  readPatches,
} from "./history/patches.ts";
export {
  findHeadAt,
  findLeft,
  findRenamed,
  lastMove,
  readCuts,
  readLeft,
  readMadeHere,
} from "./history/reflogs.ts";
export {
  branchByFiles,
  headByFiles,
  looseRef,
  type QuickPlace,
  quickPlace,
  quickRoot,
  quickWorkspace,
  rootWithoutGit,
} from "./place.ts";
export type {
  CommitInfo,
  FileContent,
  FileState,
  Position,
  RepositoryState,
  Workspace,
} from "./repository.ts";
export { refuseFilters } from "./run/filters.ts";
export { Git, gitFailure, reasonOf } from "./run/git.ts";
export {
  findRemote,
  Network,
  type Remote,
  RemoteError,
} from "./run/network.ts";
export {
  FastImport,
  findUnfinished,
  gatherObjects,
  readObjects,
  removeUnfinished,
  takesPack,
  writeObjects,
} from "./run/objects.ts";
export { objectHash } from "./run/settings.ts";
export {
  callingProgram,
  type Machine,
  processesWith,
  type ProcessMark,
  readHolders,
  readLock,
  readMachine,
  readSelf,
  type WorktreeLock,
} from "./run/processes.ts";
export {
  isOlder,
  OLDEST_GIT,
  parseGitVersion,
  USABLE_GIT,
  versionText,
} from "./run/version.ts";
export {
  beginStatus,
  mayHaveUpstream,
  readOperation,
  readPresent,
  readState,
} from "./state.ts";
export { isUnmerged } from "./status.ts";
export { type AskedStatus, runStatus } from "./submodules.ts";
export {
  allEnded,
  decodeBytes,
  encodeText,
  inParallel,
  isOpenable,
  joinBytes,
  lined,
  linesOf,
  portions,
  quotePath,
  splitFields,
  zeroed,
} from "./text.ts";
export {
  ignoredOf,
  ignoredPaths,
  projectFiles,
  trackedFiles,
} from "./tracked.ts";
export { addHidden, baseEntry, type Capture, capture } from "./tree/capture.ts";
export type { CapturedFile } from "./tree/captured_file.ts";
export {
  beginCheckpoint,
  bringCheckpoints,
  checkpointImport,
  CHECKPOINTS,
  createCheckpointRef,
  createRef,
  dropRefs,
  endCheckpoint,
  gitOfOwn,
  importedId,
  ImportStream,
  moveCheckpointRef,
  NO_REFLOG,
  patchToWorktree,
  readCheckpointRecord,
  readCheckpointRefs,
  writeCheckpoint,
} from "./tree/checkpoints.ts";
export {
  addRawWorktree,
  commitFiles,
  type FileDelta,
  readFiles,
} from "./tree/commit_files.ts";
export {
  type BroughtFile,
  CONTENTS,
  type Contents,
  contentsInOrder,
  ContentsKeeper,
  packBrought,
  packContents,
  type PlannedContents,
} from "./tree/contents.ts";
export { FileMemory, type FileNote } from "./file_memory.ts";
export type { RawCache, RawFile } from "./tree/converted.ts";
export {
  holdTrees,
  type MergedTree,
  mergeTrees,
  treeWithFile,
  treeWithout,
} from "./tree/merge.ts";
export {
  changesBetween,
  isNothing,
  lossesAt,
  type PathChange,
  planRestore,
  type RestorePlan,
} from "./tree/plan.ts";
export { type ReadAhead, readAhead } from "./tree/read_ahead.ts";
export {
  refuseHeldIndex,
  releaseDead,
  releaseIndex,
  waitForIndex,
} from "./tree/index_lock.ts";
export {
  type IndexStamp,
  indexStamp,
  restoreIndex,
} from "./tree/restore_index.ts";
export {
  emptyTree,
  foldersAbove,
  hashOf,
  isOwnPath,
  isWithin,
  type LeftOut,
  objectId,
  type TreeDelta,
  type TreeEntry,
  withinAny,
} from "./tree/snapshot.ts";
export {
  createBranch,
  dropBranch,
  dropRef,
  foreignPaths,
  inTheWay,
  isOnBranch,
  keepCommit,
  type Moved,
  moveOwnCommit,
  overwritten,
  readPosition,
  resetTracked,
  switchTo,
  watchFiles,
} from "./tree/switch.ts";
export { copyWorktree, makeOwnRepository } from "./tree/copy_worktree.ts";
export {
  partOf,
  PARTS,
  patchBetween,
  pathsIn,
  treeChanges,
  treeDelta,
} from "./tree/trees.ts";
export {
  openVault,
  ownRepository,
  type SafeSettings,
  safeSettings,
  type Vault,
} from "./tree/vault.ts";
export {
  stageBlobs,
  WorktreeWriter,
  writeEntries,
} from "./tree/write_files.ts";
export {
  authorOf,
  readIdentity,
  readSigningKey,
  signMessage,
} from "./identity.ts";
export {
  findWorkspace,
  locate,
  readIn,
  workspaceByFiles,
} from "./workspace.ts";
export {
  answered,
  BRIEF,
  type Failed,
  gitAt,
  type GitLine,
  type IgnoredPath,
  type IndexEntry,
  isFailed,
  readBrief,
  readHead,
  readIndex,
  readWorktreeStatus,
  unwatchedIn,
  type WorktreeFolders,
  type WorktreeStatus,
} from "./worktree_status.ts";
export {
  addWorktree,
  dropCleanWorktree,
  forgetWorktree,
  isUnfinished,
  type ListedWorktree,
  makeWorktree,
  pathsOf,
  readWorktrees,
  unlockWorktree,
  worktreeRule,
  WORKTREES,
  worktreesByFiles,
} from "./worktrees.ts";
