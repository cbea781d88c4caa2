/**
 * A patch as git prints it without what depends on where it is applied: line
 * numbers, the words behind them, and the ids of files whose lines are shown.
 * Of a binary file, which is only said to differ, the ids stay. Two patches
 * that are the same in this form make the same change.
 */
export function patchForm(patch: string): string {
  // Only lines of files begin with a blank, a sign or a backslash.
  return patch.split(/^(?=diff --git )/m).map((file) =>
    /^@@ /m.test(file)
      ? file.replace(/^index .*\n/m, "").replace(/^@@ .*$/mg, "@@")
      : file
  ).join("");
}
