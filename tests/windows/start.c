/*
 * Starts and disturbs programs in Wine, for the tests.
 *   start run FOLDER [NAME=VALUE…] -- PROGRAM [ARGUMENT…]
 *   start long FOLDER …   the same, with `long.c` in the program
 *   start kill MILLISECONDS FOLDER …   ends it then, with the status 9
 *   start crash N FOLDER …   ends it before its call N that changes files
 *       (status 9); with 0 it runs on, and "calls N flushes M" is printed last
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

/* What a program of Windows calls to change files or write to a stream. */
static const char *CALLS[] = {"NtWriteFile", "NtSetInformationFile", "NtFlushBuffersFile", "NtCreateFile"};
enum { CALL_COUNT = sizeof CALLS / sizeof *CALLS, FLUSH = 2, CREATE = 3 };
static const BYTE STUB[] = {0x4c, 0x8b, 0xd1}, TRAP = 0xcc; /* mov r10, rcx; int3 */
static BYTE *calls[CALL_COUNT];

/* Puts a trap at each call. Wine has its ntdll at one place in every program. */
static void set_traps(HANDLE process) {
  BYTE there[sizeof STUB];
  for (int at = 0; at < CALL_COUNT; at++) {
    calls[at] = (BYTE *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), CALLS[at]);
    if (!ReadProcessMemory(process, calls[at], there, sizeof there, NULL)) die("read");
    if (memcmp(there, STUB, sizeof STUB)) die("no call is there");
    if (!WriteProcessMemory(process, calls[at], &TRAP, 1, NULL)) die("trap");
  }
}

/* Does what the trap stands for; returns the number of the call, or -1. */
static int pass_trap(const DEBUG_EVENT *event, HANDLE process) {
  void *where = event->u.Exception.ExceptionRecord.ExceptionAddress;
  int call = 0;
  while (call < CALL_COUNT && calls[call] != where) call++;
  if (call == CALL_COUNT) return -1;
  HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, event->dwThreadId);
  CONTEXT context = {.ContextFlags = CONTEXT_FULL};
  /* A thread that its process ended at this moment calls nothing any more. */
  if (!GetThreadContext(thread, &context)) return -1;
  context.R10 = context.Rcx;
  context.Rip = (DWORD64)calls[call] + sizeof STUB;
  if (!SetThreadContext(thread, &context)) die("context");
  CloseHandle(thread);
  if (call != CREATE) return call;
  /* A file that is only opened is not changed. */
  DWORD disposition = 0;
  ReadProcessMemory(process, (void *)(context.Rsp + 0x40), &disposition, sizeof disposition, NULL);
  return disposition == 1 ? -1 : call;
}

/* Runs the program as a debugger does, up to its call `last`. */
static DWORD crash(HANDLE process, int last) {
  int seen = 0, flushes = 0, begun = 0;
  for (DEBUG_EVENT event;;) {
    if (!WaitForDebugEvent(&event, INFINITE)) die("wait");
    DWORD answer = DBG_CONTINUE, code = event.dwDebugEventCode;
    if (code == CREATE_PROCESS_DEBUG_EVENT) CloseHandle(event.u.CreateProcessInfo.hFile);
    else if (code == LOAD_DLL_DEBUG_EVENT) CloseHandle(event.u.LoadDll.hFile);
    else if (code == EXIT_PROCESS_DEBUG_EVENT) {
      fprintf(stderr, "calls %d flushes %d\n", seen, flushes);
      return event.u.ExitProcess.dwExitCode;
    } else if (code == EXCEPTION_DEBUG_EVENT) {
      if (event.u.Exception.ExceptionRecord.ExceptionCode != EXCEPTION_BREAKPOINT) answer = DBG_EXCEPTION_NOT_HANDLED;
      else if (!begun++) set_traps(process);
      else {
        int call = pass_trap(&event, process);
        if (call >= 0 && ++seen == last) TerminateProcess(process, 9);
        flushes += call == FLUSH;
      }
    }
    ContinueDebugEvent(event.dwProcessId, event.dwThreadId, answer);
  }
}

