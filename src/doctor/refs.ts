import { Git } from "../git/run/git.ts";
import { readRescues } from "../worktrees/read_rescue.ts";
import { type Checked, type Finding, warning } from "./check.ts";
import { RESCUE } from "../worktrees/rescue.ts";
import { shellWord } from "../base/shell.ts";
import { counted } from "../base/words.ts";
import { readJournal } from "../ops/journal.ts";
import { listWorks } from "../work/store.ts";
import { refsOfRemovals, REMOVED } from "../checkpoints/remove.ts";
import { DETOURS } from "../detours/commits.ts";
import { bounded, type Check, type Ground } from "./ground.ts";

/** Do refs keep objects that no command of mpm leads to any more? */
export const refsCheck: Check = { name: "refs", run };

async function run({ system, workspace }: Ground): Promise<Checked> {
  if (workspace.git === "none") return { summary: "no repository", found: [] };
  const { root } = workspace;
  const git = new Git(system, root);
  const refs = new TextDecoder().decode(
    await git.read([
      "for-each-ref",
      "--format=%(refname)",
      ...[DETOURS, REMOVED, RESCUE].map((folder) => `${folder}/`),
    ]),
  ).split("\n").filter((ref) => ref !== "");
  if (refs.length === 0) {
    return { summary: "none but those of checkpoints", found: [] };
  }
  const { works, problems } = listWorks(system, root);
  const removals = refsOfRemovals(readJournal(system, root));
  const rescues = (await readRescues(git)).map(({ ref }) => `${ref}/`);
  const found = refs.flatMap((ref): Finding[] => {
    if (ref.startsWith(`${REMOVED}/`)) {
      return removals.has(ref)
        ? []
        : [lone(ref, "a removed checkpoint that no operation brings back")];
    }
    if (ref.startsWith(`${RESCUE}/`)) {
      return rescues.some((front) => ref.startsWith(front))
        ? []
        : [lone(ref, "a removed worktree that nothing is noted of")];
    }
    const id = ref.slice(DETOURS.length + 1).replace(/-left$/, "");
    // A record that cannot be read may be that of this detour.
    return problems.length > 0 || works.some((work) => work.id === id)
      ? []
      : [lone(ref, "commits of a detour that is gone")];
  });
  return {
    summary: counted(refs.length, "ref"),
    found: bounded(found, (count) => `and ${counted(count, "more ref")}`),
  };
}

function lone(ref: string, what: string): Finding {
  return warning(`"${ref}" keeps ${what}`, {
    mend: `If nobody wants it: git update-ref -d ${shellWord(ref)}`,
  });
}
