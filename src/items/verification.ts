import { shellWords } from "../base/shell.ts";
import type { Run } from "./item.ts";
import { type ShellCommand, shellCommands } from "./shell_commands.ts";

/** The verification that a command line performs. */
export interface Verification {
  readonly kind: Exclude<Run["kind"], "other">;
  /** Why the exit status of the whole line does not prove the result. */
  readonly doubt: string | undefined;
}

type Kind = Verification["kind"];

/** Names of scripts for each kind of verification, the most specific first. */
const SCRIPTS: readonly (readonly [Kind, RegExp])[] = [
  ["types", /^(?:type-?check|check[-:]types|types|tsc|mypy|pyright)\b/],
  [
    "test",
    /^(?:tests?|t|e2e|spec|specs|unit|integration|cover(?:age)?|verify)(?![a-z])/,
  ],
  [
    "lint",
    /^(?:lint\w*|eslint|stylelint|clippy|vet|check|ci|(?:fmt|format)[-:]check)(?![a-z])/,
  ],
  ["build", /^(?:build|compile|bundle|assemble|package|dist)(?![a-z])/],
  ["test", /[-:](?:tests?|e2e|spec)$/],
  ["types", /[-:]type-?check$/],
  ["lint", /[-:]lint$/],
  ["build", /[-:]build$/],
];

/** Programs that run a project's named scripts or targets. */
const RUNNERS = new Set(
  ("npm pnpm yarn bun deno turbo nx lerna rush make gmake just task rake rails" +
    " composer invoke nox poe mise gradle gradlew mvn mvnw sbt lein mix wireit")
    .split(" "),
);

/** Words that may come between a runner and the name. */
const BETWEEN = new Set(["run", "run-script", "task", "workspace", "foreach"]);

/** Programs with a single purpose, by the kind of verification. */
const PROGRAMS: ReadonlyMap<string, Kind> = new Map(
  ([
    [
      "test",
      "pytest py.test unittest nose2 tox jest vitest mocha ava karma rspec" +
      " minitest phpunit pest ctest bats busted prove behave cucumber ginkgo" +
      " gotestsum elm-test ward trial",
    ],
    [
      "lint",
      "eslint oxlint stylelint flake8 pylint bandit rubocop standardrb" +
      " golangci-lint staticcheck shellcheck hadolint yamllint markdownlint" +
      " markdownlint-cli2 ktlint detekt phpcs clang-tidy actionlint swiftlint" +
      " commitlint knip tflint sqlfluff vale checkstyle ansible-lint",
    ],
    [
      "types",
      "tsc vue-tsc svelte-check mypy pyright basedpyright pytype pyre" +
      " flow phpstan psalm steep tsd",
    ],
    [
      "build",
      "webpack rollup esbuild tsup ninja javac sphinx-build wasm-pack" +
      " xcodebuild parcel ng-packagr",
    ],
  ] as const).flatMap(([kind, names]) =>
    names.split(" ").map((name) => [name, kind] as const)
  ),
);

/** Programs whose first arguments determine the kind. */
const COMMANDS: readonly (readonly [Kind, RegExp])[] = [
  [
    "test",
    /^(?:go|cargo|deno|bun|dotnet|swift|zig|stack|cabal|dart|flutter|bazel|bazelisk|playwright|rails|forge|hardhat|truffle|pants|buck2|meson|crystal spec|k6 run) test\b/,
  ],
  [
    "test",
    /^(?:cargo (?:t|nextest|llvm-cov)|cypress run|zig build test|crystal spec|flutter drive|go test)\b/,
  ],
  ["test", /^(?:node|tsx) --test\b/],
  [
    "test",
    /^(?:coverage run|xcodebuild test|manage\.py test|django-admin test)\b/,
  ],
  ["types", /^(?:cargo (?:check|c)|deno check|ty check|srb tc|mix dialyzer)\b/],
  [
    "lint",
    /^(?:go vet|cargo clippy|deno lint|ruff(?: check)?|biome (?:check|lint|ci)|next lint|ng lint|mix credo|dart analyze|flutter analyze|pre-commit run|helm lint|terraform validate|buf lint|dotnet format)\b/,
  ],
  [
    "lint",
    /^(?:prettier|black|isort|gofmt|cargo fmt|deno fmt|ruff format|dart format|mix format|rustfmt|clang-format|shfmt)\b(?=.* (?:--check|--check-only|-c|-l|-d|--dry-run|--list-different|--verify-no-changes|--set-exit-if-changed)\b)/,
  ],
  [
    "build",
    /^(?:go|cargo|dotnet|swift|zig|stack|cabal|bazel|bazelisk|vite|next|nuxt|astro|ng|hugo|mkdocs|docker|podman|forge|meson|flutter|remix|gatsby|electron-builder|esbuild) (?:build|b|publish)\b/,
  ],
  [
    "build",
    /^(?:docker compose build|docker buildx build|cmake --build|deno compile|mix compile|sbt compile)\b/,
  ],
];

