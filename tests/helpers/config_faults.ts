/** The user's, the project's and the local file of settings. */
export const USER = ".config/mpm/config.toml";
export const PROJECT = ".claude-mpm/config.toml";
export const LOCAL = ".claude-mpm/config.local.toml";

/** Files that mpm rejects: the path, the text, and the error. */
export const FAULTS: [string, string, string][] = [
  [
    USER,
    "\ncomit = true\n",
    `Unknown key "comit" in "$ROOT/home/${USER}" line 2`,
  ],
  [USER, "[context]\nblock_att = 9\n", 'Did you mean "context.block_at"?'],
  [USER, "[context]\nx = 9\n", '"mpm config list" shows all keys'],
  [
    USER,
    "context = 1\n",
    '"context" in "$ROOT/home/.config/mpm/config.toml" line 1 must be a table',
  ],
  [
    USER,
    "[context]\nblock_at = 101\n",
    "line 2 must be a whole number from 1 to 100: current value is 101",
  ],
  [
    USER,
    "[context]\ninject = ['x']\n",
    "must be a list of any of session, stack",
  ],
  [
    USER,
    "[context]\narchitecture = '../x'\n",
    "must be a path inside the project",
  ],
  [USER, "[context.windows]\nx = 'y'\n", "must be a table such as"],
  [USER, "a b\n", "Cannot read"],
  [
    USER,
    "[contxt]\npause_at = 60\n",
    `Unknown key "contxt.pause_at" in "$ROOT/home/${USER}" line 2`,
  ],
  [USER, "contxt.pause_at = 60\n", 'Did you mean "context.pause_at"?'],
  [USER, "[contxt]\n", 'Unknown key "contxt" in'],
  [
    USER,
    "commit = true\n[hooks]\nenabled = true\nenabled = false\n",
    `"hooks.enabled" in "$ROOT/home/${USER}" line 4 is already set on line 3`,
  ],
  [
    PROJECT,
    "hooks.enabled = false\n",
    `"hooks.enabled" cannot be set in "$ROOT/project/${PROJECT}" line 1`,
  ],
  [LOCAL, "[context]\nblock_at = 1\n", '"context.block_at" cannot be set in'],
];
