import {
  CLAUDE,
  clientNamed,
  placeOf,
  type ScopePlace,
  SCOPES,
} from "../../clients/mod.ts";
import { defineCommand } from "../../cli/mod.ts";
import { attempt } from "../../base/errors.ts";
import { locate } from "../../git/mod.ts";
import { clientText, uninstallText } from "../install/text.ts";
import type { HooksUninstallAnswer } from "./results.ts";
import { changeExcludes, excludeFile } from "../install/exclude.ts";
import { journaled, pathBelow, withUserLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import {
  CLIENT_FLAG,
  DIFF_FLAG,
  SCOPE_FLAG,
  uninstall,
} from "../install/change.ts";
import { changeClient, planClientRemoval } from "../install/client_files.ts";

/** `mpm hooks uninstall` */
export const hooksUninstall = defineCommand({
  name: "hooks uninstall",
  summary: "Remove mpm's hooks from a client's settings",
  description: `
If the settings file has not changed since the installation, mpm restores the original bytes. Otherwise, it removes only its own hooks. It also removes skills that you
have not edited. mpm keeps a copy of the old settings.`,
  positionals: [],
  flags: {
    client: CLIENT_FLAG,
    scope: SCOPE_FLAG,
    "dry-run": DIFF_FLAG,
  },
  examples: [
    "mpm hooks uninstall",
    "mpm hooks uninstall --scope user",
    "mpm hooks uninstall --client codex",
  ],
  result: async () => (await import("./results.ts")).HooksUninstallAnswer,
  async run(context, input): Promise<HooksUninstallAnswer> {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const client = clientNamed(input.client)!;
    if (client !== CLAUDE) {
      const files = await planClientRemoval(system, client);
      const dryRun = input["dry-run"];
      return await changeClient(context, workspace, {
        ...{ client, files, binary: null, dryRun },
      });
    }
    const place = placeOf(system, input.scope, workspace);
    const excludes = input.scope === "local"
      ? excludeFile(workspace)
      : undefined;
    const result = input["dry-run"]
      ? uninstall(system, place, true)
      : await journaled(context, ({ system }) =>
        withUserLock(system, () => {
          const result = uninstall(system, place, false);
          if (excludes !== undefined) {
            changeExcludes(system, excludes, undefined);
          }
          return result;
        }), {
        operation: "hooks uninstall",
        workspace,
        files: [place.path, ...excludes === undefined ? [] : [excludes]],
        title: () =>
          `uninstall hooks from ${pathBelow(workspace.root, place.path)}`,
      });
    if (result.changes.length + result.skills.length > 0) return result;
    const others = SCOPES.filter((scope) => scope !== input.scope)
      .map((scope) => placeOf(system, scope, workspace))
      .filter((other) => isInstalled(system, other));
    const warnings = others.map(({ scope, path }) =>
      `mpm's hooks are in "${path}": mpm hooks uninstall --scope ${scope}`
    );
    return { ...result, warnings };
  },
  render: (result, style) =>
    "files" in result
      ? clientText(result, style)
      : uninstallText(result, style),
});

/** Returns whether there is anything to remove in a readable file. */
function isInstalled(system: System, place: ScopePlace): boolean {
  const planned = attempt(() => uninstall(system, place, true));
  return planned !== undefined && planned.changes.length > 0;
}