/*
 * Waits for the programs that a dead one started: git goes on without it. One
 * that Wine was about to start never begins, and never ends by itself.
 */
static void outlive(HANDLE job) {
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION now;
  for (int tries = 0; tries < 400; tries++, Sleep(5)) {
    if (!QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &now, sizeof now, NULL)) die("job");
    if (now.ActiveProcesses == 0) return;
  }
  TerminateJobObject(job, 9);
}

/* Loads long.dll, which lies beside this program, before the other begins. */
static void lengthen(HANDLE process) {
  WCHAR path[MAX_PATH];
  GetModuleFileNameW(NULL, path, MAX_PATH);
  wcscpy(wcsrchr(path, '\\') + 1, L"long.dll");
  void *there = VirtualAllocEx(process, NULL, sizeof path, MEM_COMMIT, PAGE_READWRITE);
  if (!WriteProcessMemory(process, there, path, sizeof path, NULL)) die("write");
  void *load = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "LoadLibraryW");
  HANDLE thread = CreateRemoteThread(process, NULL, 0, load, there, 0, NULL);
  DWORD loaded;
  WaitForSingleObject(thread, INFINITE);
  GetExitCodeThread(thread, &loaded);
  if (loaded) return;
  TerminateProcess(process, 127);
  die("long.dll");
}

enum verb { RUN, LONG_PATHS, KILL, CRASH };

/* The status of a program, which is ended after so many milliseconds. */
static DWORD end(HANDLE process, DWORD after) {
  DWORD status;
  if (WaitForSingleObject(process, after) == WAIT_TIMEOUT) TerminateProcess(process, 9);
  WaitForSingleObject(process, INFINITE);
  GetExitCodeProcess(process, &status);
  return status;
}

static void run(int argc, WCHAR **argv, enum verb verb, int number) {
  if (!SetCurrentDirectoryW(argv[0])) die("folder");
  int at = 1;
  for (; at < argc && wcscmp(argv[at], L"--"); at++) {
    WCHAR *value = wcschr(argv[at], '=');
    *value++ = 0;
    SetEnvironmentVariableW(argv[at], *value ? value : NULL);
  }
  WCHAR *line = malloc(2000000), *out = line;
  for (int word = at + 1; word < argc; word++) out = quote(out, argv[word]);
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION made;
  static const DWORD FLAGS[] = {[LONG_PATHS] = CREATE_SUSPENDED, [KILL] = CREATE_SUSPENDED, [CRASH] = DEBUG_ONLY_THIS_PROCESS};
  DWORD flags = FLAGS[verb], status;
  if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &start, &made)) die("program");
  if (verb == KILL || verb == CRASH) {
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (!AssignProcessToJobObject(job, made.hProcess)) die("job");
    if (verb == KILL) ResumeThread(made.hThread);
    status = verb == CRASH ? crash(made.hProcess, number) : end(made.hProcess, number);
    outlive(job);
    ExitProcess(status);
  }
  if (verb == LONG_PATHS) {
    lengthen(made.hProcess);
    ResumeThread(made.hThread);
  }
  ExitProcess(end(made.hProcess, INFINITE));
}

int wmain(int argc, WCHAR **argv) {
  if (argc == 3 && !wcscmp(argv[1], L"hold")) hold(argv[2]);
  else if (argc > 4 && !wcscmp(argv[1], L"run")) run(argc - 2, argv + 2, RUN, 0);
  else if (argc > 4 && !wcscmp(argv[1], L"long")) run(argc - 2, argv + 2, LONG_PATHS, 0);
  else if (argc > 5 && !wcscmp(argv[1], L"kill")) run(argc - 3, argv + 3, KILL, _wtoi(argv[2]));
  else if (argc > 5 && !wcscmp(argv[1], L"crash")) run(argc - 3, argv + 3, CRASH, _wtoi(argv[2]));
  else die("usage");
  return 0;
}
