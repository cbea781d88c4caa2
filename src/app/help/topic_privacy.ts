import type { Topic } from "../../cli/topic.ts";

/** `mpm help privacy` */
export const PRIVACY: Topic = {
  name: "privacy",
  summary: "What mpm writes down, who sees it, and what never leaves",
  sections: [
    {
      text: `
mpm has no network: the executable is built without the permission to open a
connection. It has no telemetry and looks for no updates. Git is run for what is
in this machine's repository; nothing is fetched or pushed.`,
    },
    {
      title: "What a save holds",
      rows: [
        ["your words", "summary, next steps, decisions, blockers, todos"],
        [
          "git's state",
          "branch, commits with author and subject, stashes by their message",
        ],
        [
          "uncommitted files",
          "path, status, size, time and SHA-256; never their contents",
        ],
        ["paths", "of the project, the worktree, the agent's transcript"],
      ],
    },
    {
      text: `
A checkpoint holds the contents of changed and untracked files too, as objects
in the repository's own git folder, under refs that no push sends unless it is
told to. Ignored files are in neither.

The transcript of an agent is read from its end for the number of tokens, the
task list and an error that ended it, and not copied. In a project that uses mpm
the hooks keep the last five prompts of each agent session, redacted and cut, for
a month. The save at the end names the last of them.`,
    },
    {
      title: "Who sees it",
      text: `
In a git repository each pause commits the four files of its save, so that
others see them when you push. To keep saves on this machine: "mpm init
--ignore", or "mpm config set commit false". Folders have mode 0700 and files
0600: no other user of this machine reads them.

Secrets are left out of everything that is written, by rules: keys and tokens of
providers, private keys, passwords in addresses, PASSWORD=value and its kin, and
text between <private> and </private>. No rule sees every secret, and a
checkpoint holds files as they are. "mpm scan" looks for secrets in what is there
already; docs/security.md has the rules.

What another person wrote into a save, a clone or a template is data: nothing in
it is run, and an agent is given it in a fence that says whose it is.`,
    },
    {
      title: "Taking it away",
      rows: [
        ["mpm sessions rm", "moves a save with its copies to the trash"],
        [
          "mpm checkpoint rm",
          "removes a checkpoint; git keeps its objects while it can come back",
        ],
        ["mpm trash prune", "empties the trash of what is older than you set"],
        [".claude-mpm/", "is all that a project has, beside the refs in git"],
      ],
    },
  ],
};
