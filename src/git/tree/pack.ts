import { isAscii } from "../../base/words.ts";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { type Git, gitFailure, LONG } from "../run/git.ts";
import { SYNCED, writeObjects } from "../run/objects.ts";
import { encodeText, joinBytes } from "../text.ts";
import { type ObjectHash, objectId, type TreeDelta } from "./snapshot.ts";

/** Numbers of the kinds of objects in a pack (gitformat-pack(5)). */
const KINDS = { commit: 1, tree: 2, blob: 3 } as const;

type Kind = keyof typeof KINDS;

/** The number of objects below which git would not keep a fetched pack. */
const WORTH_A_PACK = 100;

/** New objects for a repository: git takes twice as long for many files. */
export class ObjectPack {
  /** The IDs of all added objects, new or not. */
  readonly ids = new Set<string>();
  readonly #known: ReadonlySet<string>;
  readonly #hash: ObjectHash;
  readonly #chunks: Uint8Array[] = [];
  #count = 0;

  /** `known`: ids of objects that the repository has. */
  constructor(hash: ObjectHash, known: ReadonlySet<string>) {
    this.#hash = hash;
    this.#known = known;
  }

  add(kind: Kind, bytes: Uint8Array): string {
    const id = objectId(kind, bytes, this.#hash);
    this.addAs(id, kind, bytes);
    return id;
  }

  /** Adds an object under its ID; without `bytes`, it must exist. */
  addAs(id: string, kind: Kind, bytes?: Uint8Array): void {
    if (this.ids.has(id)) return;
    const isKnown = this.#known.has(id);
    if (bytes || isKnown) this.ids.add(id);
    if (!bytes || isKnown) return;
    this.#count++;
    this.#chunks.push(entryHead(KINDS[kind], bytes.length), deflated(bytes));
  }

  /** Adds the folders of existing files; returns the top folder's ID. */
  addTree(files: TreeDelta): string {
    const top: Folder = new Map();
    for (const [path, entry] of files) {
      if (entry) put(top, path.split("/"), entry);
    }
    return this.#addFolder(top);
  }

  #addFolder(folder: Folder): string {
    const entries = [...folder].map(([name, entry]) => {
      const isFolder = entry instanceof Map;
      // Git sorts a folder as if its name ended with a slash.
      return {
        sorted: byteText(isFolder ? `${name}/` : name),
        head: `${isFolder ? "40000" : entry.mode.replace(/^0+/, "")} ${name}\0`,
        id: isFolder ? this.#addFolder(entry) : entry.id,
      };
    }).sort((a, b) => a.sorted < b.sorted ? -1 : 1);
    const chunks = entries.flatMap(({ head, id }) => [
      encodeText(head),
      Uint8Array.fromHex(id),
    ]);
    return this.add("tree", joinBytes(chunks));
  }

  /** Lets git store the objects, in a pack if many. Throws GIT_FAILED. */
  async store(git: Git, { packed }: { packed: boolean }): Promise<void> {
    if (this.#count === 0) return;
    const head = new Uint8Array(12);
    head.set(encodeText("PACK"));
    const view = new DataView(head.buffer);
    view.setUint32(4, 2);
    view.setUint32(8, this.#count);
    const content = joinBytes([head, ...this.#chunks]);
    const end = createHash(this.#hash).update(content).digest();
    const command = packed || this.#count >= WORTH_A_PACK
      ? ["index-pack", "--stdin"]
      : ["unpack-objects", "-q"];
    const options = { stdin: joinBytes([content, end]), timeout: LONG };
    const settings = SYNCED.flatMap((setting) => ["-c", setting]);
    const done = await writeObjects(git, [...settings, ...command], options);
    if (done.status !== 0) throw gitFailure(command, done);
  }
}

/** Files and folders by name. */
interface Folder extends Map<string, Folder | Entry> {}

interface Entry {
  readonly mode: string;
  readonly id: string;
}

/** Puts a file into its folder; the last file with a name wins. */
function put(top: Folder, names: string[], entry: Entry): void {
  let folder = top;
  const name = names.pop()!;
  for (const above of names) {
    const found = folder.get(above);
    const next: Folder = found instanceof Map ? found : new Map();
    if (next !== found) folder.set(above, next);
    folder = next;
  }
  folder.set(name, entry);
}

/** Returns text with one character for each byte, to sort by bytes. */
function byteText(name: string): string {
  return isAscii(name) ? name : String.fromCharCode(...encodeText(name));
}

/** Encodes an entry's kind and size: four bits first, then seven each. */
function entryHead(kind: number, size: number): Uint8Array {
  const bytes = [kind << 4 | size & 15];
  for (let rest = Math.floor(size / 16); rest > 0; rest = rest >>> 7) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return new Uint8Array(bytes);
}

/** Logarithms of the smallest and the largest window of zlib. */
const WINDOW = { least: 9, most: 15 };

/** Compresses at git's fastest level, with tables no larger than necessary. */
function deflated(bytes: Uint8Array): Uint8Array {
  const size = Math.ceil(Math.log2(bytes.length + 1));
  const windowBits = Math.min(Math.max(size, WINDOW.least), WINDOW.most);
  const chunkSize = bytes.length + 64;
  const memLevel = windowBits < WINDOW.most ? 5 : 8;
  return deflateSync(bytes, { level: 1, windowBits, memLevel, chunkSize });
}
