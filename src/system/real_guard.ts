import { dirname } from "@std/path";
import { start } from "./real_run.ts";

/** Programs that start another one in its own group, where Linux has them. */
const SETSID = ["/usr/bin/setsid", "/bin/setsid"];
let leader: readonly string[] | undefined;

/**
 * Returns the arguments before those of a program that make it lead its own
 * group; none where Deno has to do so.
 */
export function groupLeader(): readonly string[] {
  const known = Deno.build.os === "linux" ? SETSID.filter(isFile) : [];
  return leader ??= known.slice(0, 1);
}

/**
 * Returns whether Deno has to make the group of a program. It does so by a copy
 * of this process, which takes several times as long. Windows has no groups; its
 * own console would show.
 */
export function isDetached(): boolean {
  return Deno.build.os !== "windows" && groupLeader().length === 0;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Ends groups of processes: each when a line says so, the rest when mpm is gone.
 * A process that does not lead its group yet ends by its own number. The signals
 * of a terminal or of a shutdown do not end the guard before mpm.
 */
const GUARD = `
groups=
while read -r what group; do
  left=
  for one in $groups; do [ "$one" = "$group" ] || left="$left $one"; done
  groups=$left
  if [ "$what" = tie ]; then groups="$groups $group"; else kill -9 "-$group"; fi
done
for group in $groups; do kill -9 "-$group" || kill -9 "$group"; done
`;
const START_GUARD = `trap "" HUP INT QUIT TERM; exec "$@"`;

/** The guard at work, and the groups it has. */
const groups = new Set<number>();
let guard: Guard | undefined;

interface Guard {
  readonly child: Deno.ChildProcess;
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
}

/**
 * Ties a process and its group to mpm: they end with it, however it ends. Call
 * it before the process starts a program. One guard is enough for all.
 */
export async function tieGroup(group: number): Promise<void> {
  groups.add(group);
  if (guard && await say(guard, `tie ${group}\n`)) return;
  // Someone killed the guard, or there was none.
  guard = startGuard();
  const lines = [...groups].map((one) => `tie ${one}\n`);
  await say(guard, lines.join(""));
}

/** Ends what is left of a group, and the guard with the last one. */
export async function endTied(group: number): Promise<void> {
  groups.delete(group);
  const present = guard;
  if (!present) return;
  if (groups.size > 0) return void await say(present, `end ${group}\n`);
  guard = undefined;
  await say(present, `end ${group}\n`);
  await present.input.close().catch(() => {});
  await present.child.status;
}

function startGuard(): Guard {
  const child = start("sh", {
    args: [
      ...["-c", START_GUARD, "sh", ...groupLeader()],
      ...["sh", "-c", GUARD],
    ],
    // The project may be moved or removed in the meantime.
    cwd: dirname(Deno.execPath()),
    stdin: new Uint8Array(),
    timeout: 0,
  }, { detached: isDetached(), output: "null" });
  if (child instanceof Deno.ChildProcess) {
    return { child, input: child.stdin.getWriter() };
  }
  throw new Error(`sh is ${child.outcome}`);
}

/** Returns whether the guard can still read. */
async function say({ input }: Guard, lines: string): Promise<boolean> {
  try {
    await input.write(new TextEncoder().encode(lines));
    return true;
  } catch {
    return false;
  }
}
