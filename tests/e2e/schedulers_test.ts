import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { copyBinary } from "../helpers/mpm.ts";
import { soakTest } from "../helpers/posix.ts";
import { has } from "../helpers/programs.ts";
import { say } from "../helpers/say.ts";

/** A name with all characters that an entry must quote. */
const ODD = `a b %h 'q" $HOME \${X}`;

/**
 * Adds a schedule for every minute, waits for its first run, and removes it.
 * `$1` is the program, `$2` the scheduler.
 */
const RUN_ONCE = `
"$1" schedule add "* * * * *" standup --via "$2"
for second in $(seq 90); do
  "$1" schedule list | grep -q "last: .*, done" && break
  sleep 1
done
"$1" schedule list
"$1" schedule remove standup
`;

/** A separate crontab, in folders that only these programs see. */
const CRON = `
mount -t tmpfs tmpfs /var/spool
mkdir -p /var/spool/cron/crontabs
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /etc/cron.d
printf '# a\\n# b\\n# c\\n# d\\nX=1\\n0 0 1 1 * echo %%\\n' >../before
crontab ../before
cron -f &
trap "kill $!" EXIT
# cron does not see a change in the second in which it began.
began=$(date +%s)
while [ "$(date +%s)" -le $((began + 1)) ]; do sleep 0.1; done
${RUN_ONCE}
crontab -l | cmp - ../before && echo restored
`;

/** A systemd for one user, isolated from others. */
const SYSTEMD = `
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
export XDG_RUNTIME_DIR=/run/user/0
/usr/lib/systemd/systemd --user --log-target=null &
trap "kill $!" EXIT
for try in $(seq 50); do
  systemctl --user show-environment >/dev/null 2>&1 && break
  sleep 0.1
done
${RUN_ONCE}
systemctl --user list-timers --all --no-pager
[ -e "$HOME/.config" ] || echo restored
`;

function realTest(
  name: string,
  { programs, script, via }: {
    programs: readonly string[];
    script: string;
    via: string;
  },
): void {
  soakTest(name, () => {
    const missing = programs.filter((one) => !has(one));
    if (missing.length > 0 || Deno.uid() !== 0) {
      say(`SKIPPED: "${name}": it needs root and ${programs.join(", ")}`);
      return;
    }
    using env = TestEnv.repository();
    const project = join(env.root, ODD);
    Deno.renameSync(env.project, project);
    const mpm = join(project, "mpm 50%");
    copyBinary(mpm);
    const args = ["-m", "--propagation", "private", "sh", "-euc", script];
    const done = env.run("unshare", [...args, "sh", mpm, via], {
      cwd: project,
      env: { XDG_STATE_HOME: join(env.home, "state") },
    });
    Deno.renameSync(project, env.project);
    assertEquals(done.status, 0, done.stderr);
    assertStringIncludes(done.stdout, ", done");
    assert(done.stdout.trimEnd().endsWith("restored"), done.stdout);
  });
}

realTest("Debian's cron starts a schedule, and its crontab is restored", {
  programs: ["unshare", "cron", "crontab"],
  ...{ script: CRON, via: "cron" },
});

realTest("systemd starts a schedule, and no file of it is left", {
  programs: ["unshare", "systemctl", "/usr/lib/systemd/systemd"],
  ...{ script: SYSTEMD, via: "systemd" },
});
