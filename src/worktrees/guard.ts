/** Branches that outlive any worktree, beside the default one. */
const LASTING =
  /^(main|master|trunk|develop|development|staging|production|release([/-].*)?)$/;

/** Whether `branch` may go with its worktree. */
export function isPassing(
  branch: string,
  names: readonly string[],
): boolean {
  return !LASTING.test(branch) && !names.includes(branch);
}
