import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { shellCommands } from "./shell_commands.ts";
import { isWorthRunning, verificationOf } from "./verification.ts";

const KINDS = {
  test: `npm test|npm run test:unit -- --grep "x y"|pnpm --filter web test
    yarn workspace api test|bun test|deno test -A --no-check tests/a_test.ts
    cargo test --all|go test ./...|pytest -q tests/|python -m pytest
    python3 -m unittest discover|tox -e py312|npx vitest run|npx jest src
    CI=1 NODE_ENV=test npx --yes mocha|cd app && npm test|timeout 60 npm t
    timeout -k 5 60s pytest|make test|just test|./gradlew test|mvn -q verify
    dotnet test|bundle exec rspec spec/a_spec.rb|bin/rails test|phpunit
    vendor/bin/phpunit --filter x|ctest --output-on-failure|bazel test //...
    uv run pytest|poetry run pytest -x|bash -c "npm test"|(cd web; npm test)
    time npm test|turbo run test|nx test api|node --test|playwright test
    docker compose exec web pytest|npm --prefix web test|swift test|mix test
    sh scripts/test.sh|./run_tests.sh -v|bash -e ./ci/unit-tests.sh`,
  lint: `npx eslint .|npm run lint|ruff check .|cargo clippy -- -D warnings
    deno lint|golangci-lint run|prettier --check .|black --check src
    npm run format:check|shellcheck a.sh|go vet ./...|pre-commit run -a
    make check|cargo fmt --check|yarn lint:css|biome ci`,
  types: `tsc --noEmit|npx tsc -p .|mypy src|pyright|deno check main.ts
    npm run typecheck|pnpm type-check|cargo check|npx vue-tsc|phpstan analyse`,
  build: `npm run build|cargo build --release|go build ./cmd/x|make
    ./gradlew assemble|dotnet build|vite build|docker build -t x .|make build
    cmake --build out|mvn -DskipTests package|next build`,
} as const;

for (const [kind, text] of Object.entries(KINDS)) {
  for (const command of text.split(/\||\n/).map((one) => one.trim())) {
    Deno.test(`verificationOf() recognizes "${command}" as a ${kind}`, () => {
      assertEquals(verificationOf(command), {
        kind: kind as keyof typeof KINDS,
        doubt: undefined,
      });
    });
  }
}

for (
  const command of [
    ...["ls test", "cat package.json", "git commit -m 'run npm test'"],
    ...["grep -rn pytest .", "echo npm test", "npm install", "npm start"],
    ...["./deploy.sh", "sh test-data-reset.sh", "./build-and-deploy.sh"],
    ...["vim test.ts", "cat <<'EOF' > run.sh\nnpm test\nEOF", "jest --help"],
    ...["# npm test", "prettier --write .", "tsc --watch", "node test.js"],
    ...["", "(((", "'npm test", "mkdir build", "rm -rf dist", "npm testify"],
  ]
) {
  Deno.test(`verificationOf() ignores ${JSON.stringify(command)}`, () => {
    assertEquals(verificationOf(command), undefined);
  });
}

for (
  const [command, exit, doubt] of [
    ["npm test | tail -5", 0, "a pipe hides its exit status"],
    ["npm test 2>&1 | tee log", 0, "a pipe hides its exit status"],
    ["npm test; true", 0, "a command after it hides its exit status"],
    ["npm test || true", 0, "a command after it hides its exit status"],
    ["npm test\necho done", 0, "a command after it hides its exit status"],
    ["npm test &", 0, "it ran in the background"],
    ["if npm test; then echo y; fi", 0, "it is part of a condition"],
    ["npm test && git push", 1, "a command after it may have failed"],
    ["a || npm test", 0, "it runs only if another fails"],
    ["npm test && git push", 0, undefined],
    ["npm test || exit 1", 1, undefined],
    ["set -o pipefail; npm test | tail", 0, undefined],
    ["set -euo pipefail\nnpm test\necho ok", 0, undefined],
    ["npm run lint && npm test", 1, undefined],
    ["npm test 2>&1", 0, undefined],
    ["npm test > log 2>&1;", 0, undefined],
    ["npm test -- -t 'a | b; c'", 0, undefined],
  ] as const
) {
  Deno.test(
    `the exit status ${exit} of ${JSON.stringify(command)} is ${
      doubt === undefined ? "believed" : "doubted"
    }`,
    () => {
      assertEquals(verificationOf(command, exit)?.doubt, doubt);
    },
  );
}

Deno.test("isWorthRunning() leaves out commands that only read", () => {
  for (const command of ["ls -la", "cd x && cat a | head", "git status", ""]) {
    assert(!isWorthRunning(command), command);
  }
  for (
    const command of ["node scripts/seed.js", "cd x && docker compose up -d"]
  ) assert(isWorthRunning(command), command);
});

Deno.test("shellCommands() and verificationOf() take any text", () => {
  const line = fc.string({
    unit: fc.constantFrom(..."ab '\"\\$()`;|&<>#\nE", "npm test", "<<E"),
  });
  fc.assert(fc.property(line, (text) => {
    for (const { text: step } of shellCommands(text)) {
      assert(text.includes(step[0]!));
    }
    verificationOf(text, 1);
    isWorthRunning(text);
  }));
});
