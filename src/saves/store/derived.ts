import { findSave, newestSaves } from "./read_saves.ts";
import { attempt, FileError, isMissing } from "../../base/errors.ts";
import { LARGEST_SAVE, loadSave } from "./load_save.ts";
import { basename, dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { field, type Fields } from "../../base/parsed_values.ts";
import { shellWord } from "../../base/shell.ts";
import { toYaml } from "../../base/yaml.ts";
import { utcSeconds, WORK_ID } from "../../base/ids.ts";
import {
  layout,
  readStoreId,
  removeIfThere,
  saveFiles,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { findWork, pausedBy, writeWork } from "../../work/mod.ts";
import { saveMarkdown } from "../markdown.ts";
import { withoutDefaults } from "../normalize.ts";
import type { Save } from "../save.ts";
import { importedFrom } from "../trust/origins.ts";

interface Said {
  readonly save: Save;
  readonly value: Fields;
}

/** Writes a save's derived files and session. Call under the lock. */
export function completeSave(
  system: System,
  root: string,
  { save, value, latest = false }: Said & { latest?: boolean },
): void {
  writeDerived(system, root, { save, value, latest });
  followSave(system, root, save);
}

/** Updates the session of the user's own manual save with its pause. */
function followSave(system: System, root: string, save: Save): void {
  const id = field(save.mpm?.session, "id");
  if (typeof id !== "string" || !WORK_ID.test(id)) return;
  const foreign = importedFrom(save) !== undefined ||
    save.mpm?.store !== readStoreId(system, root);
  if (save.mpm?.kind === "auto" || foreign) return;
  const work = findWork(system, root, id);
  if (!work) return;
  const paused = pausedBy(work, save.session_id, new Date(save.paused_at));
  if (paused !== work) writeWork(system, root, paused);
}

/**
 * Writes YAML, Markdown and, for the `latest` save or the newest by ID, the
 * pointer. With `missing`, writes only missing files. Call under the lock.
 */
export function writeDerived(
  system: System,
  root: string,
  { save, value, latest = false, missing = false }: Said & {
    latest?: boolean;
    missing?: boolean;
  },
): void {
  const { sessions, pointer } = layout(root);
  const mtime = new Date(save.paused_at).getTime();
  // The JSON is already durable. Waiting for the disk took as long as writing
  // these files.
  const write = (path: string, text: string) => {
    const bytes = new TextEncoder().encode(text);
    writeAtomic(system, path, { bytes, mtime, synced: false });
  };
  for (const { path, text } of derivedFiles(sessions, { save, value })) {
    if (!missing || !system.files.lstat(path)) write(path, text());
  }
  const pointed = pointedTo(system, root);
  if (latest || pointed === undefined || pointed <= save.session_id) {
    write(pointer, pointerText(save, sessions));
  }
}

function derivedFiles(folder: string, { save, value }: Said) {
  const { yaml, markdown } = saveFiles(folder, save.session_id);
  const said = withoutDefaults(save, value);
  return [
    { path: yaml, text: () => toYaml(said) },
    { path: markdown, text: () => saveMarkdown(save, said) },
  ];
}

/** Lists errors in derived files, except for Windows line ends. */
export function derivedFaults(
  system: System,
  json: string,
  loaded: Said,
): string[] {
  return derivedFiles(dirname(json), loaded).flatMap((file) => {
    const found = readPlain(system, file.path);
    if (found === "missing") return [`${basename(file.path)} is missing`];
    return found !== "unreadable" && isDerived(file.text(), found)
      ? []
      : [`${basename(file.path)} does not match the save`];
  });
}

function isDerived(due: string, found: Uint8Array): boolean {
  // mpm 0.1.0 wrote a tab as "\\t".
  const earlier = due.replaceAll("\t", "\\t");
  return [due, earlier].includes(
    new TextDecoder().decode(found).replaceAll("\r\n", "\n"),
  );
}

/**
 * Returns the existing YAML and Markdown files; no bytes: not by mpm. Throws the
 * errors of {@link findSave} and {@link loadSave}.
 */
export async function derivedBeside(
  system: System,
  root: string,
  id: string,
): Promise<{ path: string; bytes: Uint8Array | undefined }[]> {
  const loaded = await loadSave(system, await findSave(system, root, id));
  const { sessions } = layout(root);
  return derivedFiles(sessions, loaded).flatMap(({ path, text }) => {
    const found = readPlain(system, path);
    if (found === "missing") return [];
    const isOurs = found !== "unreadable" && isDerived(text(), found);
    return [{ path, bytes: isOurs ? found : undefined }];
  });
}

/** Returns the content of a plain file, or the reason why it cannot be read. */
export function readPlain(
  system: System,
  path: string,
): Uint8Array | "missing" | "unreadable" {
  try {
    return system.files.readOwn(path, LARGEST_SAVE);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return isMissing(error) ? "missing" : "unreadable";
  }
}

/** Returns the ID in the pointer, if there is one. */
export function pointedTo(system: System, root: string): string | undefined {
  const { files } = system;
  const { pointer } = layout(root);
  if (files.lstat(pointer)?.kind !== "file") return undefined;
  const text = new TextDecoder().decode(files.readPart(pointer, 0, 4096));
  return /^Latest Session: (session-\d{8}-\d{6})$/m.exec(text)?.[1];
}

/** Points to an existing save, or removes the pointer. Call under the lock. */
export async function pointAgain(system: System, root: string): Promise<void> {
  const { sessions, pointer } = layout(root);
  const id = pointedTo(system, root);
  const there = id !== undefined &&
    system.files.lstat(saveFiles(sessions, id).json) !== undefined;
  if (there || system.files.lstat(pointer)?.kind === "folder") return;
  await pointToNewest(system, root);
}

/** Points the pointer to the newest save. Call under the lock. */
export async function pointToNewest(
  system: System,
  root: string,
): Promise<void> {
  const { sessions, pointer } = layout(root);
  if (!system.files.lstat(sessions)) return;
  for await (const entry of newestSaves(system, root, { global: false })) {
    const { id, location, format, problem } = entry;
    if (location !== "sessions" || format !== "json" || problem) continue;
    if (id === pointedTo(system, root)) return;
    const loaded = await attempt(() => loadSave(system, entry));
    if (!loaded) continue;
    const has = (ending: string) =>
      system.files.lstat(join(sessions, id + ending)) !== undefined;
    const text = pointerText(loaded.save, sessions, has);
    return writeAtomic(system, pointer, {
      text,
      mtime: new Date(loaded.save.paused_at).getTime(),
    });
  }
  removeIfThere(system, pointer);
}

/**
 * Returns the text of `LATEST-SESSION.txt` in claude-mpm's wording. `sessions`:
 * the absolute folder of the save. `has`: whether the save has a file with an
 * extension, since claude-mpm writes no YAML now.
 */
export function pointerText(
  save: Save,
  sessions: string,
  has: (ending: string) => boolean = () => true,
): string {
  const id = save.session_id;
  const lines = [
    [".json", "machine-readable"],
    [".yaml", "human-readable config"],
    [".md", "documentation"],
  ].filter(([ending]) => has(ending!))
    .map(([ending, what]) => `- ${id}${ending} (${what})`).join("\n");
  return `Latest Session: ${id}
Paused At: ${utcSeconds(new Date(save.paused_at))} UTC
Project: ${save.project_path}

Files:
${lines}

Quick Resume:
  /mpm-init resume
  mpm resume

Full Context:
  cat ${shellWord(`${sessions}/${id}.md`)}

Validation:
  git status && git log -1 --stat
`;
}
