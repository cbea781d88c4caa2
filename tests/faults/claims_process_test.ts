import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ClaimsResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { failures } from "../helpers/hook_events.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { SOAKS } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";

/** Simultaneous sessions, the files that they edit, and the edits of each. */
const SESSIONS = 20;
const FILES = 5;
const EDITS = SOAKS ? 60 : 1;

/** Edits until a session releases a file. */
const AT_ONCE = SOAKS ? 5 : 1;

/** Seconds after which a refused session tries the next file. */
const PAUSE = SOAKS ? 1 : 0.2;

/**
 * A client, as far as hooks see it. It asks the hook before each edit, reads the
 * file, counts, writes it, and releases it after some edits. A refused edit is
 * tried again with the next file. `$5`: the edit at which it is killed while it
 * holds the file.
 */
const CLIENT = `
mpm=$1; id=$2; project=$3; edits=$4; dies=$5; at=$6
read -r stat < "/proc/$$/stat"
set -- \${stat##*) }
shift 19
printf '{"sessionId":"%s","cwd":"%s","procStart":"%s"}' "$id" "$project" "$1" \\
  > "$HOME/.claude/sessions/$$.json"
export CLAUDECODE=1 CLAUDE_CODE_SESSION_ID=$id CLAUDE_PROJECT_DIR=$project
done=0; refused=0; at=$((at % ${FILES}))
while [ "$done" -lt "$edits" ]; do
  file=$project/counter-$at
  answer=$(printf '{"session_id":"%s","cwd":"%s","hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"%s"}}' \\
    "$id" "$project" "$file" | "$mpm" hook PreToolUse)
  case $answer in *deny*)
    refused=$((refused + 1)); at=$(((at + 1) % ${FILES}))
    sleep ${PAUSE}; continue ;;
  esac
  if [ "$done" -eq "$dies" ]; then kill -9 $$; fi
  count=$(cat "$file")
  sleep 0.02
  echo $((count + 1)) > "$file"
  done=$((done + 1))
  if [ $((done % ${AT_ONCE})) -ne 0 ]; then continue; fi
  "$mpm" release "$file" > /dev/null || exit 1
  at=$(((at + 1) % ${FILES}))
done
rm "$HOME/.claude/sessions/$$.json"
echo "$done $refused"
`;

interface Ended {
  readonly status: Deno.CommandStatus;
  readonly text: string;
}

async function client(
  env: TestEnv,
  at: number,
  dies: number,
): Promise<Ended> {
  const id = `${String(at).padStart(8, "0")}-17de-40a5-84bf-078e9df60643`;
  const child = new Deno.Command("sh", {
    args: [
      ...["-c", CLIENT, "sh", binary(), id, env.project],
      ...[String(EDITS), String(dies), String(at)],
    ],
    cwd: env.project,
    env: env.env(),
    clearEnv: true,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [text, status] = await Promise.all([
    new Response(child.stdout).text(),
    child.status,
  ]);
  return { status, text };
}

/** The sum of all counters. */
function counted(env: TestEnv): number {
  return Array.from(
    { length: FILES },
    (_, at) => Number(env.read(`counter-${at}`)),
  ).reduce((sum, count) => sum + count);
}

/** Lets all clients edit the same files, and kills some of the clients. */
async function editAll(env: TestEnv): Promise<Ended[]> {
  for (let at = 0; at < FILES; at++) env.write(`counter-${at}`, "0\n");
  Deno.mkdirSync(join(env.home, ".claude/sessions"), { recursive: true });
  return await Promise.all(
    Array.from(
      { length: SESSIONS },
      // Four die while they hold a file.
      (_, at) => client(env, at, at % 5 === 0 ? EDITS - 1 : -1),
    ),
  );
}

Deno.test({
  name: "twenty sessions that edit the same files lose no edit and never wait",
  // Only on Linux it is known at once that a process has ended.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using env = TestEnv.repository();
    env.write(".claude-mpm/.gitignore", "*\n");
    putHome(env, ".config/mpm/config.toml", "[claims]\nauto = true\n");
    const ended = await editAll(env);
    const killed = ended.filter(({ status }) => status.signal === "SIGKILL");
    const whole = ended.filter(({ status }) => status.success);
    // If two clients edit at once, one edit is lost.
    assertEquals(counted(env), 16 * EDITS + 4 * (EDITS - 1));
    assertEquals([killed.length, whole.length], [4, 16]);
    const refused = whole.map(({ text }) => Number(text.split(" ")[1]));
    assert(refused.some((count) => count > 0), "they met each other");
    // The claims of the killed ones are free.
    const { claims } = await mpmJson<ClaimsResult>(env, ["claims"]);
    assertEquals(claims, []);
    assertEquals(
      failures(env).replaceAll(
        /.*another mpm process is changing them.*\n/g,
        "",
      ),
      "",
    );
  },
});
