import * as z from "zod/mini";

/** What the `mpm hooks` commands return. */

const text = z.string();

const SettingsBase = {
  /** Nothing was written; the diff is what would be done. */
  dry_run: z.boolean(),
  scope: z.enum(["project", "local", "user"]),
  /** The settings file, absolute. */
  path: text,
  /** `at` is an event or `statusLine`. */
  changes: z.array(z.strictObject({
    action: z.enum(["added", "replaced", "removed", "kept"]),
    at: text,
  })),
  /** The copy of what the file held before, absolute; null: not changed. */
  backup: z.nullable(text),
  /** What changes, as `diff -u` writes it. */
  diff: text,
  skills: z.array(z.strictObject({
    name: text,
    path: text,
    action: z.enum(["added", "replaced", "removed", "kept", "foreign"]),
  })),
  warnings: z.array(text),
};

export const HooksInstallResult = z.strictObject({
  ...SettingsBase,
  /** The program that the entries start, absolute. */
  binary: text,
  /** Whether there was no settings file before. */
  created: z.boolean(),
});

export const HooksUninstallResult = z.strictObject({
  ...SettingsBase,
  /** Whether the file is again to the byte what it was. */
  restored: z.boolean(),
  /** Whether the file went, since there was none before. */
  removed: z.boolean(),
});

export const HooksStatusResult = z.strictObject({
  /** This program, absolute; null: it runs from source. */
  binary: z.nullable(text),
  version: text,
  /** Where hooks of mpm's are, in the client's order of precedence. */
  installed: z.array(z.strictObject({
    scope: z.enum(["project", "local", "user"]),
    path: text,
    binary: text,
    version: text,
    events: z.array(text),
    status_line: z.boolean(),
  })),
  findings: z.array(z.strictObject({
    problem: z.enum([
      "unreadable",
      "ignored",
      "disabled",
      "binary-missing",
      "binary-other",
      "version",
      "edited",
      "missing",
      "duplicate",
      "twice",
    ]),
    path: text,
    /** What is wrong, one line. */
    detail: text,
    /** What mends it: a command, or one line. */
    mend: text,
  })),
});

export type HooksStatusResult = z.infer<typeof HooksStatusResult>;
export type HooksInstallResult = z.infer<typeof HooksInstallResult>;
export type HooksUninstallResult = z.infer<typeof HooksUninstallResult>;
