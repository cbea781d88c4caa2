import { basename, dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { isAgentId } from "../../base/ids.ts";
import { field, jsonIn, listIn, textField } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { FoundSession, SessionStore } from "../client.ts";
import type { TranscriptReading } from "../gauge.ts";
import { listNames, startText, withTimes } from "../look.ts";
import { lastLines } from "../tail.ts";
import { geminiHome } from "./home.ts";

/** The most project folders to look at, and chats in one of them. */
const MOST_PROJECTS = 2000;
const MOST_CHATS = 2000;

/** The largest list of projects, and first line of a chat, in bytes. */
const LARGEST_LIST = 4 * 1024 * 1024;
const HEADER = 64 * 1024;

const CHAT = /^session-[\w-]+-([\w-]{1,8})\.jsonl$/;

/** The chats of Gemini CLI, with one folder for each project. */
export const store: SessionStore = {
  find(system, { sessionId, cwd }) {
    const short = sessionId.slice(0, 8);
    const folders = new Set([
      ...foldersOf(system, cwd),
      ...allFolders(system),
    ]);
    for (const folder of folders) {
      const found = chatsIn(system, folder)
        .filter(({ name }) => CHAT.exec(name)?.[1] === short)
        .find(({ path }) => sessionIn(system, path) === sessionId);
      if (found) return found.path;
    }
    return undefined;
  },
  sessionsIn: (system, folder) =>
    foldersOf(system, folder).flatMap((one) => sessionsOf(system, one)),
  all: (system) => allFolders(system).flatMap((one) => sessionsOf(system, one)),
  gauge: (system, { path }) => gaugeAt(system, path),
};

/**
 * Returns the session in which this process was started. No variable in the
 * client's shell contains the session ID, so the result is the newest session
 * of the folder.
 */
export function currentGemini(system: System): string | undefined {
  if (system.env("GEMINI_CLI") !== "1") return undefined;
  for (let folder = system.cwd();; folder = dirname(folder)) {
    const [newest] = foldersOf(system, folder)
      .flatMap((one) => sessionsOf(system, one))
      .sort((a, b) => b.time - a.time);
    if (newest || folder === dirname(folder)) return newest?.id;
  }
}

function allFolders(system: System): string[] {
  const home = geminiHome(system);
  if (home === undefined) return [];
  return listNames(system, join(home, "tmp")).slice(0, MOST_PROJECTS)
    .map((name) => join(home, "tmp", name));
}

/** Older versions named the folder after a digest of the project's path. */
function foldersOf(system: System, project: string): string[] {
  const home = geminiHome(system);
  if (home === undefined) return [];
  const list = join(home, "projects.json");
  const value = jsonIn(startText(system, list, LARGEST_LIST));
  const slug = textField(field(value, "projects"), project);
  const names = slug !== undefined && /^[\w.-]+$/.test(slug)
    ? [slug, sha256(project)]
    : [sha256(project)];
  return names.map((name) => join(home, "tmp", name));
}

function chatsIn(
  system: System,
  folder: string,
): { name: string; path: string }[] {
  const chats = join(folder, "chats");
  return listNames(system, chats).filter((name) => CHAT.test(name))
    .slice(-MOST_CHATS).map((name) => ({ name, path: join(chats, name) }));
}

function sessionsOf(system: System, folder: string): FoundSession[] {
  return withTimes(system, chatsIn(system, folder))
    .flatMap(({ path, time }) => {
      const id = sessionIn(system, path);
      return id === undefined ? [] : [{ id, path, time }];
    });
}

/** Returns the session ID in the first line of a chat. */
export function sessionIn(system: System, path: string): string | undefined {
  const [first = ""] = startText(system, path, HEADER).split("\n", 1);
  const id = textField(jsonIn(first), "sessionId");
  return isAgentId(id) ? id : undefined;
}

/** Returns the folder that a chat belongs to, as recorded by the client. */
export function projectOf(system: System, path: string): string | undefined {
  const folder = dirname(path);
  const place = basename(folder) === "chats"
    ? dirname(folder)
    : dirname(dirname(folder));
  const root = startText(system, join(place, ".project_root"), HEADER);
  return root.trim() || undefined;
}

/** The maximum number of bytes to search at the end. */
const MOST = 16 * 1024 * 1024;

/** The context window of all current models; no file has it. */
const WINDOW = 1_048_576;

/** The answer that the client writes after the summary of a compaction. */
export const STOCK = "Got it. Thanks for the additional context!";

/** Returns the tokens of the last answer, unless it was compacted. */
function gaugeAt(
  system: System,
  path: string,
): TranscriptReading | undefined {
  let replaced: readonly unknown[] | undefined;
  for (const line of lastLines(system, path, MOST)) {
    if (!replaced && line.startsWith('{"$set":{"messages"')) {
      replaced = listIn(field(jsonIn(line), "$set"), "messages");
      continue;
    }
    const value = line.includes('"tokens":{') ? jsonIn(line) : undefined;
    const tokens = field(field(value, "tokens"), "input");
    const time = Date.parse(textField(value, "timestamp") ?? "");
    if (typeof tokens !== "number" || tokens <= 0 || Number.isNaN(time)) {
      continue;
    }
    const model = textField(value, "model");
    const window = model?.startsWith("gemini-") ? WINDOW : undefined;
    const compaction = compactionAfter(textField(value, "id"), replaced);
    return {
      tokens: compaction === undefined ? tokens : undefined,
      ...{ window, model, time, compaction },
    };
  }
  return undefined;
}

/** Only a compaction gives new IDs to the messages that it keeps. */
function compactionAfter(
  answer: string | undefined,
  replaced: readonly unknown[] = [],
): string | undefined {
  const kept = replaced.some((message) => textField(message, "id") === answer);
  const stock = replaced.find((message) =>
    JSON.stringify(field(message, "content"))?.includes(STOCK)
  );
  return kept ? undefined : textField(stock, "id");
}
