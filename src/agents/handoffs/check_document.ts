import { dirname, isAbsolute, relative, resolve, SEPARATOR } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import {
  documentFolders,
  type Entry,
  type ReadDocument,
  readDocument,
} from "../../documents/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import { readEvidence } from "../../handoff/mod.ts";
import { commandForm, type Evidence } from "../../items/mod.ts";
import { redactorOf, scanBytes } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { anchorsIn, lastLineOf, linksOf, type LinkTarget } from "./links.ts";
import { claimsOf, type LintFinding, lintText, type Rule } from "./lint.ts";

/** A document to check. */
export interface CheckedText {
  /** Absolute; the file need not exist. */
  readonly path: string;
  readonly text: string;
}

/**
 * Returns the places where a document breaks a rule, by line. Reads the files
 * that the document names and the runs that mpm knows, but does not run
 * anything. If the document says that something passes, this throws the errors
 * of `readEvidence()`.
 */
export async function checkDocument(
  context: Context,
  workspace: Workspace,
  { path, text }: CheckedText,
): Promise<LintFinding[]> {
  const { system } = context;
  const document = readDocument(text);
  const place = { system, worktree: workspace.worktree, path, document };
  const findings = [
    ...lintText(document),
    ...document.files.flatMap((entry) => fileFindings(place, entry)),
    ...linksOf(document).flatMap((link) => linkFindings(place, link)),
    ...await evidenceFindings(context, workspace, document),
    ...secretFindings(system, text),
  ];
  return findings.sort((a, b) => a.line - b.line);
}

/** A document in its project. */
interface Place {
  readonly system: System;
  readonly worktree: string;
  readonly path: string;
  readonly document: ReadDocument;
}

function finding(rule: Rule, line: number, message: string): LintFinding[] {
  return [{ rule, line, message }];
}

function fileFindings(place: Place, { text, line }: Entry): LintFinding[] {
  const found = findFile(place, text);
  if (found === "outside") {
    return finding("file", line, `"${text}" is outside the project`);
  }
  return found ? [] : finding("file", line, `"${text}" does not exist`);
}

/**
 * Finds a file by its path from the top of the worktree, or else from the
 * folder of the document. `outside`: the file is not in the worktree.
 */
function findFile(
  { system, worktree, path }: Place,
  name: string,
): string | "outside" | undefined {
  if (name.includes("\0")) return undefined;
  const rooted = name.startsWith("/") ? [join(worktree, name)] : [];
  const tried = [
    ...rooted,
    resolve(worktree, name),
    resolve(dirname(path), name),
  ].filter((one) => isBelow(worktree, one));
  if (tried.length === 0) return "outside";
  return tried.find((one) => attempt(() => system.files.stat(one)));
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== ".." && !/^\.\.[\\/]/.test(way);
}

/** The maximum size of a file that is searched for anchors, in bytes. */
const LARGEST = 4 * 1024 * 1024;

function linkFindings(place: Place, link: LinkTarget): LintFinding[] {
  const { line, path, anchor } = link;
  const file = path === "" ? place.path : findFile(place, path);
  if (file === "outside") {
    return finding("link", line, `"${path}" is outside the project`);
  }
  if (!file) return finding("link", line, `"${path}" does not exist`);
  if (!anchor) return [];
  if (path === "") return anchorFindings(link, anchorsIn(place.document));
  const bytes = attempt(() => place.system.files.readOwn(file, LARGEST));
  if (!bytes) {
    return finding("anchor", line, `Cannot read "${path}" for "#${anchor}"`);
  }
  const text = new TextDecoder().decode(bytes);
  const last = lastLineOf(anchor);
  if (last === undefined) {
    return anchorFindings(link, anchorsIn(readDocument(text)));
  }
  const lines = text.split("\n").length;
  return last <= lines
    ? []
    : finding("anchor", line, `"${path}" has ${lines} lines, not ${last}`);
}

function anchorFindings(
  { line, path, anchor = "" }: LinkTarget,
  anchors: ReadonlySet<string>,
): LintFinding[] {
  // GitHub ignores case.
  if (anchors.has(anchor) || anchors.has(anchor.toLowerCase())) return [];
  const where = path === "" ? "this document" : `"${path}"`;
  return finding("anchor", line, `No heading in ${where} matches "#${anchor}"`);
}

async function evidenceFindings(
  context: Context,
  workspace: Workspace,
  document: ReadDocument,
): Promise<LintFinding[]> {
  const claims = claimsOf(document);
  if (claims.length === 0) return [];
  const { evidence } = await readEvidence(context, undefined);
  const { shared } = documentFolders(context.system, workspace);
  const folder = relative(workspace.worktree, shared.path);
  const known = new Map<string, Evidence>(
    evidence.map((one) => [commandForm(one.command), one]),
  );
  return claims.flatMap(({ line, command }) => {
    if (command === undefined) {
      const message =
        "The text says that something passes, but names no command";
      return finding("evidence", line, message);
    }
    const found = known.get(commandForm(command));
    if (found && holds(found, folder.split(SEPARATOR).join("/"))) return [];
    const state = found
      ? `${found.state}, ${found.why}`
      : "mpm has no record that it ran";
    return finding("evidence", line, `\`${command}\`: ${state}`);
  });
}

/**
 * Returns whether a result still holds. Hand-off documents written after the
 * run do not affect it.
 */
function holds(
  { state, changed, changes }: Evidence,
  folder: string,
): boolean {
  return state === "holds" ||
    state === "stale" && changed.length === changes &&
      changed.every((path) => path.startsWith(`${folder}/`));
}

function secretFindings(system: System, text: string): LintFinding[] {
  const bytes = new TextEncoder().encode(text);
  return scanBytes(bytes, redactorOf(system))
    .flatMap(({ line, label }) =>
      finding("secret", line, `A secret: ${label}`)
    );
}
