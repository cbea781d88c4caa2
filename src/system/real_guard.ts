import { beforeDeadline, start } from "./real_run.ts";

/** Programs that start another one in its own group, if Linux has them. */
const SETSID = ["/usr/bin/setsid", "/bin/setsid"];
let leader: readonly string[] | undefined;

/** Returns the arguments before a program that leads its group, if any. */
export function groupLeader(): readonly string[] {
  const known = Deno.build.os === "linux" ? SETSID.filter(isFile) : [];
  return leader ??= known.slice(0, 1);
}

/**
 * Returns whether Deno must create a program's group, with a slow copy of this
 * process. On Windows, the program's console would be visible.
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
 * Ends process groups: one group for each line, and the remaining groups when
 * mpm ends. A process that does not lead its group yet is ended by its own
 * number. Its group is ended if the process has become the leader since. The
 * signals of a terminal or of a shutdown do not end the guard before mpm.
 */
const GUARD = `
groups=
while read -r what group; do
  left=
  for one in $groups; do [ "$one" = "$group" ] || left="$left $one"; done
  groups=$left
  if [ "$what" = tie ]; then groups="$groups $group"; else kill -9 "-$group"; fi
done
for group in $groups; do
  kill -9 "-$group" || { kill -9 "$group"; kill -9 "-$group"; }
done
`;
const START_GUARD = `trap "" HUP INT QUIT TERM; exec "$@"`;

/** Milliseconds after which a killed guard is replaced at once. */
const LASTED = 1000;

/** Milliseconds within which a guard that is not needed must end. */
const ENDS_WITHIN = 1000;

/** The running guard, and its groups. */
const groups = new Set<number>();
let guard: Guard | undefined;

interface Guard {
  readonly child: Deno.ChildProcess;
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
}

/**
 * Ties a process and its group to mpm: they end when mpm ends, for any reason.
 * Call it before a program starts. All groups share one guard.
 */
export async function tieGroup(group: number): Promise<void> {
  groups.add(group);
  await tell(`tie ${group}\n`);
}

/** Ends the rest of a group, and after the last group the guard. */
export async function endTied(group: number): Promise<void> {
  groups.delete(group);
  await tell(`end ${group}\n`);
  const present = guard;
  if (groups.size > 0 || !present) return;
  guard = undefined;
  await present.input.close().catch(() => {});
  await beforeDeadline(present.child.status, ENDS_WITHIN);
}

/** Writes a line to the guard; a new one takes over from a killed one. */
async function tell(line: string): Promise<void> {
  const bytes = new TextEncoder().encode(line);
  const present = guard ??= startGuard();
  try {
    await present.input.write(bytes);
  } catch {
    // Several callers may notice this; only one starts the next guard.
    if (guard === present) guard = startGuard();
    await guard?.input.write(bytes);
  }
}

function startGuard(): Guard {
  const child = start("sh", {
    args: [
      ...["-c", START_GUARD, "sh", ...groupLeader()],
      ...["sh", "-c", GUARD],
    ],
    // The project may be moved or removed in the meantime.
    cwd: "/",
    stdin: new Uint8Array(),
  }, { detached: isDetached(), output: "null" });
  if (!(child instanceof Deno.ChildProcess)) {
    throw new Error(`sh is ${child.outcome}`);
  }
  const present = { child, input: child.stdin.getWriter() };
  const lines = [...groups].map((one) => `tie ${one}\n`).join("");
  // If this line fails, the next line fails as well.
  present.input.write(new TextEncoder().encode(lines)).catch(() => {});
  present.input.closed.catch(() => {});
  replaceLater(present);
  return present;
}

/** Starts another guard as soon as someone kills this one. */
async function replaceLater(present: Guard): Promise<void> {
  const begun = performance.now();
  await present.child.status;
  // If a guard ends immediately, the next one would do the same.
  if (guard !== present || performance.now() - begun < LASTED) return;
  try {
    guard = startGuard();
  } catch {
    // The next tied program needs the guard, and reports why there is no guard.
    guard = undefined;
  }
}
