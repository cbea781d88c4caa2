import { join } from "../../base/join.ts";
import { agentName, agentNameIn, isSameAgent } from "../../base/names.ts";
import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import {
  type DocumentFolder,
  documentFolders,
  documentText,
  LARGEST_DOCUMENT,
  readDocument,
  readDocuments,
  writeInFolder,
} from "../../documents/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { journaled, withLock } from "../../ops/mod.ts";
import { editedText } from "../../saves/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { actorOf } from "../names.ts";
import { checkDocument } from "./check_document.ts";
import type { HandoffNewResult } from "./commands/results.ts";
import { draftedParts, type GivenParts } from "./draft.ts";
import { unknownAgentNote } from "./find.ts";

/** The options of `mpm handoff new`. */
export interface NewInput extends Omit<GivenParts, "from" | "byPerson"> {
  readonly from: string | undefined;
  readonly bare: boolean;
  readonly git: boolean;
  readonly local: boolean;
  readonly edit: boolean;
  readonly "dry-run": boolean;
}

/**
 * Writes a hand-off document. Throws USAGE for an invalid name, and for a
 * hand-off to oneself.
 */
export async function writeHandoff(
  context: Context,
  input: NewInput,
): Promise<HandoffNewResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const place = folderFor(system, workspace, input);
  if (input.to === "") {
    throw new MpmError("USAGE", "The name of the other agent is missing", {
      hint: "mpm handoff new --to <agent>",
    });
  }
  const to = agentName(input.to, "--to");
  const sender = await senderOf(system, workspace, input.from);
  if (isSameAgent(sender.name, to.name)) throw ownHandoff(sender.name);
  const given = {
    ...input,
    ...{ from: sender.name, byPerson: sender.byPerson, to: shown(to.name) },
  };
  const parts = await draftedParts(context, workspace, {
    given,
    bare: input.bare,
  });
  const drafted = redactorOf(system).text(documentText(parts));
  const text = input.edit ? await edited(context, workspace, drafted) : drafted;
  const documents = readDocuments(system, workspace);
  const unknown = unknownAgentNote(system, workspace.worktree, {
    ...{ name: to, documents },
  });
  const names = { sender: sender.name, to: to.key };
  const write = (system: System, dryRun: boolean) =>
    written(system, workspace, { ...names, place, text, dryRun });
  const dryRun = input["dry-run"];
  const path = dryRun
    ? write(system, true)
    : await journaled(context, ({ system }) => write(system, false), {
      operation: "handoff new",
      workspace,
      lock: withLock,
      title: () => `write a hand-off to ${to.name}`,
      files: candidates(system, place, names),
    });
  const findings = await checkDocument(context, workspace, { path, text });
  return {
    ...{ dry_run: dryRun, path, text, shared: place.shared },
    id: path.slice(place.path.length + 1, -".md".length),
    ...{ from: sender.name, to: shown(to.name), findings: findings.length },
    warnings: unknown === undefined ? [] : [context.redact(unknown)],
  };
}

function folderFor(
  system: System,
  workspace: Workspace,
  { git, local }: NewInput,
): DocumentFolder {
  if (git && local) {
    throw new MpmError("USAGE", "Cannot combine --git with --local", {
      hint: "Use only one of them",
    });
  }
  const { config } = readConfigAnyway(system, workspace.root);
  const folders = documentFolders(system, workspace);
  return git || config["handoff.git"] && !local
    ? folders.shared
    : folders.local;
}

/** Returns the sender's name as shown in the document. */
async function senderOf(
  system: System,
  workspace: Workspace,
  given: string | undefined,
): Promise<{ name: string; byPerson: boolean }> {
  if (given !== undefined) {
    return { name: shown(agentName(given, "--from").name), byPerson: false };
  }
  const { name, kind } = await actorOf(system, workspace, undefined);
  return { name: shown(name), byPerson: kind === "person" };
}

/** A name typed in lower case gets a capital. */
function shown(name: string): string {
  const line = name.replaceAll(/[\s→#]+/g, " ").trim();
  return /[A-Z]/.test(line)
    ? line
    : line.slice(0, 1).toUpperCase() + line.slice(1);
}

function ownHandoff(name: string): MpmError {
  return new MpmError(
    "USAGE",
    `Cannot hand off work to yourself: you are ${name}`,
    {
      hint: 'Name another agent with --to, or the sender with --from. "mpm ' +
        'next" notes a step for yourself',
    },
  );
}

/** Opens the text in the editor. Throws CANCELLED, USAGE. */
async function edited(
  context: Context,
  { root }: Workspace,
  drafted: string,
): Promise<string> {
  return await editedText(context, `${root}\nhandoff`, {
    before: drafted,
    command: "mpm handoff new -e",
    read(text) {
      const { to } = readDocument(text);
      if (to && agentNameIn(to.text)) return context.redact(text);
      throw new MpmError(
        "UNREADABLE",
        "The edited text does not name the agent that gets the document",
        { hint: 'Leave "# Agent Handoff: <from> → <to>" as the first line' },
      );
    },
  });
}

/**
 * The maximum number of times to try when looking for a free name. Each try
 * takes the next second.
 */
const MOST_TRIES = 100;

/** Returns the possible paths of a document, the best first. */
function candidates(
  system: System,
  place: DocumentFolder,
  { sender, to }: { sender: string; to: string },
): string[] {
  const from = agentNameIn(sender)?.key ?? "person";
  const now = system.now().getTime();
  return Array.from({ length: MOST_TRIES }, (_, at) => {
    const time = new Date(now + 1000 * at).toISOString();
    const digits = time.replaceAll(/[-:]|\..*$/g, "").replace("T", "-");
    return join(place.path, `${digits}-${from}-${to}.md`);
  });
}

/** Writes the document under the first free name, and returns its path. */
function written(
  system: System,
  workspace: Workspace,
  { place, sender, to, text, dryRun }: {
    place: DocumentFolder;
    sender: string;
    to: string;
    text: string;
    dryRun: boolean;
  },
): string {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > LARGEST_DOCUMENT) {
    throw new MpmError("USAGE", `The document has ${bytes} bytes`, {
      hint: `The limit is ${LARGEST_DOCUMENT} bytes. Link to files instead`,
    });
  }
  const path = candidates(system, place, { sender, to })
    .find((one) => !system.files.lstat(one));
  if (path === undefined) {
    throw new MpmError("CONFLICT", "Too many hand-offs in one minute", {
      hint: "Try again in a minute",
    });
  }
  if (!dryRun) writeInFolder(system, workspace, { folder: place, path, text });
  return path;
}
