import { basename, dirname, join } from "@std/path";
import { saveMarkdown } from "../markdown.ts";
import { asSaid } from "../normalize.ts";
import type { Fields } from "../../base/odd_values.ts";
import type { Save } from "../save.ts";
import { toYaml } from "../../base/yaml.ts";
import type { System } from "../../system/system.ts";
import { FileError, isMissing } from "../../base/errors.ts";
import { removeIfThere, removeQuietly, writeAtomic } from "../../ops/atomic.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { LARGEST_SAVE } from "./load_save.ts";
import { utcSeconds } from "../../git/ids.ts";
import { shellWord } from "../../base/shell.ts";
import { ensureHidden } from "../../ops/home.ts";

/**
 * Writes what is derived from a save: YAML, Markdown, and the pointer where
 * this save is the `latest`, or the newest by its id. Each whole or not at all,
 * and all of them again from the JSON whenever one was lost; with `missing` only
 * those that are not there. `value` is what the JSON says. Call under the store's lock.
 */
export function writeDerived(
  system: System,
  root: string,
  { save, value, latest = false, missing = false }: {
    save: Save;
    value: Fields;
    latest?: boolean;
    missing?: boolean;
  },
): void {
  const { sessions, pointer } = layout(root);
  const files = saveFiles(sessions, save.session_id);
  const mtime = new Date(save.paused_at).getTime();
  // The JSON is durable. Waiting for the disk took as long as writing it did.
  const write = (path: string, text: string) => {
    const bytes = new TextEncoder().encode(text);
    writeAtomic(system, path, { bytes, mtime, synced: false });
  };
  const due = (path: string) => !missing || !system.files.lstat(path);
  const said = asSaid(save, value);
  if (due(files.yaml)) write(files.yaml, toYaml(said));
  if (due(files.markdown)) write(files.markdown, saveMarkdown(save, said));
  if (latest || pointsToOlder(system, root, save)) {
    write(pointer, pointerText(save, sessions));
  }
}

/**
 * What is wrong with the derived files beside the JSON at `path`, one line
 * each. The line ends of Windows, which git may have put in, are nothing wrong.
 */
export function derivedFaults(
  system: System,
  path: string,
  { save, value }: { save: Save; value: Fields },
): string[] {
  const id = basename(path, ".json");
  const { yaml, markdown } = saveFiles(dirname(path), id);
  const said = asSaid(save, value);
  const due = [
    [yaml, () => toYaml(said)],
    [markdown, () => saveMarkdown(save, said)],
  ] as const;
  return due.flatMap(([file, derive]) => {
    const name = basename(file);
    const found = readPlain(system, file);
    if (found === "missing") return [`${name} is missing`];
    const text = derive();
    // mpm 0.1.0 wrote a tab as "\\t".
    const earlier = text.replaceAll("\t", "\\t");
    return found !== "unreadable" && [text, earlier].includes(textOf(found))
      ? []
      : [`${name} differs from what the save says`];
  });
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
}

/** The content of a plain file, or why there is none. */
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

/** Whether the pointer is missing, unreadable or of an older save. */
function pointsToOlder(system: System, root: string, save: Save): boolean {
  const found = pointedTo(system, root);
  return found === undefined || found <= save.session_id;
}

/** The id in the pointer; `undefined`: it is missing or says none. */
export function pointedTo(system: System, root: string): string | undefined {
  const { files } = system;
  const { pointer } = layout(root);
  if (files.lstat(pointer)?.kind !== "file") return undefined;
  const text = new TextDecoder().decode(files.readPart(pointer, 0, 4096));
  return /^Latest Session: (session-\d{8}-\d{6})$/m.exec(text)?.[1];
}

/**
 * The text of `LATEST-SESSION.txt` in claude-mpm's words, which people and
 * its documents know. `sessions` is the absolute folder of the save, `has` says
 * whether it has a file of that ending: claude-mpm writes no YAML any more.
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

/**
 * Copies the JSON and checksum of a save to `kept/`. A save that was committed
 * leaves the worktree with its branch, and a reset or a cleaning takes it away;
 * this copy stays, and no editor that writes to the file in place reaches it.
 * Call under the lock, after the commit point.
 */
export function keepSave(system: System, root: string, id: string): void {
  const { sessions, kept } = layout(root);
  ensureHidden(system, root, kept);
  const { json, checksum } = saveFiles(sessions, id);
  const { files } = system;
  const written = join(kept, ".mpm.tmp");
  for (const path of [checksum, json]) {
    const copy = join(kept, basename(path));
    if (files.lstat(copy)) continue;
    const { bytes, info } = files.readWithInfo(path, LARGEST_SAVE);
    removeIfThere(system, written);
    try {
      files.create(written, bytes);
      files.setMtime(written, info.mtime);
      files.rename(written, copy);
    } catch (error) {
      removeQuietly(system, written);
      throw error;
    }
  }
  files.syncFolder(kept);
}
