import treeSitter from "@vscode/tree-sitter-wasm";

const { Language, Parser } = treeSitter;

interface Node {
  readonly isError: boolean;
  readonly isMissing: boolean;
  readonly text: string;
  readonly startPosition: { readonly row: number };
  readonly children: readonly Node[];
}

const PREFIX = "@vscode/tree-sitter-wasm/tree-sitter-";

/** Returns the syntax errors of a text, by a grammar alone: no code runs. */
export async function syntaxErrors(
  language: "powershell" | "ruby" | "bash",
  text: string,
): Promise<string[]> {
  await Parser.init();
  const grammar = new URL(import.meta.resolve(`${PREFIX}${language}.wasm`));
  const parser = new Parser();
  parser.setLanguage(await Language.load(await Deno.readFile(grammar)));
  const tree = parser.parse(text);
  const errors: string[] = [];
  const visit = (node: Node) => {
    if (node.isError || node.isMissing) {
      const line = node.startPosition.row + 1;
      errors.push(`line ${line}: ${node.text.slice(0, 80)}`);
    }
    node.children.forEach(visit);
  };
  visit(tree.rootNode);
  tree.delete();
  parser.delete();
  return errors;
}
