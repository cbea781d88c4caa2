import { defineCommand } from "../../cli/mod.ts";
import { addMember, teamText } from "../change_team.ts";

export const teamAdd = defineCommand({
  name: "team add",
  summary: "Encrypt the entries of this project for someone",
  description: `
Adds a key to your team for this project. From then on, "mpm sync" encrypts each new entry for all of the team's keys. Only the owners of these keys can read the entry. Add your own key too: "mpm team list" shows it. A key is "age1…" from age-keygen, or "ssh-ed25519 …" from a .pub file. mpm cannot encrypt for ssh-rsa keys or security keys. A person can have several keys.

Only you use your team list. The list is not part of the project, and each colleague has a separate list.`,
  positionals: [
    { name: "name", summary: "Your name for this person" },
    { name: "recipient", summary: "The public key", rest: true },
  ],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Check the key without changing anything",
    },
  },
  examples: [
    "mpm team add ann age1zdy22l5qej0d8jau7h2c472v2xmmgc3f8xwzt2unz6kpfrpeefjqfm882a",
    "mpm team add ben ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
  ],
  result: async () => (await import("./results.ts")).TeamResult,
  run: (context, { name, recipient, "dry-run": dryRun }) =>
    addMember(context, { name, recipient: recipient.join(" "), dryRun }),
  render: teamText,
  next: ({ change }) =>
    change === "added" ? '"mpm sync" sends your entries' : undefined,
});
