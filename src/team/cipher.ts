import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { FileError, MpmError } from "../base/errors.ts";
import { type Context, decodeKeys } from "../cli/mod.ts";
import { readConfig, SETTINGS } from "../config/mod.ts";
import type { System } from "../system/system.ts";
import type { OwnKey } from "./crypto/age.ts";
import { readTeam } from "./members.ts";

/** The maximum size of a file with private keys, in bytes. */
const LARGEST = 64 * 1024;

/** Encrypts bodies for a team, and decrypts bodies for this user. */
export type Cipher = ReturnType<typeof openCipher>;

/**
 * Returns the cipher of this user for the project at `root`. Asks for a
 * passphrase at most once, and only if something is encrypted for its key.
 * Throws UNREADABLE for a damaged team.
 */
export function openCipher(context: Context, root: string) {
  const members = readTeam(context.system, root);
  const recipients = members?.map(({ recipient }) => recipient) ?? [];
  let own: OwnKeys | undefined;
  return {
    /**
     * True if there are recipients, so that only encrypted bodies may be sent.
     */
    encrypts: recipients.length > 0,
    recipients,
    /** A text that changes with the recipients; empty without recipients. */
    mark: markOf(recipients),
    /**
     * True if this user never had a team here. Plain entries may then not
     * follow encrypted ones, because the list of members may have been lost.
     */
    isUndecided: members === undefined,
    async encrypt(body: Uint8Array): Promise<Uint8Array> {
      const { encrypt } = await import("./crypto/age.ts");
      return await encrypt(recipients, body);
    },
    /**
     * Decrypts a body; `undefined`: it is not encrypted for a key of this user.
     * Throws UNREADABLE for a damaged body, CANCELLED for a wrong passphrase.
     */
    async decrypt(body: Uint8Array): Promise<Uint8Array | undefined> {
      own ??= await readOwnKeys(context, root);
      return await own.open(body);
    },
    /** Returns a text that changes with the keys of this user. */
    async keyMark(): Promise<string> {
      own ??= await readOwnKeys(context, root);
      return own.locked ? "locked" : markOf(own.recipients);
    },
    /**
     * True if a key with a passphrase was needed, and no one could type it.
     */
    get locked(): boolean {
      return own?.locked ?? false;
    },
  };
}

function markOf(recipients: readonly string[]): string {
  if (recipients.length === 0) return "";
  return sha256(recipients.toSorted().join("\n")).slice(0, 16);
}

/** The private keys of this user. No file in a project can name them. */
export interface OwnKeys {
  /** The recipients that belong to these keys. */
  readonly recipients: readonly string[];
  /** Key files in the settings that could not be used, and why. */
  readonly problems: readonly string[];
  readonly locked: boolean;
  open(bytes: Uint8Array): Promise<Uint8Array | undefined>;
}

/** Reads the keys named in the setting `team.keys`. */
export async function readOwnKeys(
  context: Context,
  root: string,
): Promise<OwnKeys> {
  const { system } = context;
  const { decrypt, ownKeysIn } = await import("./crypto/age.ts");
  const keys: OwnKey[] = [];
  const problems: string[] = [];
  let locked = false;
  for (const name of readConfig(system, root)["team.keys"]) {
    const ask = async () => {
      if (locked) return undefined;
      const typed = await askSecret(context, `Passphrase for ${name}: `);
      locked = typed === undefined;
      return typed;
    };
    try {
      const text = readKeyText(system, name);
      if (text !== undefined) keys.push(...await ownKeysIn(text, ask));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      problems.push(`Cannot use the key "${name}": ${error.message}`);
    }
  }
  return {
    recipients: keys.map(({ recipient }) => recipient),
    problems,
    get locked() {
      return locked;
    },
    open: (bytes) => decrypt(keys, bytes),
  };
}

/** Returns `undefined` for a default file that this user does not have. */
function readKeyText(system: System, name: string): string | undefined {
  const home = system.home();
  if (name.startsWith("~") && home === undefined) return undefined;
  const path = name.startsWith("~") ? join(home!, name.slice(1)) : name;
  try {
    return new TextDecoder().decode(system.files.readUpTo(path, LARGEST));
  } catch (error) {
    const isDefault: boolean = SETTINGS["team.keys"].default
      .some((one) => one === name);
    const missing = error instanceof FileError && error.problem === "missing";
    if (isDefault && missing) return undefined;
    throw error;
  }
}

/**
 * Asks for a text without showing it on the terminal. Returns `undefined`
 * without a terminal. Throws CANCELLED if the person cancels.
 */
async function askSecret(
  { system: { terminal }, interactive }: Context,
  question: string,
): Promise<string | undefined> {
  if (!interactive) return undefined;
  using taken = terminal.takeOver();
  if (!taken) return undefined;
  terminal.err(question);
  const decoder = new TextDecoder();
  let [typed, rest] = ["", ""];
  for (;;) {
    const input = await taken.next();
    if (input === undefined || input === "stopped") throw cancelled();
    if (typeof input === "string") continue;
    const text = rest + decoder.decode(input, { stream: true });
    const found = decodeKeys(text, { ended: false });
    rest = found.rest;
    for (const key of found.keys) {
      if (key.name === "text") typed += key.text;
      if (key.name === "backspace") typed = typed.slice(0, -1);
      if (key.name === "clear") typed = "";
      if (key.name === "cancel" || key.name === "end-of-input") {
        terminal.err("\r\n");
        throw cancelled();
      }
      if (key.name === "enter") {
        terminal.err("\r\n");
        return typed;
      }
    }
  }
}

function cancelled(): MpmError {
  return new MpmError("CANCELLED", "No passphrase was entered", {
    hint: "Run the command again; nothing was changed",
  });
}
