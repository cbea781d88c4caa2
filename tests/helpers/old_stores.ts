import { join, relative } from "@std/path";
import { asciiJson, sha256 } from "./bytes.ts";
import { TestEnv } from "./env.ts";
import { copySample, ownSave, SESSIONS, timeOf } from "./stores.ts";

export const PAUSE = `${SESSIONS}/pause`;

/** A time of files in the past, in seconds, so that "now" would be seen. */
const THEN = 1_763_000_000;

/**
 * Every file and link below a folder: mode, time in ms, and digest. The rules by
 * which mpm's folders ignore themselves are left out.
 */
export function listing(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: string) => {
    for (const { name } of Deno.readDirSync(path)) {
      if (name === ".gitignore") continue;
      const full = join(path, name);
      const { isDirectory, isSymlink, mode, mtime } = Deno.lstatSync(full);
      if (isDirectory) visit(full);
      const content = isSymlink
        ? Deno.readLinkSync(full)
        : isDirectory
        ? "folder"
        : sha256(Deno.readFileSync(full));
      const time = isDirectory ? "" : mtime!.getTime();
      found[relative(folder, full)] = `${(mode! & 0o777).toString(8)} ${time} ${
        content.slice(0, 12)
      }`;
    }
  };
  visit(folder);
  return found;
}

/** The listing of what a rollback has to restore: saves, old and new. */
export function sessionsListing(env: TestEnv): Record<string, string> {
  return listing(join(env.project, SESSIONS));
}

/** Writes a file with a mode and a time as claude-mpm leaves them. */
export function put(
  env: TestEnv,
  path: string,
  { text, mode = 0o644, time = THEN }: {
    text: string;
    mode?: number;
    time?: number;
  },
): void {
  env.write(path, text);
  Deno.chmodSync(join(env.project, path), mode);
  Deno.utimeSync(join(env.project, path), time, time);
}

/** The JSON of a save as claude-mpm 4.20 wrote it into `pause/`. */
export function oldJson(
  id: string,
  { summary = `Work ${id}`, pausedAt = timeOf(id), project = "" } = {},
): string {
  const { mpm: _, ...save } = ownSave(id, { summary, pausedAt });
  return asciiJson({
    ...save,
    project_path: project,
    resume_instructions: {
      quick_start: [
        `Read ${id}.md for full context`,
        "Run: cat .claude-mpm/sessions/pause/LATEST-SESSION.txt",
      ],
      files_to_review: [],
      validation_commands: {
        check_session: `cat .claude-mpm/sessions/pause/${id}.md`,
      },
    },
    version: "4.20.6",
  });
}

/** All files of one save in `pause/`, with claude-mpm's misnamed checksum. */
export function putOld(
  env: TestEnv,
  id: string,
  options: Parameters<typeof oldJson>[1] & { time?: number } = {},
): void {
  const { time = THEN } = options;
  const json = oldJson(id, options);
  const path = `${PAUSE}/${id}`;
  const see = `cat .claude-mpm/sessions/pause/${id}.md\n`;
  put(env, `${path}.json`, { text: json, mode: 0o600, time });
  put(env, `${path}.yaml`, { text: `session_id: ${id}\nsee: ${see}`, time });
  put(env, `${path}.md`, { text: `# ${id}\n${see}`, time });
  const digest = sha256(json);
  put(env, `${PAUSE}/.${id}_abcd_123.tmp.sha256`, { text: digest, time });
}

export function putPointer(env: TestEnv, folder: string, id: string): void {
  const text = `Latest Session: ${id}\n\nFull Context:\n  cat ` +
    `.claude-mpm/sessions/pause/${id}.md\n`;
  put(env, `${folder}/LATEST-SESSION.txt`, { text });
}

/** Ids of the mixed store that follows. */
export const [PLAIN, TWICE, NEWER, OLDER] = [
  "session-20251101-100000",
  "session-20251102-100000",
  "session-20251103-100000",
  "session-20251104-100000",
] as const;

/**
 * A store of every case at once: two versions' saves, one that is in both
 * folders, two ids that mean different saves (each way round). It also has an
 * automatic pause, a pointer, and unrelated files.
 */
export function mixedStore(): TestEnv {
  const env = new TestEnv();
  copySample(env, "v4.11.0");
  for (const { name } of Deno.readDirSync(join(env.project, PAUSE))) {
    Deno.utimeSync(join(env.project, PAUSE, name), THEN, THEN);
  }
  putOld(env, PLAIN);
  putOld(env, TWICE);
  for (const end of [".json", ".md"]) {
    put(env, `${SESSIONS}/${TWICE}${end}`, {
      text: env.read(`${PAUSE}/${TWICE}${end}`),
    });
  }
  putOld(env, NEWER, { summary: "The old one", time: THEN - 500 });
  put(env, `${SESSIONS}/${NEWER}.json`, {
    text: oldJson(NEWER, { summary: "The new one" }),
  });
  putOld(env, OLDER, { summary: "The newer one", time: THEN + 500 });
  put(env, `${SESSIONS}/${OLDER}.json`, {
    text: oldJson(OLDER, { summary: "The older one" }),
  });
  put(env, `${SESSIONS}/${OLDER}.md`, { text: `# ${OLDER} older\n` });
  put(env, `${PAUSE}/${PLAIN}-incremental.jsonl`, { text: '{"type": "x"}\n' });
  putPointer(env, PAUSE, OLDER);
  putPointer(env, SESSIONS, NEWER);
  put(env, `${PAUSE}/README.md`, { text: "mine\n" });
  return env;
}

/**
 * The smallest store in which a migration does each of its actions. It has a
 * save of all parts, a duplicate, two ids that mean different saves (each way
 * round), two pointers, and a foreign file.
 */
export function smallStore(): TestEnv {
  const env = new TestEnv();
  putOld(env, PLAIN);
  put(env, `${PAUSE}/${PLAIN}-incremental.jsonl`, { text: '{"type": "x"}\n' });
  for (const folder of [PAUSE, SESSIONS]) {
    put(env, `${folder}/${TWICE}.json`, { text: oldJson(TWICE) });
  }
  const putOne = (folder: string, id: string, summary: string, time = THEN) => {
    const text = oldJson(id, { summary });
    put(env, `${folder}/${id}.json`, { text, time });
    const digest = sha256(text);
    put(env, `${folder}/.${id}_abcd_123.tmp.sha256`, { text: digest, time });
  };
  putOne(PAUSE, NEWER, "The old one", THEN - 500);
  putOne(SESSIONS, NEWER, "The new one");
  putOne(PAUSE, OLDER, "The newer one", THEN + 500);
  putOne(SESSIONS, OLDER, "The older one");
  putPointer(env, PAUSE, OLDER);
  putPointer(env, SESSIONS, NEWER);
  put(env, `${PAUSE}/README.md`, { text: "mine\n" });
  return env;
}
