import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { MpmError } from "../../base/errors.ts";
import {
  type AskPassphrase,
  checkedRecipient,
  decrypt,
  encrypt,
  ownKeysIn,
} from "./age.ts";
import { publicLine, readPublicLine } from "./ssh_key.ts";

/**
 * Keys of `ssh-keygen` and `age-keygen`, and files that age 1.1.1 from Debian
 * encrypted for them.
 */
const SAMPLES = new URL("../../../tests/formats/age/", import.meta.url);
const PASSPHRASE = "open sesame";
const TEXT = "one save\n";

const bytesOf = (name: string) => Deno.readFileSync(new URL(name, SAMPLES));
const textOf = (name: string) => Deno.readTextFileSync(new URL(name, SAMPLES));
const nobody: AskPassphrase = () => Promise.reject(new Error("asked"));
const text = (bytes: Uint8Array | undefined) =>
  bytes && new TextDecoder().decode(bytes);

function answering(...answers: (string | undefined)[]): AskPassphrase {
  return () => Promise.resolve(answers.shift());
}

for (
  const [key, files] of [
    ["plain", ["ssh.age", "all.age"]],
    ["locked", ["locked.age", "all.age"]],
    ["native", ["native.age", "all.age"]],
  ] as const
) {
  Deno.test(`files that age encrypted to ${key} open`, async () => {
    const ask = key === "locked" ? answering("wrong", PASSPHRASE) : nobody;
    const keys = await ownKeysIn(textOf(key), ask);
    for (const file of files) {
      assertEquals(text(await decrypt(keys, bytesOf(file))), TEXT, file);
    }
    const others = ["ssh.age", "locked.age", "native.age"]
      .filter((file) => !(files as readonly string[]).includes(file));
    for (const file of others) {
      assertEquals(await decrypt(keys, bytesOf(file)), undefined, file);
    }
  });
}

Deno.test("each recipient can open what mpm encrypts, and no one else can", async () => {
  const own = await Promise.all(
    ["plain", "native"].map(async (name) =>
      await ownKeysIn(textOf(name), nobody)
    ),
  );
  const recipients = own.map(([key]) => key!.recipient);
  const other = await generateX25519Identity();
  const bytes = new Uint8Array(200_000).map((_, at) => at * 31);
  for (const length of [0, 1, 65_535, 65_536, 65_537, bytes.length]) {
    const file = await encrypt(recipients, bytes.subarray(0, length));
    for (const keys of own) {
      assertEquals(await decrypt(keys, file), bytes.subarray(0, length));
    }
    assertEquals(
      await decrypt(await ownKeysIn(other, nobody), file),
      undefined,
    );
  }
  const removed = await encrypt([recipients[0]!], bytes);
  assertEquals(await decrypt(own[1]!, removed), undefined);
});

Deno.test("a passphrase is only asked for if a file is for its key", async () => {
  const keys = await ownKeysIn(textOf("locked"), nobody);
  assertEquals(await decrypt(keys, bytesOf("ssh.age")), undefined);
  const silent = await ownKeysIn(textOf("locked"), answering(undefined));
  assertEquals(await decrypt(silent, bytesOf("locked.age")), undefined);
  const wrong = await ownKeysIn(textOf("locked"), answering("a", "b", "c"));
  const error = await assertRejects(
    () => decrypt(wrong, bytesOf("locked.age")),
    MpmError,
  );
  assertEquals([error.code, error.message], [
    "CANCELLED",
    "The passphrase is wrong",
  ]);
});

Deno.test("a truncated or changed file is reported as damaged, not read in part", async () => {
  const keys = await ownKeysIn(textOf("plain"), nobody);
  const recipient = keys[0]!.recipient;
  const file = await encrypt([recipient], new Uint8Array(70_000));
  const broken = [0, 30, 100, 180, 250, 65_700, file.length - 1].flatMap(
    (at) => [file.subarray(0, at), file.with(at, file[at]! ^ 1)],
  );
  for (const one of broken) {
    const opened = await decrypt(keys, one).catch((error) => {
      assert(error instanceof MpmError, String(error));
      assertEquals(error.code, "UNREADABLE");
    });
    assertEquals(opened, undefined);
  }
});

Deno.test("recipients are checked and shortened", async () => {
  const native = await identityToRecipient(await generateX25519Identity());
  assertEquals(checkedRecipient(` ${native} `), native);
  const line = textOf("plain.pub");
  const short = line.split(" ").slice(0, 2).join(" ");
  assertEquals(checkedRecipient(line), short);
  assertEquals(publicLine(readPublicLine(line)), short);
});

Deno.test("other recipients are refused with a clear message", async () => {
  const native = await identityToRecipient(await generateX25519Identity());
  const mistyped = native.slice(0, -1) + (native.endsWith("q") ? "p" : "q");
  const short = textOf("plain.pub").split(" ")[1]!;
  const zero = btoa(
    `${atob(short).slice(0, 19)}\x01${"\0".repeat(31)}`,
  );
  for (
    const [given, message] of [
      ["", '"" is not a recipient'],
      ["ann", '"ann" is not a recipient'],
      [mistyped, "contains a typing error"],
      [native.slice(0, -1), "is not a recipient"],
      [await generateX25519Identity(), "This is a private key"],
      ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB", 'not encrypt to "ssh-rsa"'],
      ["sk-ssh-ed25519@openssh.com AAAA", "not encrypt to a security key"],
      ["ecdsa-sha2-nistp256 AAAA", 'not encrypt to "ecdsa-sha2-nistp256"'],
      [`ssh-ed25519 ${short.slice(0, -4)}`, "The SSH key is damaged"],
      ["ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQAB", "ssh-rsa"],
      ["ssh-ed25519 !", "The SSH key is damaged"],
      ["ssh-ed25519", "The SSH key is damaged"],
      [`ssh-ed25519 ${zero}`, "Invalid SSH key"],
    ] as const
  ) {
    const error = assertThrows(() => checkedRecipient(given), MpmError);
    assertEquals(error.code, "USAGE", given);
    const said = error.message.replace("cannot", "not");
    assert(said.includes(message), `${given}: ${said}`);
  }
});

Deno.test("files without a usable private key are refused with a clear message", async () => {
  for (
    const [given, message] of [
      ["", "The file does not contain a private key"],
      [textOf("plain.pub"), "The file does not contain a private key"],
      [textOf("plain").replace(/b3B/, "b3C"), "The SSH key is damaged"],
      [textOf("plain").slice(0, 200), "The SSH key is damaged"],
      [textOf("native").slice(0, -3), "The age private key is damaged"],
    ] as const
  ) {
    const error = await assertRejects(() => ownKeysIn(given, nobody), MpmError);
    assertEquals([error.code, error.message], ["UNREADABLE", message]);
  }
});
