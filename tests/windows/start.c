/*
 * Starts and disturbs programs in Wine, for the tests.
 *   start run FOLDER [NAME=VALUE…] -- PROGRAM [ARGUMENT…]
 *   start break FOLDER [NAME=VALUE…] -- PROGRAM [ARGUMENT…]   Ctrl-Break, once it prints
 *   start hold FILE       opens a file alone until its input ends
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void die(const char *what) {
  fprintf(stderr, "start: %s (%lu)\n", what, GetLastError());
  exit(127);
}

/* One argument in quotes, by the rules of the C runtime. */
static WCHAR *quote(WCHAR *out, const WCHAR *word) {
  int slashes = 0;
  if (*word && !wcspbrk(word, L" \t\"")) {
    wcscpy(out, word);
    out += wcslen(word);
    *out++ = ' ';
    *out = 0;
    return out;
  }
  *out++ = '"';
  for (; *word; word++) {
    if (*word == '\\') slashes++;
    else {
      if (*word == '"') while (slashes-- >= 0) *out++ = '\\';
      slashes = 0;
    }
    *out++ = *word;
  }
  while (slashes-- > 0) *out++ = '\\';
  *out++ = '"';
  *out++ = ' ';
  *out = 0;
  return out;
}

static void hold(const WCHAR *path) {
  HANDLE file = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) die("open");
  puts("held");
  fflush(stdout);
  while (getchar() != EOF) continue;
}

static void run(int argc, WCHAR **argv, BOOL breaks) {
  if (!SetCurrentDirectoryW(argv[2])) die("folder");
  int at = 3;
  for (; at < argc && wcscmp(argv[at], L"--"); at++) {
    WCHAR *value = wcschr(argv[at], '=');
    *value++ = 0;
    SetEnvironmentVariableW(argv[at], *value ? value : NULL);
  }
  WCHAR *line = malloc(2000000), *out = line;
  for (int word = at + 1; word < argc; word++) out = quote(out, argv[word]);
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION made;
  DWORD group = breaks ? CREATE_NEW_PROCESS_GROUP : 0, status;
  if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, group, NULL, NULL, &start, &made)) die("program");
  if (breaks) {
    getchar();
    if (!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, made.dwProcessId)) die("break");
  }
  WaitForSingleObject(made.hProcess, INFINITE);
  GetExitCodeProcess(made.hProcess, &status);
  ExitProcess(status);
}

int wmain(int argc, WCHAR **argv) {
  if (argc == 3 && !wcscmp(argv[1], L"hold")) hold(argv[2]);
  else if (argc > 4) run(argc, argv, !wcscmp(argv[1], L"break"));
  else die("usage");
  return 0;
}
