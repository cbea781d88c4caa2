import { MpmError } from "../base/errors.ts";
import { counted } from "../base/words.ts";
import type { Git } from "../git/mod.ts";
import type { Cipher } from "./cipher.ts";
import { type Entry, openEntry, readEntry, writerOf } from "./entry.ts";
import { checkBinding, type GitKeyState } from "./git_key.ts";
import { readEntries } from "./log.ts";
import { mergeEntries, type Shared } from "./merge.ts";
import type { WriterState } from "./state.ts";

/** The maximum number of kinds of errors to name. */
const MOST_PROBLEMS = 20;

/**
 * Reads all logs of one writer: the shared things and the errors. An entry that is damaged, not for this user, or
 * someone else's does not hide other entries. Throws GIT_FAILED.
 */
export async function readWriter(
  { git, cipher }: { git: Git; cipher: Cipher },
  writer: string,
  logs: ReadonlyMap<string, string>,
): Promise<{ shared: Shared[]; state: WriterState }> {
  const entries: Entry[] = [];
  const faults = new Map<string, number>();
  const seen = new Map<string, string>();
  let locked = 0;
  const fault = (text: string) => faults.set(text, (faults.get(text) ?? 0) + 1);
  for await (const part of readEntries(git, [...logs.values()], [])) {
    for (const { bytes } of part) {
      if (typeof bytes === "string") {
        fault(bytes === "missing" ? "it has no entry" : "it is too large");
        continue;
      }
      try {
        const signed = readEntry(bytes);
        if (signed.writer !== writer) {
          fault("it is a copy of another writer's entry");
          continue;
        }
        const place = `${signed.log} ${signed.number}`;
        const known = seen.get(place);
        if (known === signed.digest) continue;
        if (known !== undefined) fault("its number was used twice");
        seen.set(place, signed.digest);
        const body = signed.cipher === "plain"
          ? signed.body
          : await cipher.decrypt(signed.body);
        if (body) entries.push(openEntry(signed, body));
        else locked++;
      } catch (error) {
        if (!(error instanceof MpmError)) throw error;
        // The user does not want to type a passphrase.
        if (error.code === "CANCELLED") throw error;
        fault(error.message.replace(/^I/, "i"));
      }
    }
  }
  const shared = mergeEntries(entries);
  const gitKey = gitKeyIn(writer, shared);
  if (gitKey?.reason) fault(`its git key is not proven: ${gitKey.reason}`);
  const problems = [...faults].slice(0, MOST_PROBLEMS)
    .map(([text, count]) => `${counted(count, "entry", "entries")}: ${text}`);
  return {
    shared,
    state: {
      name: nameIn(entries),
      logs: Object.fromEntries(logs),
      ...{ entries: entries.length, locked, problems },
      ...gitKey === undefined ? {} : { git_key: gitKey },
      keys: locked > 0 ? await cipher.keyMark() : "",
    },
  };
}

/** Returns the newest binding of a writer to a git key. */
function gitKeyIn(
  writer: string,
  shared: readonly Shared[],
): GitKeyState | undefined {
  const [last] = shared.map(({ entry }) => entry)
    .filter(({ kind }) => kind === "key")
    .sort((a, b) => a.at < b.at ? 1 : -1);
  return last && checkBinding(writer, last.content);
}

/** Returns the name in the last entry of the logs. */
function nameIn(entries: readonly Entry[]): string {
  const last = entries.reduce<Entry | undefined>(
    (best, one) => best && best.number >= one.number ? best : one,
    undefined,
  );
  return last?.author.slice(0, 200) ?? "";
}

export function logsByWriter(
  logs: ReadonlyMap<string, string>,
): Map<string, Map<string, string>> {
  const groups = Map.groupBy(logs, ([log]) => writerOf(log));
  return new Map(
    [...groups].map(([writer, some]) => [writer, new Map(some)]),
  );
}
