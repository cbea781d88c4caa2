import { defineCommand, type Style } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { trustKeys } from "../trust.ts";
import type { TrustKeyResult } from "./results.ts";

export const trust = defineCommand({
  name: "trust",
  summary: "Trust the keys of people whose saves you have received",
  description: `
Every entry that "mpm sync" fetches is signed with a key. Until you trust the key, mpm shows the entry as "from NAME (not verified)", because anyone can choose a name. Before you trust a key, ask its owner for the key ID, for example in a call, and compare. Once you trust a key, mpm shows all saves signed with it as verified, in every project. To stop trusting the key, use --revoke. Without a name, mpm lists the people and their keys.

If the owner uses an ssh-ed25519 key to sign with git, that key also signs the owner's mpm key. mpm checks that signature, and lists the fingerprint in the form that "ssh-keygen -l" and Git hosts use. You can use the fingerprint instead of a name.`,
  positionals: [{
    name: "names",
    summary: "Names of people, the start of their key IDs, or fingerprints",
    rest: true,
  }],
  flags: {
    revoke: { type: "boolean", summary: "Stop trusting these people" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without changing anything",
    },
  },
  examples: ["mpm trust", "mpm trust Ann", "mpm trust 46c3bf31 --revoke"],
  result: async () => (await import("./results.ts")).TrustKeyResult,
  settles: true,
  run: (context, input) => trustKeys(context, input),
  render,
});

const WORDS = {
  trusted: "Trusted",
  revoked: "No longer trusted",
  none: "Unchanged",
};

/** Describes the key with which a writer's git signs. */
function gitKeyText(key: TrustKeyResult["keys"][number]["git_key"]): string[] {
  switch (key?.state) {
    case "checked":
      return [`git key ${escapeText(key.fingerprint)}`];
    case "unchecked":
      return ["git key not checked"];
    case "wrong":
      return ["git key not proven"];
    default:
      return [];
  }
}

function render(
  { dry_run: dry, own, keys }: TrustKeyResult,
  style: Style,
): string {
  const yours = own === null ? "" : `Your key: ${own}\n`;
  if (keys.length === 0) {
    return `${yours}mpm does not know the keys of other people yet. "mpm sync" fetches them.\n`;
  }
  const lines = keys.map((key) => {
    const who = `${escapeText(key.name) || "(no name)"}  ${key.writer}`;
    const by = key.trusted_by.map(escapeText).join(", ");
    const facts = [
      ...gitKeyText(key.git_key),
      key.trusted ? style.green("trusted") : style.yellow("not verified"),
      ...by === "" ? [] : [`trusted by ${by}`],
    ].join(", ");
    return key.change === "none"
      ? `${style.cyan(who)}  ${facts}`
      : `${WORDS[key.change]}: ${style.cyan(who)}` +
        gitKeyText(key.git_key).map((text) => `  ${text}`).join("");
  });
  const head = dry ? "Dry run: nothing was changed\n" : "";
  return `${head}${yours}${lines.join("\n")}\n`;
}
