import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import type { Save } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import {
  AGENT,
  eventJson,
  failures,
  transcriptOf,
} from "../helpers/hook_events.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { formatText } from "../helpers/stores.ts";

/**
 * Runs the binary on transcripts that are damaged, enormous or of another
 * version. It keeps the readable parts, and reports the others.
 */

/** Real lines of Claude Code, shortened and put in order. */
const LINES = formatText("claude-code/conversation.jsonl").trimEnd()
  .split("\n");

type Handoff = NonNullable<NonNullable<Save["mpm"]>["handoff"]>;

interface Odd {
  /** Writes the transcript; `put` writes lines. */
  write(path: string, put: (lines: readonly string[]) => void): void;
  /** Further messages about it. */
  readonly unread: readonly RegExp[];
  /** True if the conversation is kept nevertheless. */
  readonly kept: boolean;
}

const SIZE = 20_000_000_000;

const ODD: Record<string, Odd> = {
  "of 20 GB with a hole in it": {
    write(path, put) {
      put(LINES);
      const text = Deno.readFileSync(path);
      using file = Deno.openSync(path, { write: true });
      file.truncateSync(SIZE);
      file.seekSync(SIZE, Deno.SeekMode.Start);
      file.writeSync(new TextEncoder().encode("\n"));
      file.writeSync(text);
    },
    unread: [/^mpm read only the beginning and the end .*20 GB/],
    kept: true,
  },
  "that is torn": {
    write: (_, put) =>
      put([
        ...LINES.slice(0, 20),
        LINES[20]!.slice(0, 40),
        "\0\x01 rubbish",
        ...LINES.slice(21),
        '{"type":"us',
      ]),
    unread: [/^3 lines of the transcript could not be read$/],
    kept: true,
  },
  "in reverse": {
    write: (_, put) => put(LINES.toReversed()),
    unread: [],
    kept: true,
  },
  "of a later version": {
    write: (_, put) =>
      put(
        LINES.map((line) =>
          JSON.stringify({ ...JSON.parse(line), version: "99.0.0", more: [{}] })
        ),
      ),
    unread: [],
    kept: true,
  },
  "with messages of unknown types": {
    write: (_, put) =>
      put(LINES.flatMap((line, at) => {
        const { uuid, timestamp } = JSON.parse(line);
        const fields = { parentUuid: uuid, uuid: `later-${at}`, timestamp };
        const message = { role: "user", content: "Said in another way" };
        const later = [
          JSON.stringify({ type: "said", ...fields, message }),
          // Lines that only describe the conversation are not reported.
          JSON.stringify({ type: "colour", sessionId: AGENT, colour: "red" }),
        ];
        return [8, 20].includes(at) ? [line, ...later] : [line];
      })),
    unread: [/^2 lines of the transcript could not be read$/],
    kept: true,
  },
  "of another form": {
    write: (_, put) =>
      put(LINES.map((_, at) => JSON.stringify({ v: 9, turn: { at } }))),
    unread: [/^No message was found in the transcript$/],
    kept: false,
  },
  "of bytes that are not text": {
    write: (path) =>
      Deno.writeFileSync(
        path,
        Uint8Array.from({ length: 60_000 }, (_, at) => at * at * 31 % 251),
      ),
    unread: [/lines? of the transcript could not be read$/],
    kept: false,
  },
};

/** Fires an event through the binary. */
function hook(env: TestEnv, event: string, fields: object): void {
  const script = 'printf %s "$1" | "$2" hook "$3"';
  const shown = eventJson(env, event, { ...fields });
  const done = env.run("sh", ["-c", script, "sh", shown, binary(), event]);
  assertEquals([done.status, done.stderr], [0, ""], event);
}

const WAYS: Record<string, (env: TestEnv) => void> = {
  "SessionEnd": (env) => {
    hook(env, "UserPromptSubmit", { prompt: "Noted by a hook" });
    const transcript_path = transcriptOf(env);
    hook(env, "SessionEnd", { reason: "other", transcript_path });
  },
  "mpm pause": (env) => {
    const args = ["pause", "--no-commit", "--agent-session", AGENT];
    const { status, stderr } = env.run(binary(), args);
    assertEquals(status, 0, stderr);
  },
};

/** The hand-off of the only save. */
function handoffIn(env: TestEnv): Handoff {
  const folder = ".claude-mpm/sessions";
  const [name, ...more] = [...Deno.readDirSync(`${env.project}/${folder}`)]
    .map(({ name }) => name)
    .filter((name) => /^session-[\d-]+\.json$/.test(name));
  assertEquals(more, []);
  return JSON.parse(env.read(`${folder}/${name}`)).mpm.handoff;
}

for (const [what, { write, unread, kept }] of Object.entries(ODD)) {
  for (const [way, save] of Object.entries(WAYS)) {
    posixTest(`${way} with a transcript ${what} keeps what can be read`, () => {
      using env = TestEnv.repository();
      env.write(".claude-mpm/config.toml", "");
      const path = transcriptOf(env);
      Deno.mkdirSync(dirname(path), { recursive: true });
      const folder = JSON.stringify(env.project).slice(1, -1);
      write(path, (lines) => {
        const text = `${lines.join("\n")}\n`;
        Deno.writeTextFileSync(
          path,
          text.replaceAll("/home/dev/project", folder),
        );
      });
      save(env);
      assertEquals(failures(env), "");
      const handoff = handoffIn(env);
      // The part that is read has a gap if no hook recorded the earlier part.
      const shown = handoff.unread.filter((one) => !/over 2 MB/.test(one));
      assertEquals(shown.length, unread.length, `${shown}`);
      unread.forEach((one, at) => assert(one.test(shown[at]!)));
      const kinds = new Set(handoff.items.map(({ kind }) => kind));
      for (
        const kind of ["goal", "constraint", "decision", "plan", "message"]
      ) {
        if (way === "SessionEnd" && kind === "goal") continue;
        assertEquals(kinds.has(kind as "goal"), kept, kind);
      }
      assertEquals(handoff.runs.length > 0, kept);
      const times = handoff.items.filter(({ kind }) => kind === "prompt")
        .map(({ at }) => at);
      assertEquals(times, times.toSorted());
      const { stdout } = env.run(binary(), [
        ...["resume", "--peek", "--format", "context"],
      ]);
      for (const one of handoff.unread) assertStringIncludes(stdout, one);
      if (way === "SessionEnd") assertStringIncludes(stdout, "Noted by a hook");
    });
  }
}