/** Matches a shell script whose name only says that it verifies something. */
const SHELL_SCRIPT =
  /^(?:(?:ba|da|k|z)?sh (?:-\w+ )*)?(?:run[-_])?((?:[-_]?(?:tests?|all|unit|e2e|integration|smoke|specs?|suite|lint|style|checks?|verify|ci|build|compile|type-?check|types|coverage))+)\.(?:ba|z)?sh(?= |$)/;

/** Programs that run another program; mpm skips them and their arguments. */
const WRAPPERS: readonly RegExp[] = [
  /^(?:time|nice|nohup|command|exec|builtin|sudo|npx|bunx|pnpx|uvx|pipx|env|xvfb-run|stdbuf|caffeinate|corepack|dotenv|cross-env|then|do|else|if|while|until|!)(?: -\S+)* /,
  /^timeout(?: -[ks] \S+| -\S+)* \d[\d.]*[smhd]? /,
  /^(?:npm exec|pnpm exec|pnpm dlx|yarn exec|yarn dlx|yarn node|bun x|bun run|deno run|poetry run|uv run|pipenv run|pdm run|hatch run|rye run|bundle exec|mise exec|direnv exec \S+|nix develop -c|pipx run|c8|nyc|coverage run -m)(?: -\S+)* /,
  /^(?:python|python\d(?:\.\d+)?|py)(?: -[^m\s]\S*)* -m /,
  /^(?:docker|podman)(?: compose|-compose)? (?:exec|run)(?: -\S+)* \S+ /,
  /^[A-Za-z_]\w*=\S* /,
  /^-- /,
];

/** Commands that only look at something. */
const LOOKS =
  / (?:--help|--version|--watch\w*|-w|--list(?:-tests|Tests)?|--collect-only|--dry-run|--showConfig|--init|--print-config)(?=[\s=]|$)/;

/** Options of runners that are followed by a value. */
const VALUED =
  / (?:--filter|-F|-w|--workspace|--prefix|-C|--cwd|--dir|--directory|-f|--file|-p|--project|--scope|-j)[ =]\S+/g;

/**
 * Returns what a command line verifies, by known names of programs;
 * `undefined`: unknown. `exit` is the exit status of the whole line, if known.
 */
export function verificationOf(
  command: string,
  exit?: number,
): Verification | undefined {
  const steps = shellCommands(command.slice(0, LONGEST));
  const kinds = steps.map(({ text }) => kindOf(text));
  const found = ORDER.map((kind) => kinds.lastIndexOf(kind))
    .find((at) => at >= 0);
  if (found === undefined) return undefined;
  return { kind: kinds[found]!, doubt: doubtOf({ steps, kinds, exit }, found) };
}

/** The maximum number of UTF-16 units of a command to examine. */
const LONGEST = 4000;

const ORDER: readonly Kind[] = ["test", "build", "types", "lint"];

