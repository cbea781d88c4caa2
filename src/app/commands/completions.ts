import bash from "../../../completions/mpm.bash" with { type: "text" };
import fish from "../../../completions/mpm.fish" with { type: "text" };
import powershell from "../../../completions/mpm.ps1" with { type: "text" };
import zsh from "../../../completions/mpm.zsh" with { type: "text" };
import { defineCommand } from "../../cli/mod.ts";

const SCRIPTS = { bash, zsh, fish, powershell };

export const completions = defineCommand({
  name: "completions",
  summary: "Print the completion script for a shell",
  description: `
The script completes commands, options, and the names of sessions, checkpoints,
branches, templates and settings. To enable completion, add one line to your shell's startup file:

  bash        ~/.bashrc                    eval "$(mpm completions bash)"
  zsh         ~/.zshrc, after compinit     source <(mpm completions zsh)
  fish        ~/.config/fish/config.fish   mpm completions fish | source
  powershell  $PROFILE                     mpm completions powershell |
                                             Out-String | Invoke-Expression`,
  positionals: [{
    name: "shell",
    summary: "The shell",
    choices: ["bash", "zsh", "fish", "powershell"],
  }],
  flags: {},
  examples: ["mpm completions bash", "mpm completions zsh"],
  result: async () => (await import("./results.ts")).CompletionsResult,
  run: (_, { shell }) => Promise.resolve({ shell, script: SCRIPTS[shell] }),
  render: ({ script }) => script,
});
