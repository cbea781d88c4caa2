import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { field, jsonIn } from "../../base/parsed_values.ts";
import {
  CONTENTS,
  FileMemory,
  type FileNote,
  type LeftOut,
  type Workspace,
} from "../../git/mod.ts";
import { layout, ownSeals, replaceDerived } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";

/** The amount of contents, and the files left out. */
export interface ContentsSummary {
  /** The number of files and links. */
  readonly count: number;
  /** Their bytes. */
  readonly size: number;
  readonly leftOut: readonly LeftOut[];
  /** Number of changed paths that were not looked at. */
  readonly omitted: number;
}

/** The contents that were last kept in a worktree. */
export interface LastContents extends ContentsSummary {
  /** The save for which the contents were first kept. */
  readonly save: string;
  readonly commit: string;
  /** The IDs of the files, folders and so on in the contents. */
  readonly ids: readonly string[];
  /** The mark of the note about these files, and the rules for them. */
  readonly mark?: string;
  readonly rules?: string | undefined;
}

/** The note. A note from another version counts as missing. */
interface Note {
  readonly version: typeof VERSION;
  readonly last?: LastContents | undefined;
  readonly seen: FileNote;
}

const VERSION = 3;

/** The record's kind, part of the seal: no other record can replace it. */
const KIND = "worktree memory";

/** The largest note to read, in bytes: 10,000 files with long paths. */
const LIMIT = 16 * 1024 * 1024;

/**
 * The last seen state of a worktree's uncommitted files, in `state/`. This
 * user's mpm sealed it, so its shape needs no other check.
 */
export class WorktreeMemory {
  readonly #system: System;
  readonly #root: string;
  readonly #path: string;
  readonly #note: Note | undefined;
  #last: LastContents | undefined;
  #rules: string | undefined;
  #files: FileMemory | undefined;

  constructor(system: System, { root, worktree }: Workspace) {
    this.#system = system;
    this.#root = root;
    const key = sha256(worktree).slice(0, 16);
    this.#path = join(layout(root).state, `contents-${key}.json`);
    this.#note = readNote(system, root, this.#path);
    this.#last = this.#note?.last;
  }

  /** Returns the refs that {@link open} needs. */
  get refs(): string[] {
    return this.#last ? [`${CONTENTS}/${this.#last.save}`] : [];
  }

  /** Returns the last kept contents, if git has them. Call `open` first. */
  get last(): LastContents | undefined {
    return this.#last;
  }

  /**
   * Returns the known states of files. `refs`: the existing refs. `kept`: only
   * files whose contents git has. `rules`: those of the contents.
   */
  open(
    refs: ReadonlyMap<string, string>,
    { kept, rules }: { kept: boolean; rules?: string | undefined },
  ): FileMemory {
    const last = this.#last;
    const isThere = last &&
      refs.get(`${CONTENTS}/${last.save}`) === last.commit;
    if (!isThere) this.#last = undefined;
    this.#rules = rules;
    const seen = this.#note?.seen;
    const isKept = this.#isBy(rules, seen);
    const options = kept
      ? { kept: new Set(this.#last?.ids), whole: isKept }
      : { whole: true };
    return this.#files = new FileMemory(this.#system, seen, options);
  }

  /** Returns whether the last contents are of these files, by these rules. */
  #isBy(rules: string | undefined, seen: FileNote | undefined): boolean {
    const last = this.#last;
    return rules !== undefined && last?.rules === rules &&
      last.mark === seen?.mark;
  }

  /** Returns the last contents, if no file has changed since. */
  get whole(): LastContents | undefined {
    const seen = this.#files?.known;
    const isSame = seen?.list !== undefined && seen === this.#note?.seen &&
      this.#isBy(this.#rules, seen);
    return isSame ? this.#last : undefined;
  }

  /** Forgets the last contents, as git may have lost part of them. */
  forget(): void {
    this.#last = undefined;
  }

  /** Stores the current state for the next command. Never throws. */
  keep(stored?: LastContents): void {
    const seen = this.#files?.known;
    if (!seen) return;
    const by = { mark: seen.mark, rules: this.#rules };
    const isSame = stored?.mark === by.mark && stored?.rules === by.rules;
    const last = !stored || isSame
      ? stored ?? this.#last
      : { ...stored, ...by };
    if (seen === this.#note?.seen && last === this.#note.last) return;
    const note: Note = { version: VERSION, last, seen };
    // Names are stored unchanged, so one name with a secret prevents the whole
    // note from being stored.
    if (redactorOf(this.#system).inNames(namesIn(note, this.#note))) return;
    attempt(() =>
      replaceDerived(this.#system, this.#root, {
        path: this.#path,
        text: ownSeals(this.#system, this.#root, KIND).sealLine(note),
      })
    );
  }
}

/** Returns the names in a note that an earlier note does not have. */
function namesIn({ seen, last }: Note, before: Note | undefined): string[] {
  const known = new Set(before?.seen.files.map(({ path }) => path));
  const files = seen === before?.seen ? [] : seen.files;
  const leftOut = last === before?.last ? [] : last?.leftOut ?? [];
  return [
    ...files.flatMap(({ path, from }) =>
      from === undefined ? path : [path, from]
    ),
    ...leftOut.map(({ path }) => path),
  ].filter((path) => !known.has(path));
}

function readNote(
  system: System,
  root: string,
  path: string,
): Note | undefined {
  const bytes = attempt(() => system.files.readOwn(path, LIMIT));
  const text = new TextDecoder().decode(bytes);
  if (!ownSeals(system, root, KIND).isOwn(text)) return undefined;
  const note = jsonIn(text);
  return field(note, "version") === VERSION ? note as Note : undefined;
}