function kindOf(step: string, depth = 0): Kind | undefined {
  const inner = /^[({\s!]*(?:bash|sh|zsh) -\w*c (.*)$/s.exec(step)?.[1];
  if (inner !== undefined && depth === 0) {
    const [script = ""] = shellWords(inner) ?? [];
    return shellCommands(script).map(({ text }) => kindOf(text, 1))
      .find((kind) => kind !== undefined);
  }
  const words = shellWords(
    step.replace(/^[({\s]+/, "").replace(/[)}\s]+$/, ""),
  );
  if (!words || words.length === 0) return undefined;
  const line = unwrapped(words.map(plain).join(" "));
  if (LOOKS.test(line) && !/^(?:prettier|black|isort|gofmt)/.test(line)) {
    return undefined;
  }
  const [program = ""] = line.split(" ", 1);
  const known = PROGRAMS.get(program) ??
    COMMANDS.find(([, form]) => form.test(line))?.[0];
  if (known !== undefined) return known;
  if (program === "make" && line === "make") return "build";
  const script = SHELL_SCRIPT.exec(line)?.[1];
  if (script !== undefined) return scriptKind(`sh ${script}`);
  return RUNNERS.has(program) ? scriptKind(line) : undefined;
}

/** Returns a word without redirections, and for a program without its path. */
function plain(word: string, at: number): string {
  if (/^\d*[<>]|^&>/.test(word)) return "";
  const name = /^(?:\.{0,2}\/|[\w.~-]+\/)[^=]*?([\w.+-]+)$/.exec(word)?.[1];
  return at < 8 && name !== undefined && !word.startsWith("-")
    ? name.replace(/\.(?:cmd|exe|bat|ps1)$/, "")
    : word;
}

function unwrapped(line: string): string {
  let rest = line.replaceAll(/ +/g, " ").trim();
  for (let before = ""; rest !== before;) {
    before = rest;
    for (const wrapper of WRAPPERS) rest = rest.replace(wrapper, "");
  }
  return rest;
}

function scriptKind(line: string): Kind | undefined {
  const names = line.replaceAll(VALUED, "").split(" ").slice(1)
    .filter((word) => !/^[-:]|=/.test(word) && !BETWEEN.has(word))
    .slice(0, 2);
  const kinds = names.map((name) =>
    SCRIPTS.find(([, form]) => form.test(name))?.[0]
  );
  return kinds.find((kind) => kind !== undefined);
}

interface Parts {
  readonly steps: readonly ShellCommand[];
  readonly kinds: readonly (Kind | undefined)[];
  readonly exit: number | undefined;
}

/** Matches programs after the verification that cannot fail by themselves. */
const HARMLESS = /^(?:echo|printf|true|:|exit(?: \$\?)?|date|pwd)\b/;

function doubtOf(
  { steps, kinds, exit }: Parts,
  found: number,
): string | undefined {
  const before = steps.slice(0, found).map(({ text }) => text);
  const strict = before.some((text) => /^set -\w*e/.test(text));
  const pipes = before.some((text) => /^set\b.*\bpipefail/.test(text));
  if (/^(?:if|while|until|!)\s/.test(steps[found]!.text)) {
    return "it is part of a condition";
  }
  if (steps[found - 1]?.after === "||") return "it runs only if another fails";
  for (let at = found; at < steps.length; at++) {
    const { after } = steps[at]!;
    const next = steps[at + 1];
    if (after === "" || !next && after === ";") return undefined;
    if (after === "&") return "it ran in the background";
    if (after === "|" && !pipes) return "a pipe hides its exit status";
    if (after === "||" && !/^(?:exit|return|false)\b/.test(next?.text ?? "")) {
      return "a command after it hides its exit status";
    }
    if (after === ";" && !strict && next?.text !== "exit $?") {
      return "a command after it hides its exit status";
    }
    const other = after === "&&" && exit !== undefined && exit !== 0 &&
      kinds[at + 1] === undefined && !HARMLESS.test(next?.text ?? "");
    if (other) return "a command after it may have failed";
  }
  return undefined;
}

/** Programs that only look at something, or change the folder. */
const LOOKING =
  /^(?:cd|ls|ll|cat|head|tail|less|more|grep|egrep|rg|ag|fd|find|echo|printf|pwd|which|whereis|type|wc|sort|uniq|cut|tr|awk|sed -n|jq|yq|tree|stat|file|du|df|env|printenv|date|sleep|true|false|test|\[|ps|top|man|history|clear|export|source|set|mkdir|touch|chmod|cp|mv|rm|mpm|diff|xxd|kill|wait|id|whoami|uname|git (?:status|log|diff|show|branch|rev-parse|remote|blame|ls-files|add|stash list|config|describe|fetch|grep|reflog|worktree list))\b/;

/** Returns whether the next session might want to run the command again. */
export function isWorthRunning(command: string): boolean {
  return shellCommands(command.slice(0, LONGEST)).some(({ text }) => {
    const words = shellWords(text.replace(/^[({\s]+/, ""));
    const line = words ? unwrapped(words.map(plain).join(" ")) : "";
    return line !== "" && !LOOKING.test(line);
  });
}
