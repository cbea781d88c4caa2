/*
 * What the executable for Linux runs before Deno's runtime. The runtime ends
 * with a backtrace of its own when an argument is not UTF-8 and when the
 * working folder has been deleted, before any JavaScript runs. This code looks
 * for both first and ends with mpm's own messages and exit statuses instead.
 *
 * It is compiled to one position-independent block (build_guard.sh) that
 * start_guard.ts holds and puts into the executable. It uses no library, keeps
 * nothing in writable memory, and passes the stack on as the kernel left it.
 */

typedef unsigned char byte;

#if defined(__x86_64__)
enum { WRITE = 1, GETCWD = 79, CHDIR = 80, EXIT = 231 };
/* The first word is the way from the block's start to the runtime's entry. */
__asm__(".section .entry, \"ax\"\n"
        "block: .quad 0\n"
        "push %rdx\n"
        "lea 8(%rsp), %rdi\n"
        "mov %rsp, %rbx\n"
        "and $-16, %rsp\n"
        "call check\n"
        "mov %rbx, %rsp\n"
        "pop %rdx\n"
        "lea block(%rip), %rax\n"
        "add (%rax), %rax\n"
        "jmp *%rax\n");
static long kernel(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { WRITE = 64, GETCWD = 17, CHDIR = 49, EXIT = 94 };
__asm__(".section .entry, \"ax\"\n"
        "block: .quad 0\n"
        "mov x19, x0\n"
        "mov x0, sp\n"
        "bl check\n"
        "mov x0, x19\n"
        "adr x16, block\n"
        "ldr x17, [x16]\n"
        "add x16, x16, x17\n"
        "br x16\n");
static long kernel(long number, long a, long b, long c) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2)
                   : "memory");
  return x0;
}
#endif

enum { NO_ENTRY = 2, PATH_SIZE = 4096, USAGE = 2, SYSTEM = 6 };

static int same(const byte *one, const char *other) {
  while (*one && *one == (byte)*other) one++, other++;
  return *one == (byte)*other;
}

/* Says a text and ends. */
static void end(const char *text, int status) {
  long length = 0;
  while (text[length]) length++;
  kernel(WRITE, 2, (long)text, length);
  kernel(EXIT, status, 0, 0);
}

/* Whether a text is UTF-8 as The Unicode Standard, table 3-7, has it. */
static int is_utf8(const byte *at) {
  while (*at) {
    byte first = *at++, low = 0x80, high = 0xBF;
    int more;
    if (first < 0x80) continue;
    if (first >= 0xC2 && first <= 0xDF) more = 1;
    else if (first >= 0xE0 && first <= 0xEF) more = 2;
    else if (first >= 0xF0 && first <= 0xF4) more = 3;
    else return 0;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    for (; more > 0; more--, at++, low = 0x80, high = 0xBF) {
      if (*at < low || *at > high) return 0;
    }
  }
  return 1;
}

/* Takes the stack as the kernel lays it out: argc, argv, the environment. */
__attribute__((used)) void check(long *stack) {
  byte **argv = (byte **)(stack + 1);
  byte folder[PATH_SIZE];
  int json = 0, valid = 1, client = 0;
  for (long index = 1; index < stack[0]; index++) {
    if (!is_utf8(argv[index])) valid = 0;
    if (same(argv[index], "--json")) json = 1;
  }
  /* What an agent's client runs must not fail, wherever it runs it. */
  if (stack[0] > 1) {
    client = same(argv[1], "hook") || same(argv[1], "statusline");
  }
  if (!valid && client) kernel(EXIT, 0, 0, 0);
  if (!valid) {
    end(json ? "{\"error\":{\"code\":\"USAGE\",\"message\":\"An argument is not valid UTF-8\","
               "\"hint\":\"Give names and texts in UTF-8; for a file, name the folder that holds it\"}}\n"
             : "Error: An argument is not valid UTF-8\n"
               "Hint: Give names and texts in UTF-8; for a file, name the folder that holds it\n",
        USAGE);
  }
  long length = kernel(GETCWD, (long)folder, PATH_SIZE, 0);
  if (length != -NO_ENTRY && !(length > 0 && folder[0] != '/')) return;
  if (client || (stack[0] > 1 && same(argv[1], "--version"))) {
    kernel(CHDIR, (long)"/", 0, 0);
    return;
  }
  end(json ? "{\"error\":{\"code\":\"FILE_FAILED\",\"message\":\"The current folder no longer exists\","
             "\"hint\":\"Change to a folder that exists and run the command again\"}}\n"
           : "Error: The current folder no longer exists\n"
             "Hint: Change to a folder that exists and run the command again\n",
      SYSTEM);
}
