import type { Changes } from "./changes.ts";
import { baseCandidates, type History } from "./history.ts";
import { type RepositoryState, unreadNotes, whyUnread } from "../../git/mod.ts";
import type { Save } from "../save.ts";
import { counted } from "../../base/words.ts";

/** The data that a comparison is based on. */
export interface Sources {
  readonly save: Save;
  readonly state: RepositoryState | undefined;
  readonly history: History;
}

type Found = Omit<Changes, "notes">;

/** Lists the parts that were not compared or are uncertain. */
export function notesOf(changes: Found, sources: Sources): string[] {
  return [
    ...repositoryNotes(changes, sources),
    ...historyNotes(changes, sources),
    ...placeNotes(changes, sources),
    ...pathNotes(changes, sources),
  ];
}

function repositoryNotes(changes: Found, { history }: Sources): string[] {
  switch (changes.repository) {
    case "both":
      return [];
    case "neither":
      return ["Not a git repository, so mpm does not know what changed"];
    case "appeared":
      return ["The save was made outside git; nothing was compared"];
    case "gone":
      return [
        "The save was made in a git repository, but this folder is not " +
        "one; nothing was compared",
      ];
    case "unreadable":
      return [
        `Git failed (${
          history.reason ?? "no reason given"
        }); nothing was compared`,
      ];
  }
}

function historyNotes(changes: Found, sources: Sources): string[] {
  const { save, state, history } = sources;
  const notes: string[] = [];
  const gone = baseCandidates(save)[0]?.name;
  const lacking = gone === undefined
    ? "The save does not contain a commit"
    : `Commit ${gone.slice(0, 12)} from the pause is not in this repository`;
  if (changes.repository !== "both") return notes;
  if (state?.head === undefined && history.base !== undefined) {
    notes.push("The current branch has no commits");
  } else if (changes.compared_by === "recent-commit") {
    const base = history.base!.slice(0, 12);
    notes.push(
      `${lacking}; compared with ${base}, an earlier commit in the save`,
    );
  } else if (changes.compared_by === "time") {
    notes.push(`${lacking}; showing commits dated after the pause`);
  } else if (changes.compared_by === "nothing") {
    notes.push(`${lacking}; commits were not compared`);
  }
  const [swept] = history.swept.values();
  if (swept !== undefined) {
    const paths = [...history.swept.keys()].join(", ");
    notes.push(
      `The commit made by the pause, ${swept.slice(0, 12)}, also includes ` +
        `files that were already staged: ${paths}`,
    );
  }
  if (history.cut) {
    notes.push(
      "The history is shallow and begins after the pause: mpm cannot be " +
        "certain which commits are new or lost",
    );
  } else if (history.shallow && changes.upstream.change === "moved") {
    notes.push(
      "The history is shallow: mpm cannot tell how the upstream moved",
    );
  }
  if (!history.patchesCompared) {
    notes.push("Patches were not compared; rewritten commits may be missed");
  }
  if (history.omitted > 0) {
    notes.push(`${history.omitted} more commits were counted but not read`);
  }
  return notes;
}

function placeNotes(changes: Found, sources: Sources): string[] {
  const { save, history } = sources;
  if (changes.repository !== "both") return [];
  const path = save.mpm?.worktree ?? save.project_path;
  switch (history.place) {
    case "here":
      return [];
    case "moved":
      return [`The project was in ${path} at the pause`];
    case "foreign":
      return [
        save.mpm?.store
          ? `The save was made in another copy of the project${
            path === "" ? "" : `, ${path}`
          }: its uncommitted changes were not compared`
          : `The save was made in ${path}. mpm cannot tell whether this is ` +
            "the same copy of the project, so it did not compare the " +
            "uncommitted changes",
      ];
    case "elsewhere":
      return [
        `The save was made in ${path}: its uncommitted changes were not ` +
        `compared with ${history.worktree}`,
      ];
    case "gone": {
      const count = save.mpm?.files.length ?? 0;
      return count === 0 ? [] : [
        `${counted(count, "uncommitted file")} in the save belonged to a ` +
        "worktree that no longer exists; nothing was compared",
      ];
    }
  }
}

/** The maximum number of files named in a note. */
const NAMED = 5;

function pathNotes(changes: Found, sources: Sources): string[] {
  const { state, history: { recorded } } = sources;
  if (!state || changes.repository !== "both") return [];
  const notes = [...recorded.notes];
  const unread = recorded.paths.flatMap(({ path, state: then }) => {
    const why = then?.size === null ? undefined : whyUnread(then);
    return why === undefined ? [] : [{ path, why }];
  });
  notes.push(...unreadNotes(unread, [
    "recorded file",
    "not hashed",
    ": compared by size and time",
  ]));
  const { paths = [], omitted = 0 } = state.unwatched ?? {};
  if (paths.length > 0) {
    const names = paths.slice(0, NAMED).join(", ");
    const more = paths.length > NAMED ? ", …" : "";
    notes.push(
      `Git is configured to ignore ${
        counted(paths.length, "changed file")
      } (assume-unchanged or skip-worktree): ${names}${more}`,
    );
  }
  if (omitted > 0) {
    notes.push(
      `${counted(omitted, "file")} that git is configured to ignore ` +
        `${omitted === 1 ? "was" : "were"} not compared`,
    );
  }
  for (const { path, reason } of state.closed ?? []) {
    notes.push(`${path} was not compared: ${reason}`);
  }
  if (state.filesOmitted > 0) {
    notes.push(
      `${counted(state.filesOmitted, "more changed path")} not checked`,
    );
  }
  return [...notes, ...unsureNotes(changes, sources)];
}

function unsureNotes(
  changes: Found,
  { save, state, history: { recorded } }: Sources,
): string[] {
  const { paths } = changes.working_directory;
  const unsure = paths.filter(({ change }) => change === "still-changed");
  if (unsure.length === 0) return [];
  if (!save.mpm) {
    return [
      "The save has no hashes: mpm cannot tell whether changed files were " +
      "edited further",
    ];
  }
  const nested = unsure.filter(({ path }) => path.endsWith("/"));
  const then = new Map(recorded.paths.map((one) => [one.path, one.state]));
  const now = new Map(state?.files.map((file) => [file.path, file]));
  const others = unsure.filter(({ path }) => !path.endsWith("/"))
    .map(({ path, from }) => ({
      path,
      why: whyUnread(now.get(path)) ?? whyUnread(then.get(from ?? path)) ??
        "contents unknown",
    }));
  const notes = ["changed path", "could not be compared", ""] as const;
  return [
    ...unreadNotes(others, [...notes]),
    ...nested.length === 0
      ? []
      : ["Files inside nested repositories are not compared"],
  ];
}
