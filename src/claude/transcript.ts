import { join } from "@std/path";
import { MpmError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { claudeHome, isAgentId } from "./home.ts";

/** Longest folder name that is the path alone. */
const LONGEST_SLUG = 200;

/**
 * The folder name Claude Code gives a project: every UTF-16 unit of its path
 * that is no ASCII letter or digit becomes `-`; a long one is cut and told
 * apart by a hash of the path.
 */
export function projectSlug(path: string): string {
  const slug = path.replaceAll(/[^A-Za-z0-9]/g, "-");
  if (slug.length <= LONGEST_SLUG) return slug;
  let hash = 0;
  for (let at = 0; at < path.length; at++) {
    hash = ((hash << 5) - hash + path.charCodeAt(at)) | 0;
  }
  return `${slug.slice(0, LONGEST_SLUG)}-${Math.abs(hash).toString(36)}`;
}

/**
 * The transcript of a session, `projects/<slug>/<id>.jsonl`: in the folder of
 * `cwd`, else in whichever project's it is, since a session may move.
 * `undefined` if there is none; never throws.
 */
export function findTranscript(
  system: System,
  { sessionId, cwd }: { sessionId: string; cwd: string },
): string | undefined {
  const home = claudeHome(system);
  if (home === undefined || !isAgentId(sessionId)) return undefined;
  const projects = join(home, "projects");
  const pathIn = (slug: string) => join(projects, slug, `${sessionId}.jsonl`);
  const near = pathIn(projectSlug(cwd));
  if (isFile(system, near)) return near;
  return foldersIn(system, projects).map(pathIn)
    .find((path) => isFile(system, path));
}

/** A FIFO in its place would hang whoever opens it. */
function isFile(system: System, path: string): boolean {
  try {
    return system.files.stat(path)?.kind === "file";
  } catch (error) {
    if (error instanceof MpmError) return false;
    throw error;
  }
}

function foldersIn(system: System, folder: string): string[] {
  try {
    return system.files.list(folder)
      .filter(({ kind }) => kind === "folder" || kind === "link")
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof MpmError) return [];
    throw error;
  }
}

/** Bytes read at a time, and at most, from the end of a transcript. */
const STEP = 256 * 1024;
const MOST = 4 * 1024 * 1024;

const NEWLINE = 10;

/**
 * The whole lines at the end of a transcript, the last first, of its last 4 MiB
 * at most, read only as far as they are asked for. A line that is still being
 * written comes as it is. Ends early where the file cannot be read.
 */
export function* lastLines(
  system: System,
  path: string,
): Generator<string> {
  const decoder = new TextDecoder();
  let end = sizeOf(system, path);
  const stop = Math.max(0, end - MOST);
  let rest = new Uint8Array();
  while (end > stop) {
    const start = Math.max(stop, end - STEP);
    const bytes = joined(read(system, path, { start, end }), rest);
    const first = start === 0 ? -1 : bytes.indexOf(NEWLINE);
    if (first >= 0 || start === 0) {
      const lines = decoder.decode(bytes.subarray(first + 1)).split("\n");
      yield* lines.reverse();
      rest = bytes.slice(0, first + 1);
    } else rest = bytes;
    end = start;
  }
}

function sizeOf(system: System, path: string): number {
  try {
    return system.files.stat(path)?.size ?? 0;
  } catch (error) {
    if (error instanceof MpmError) return 0;
    throw error;
  }
}

function read(
  system: System,
  path: string,
  { start, end }: { start: number; end: number },
): Uint8Array {
  try {
    return system.files.readPart(path, start, end - start);
  } catch (error) {
    if (error instanceof MpmError) return new Uint8Array();
    throw error;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
