import { dirname, join } from "@std/path";
import { filesBelow } from "./below.ts";
import { CANARY, type Change, type HostileProject } from "./hostile.ts";
import { plantFilters } from "./hostile_filters.ts";
import { removeTree } from "./remove.ts";

/** Hooks of git(1)'s repositories, with that of a file system monitor. */
const HOOKS = ("applypatch-msg commit-msg fsmonitor-watchman post-applypatch " +
  "post-checkout post-commit post-index-change post-merge post-rewrite " +
  "pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase " +
  "prepare-commit-msg reference-transaction sendemail-validate").split(" ");

/** Settings whose value is a program, or a shell's command line. */
const PROGRAMS = ("alias.cat-file alias.config alias.log alias.rev-parse " +
  "alias.status browser.evil.cmd core.alternateRefsCommand core.askPass " +
  "core.editor core.fsmonitor core.gitProxy core.pager core.sshCommand " +
  "credential.helper diff.evil.command diff.evil.textconv diff.external " +
  "difftool.evil.cmd filter.evil.clean filter.evil.process " +
  "filter.evil.smudge gc.recentObjectsHook gpg.program gpg.ssh.program " +
  "hook.evil.command interactive.diffFilter lfs.extension.evil.clean " +
  "lfs.extension.evil.smudge man.evil.cmd merge.evil.driver mergetool.evil.cmd " +
  "pager.config pager.log pager.status remote.origin.receivepack " +
  "remote.origin.uploadpack sequence.editor submodule.sub.update tar.evil.command " +
  "trailer.evil.command uploadpack.packObjectsHook").split(" ");

/** Settings that make git start the programs above, or fetch. */
const TRIGGERS: Record<string, string> = {
  "commit.gpgSign": "true",
  "core.hooksPath": "hooks",
  "core.repositoryFormatVersion": "1",
  "diff.tool": "evil",
  "extensions.partialClone": "origin",
  "filter.evil.required": "true",
  "gc.auto": "1",
  "gc.autoDetach": "false",
  "gpg.format": "ssh",
  "hook.evil.event": "post-index-change",
  "log.showSignature": "true",
  "maintenance.auto": "true",
  "maintenance.autoDetach": "false",
  "merge.tool": "evil",
  "pull.rebase": "true",
  "remote.origin.promisor": "true",
  "safe.directory": "*",
  "status.submoduleSummary": "true",
  "submodule.recurse": "true",
  "tag.gpgSign": "true",
};

/** Changes a file so that git has to read its content. */
function touch(path: string, text: string): void {
  Deno.writeTextFileSync(path, text);
  Deno.utimeSync(path, new Date(), new Date());
}

/**
 * A `.git` as it may come in an archive. Its settings, hooks and those of a
 * repository within name programs at every place where git may run one.
 */
export function programs(hostile: HostileProject): void {
  const { env, project, program } = hostile;
  const sub = join(project, "sub");
  env.git("init", "-q", sub);
  touch(join(sub, "file"), "one\n");
  touch(join(sub, ".gitattributes"), "* filter=evil\n");
  env.gitIn(sub, "add", "-A");
  env.gitIn(sub, "commit", "-q", "-m", "x");
  env.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
  env.write(
    ".gitmodules",
    `[submodule "sub"]\n\tpath = sub\n\turl = ext::${program}\n` +
      `\tupdate = !${program}\n`,
  );
  env.git("add", "-f", ".gitattributes", ".gitmodules", "sub");
  env.git("commit", "-q", "-m", "x");
  env.git("branch", "aside", "HEAD~1");
  plantFilters(env, { of: (name) => `'${program}' ${name}` });
  nameAll(hostile, project);
  nameAll(hostile, sub);
  touch(join(sub, "file"), "two\n");
  touch(join(project, "tracked.txt"), "hanged \n");
}

function nameAll({ env, program }: HostileProject, folder: string): void {
  for (const name of PROGRAMS) {
    const isAlias = /^alias\.|update$/.test(name);
    const value = isAlias ? `!${program}` : program;
    env.gitIn(folder, "config", name, value);
  }
  for (const name of HOOKS) {
    Deno.copyFileSync(program, join(folder, ".git/hooks", name));
  }
  env.gitIn(folder, "config", "remote.origin.url", `ext::${program} %S`);
  // Last, since git itself uses them.
  for (const [name, value] of Object.entries(TRIGGERS)) {
    env.gitIn(folder, "config", name, value);
  }
  env.gitIn(folder, "config", "core.hooksPath", join(folder, ".git/hooks"));
}

/** The programs of the store's own folders: hooks, settings, skills. */
export function scripts(hostile: HostileProject): void {
  const path = (name: string) => join(hostile.project, name);
  for (const name of filesBelow(path(".claude-mpm/hooks"))) {
    Deno.copyFileSync(hostile.program, path(`.claude-mpm/hooks/${name}`));
  }
  for (const name of ["settings.json", "settings.local.json"]) {
    const file = path(`.claude/${name}`);
    const text = Deno.readTextFileSync(file).replaceAll(
      /"command": "[^"]*"/g,
      `"command": ${JSON.stringify(hostile.program)}`,
    );
    Deno.writeTextFileSync(file, text);
  }
}

/** Another repository of the user, outside, with a linked worktree. */
function otherRepository({ env, outside }: HostileProject): string {
  const other = join(outside, "other");
  env.git("init", "-q", other);
  Deno.writeTextFileSync(join(other, "file"), `${CANARY}\n`);
  env.gitIn(other, "add", "-A");
  env.gitIn(other, "commit", "-q", "-m", CANARY);
  env.gitIn(other, "worktree", "add", "-q", "../linked");
  return other;
}

function replaceGit(
  { project }: HostileProject,
  make: (path: string) => void,
): void {
  const path = join(project, ".git");
  removeTree(path);
  make(path);
}

/** Ways in which someone else's `.git` leads outside. */
export const STRAYS: Record<string, Change> = {
  "core.worktree names a folder outside": (hostile) => {
    otherRepository(hostile);
    hostile.env.git("config", "core.worktree", join(hostile.outside, "other"));
  },
  "core.worktree names the folder above": (hostile) => {
    hostile.env.git("config", "core.worktree", dirname(hostile.project));
  },
  "core.worktree is in a file of settings that is included": (hostile) => {
    otherRepository(hostile);
    hostile.env.write(
      ".git/more",
      `[core]\n\tworktree = ${join(hostile.outside, "other")}\n`,
    );
    hostile.env.git("config", "include.path", "more");
  },
  "a .git file names another repository": (hostile) => {
    const other = otherRepository(hostile);
    replaceGit(hostile, (path) => {
      Deno.writeTextFileSync(path, `gitdir: ${other}/.git\n`);
    });
  },
  "a .git file names the linked worktree of another repository": (hostile) => {
    const other = otherRepository(hostile);
    replaceGit(hostile, (path) => {
      const text = `gitdir: ${other}/.git/worktrees/linked\n`;
      Deno.writeTextFileSync(path, text);
    });
  },
  "a .git is a link to another repository's": (hostile) => {
    const other = otherRepository(hostile);
    replaceGit(hostile, (path) => Deno.symlinkSync(`${other}/.git`, path));
  },
  "a .git says that another repository's is the common one": (hostile) => {
    const other = otherRepository(hostile);
    hostile.env.write(".git/commondir", `${other}/.git\n`);
  },
};
