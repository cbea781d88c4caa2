import ts from "typescript";

/** The kinds of texts that are counted apart. */
export const KINDS = ["strings", "comments", "docs", "test names"] as const;

/** A kind of text. */
export type Kind = typeof KINDS[number];

/** A paragraph or literal of a file, on one line, code spans as one word. */
export interface Text {
  readonly kind: Kind;
  readonly path: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** True for a doc comment's first paragraph. */
  readonly opens: boolean;
}

/** Texts of a Markdown page, a TypeScript file, or a shell script. */
export function textsOf(path: string, source: string): Text[] {
  if (path.endsWith(".md")) return pageTexts(path, source);
  if (/\.(?:sh|ps1)$/.test(path)) return scriptTexts(path, source);
  return path.endsWith(".ts") ? codeTexts(path, source) : [];
}

/** The paragraphs of a page without its code, except help in text blocks. */
function pageTexts(path: string, source: string): Text[] {
  const found: Text[] = [];
  let fence: string | undefined;
  let part: string[] = [];
  let start = 0;
  const end = () => {
    const text = plain(part.join(" "));
    if (text !== "") {
      found.push({ kind: "docs", path, line: start + 1, text, opens: false });
    }
    part = [];
  };
  const lines = source.split("\n");
  const body = lines[0] === "---" ? lines.indexOf("---", 1) + 1 : 0;
  lines.forEach((line, at) => {
    if (at < body) return;
    const mark = /^\s*(```|~~~)(\w*)/.exec(line);
    if (mark) {
      end();
      fence = fence === undefined ? mark[2]! : undefined;
      return;
    }
    const isHelp = fence === "text" && path === "docs/cli.md";
    if (fence !== undefined && !isHelp) return;
    // A list item, a heading, a row, an option: each is a text by itself.
    const begins = isHelp
      ? /^\s{2,}|^(?:Usage|Examples|\w[\w ]*):/.test(line)
      : /^\s*(?:[-*] |\d+\. |#|\|)/.test(line);
    if (line.trim() === "" || begins) end();
    if (isHelp && /^ {2,}mpm |^Usage:/.test(line)) return;
    if (part.length === 0) start = at;
    if (!isHelp && line.trimStart().startsWith("|")) {
      for (const cell of line.split(/(?<!\\)\|/)) {
        part = [cell.replace(/^[\s:-]*$/, "")];
        end();
      }
    } else part.push(line.replace(/^\s*(?:[-*] |\d+\. |#+ )/, ""));
  });
  end();
  return found;
}

/** The comments and the quoted texts of a shell or PowerShell script. */
function scriptTexts(path: string, source: string): Text[] {
  const found: Text[] = [];
  const lineOf = (at: number) => source.slice(0, at).split("\n").length;
  const add = (kind: Kind, at: number, text: string) => {
    if (words(text).length < 3) return;
    found.push({ kind, path, line: lineOf(at), text, opens: false });
  };
  const comments = /^[ \t]*# .*(?:\n[ \t]*# .*)*/gm;
  for (const { 0: comment, index } of source.matchAll(comments)) {
    add("comments", index, plain(comment.replace(/^[ \t]*# /gm, "")));
  }
  const code = source.replace(comments, (text) => text.replace(/[^\n]/g, " "));
  for (const { 0: text, index } of code.matchAll(/"[^"\n]*"|'[^'\n]*'/g)) {
    add("strings", index, plain(text.slice(1, -1)));
  }
  return found;
}

/** The comments, the literals with three words or more, and test names. */
function codeTexts(path: string, source: string): Text[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: Text[] = [];
  const covered: [number, number][] = [];
  const lineOf = (at: number) =>
    file.getLineAndCharacterOfPosition(at).line + 1;
  const add = (kind: Kind, at: number, text: string, opens = false) => {
    if (text !== "") found.push({ kind, path, line: lineOf(at), text, opens });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      covered.push([node.getStart(), node.end]);
    }
    const literal = literalText(node);
    if (literal !== undefined) {
      covered.push([node.getStart(), node.end]);
      const kind = isTestName(node) ? "test names" : "strings";
      // Each cell of a row such as "name | summary" is a text by itself.
      for (const part of literal.split(/\n\s*\n|\n(?= {2,})| \| /)) {
        const text = plain(part);
        if (words(text).length >= 3) add(kind, node.getStart(), text);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let bare = source;
  for (const [from, to] of covered) {
    bare = bare.slice(0, from) + " ".repeat(to - from) + bare.slice(to);
  }
  const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/g;
  for (const { 0: comment, index } of bare.matchAll(COMMENT)) {
    const text = source.slice(index, index + comment.length)
      .replace(/^\/\*\*?|\*\/$/g, "").replace(/^[ \t]*(?:\*|\/\/) ?/gm, "");
    const parts = text.replace(/```[^]*?```/g, "\n\n")
      .split(/\n\s*\n|\n(?=\s*(?:- |\d+\. |\||@\w))/)
      .map((part) => plain(part.replace(/^\s*(?:- |\d+\. )/, "")))
      .filter((part) => part !== "" && !/^deno-lint-ignore/.test(part));
    parts.forEach((part, at) =>
      add("comments", index, part, at === 0 && comment.startsWith("/**"))
    );
  }
  return found;
}

/** The text of a literal or of literals joined by "+", values as `_`. */
function literalText(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) {
    return ts.isBinaryExpression(node.parent) && joins(node.parent)
      ? undefined
      : node.text;
  }
  if (ts.isTemplateExpression(node)) {
    return ts.isBinaryExpression(node.parent) && joins(node.parent)
      ? undefined
      : templateText(node);
  }
  if (!ts.isBinaryExpression(node) || !joins(node)) return undefined;
  if (ts.isBinaryExpression(node.parent) && joins(node.parent)) {
    return undefined;
  }
  const side = (one: ts.Expression): string =>
    ts.isStringLiteralLike(one)
      ? one.text
      : ts.isTemplateExpression(one)
      ? templateText(one)
      : ts.isBinaryExpression(one) && joins(one)
      ? side(one.left) + side(one.right)
      : "_";
  return side(node);
}

function templateText(node: ts.TemplateExpression): string {
  return node.head.text +
    node.templateSpans.map(({ literal }) => `_${literal.text}`).join("");
}

/** Returns whether literals are joined with "+" to one text. */
function joins(node: ts.BinaryExpression): boolean {
  const isText = (one: ts.Expression): boolean =>
    ts.isStringLiteralLike(one) || ts.isTemplateExpression(one) ||
    ts.isBinaryExpression(one) && joins(one);
  return node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right));
}

/** Returns whether a literal names a test or a step of a test. */
function isTestName(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent) && parent.arguments[0] === node) {
    return /^Deno\.test\b|\.step$/.test(parent.expression.getText());
  }
  return ts.isPropertyAssignment(parent) && parent.name.getText() === "name" &&
    ts.isCallExpression(parent.parent.parent) &&
    /^Deno\.test\b/.test(parent.parent.parent.expression.getText());
}

/** One line: code spans, links, and an option's list of values are a word each. */
function plain(text: string): string {
  return text.replace(/\\?`[^`]*`/g, "`x`")
    .replace(/\{@link [^}]*\}/g, "`x`")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/https?:\S+/g, "`x`")
    .replace(/(?<=; one of )\w+(?:, \w+)+(?=\))/g, "`x`")
    .replace(/\s+/g, " ").trim();
}

/** The words of a text. */
export function words(text: string): string[] {
  return text.match(
    /`x`|[\w$~./@#%&+=<>{}()-]*[A-Za-z0-9_][\w'’$~./@#%&+=<>{}()-]*/g,
  ) ?? [];
}

/** The sentences of a text. */
export function sentences(text: string): string[] {
  return text.split(/(?<=[.!?]["')\]]?) (?=\S)/).filter(Boolean);
}
