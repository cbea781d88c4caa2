/*
 * git.exe for Wine: runs the git of the Linux machine around it, by git-run.pl.
 * A program of Linux that Wine starts has no status, no stderr, and no pipes of
 * Windows: sockets carry its input and output, and a file the rest.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void die(const char *what) {
  fprintf(stderr, "git shim: %s (%lu)\n", what, GetLastError());
  exit(127);
}

/* Two ends of one connection: the second is given to git. */
static void connect_pair(SOCKET ends[2]) {
  struct sockaddr_in at = {0};
  int size = sizeof at;
  SOCKET door = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(door, (struct sockaddr *)&at, size) || listen(door, 1)) die("listen");
  getsockname(door, (struct sockaddr *)&at, &size);
  ends[0] = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, 0);
  if (connect(ends[0], (struct sockaddr *)&at, size)) die("connect");
  ends[1] = accept(door, NULL, NULL);
  closesocket(door);
  SetHandleInformation((HANDLE)ends[1], HANDLE_FLAG_INHERIT, 1);
}

typedef struct { HANDLE handle; SOCKET socket; } Flow;

static DWORD WINAPI feed(void *given) {
  Flow *flow = given;
  static char bytes[65536];
  DWORD count;
  while (ReadFile(flow->handle, bytes, sizeof bytes, &count, NULL) && count > 0)
    for (DWORD sent = 0; sent < count;) {
      int more = send(flow->socket, bytes + sent, count - sent, 0);
      if (more <= 0) return 0;
      sent += more;
    }
  shutdown(flow->socket, SD_SEND);
  return 0;
}

static DWORD WINAPI drain(void *given) {
  Flow *flow = given;
  char *bytes = malloc(65536);
  int count;
  while ((count = recv(flow->socket, bytes, 65536, 0)) > 0)
    for (int at = 0; at < count;) {
      DWORD written;
      /* The reader died: git is read on, that it can end. */
      if (!WriteFile(flow->handle, bytes + at, count - at, &written, NULL)) break;
      at += written;
    }
  return 0;
}

/* One argument in quotes, by the rules of the C runtime, that Wine follows. */
static WCHAR *quote(WCHAR *out, const WCHAR *word) {
  *out++ = '"';
  int slashes = 0;
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
  return out;
}

int wmain(int argc, WCHAR **argv) {
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
  WCHAR runner[MAX_PATH], folder[MAX_PATH], ended[MAX_PATH];
  GetModuleFileNameW(NULL, runner, MAX_PATH);
  wcscpy(wcsrchr(runner, '\\') + 1, L"git-run.pl");
  GetTempPathW(MAX_PATH, folder);
  if (!GetTempFileNameW(folder, L"git", 0, ended)) die("temporary file");

  WCHAR *line = malloc(2000000), *out = line;
  out = quote(out, runner);
  out = quote(out, ended);
  WCHAR *all = GetEnvironmentStringsW();
  for (WCHAR *entry = all; *entry; entry += wcslen(entry) + 1)
    if (*entry != '=') out = quote(out, entry);
  out = quote(out, L"--");
  for (int at = 1; at < argc; at++) out = quote(out, argv[at]);
  *out = 0;

  SOCKET in[2], first[2];
  connect_pair(in); connect_pair(first);
  STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES,
    .hStdInput = (HANDLE)in[1], .hStdOutput = (HANDLE)first[1]};
  PROCESS_INFORMATION made;
  if (!CreateProcessW(runner, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made)) die("start");
  closesocket(in[1]); closesocket(first[1]);
  Flow flows[] = {{GetStdHandle(STD_INPUT_HANDLE), in[0]}, {GetStdHandle(STD_OUTPUT_HANDLE), first[0]}};
  CreateThread(NULL, 0, feed, &flows[0], 0, NULL);
  drain(&flows[1]);
  /* Wine gives a Linux program no stderr: it comes behind the status. */
  FILE *end;
  int status;
  for (;; Sleep(1)) {
    end = _wfopen(ended, L"rb");
    if (end && fscanf(end, "%d", &status) == 1 && fgetc(end) == '\n') break;
    if (end) fclose(end);
  }
  static char bytes[65536];
  size_t count;
  DWORD written;
  while ((count = fread(bytes, 1, sizeof bytes, end)) > 0)
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), bytes, count, &written, NULL);
  fclose(end);
  _wremove(ended);
  ExitProcess(status);
}
