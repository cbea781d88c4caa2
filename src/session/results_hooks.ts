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

export type HooksInstallResult = z.infer<typeof HooksInstallResult>;
export type HooksUninstallResult = z.infer<typeof HooksUninstallResult>;
