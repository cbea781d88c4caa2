import { MpmError } from "../../base/errors.ts";
import { escapeLines, escapeText } from "../../base/escape.ts";
import { sha256 } from "../../base/digest.ts";
import { filesIn, readFileIn } from "../../checkpoints/mod.ts";
import { type Context, showScreen } from "../../cli/mod.ts";
import type { AgentEvent, OpenEvents } from "../../clients/mod.ts";
import {
  decodeBytes,
  partOf,
  patchBetween,
  type Workspace,
} from "../../git/mod.ts";
import { layout } from "../../ops/mod.ts";
import { type Redactor, redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { ReplayResult, ReplayStep } from "../commands/results.ts";
import { nearText, STEP_KEYS } from "../print.ts";
import { openSource, type Source } from "../source.ts";
import { stepOf } from "../step.ts";
import { lostText, stepsOf } from "../steps.ts";
import { TreeScan } from "../trees.ts";
import { type Bookmark, readBookmarks, toggleBookmark } from "./bookmarks.ts";
import { Player } from "./player.ts";
import { StepSpool } from "./spool.ts";
import type { FilesAt, Played } from "./walk.ts";

/** Milliseconds of reading before keys are checked again. */
const SLICE = 12;

/** The maximum size of a file to show, in bytes. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Shows a session step by step until the user leaves. The first step is shown
 * before the others are read. Throws USAGE without a terminal.
 */
export async function play(
  context: Context,
  workspace: Workspace,
  source: Source,
): Promise<Pick<ReplayResult, "total" | "warnings">> {
  const { system, style } = context;
  const beginning = await openSource(system, source, { beginning: true });
  const [first] = beginning.events;
  const session = new PlayedSession(system, { workspace, source, first });
  const shown = context.interactive
    ? await showScreen(system, new Player(session, style))
    : undefined;
  if (shown === undefined) {
    throw new MpmError("USAGE", "--step needs a terminal", {
      hint: 'Without --step, "mpm replay" prints the steps',
    });
  }
  return { total: session.count, warnings: session.warnings() };
}

class PlayedSession implements Played {
  readonly #system: System;
  readonly #workspace: Workspace;
  readonly #source: Source;
  readonly #redactor: Redactor;
  readonly #key: string;
  /** The first step, shown until it has been read again with the others. */
  readonly #first: ReplayStep | undefined;
  #spool: StepSpool | undefined;
  #scan: TreeScan | undefined;
  #steps: AsyncGenerator<ReplayStep> | undefined;
  #open: OpenEvents | undefined;
  #marks: readonly Bookmark[] | undefined;
  done = false;

  constructor(
    system: System,
    { workspace, source, first }: {
      workspace: Workspace;
      source: Source;
      first: AgentEvent | undefined;
    },
  ) {
    this.#system = system;
    this.#workspace = workspace;
    this.#source = source;
    this.#redactor = redactorOf(system);
    this.#key = source.agentSession ?? sha256(source.path);
    if (!first) return;
    const step = { step: 1, ...stepOf(first, workspace.worktree) };
    this.#first = this.#redactor.known(step, STEP_KEYS);
  }

  get title(): string {
    const { agentSession, path } = this.#source;
    return escapeText(agentSession ?? path);
  }

  get count(): number {
    return this.#spool?.count || (this.#first ? 1 : 0);
  }

  get(step: number): ReplayStep | undefined {
    return this.#spool?.get(step) ?? (step === 1 ? this.#first : undefined);
  }

  typeOf(step: number) {
    return this.#spool?.count ? this.#spool.typeOf(step) : this.#first!.type;
  }

  timeOf(step: number): number {
    return this.#spool?.timeOf(step) ?? 0;
  }

  async read(): Promise<void> {
    const until = performance.now() + SLICE;
    const { steps, spool, scan } = await this.#begun();
    do {
      const { value, done } = await steps.next();
      if (done) {
        this.done = true;
        return;
      }
      scan.see(value);
      spool.add(this.#redactor.known(value, STEP_KEYS));
    } while (performance.now() < until);
  }

  async #begun() {
    const system = this.#system;
    this.#scan ??= await TreeScan.open(system, this.#workspace, this.#source);
    this.#open ??= await openSource(system, this.#source);
    return {
      scan: this.#scan,
      steps: this.#steps ??= stepsOf(system, this.#workspace, this.#open),
      spool: this.#spool ??= new StepSpool(
        system,
        layout(this.#workspace.root).state,
      ),
    };
  }

  warnings(): string[] {
    return this.#open ? lostText(this.#open.lost) : [];
  }

  /**
   * Returns the changes that the client recorded, and the difference between
   * the trees around a step.
   */
  async diff(step: number): Promise<string[]> {
    const edits = this.get(step)?.edits ?? [];
    const noted = edits.flatMap(({ path, how, diff }) => [
      `${escapeText(path)} (${how})`,
      ...diff === null
        ? ["The client kept no changes"]
        : escapeLines(diff.trimEnd()).split("\n"),
      "",
    ]);
    const between = noted.length > 0 ? [] : await this.#between(step);
    const lines = [...noted, ...between];
    return lines.length > 0 ? lines : ["No changes of files are known."];
  }

  async #between(step: number): Promise<string[]> {
    const after = this.#scan?.around(step).exact;
    const around = this.#scan?.around(step - 1);
    const before = around?.exact ?? around?.before;
    if (!after || !before || after.commit === before.commit) return [];
    const [kept, earlier] = await Promise.all([
      this.#scan!.read(after),
      this.#scan!.read(before),
    ]);
    if (!kept || !earlier) return [];
    const patch = await patchBetween(
      kept.place.vault.git,
      partOf(before.commit, "worktree"),
      partOf(after.commit, "worktree"),
    );
    const text = this.#redactor.text(decodeBytes(patch.slice(0, LARGEST)));
    return [
      `All changes since step ${before.step}:`,
      ...escapeLines(text.trimEnd()).split("\n"),
    ];
  }

  async files(step: number): Promise<FilesAt | string[]> {
    const around = this.#scan?.around(step);
    const kept = around?.exact && await this.#scan!.read(around.exact);
    if (!kept) {
      const { before = null, after = null } = around ?? {};
      const near = { before, after };
      return [
        this.done
          ? `The files at step ${step} are unknown.`
          : "The steps are still being read.",
        ...this.done ? [escapeText(nearText(near))] : [],
      ];
    }
    const files = await filesIn(kept.place, kept.record);
    return {
      paths: [...files.keys()],
      read: async (path) => {
        const bytes = await readFileIn(kept, files.get(path)!);
        if (bytes.length > LARGEST || bytes.includes(0)) {
          return [`Not text, or too large: ${bytes.length} bytes`];
        }
        const text = this.#redactor.text(decodeBytes(bytes));
        return escapeLines(text).split("\n");
      },
    };
  }

  bookmarks(): readonly Bookmark[] {
    return this.#marks ??= readBookmarks(this.#system, this.#key);
  }

  async toggleBookmark({ step, at, description }: ReplayStep): Promise<void> {
    this.#marks = await toggleBookmark(this.#system, this.#key, {
      step,
      at: at ?? "",
      text: description,
    });
  }
}
