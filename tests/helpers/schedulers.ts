import { join } from "@std/path";
import { PATH, type TestEnv } from "./env.ts";

/** Keeps the crontab in a file, as `crontab` does. */
const CRONTAB = `
case "$1" in
-l) cat "$FAKE/crontab.txt" 2>/dev/null ||
  { echo "no crontab for you" >&2; exit 1; } ;;
-r) rm "$FAKE/crontab.txt" ;;
-) cat >"$FAKE/crontab.txt" ;;
*) cp "$1" "$FAKE/crontab.txt" ;;
esac
`;

/** Starts no timer, but makes and removes the link that starts it. */
const SYSTEMCTL = `
units="$HOME/.config/systemd/user"
wants="$units/timers.target.wants"
echo "$*" >>"$FAKE/said"
case "$2 $3" in
enable*) mkdir -p "$wants"; ln -sf "$units/$3" "$wants/$3" ;;
"disable --now") rm -f "$wants/$4"; rmdir "$wants" 2>/dev/null ;;
esac
exit 0
`;

/** Accepts every command, and notes it. */
const NOTED = 'echo "$*" >>"$FAKE/said"\n';

/** Puts programs of schedulers and an mpm on the path. */
export function fakeSchedulers(
  env: TestEnv,
  mpm = 'echo "ran: $*"\n',
): { folder: string; crontab: string } {
  const folder = join(env.root, "bin");
  Deno.mkdirSync(folder, { recursive: true });
  const programs = {
    crontab: CRONTAB,
    systemctl: SYSTEMCTL,
    launchctl: NOTED,
    "schtasks.exe": `${NOTED}cp "$5" "$FAKE/task.xml" 2>/dev/null; exit 0\n`,
    mpm,
  };
  for (const [name, script] of Object.entries(programs)) {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, `#!/bin/sh\n${script}`);
    Deno.chmodSync(path, 0o755);
  }
  Object.assign(env.extra, { PATH: `${folder}:${PATH}`, FAKE: folder });
  return { folder, crontab: join(folder, "crontab.txt") };
}
