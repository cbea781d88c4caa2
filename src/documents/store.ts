import { dirname, relative, SEPARATOR } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, FileError, MpmError } from "../base/errors.ts";
import { fits } from "../base/shape.ts";
import { counted } from "../base/words.ts";
import { type Config, readConfigAnyway } from "../config/mod.ts";
import type { OpenHandoff } from "../items/mod.ts";
import {
  ensureFolder,
  ensureHome,
  layout,
  readOwnJson,
  type TeamFolder,
  teamFolders,
  writeAtomic,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { ANSWER, type Answer, type Standing, standingOf } from "./answers.ts";
import { type ReadDocument, readDocument, titleOf } from "./document.ts";

/** The largest document and the largest answer to read, in bytes. */
export const LARGEST_DOCUMENT = 64 * 1024;
const LARGEST_ANSWER = 64 * 1024;

/** The maximum number of documents and answers to read, the newest first. */
const MOST_DOCUMENTS = 500;
const MOST_ANSWERS = 5000;

/** The folder of the answers, inside the folder of their documents. */
const ANSWERS = ".answers";

/** A folder of documents. */
export interface DocumentFolder {
  /** Absolute. */
  readonly path: string;
  /** True for the folder in the worktree; its files go into git. */
  readonly shared: boolean;
  /** The folder for answers to its documents; by default the same folder. */
  readonly answers?: string;
  /** The team member whose log the documents come from. */
  readonly from?: Pick<TeamFolder, "writer" | "name">;
}

/** A document with its answers. */
export interface StoredDocument {
  /** The name of its file without `.md`. */
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  readonly folder: DocumentFolder;
  readonly text: string;
  readonly document: ReadDocument;
  readonly standing: Standing;
}

/** All documents of a project, as seen from one worktree. */
export interface Documents {
  /** The newest first. */
  readonly all: readonly StoredDocument[];
  /** A sentence for each problem with the files. */
  readonly problems: readonly string[];
}

interface Place {
  readonly root: string;
  readonly worktree: string;
  readonly config?: Config;
}

/** Returns the document folders: for all worktrees, and in git. */
export function documentFolders(
  system: System,
  { root, worktree, config = readConfigAnyway(system, root).config }: Place,
): { local: DocumentFolder; shared: DocumentFolder } {
  const below = config["handoff.folder"].split("/");
  return {
    local: { path: layout(root).handoffs, shared: false },
    shared: { path: join(worktree, ...below), shared: true },
  };
}

/** Reads all documents and answers; never throws an MpmError. */
export function readDocuments(system: System, place: Place): Documents {
  const problems: string[] = [];
  const { local, shared } = documentFolders(system, place);
  const team = teamFolders(system, place.root).map((
    { path, writer, name },
  ) => ({
    ...{ path: join(path, "handoffs"), shared: false, answers: local.path },
    from: { writer, name },
  }));
  const tried = <T>(read: () => T[]): T[] => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      problems.push(error.message);
      return [];
    }
  };
  const answers = answersByDocument(
    [local, ...team].flatMap((folder) =>
      tried(() => readAnswers(system, folder, problems))
    ),
  );
  const own = [local, shared].flatMap((folder) => {
    const top = folder.shared ? place.worktree : place.root;
    const known = folder.shared
      ? answersByDocument(tried(() => readAnswers(system, folder, problems)))
      : answers;
    return tried(() => readFolder(system, folder, { top, known, problems }));
  });
  const texts = new Set(own.map(({ id, text }) => `${id}\n${text}`));
  const others = team.flatMap((folder) =>
    tried(() =>
      readFolder(system, folder, { top: place.root, known: answers, problems })
    )
  ).filter(({ id, text }) => !texts.has(`${id}\n${text}`));
  const all = [...own, ...others];
  all.sort((a, b) => a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
  return { all, problems };
}

/** A document or an answer of this clone, as the text of its file. */
export interface LocalHandoff {
  readonly kind: "handoff" | "answer";
  /** The name of its file without the extension. */
  readonly id: string;
  readonly text: string;
}

/** Reads the documents and answers that are not in git. */
export function localHandoffs(system: System, root: string): LocalHandoff[] {
  const folder = { path: layout(root).handoffs, shared: false };
  const read = { top: root, known: new Map(), problems: [] };
  return attempt(() => [
    ...readFolder(system, folder, read).map(({ id, text }) => ({
      ...{ kind: "handoff" as const, id, text },
    })),
    ...readAnswers(system, folder, []).map((answer) => ({
      kind: "answer" as const,
      id: `${answer.document}.${answer.id}`,
      text: JSON.stringify(answer),
    })),
  ]) ?? [];
}

/** Returns whether each folder from `top` down to `folder` is a real folder. */
export function isRealFolder(
  { files }: System,
  folder: string,
  top: string,
): boolean {
  if (files.peek(folder)?.kind !== "folder") return false;
  const real = attempt(() => files.realPath(folder));
  const base = attempt(() => files.realPath(top));
  return real !== undefined && base !== undefined &&
    relative(base, real) === relative(top, folder);
}

