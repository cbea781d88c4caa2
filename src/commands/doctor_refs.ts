import { Git } from "../git/git.ts";
import { readRescues } from "../git/rescue.ts";
import { type Checked, type Finding, warning } from "../session/doctor.ts";
import { RESCUE } from "../session/rescue.ts";
import { shellWord } from "../session/shell.ts";
import { counted } from "../session/words.ts";
import { readJournal } from "../store/journal.ts";
import { listWorks } from "../store/work_files.ts";
import { REMOVED } from "./checkpoint_removed.ts";
import { refsOfRemovals } from "./checkpoint_rm_steps.ts";
import { DETOURS } from "./detour_commits.ts";
import { bounded, type Check, type Ground } from "./doctor_ground.ts";

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
