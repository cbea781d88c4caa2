/*
 * A library that `start long` loads into a program. Wine names no open file
 * whose path has over 260 characters, and a program that asks gives up.
 * Windows has no such limit here, nor does this.
 */
#include <windows.h>
#include <winternl.h>

static DWORD WINAPI final_path(HANDLE file, WCHAR *path, DWORD size, DWORD flags) {
  struct { UNICODE_STRING name; WCHAR text[32768]; } found;
  ULONG length;
  NTSTATUS status = NtQueryObject(file, 1 /* ObjectNameInformation */, &found, sizeof found, &length);
  if (status || flags || found.name.Length < 8 || memcmp(found.name.Buffer, L"\\??\\", 8)) {
    SetLastError(status ? RtlNtStatusToDosError(status) : ERROR_INVALID_PARAMETER);
    return 0;
  }
  DWORD count = found.name.Length / sizeof(WCHAR);
  if (count >= size) return count + 1;
  memcpy(path, found.name.Buffer, found.name.Length);
  path[1] = '\\'; /* \\?\ for \??\ */
  path[count] = 0;
  return count;
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, void *reserved) {
  /* mov rax, final_path; jmp rax */
  BYTE jump[] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0};
  void *to = final_path;
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  memcpy(jump + 2, &to, sizeof to);
  void *from = GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "GetFinalPathNameByHandleW");
  return WriteProcessMemory(GetCurrentProcess(), from, jump, sizeof jump, NULL);
}