function readFolder(
  system: System,
  folder: DocumentFolder,
  { top, known, problems }: {
    top: string;
    /** Answers by the IDs of their documents. */
    known: ReadonlyMap<string, Answer[]>;
    problems: string[];
  },
): StoredDocument[] {
  const { files } = system;
  if (!files.lstat(folder.path)) return [];
  if (!isRealFolder(system, folder.path, top)) {
    problems.push(
      `mpm does not read "${folder.path}": it is not a real folder`,
    );
    return [];
  }
  const ids = files.list(folder.path)
    .filter(({ name, kind }) => kind === "file" && /^[^.].*\.md$/s.test(name))
    .filter(({ name }) => name.toLowerCase() !== "readme.md")
    .map(({ name }) => name.slice(0, -".md".length)).sort().reverse();
  const more = ids.length - MOST_DOCUMENTS;
  if (more > 0) {
    problems.push(`${counted(more, "older hand-off")} not read`);
  }
  return ids.slice(0, MOST_DOCUMENTS).flatMap((id) => {
    const path = join(folder.path, `${id}.md`);
    try {
      const text = documentAt(system, path);
      const document = readDocument(text);
      // Another file in the folder, such as a README.
      if (!document.to) return [];
      const standing = standingOf(known.get(id) ?? []);
      return [{ id, path, folder, text, document, standing }];
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
}

/** Reads a document. Throws FILE_FAILED, also for a link or a large file. */
export function documentAt(system: System, path: string): string {
  const bytes = system.files.readOwn(path, LARGEST_DOCUMENT);
  return new TextDecoder().decode(bytes);
}

const ANSWER_NAME = /^(.+)\.([0-9a-f]{12})\.json$/;

function answersByDocument(answers: readonly Answer[]): Map<string, Answer[]> {
  return Map.groupBy(answers, ({ document }) => document);
}

function readAnswers(
  system: System,
  folder: DocumentFolder,
  problems: string[],
): Answer[] {
  const path = join(folder.path, ANSWERS);
  const found: Answer[] = [];
  if (!isRealFolder(system, path, folder.path)) return found;
  const names = system.files.list(path).map(({ name }) => name)
    .filter((name) => ANSWER_NAME.test(name)).sort().reverse();
  let damaged = Math.max(0, names.length - MOST_ANSWERS);
  for (const name of names.slice(0, MOST_ANSWERS)) {
    const [, document, id] = ANSWER_NAME.exec(name)!;
    const value = readOwnJson(system, join(path, name), LARGEST_ANSWER);
    if (
      !fits(ANSWER, value) || value.document !== document || value.id !== id
    ) damaged++;
    else found.push(value);
  }
  if (damaged > 0) {
    problems.push(`${counted(damaged, "answer")} in "${path}" cannot be read`);
  }
  return found;
}

/** Returns the path of an answer. */
export function answerPath(folder: DocumentFolder, answer: Answer): string {
  const name = `${answer.document}.${answer.id}.json`;
  return join(folder.answers ?? folder.path, ANSWERS, name);
}

/** Returns the hand-offs that are not finished, newest first. */
export function openHandoffs({ all }: Documents): OpenHandoff[] {
  return all.flatMap(({ id, document, standing: { state } }) =>
    state === "done" || state === "rejected" ? [] : [{
      ...{ id, state },
      from: document.from?.text ?? "",
      to: document.to!.text,
      title: titleOf(document),
    }]
  );
}

/** Returns the path for display: relative to the worktree, with `/`. */
export function shownPath(
  { path, folder }: StoredDocument,
  place: Place,
): string {
  const below = relative(folder.shared ? place.worktree : place.root, path);
  return below.split(SEPARATOR).join("/");
}

/**
 * Writes a document or an answer completely, with its folders. Call under the
 * project's lock. Throws CONFLICT for a path through a link, FILE_FAILED.
 */
export function writeInFolder(
  system: System,
  { root, worktree }: { root: string; worktree: string },
  { folder, path, text }: {
    folder: DocumentFolder;
    path: string;
    text: string;
  },
): void {
  const bytes = new TextEncoder().encode(text);
  if (folder.shared) {
    ensureOpenFolder(system, dirname(path), worktree);
    writeAtomic(system, path, { bytes, mode: 0o644 });
  } else {
    ensureHome(system, root);
    ensureFolder(system, dirname(path), root);
    writeAtomic(system, path, { bytes });
  }
}

/** Creates missing folders below `top` with git's modes; refuses links. */
function ensureOpenFolder(system: System, folder: string, top: string): void {
  let path = top;
  for (const name of relative(top, folder).split(SEPARATOR)) {
    path = join(path, name);
    const kind = system.files.lstat(path)?.kind;
    if (kind === undefined) createOpen(system, path);
    else if (kind !== "folder") {
      throw new MpmError("CONFLICT", `"${path}" is not a folder: ${kind}`, {
        hint: "Move it elsewhere, or choose another folder: mpm config set " +
          "handoff.folder <folder>",
      });
    }
  }
}

function createOpen({ files }: System, path: string): void {
  try {
    files.mkdir(path);
    files.chmod(path, 0o755);
  } catch (error) {
    // Another program may have created the folder first.
    if (!(error instanceof FileError && error.problem === "exists")) {
      throw error;
    }
  }
}
