import { join, relative } from "@std/path";
import { TestEnv } from "./env.ts";
import { putHome } from "./stores.ts";

/** Folders of mpm and objects of git, which stay. */
const DATA =
  /(^|\/)(\.claude-mpm|\.local\/state|\.config|\.git\/(objects|logs|refs|mpm|worktrees))(\/|$)/;

/** Every file and folder of someone's home and project, with its bytes. */
export function everything(
  env: TestEnv,
  ...more: string[]
): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (folder: string) => {
    for (const { name, isDirectory, isSymlink } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      const shown = relative(env.root, path);
      if (DATA.test(shown)) continue;
      const mode = (Deno.lstatSync(path).mode! & 0o777).toString(8);
      if (isDirectory) walk(path);
      found[shown] = isDirectory
        ? "folder"
        : isSymlink
        ? Deno.readLinkSync(path)
        : `${mode} ${
          new TextDecoder("latin1").decode(Deno.readFileSync(path))
        }`;
    }
  };
  for (const folder of [env.home, env.project, ...more]) walk(folder);
  return found;
}

/** A home and a project with files of the user in every folder that mpm writes to. */
export function usedHome(): TestEnv {
  const env = TestEnv.repository();
  env.write("../bin/mpm", "#!/bin/sh\n");
  Deno.chmodSync(`${env.root}/bin/mpm`, 0o755);
  putHome(env, ".bashrc", "# mine\n");
  putHome(env, ".config/fish/config.fish", "# mine\n");
  putHome(env, ".claude/settings.json", '{"model":"opus"}');
  putHome(env, ".claude/skills/mine/SKILL.md", "mine\n");
  putHome(env, ".local/share/zsh/site-functions/_mine", "# mine\n");
  putHome(env, ".local/state/keep", "so that the folder was there\n");
  env.write(".claude/settings.json", '{\r\n\t"permissions": {}\r\n}\r\n');
  env.write(".claude/context.md", "# Mine\n\nWritten by a person");
  env.write(".gitignore", "*.log");
  env.write(".git/info/exclude", "/mine");
  return env;
}
