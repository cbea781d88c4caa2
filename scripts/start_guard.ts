import { readAt, writeAt } from "./build_parts.ts";
import type { Triple } from "./toolchain.ts";

/**
 * The compiled `start_guard.c` for each platform in base64, as
 * `scripts/build_guard.sh` prints it. The first eight bytes are a gap for the
 * distance from the block's start to the runtime's entry; code follows.
 */
const BLOCKS: Partial<Record<Triple, string>> = {
  "x86_64-unknown-linux-gnu": `
AAAAAAAAAABSSI18JAhIieNIg+Tw6CsAAABIidxaSI0F2////0gDAP/gMcCKFAeKDA
aE0nQHSP/AOMp07zHAOMoPlMDDQVRJiflBuAEAAABFMdJVSI01fgQAAFO7AQAAAEiB
7AAQAABMix9JOdsPjs8AAABJi2zZCEiJ6EiJwooChMAPhJ8AAABI/8KEwHnvjUg+gP
kddjaNSCCA+Q92Co1IEID5BHYX63s84HQsPO1At7+wn7kCAAAAD0XH6xY88HQjuQMA
AAA89HQh6wW5AQAAALC/QLeA6x1At6Cwv7kCAAAA6xFAt5Cwv+sFQLeAsI+5AwAAAE
SKIkQ44HImQTj8ciFIidBI/8BBidRAijhBKcRBAcwPhGD///+Dx4BAgP8/duJFMcBI
ie/o+v7//4XAuAEAAABED0XQSP/D6Sj///9J/8tIieN+fUmLeRBIjTWKAwAA6M/+//
+FwHUQSI01fwMAAOi//v//hcB0WUH/yHQXMdK45wAAAEiJ10iJ1g8FQbgBAAAA63m4
TwAAAL4AEAAAMdJIid8PBUiD+P50E0iFwA+OFAEAAIA8JC8PhAoBAAAx0rhQAAAASI
09LQMAAOnyAAAARYXAdDe4TwAAAL4AEAAAMdJIid8PBUiD+P51DEmDOQEPjpIAAADr
eEiFwA+OxgAAAIA8JC915em7AAAARYXSSI01vQAAAEiNBU8BAABID0TwMdKAPBYAdA
VI/8Lr9b8CAAAAuAEAAAAPBTHSuOcAAABIidYPBbhPAAAAvgAQAABIid8PBUiD+P50
C0iFwH5ngDwkL3RhRYXAdIHpTf///0mLeRBIjTV/AgAA6LL9//+FwA+FNf///0WF0k
iNNeQBAABIjQVJAQAASA9F8DHSgDwWAHQFSP/C6/W4AQAAAL8CAAAADwUx0rjnAAAA
vwYAAABIidYPBUiBxAAQAABbXUFcw3siZXJyb3IiOnsiY29kZSI6IlVTQUdFIiwibW
Vzc2FnZSI6IkFuIGFyZ3VtZW50IGlzIG5vdCB2YWxpZCBVVEYtOCIsImhpbnQiOiJH
aXZlIG5hbWVzIGFuZCB0ZXh0cyBpbiBVVEYtODsgZm9yIGEgZmlsZSwgbmFtZSB0aG
UgZm9sZGVyIHRoYXQgaG9sZHMgaXQifX0KAEVycm9yOiBBbiBhcmd1bWVudCBpcyBu
b3QgdmFsaWQgVVRGLTgKSGludDogR2l2ZSBuYW1lcyBhbmQgdGV4dHMgaW4gVVRGLT
g7IGZvciBhIGZpbGUsIG5hbWUgdGhlIGZvbGRlciB0aGF0IGhvbGRzIGl0CgB7ImVy
cm9yIjp7ImNvZGUiOiJGSUxFX0ZBSUxFRCIsIm1lc3NhZ2UiOiJUaGUgY3VycmVudC
Bmb2xkZXIgbm8gbG9uZ2VyIGV4aXN0cyIsImhpbnQiOiJDaGFuZ2UgdG8gYSBmb2xk
ZXIgdGhhdCBleGlzdHMgYW5kIHJ1biB0aGUgY29tbWFuZCBhZ2FpbiJ9fQoARXJyb3
I6IFRoZSBjdXJyZW50IGZvbGRlciBubyBsb25nZXIgZXhpc3RzCkhpbnQ6IENoYW5n
ZSB0byBhIGZvbGRlciB0aGF0IGV4aXN0cyBhbmQgcnVuIHRoZSBjb21tYW5kIGFnYW
luCgAtLWpzb24AaG9vawBzdGF0dXNsaW5lAC8ALS12ZXJzaW9uAA==
`,
  "aarch64-unknown-linux-gnu": `
AAAAAAAAAADzAwCq4AMAkSEAAJTgAxOqUP//EBECQPkQAhGLAAIf1gIAgNIDaGI4JG
hiOIMAADRCBACRfwAEa2D//1R/AARr4BefGsADX9bjAwCq5AMBKgIAgNJgaGI4YAEA
NQgIgNJAAIDS4QMDqgEAANTIC4DSgHxAkwEAgNICAIDSAQAA1MADX9ZCBACR8///Fw
wCgtL/YyzLJgCA0uUDAKrnAwYqCQCAUv17AKn9AwCR7BeAUgoAQPnBIABQXwEG62wD
AFRfBQDx7QoAVKYIQPlBIAAw4AMGqtP//5fAAAA14AMGqsEfAFDP//+X5gMAKsAJAD
TnCQA1yAuA0gAAgNIBAIDSAgCA0gEAANQmAIBSPwEAcUISADBBAIBSQA0AEAAQgprK
//+XQwAAFKAgAJEAeGb44gMAqkMAQDnDAAA1uf//lx8AAHEpBZ8axgQAkdv//xdCBA
CRA/8/NmT4ABGEHAASn3QAcakEAFRkgAARhBwAEp88AHHpAABUZEAAEYQcABKfEABx
yQIAVAcAgFLs//8XRACAUn+AA3FAAwBUf7QDceMTgFJjAIwaCBCAUoQAAgtLAEA5fw
EIa4P+/1R/AAtrQ/7/VEIEAJEIEIBS4xeAUp8AAmvh/v9U1///F2QAgFJ/wANxQAEA
VH/QA3FAAQBU4xeAUu3//xckAIBS/f//FwgUgFLjF4BS6f//FwgSgFL9//8XCBCAUu
MRgFLk//8XBgCAUmcAADW5//8X5gMHKuBDAJEoAoDSAQCC0gIAgNIBAADUHwgAscAA
AFQfAADxLQIAVOBDQDkfvABxwAEAVAYBADWgAED5HwQA8c0BAFSgCED5gRMAMGr//5
dAAQA0KAaA0kATAHABAIDSAgCA0gEAANT9e0CpDAKC0v9jLIvAA1/WPwEAcSIJAHDB
AIBSgA0AcAAAgppk//+X9v//F3siZXJyb3IiOnsiY29kZSI6IlVTQUdFIiwibWVzc2
FnZSI6IkFuIGFyZ3VtZW50IGlzIG5vdCB2YWxpZCBVVEYtOCIsImhpbnQiOiJHaXZl
IG5hbWVzIGFuZCB0ZXh0cyBpbiBVVEYtODsgZm9yIGEgZmlsZSwgbmFtZSB0aGUgZm
9sZGVyIHRoYXQgaG9sZHMgaXQifX0KAEVycm9yOiBBbiBhcmd1bWVudCBpcyBub3Qg
dmFsaWQgVVRGLTgKSGludDogR2l2ZSBuYW1lcyBhbmQgdGV4dHMgaW4gVVRGLTg7IG
ZvciBhIGZpbGUsIG5hbWUgdGhlIGZvbGRlciB0aGF0IGhvbGRzIGl0CgB7ImVycm9y
Ijp7ImNvZGUiOiJGSUxFX0ZBSUxFRCIsIm1lc3NhZ2UiOiJUaGUgY3VycmVudCBmb2
xkZXIgbm8gbG9uZ2VyIGV4aXN0cyIsImhpbnQiOiJDaGFuZ2UgdG8gYSBmb2xkZXIg
dGhhdCBleGlzdHMgYW5kIHJ1biB0aGUgY29tbWFuZCBhZ2FpbiJ9fQoARXJyb3I6IF
RoZSBjdXJyZW50IGZvbGRlciBubyBsb25nZXIgZXhpc3RzCkhpbnQ6IENoYW5nZSB0
byBhIGZvbGRlciB0aGF0IGV4aXN0cyBhbmQgcnVuIHRoZSBjb21tYW5kIGFnYWluCg
AtLWpzb24AaG9vawBzdGF0dXNsaW5lAC0tdmVyc2lvbgAvAA==
`,
};

/** Offset of the block's code, behind the distance. */
const CODE = 8;

/** Sizes and values of the ELF format, 64 bits (elf(5)). */
const ELF_HEADER = 64;
const SEGMENT_HEADER = 56;
const LOAD = 1;
const EXECUTABLE = 1;

interface Segment {
  /** Offset of its header in the file. */
  readonly header: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
  readonly align: number;
  readonly executable: boolean;
}

function segmentsOf(view: DataView): Segment[] {
  const first = Number(view.getBigUint64(32, true));
  const count = view.getUint16(56, true);
  return Array.from({ length: count }, (_, at) => first + at * SEGMENT_HEADER)
    .filter((header) => view.getUint32(header, true) === LOAD)
    .map((header) => ({
      header,
      executable: (view.getUint32(header + 4, true) & EXECUTABLE) !== 0,
      offset: Number(view.getBigUint64(header + 8, true)),
      address: Number(view.getBigUint64(header + 16, true)),
      size: Number(view.getBigUint64(header + 32, true)),
      align: Number(view.getBigUint64(header + 48, true)),
    }));
}

/** Place of the block: the unused space before the code. */
interface Place {
  readonly code: Segment;
  readonly offset: number;
  /** Bytes by which the code's segment must begin earlier: whole pages. */
  readonly earlier: number;
}

/**
 * The linker leaves the rest of a page unused between the read-only data and
 * the code, in the file and in memory.
 */
function placeFor(size: number, segments: Segment[]): Place {
  const code = segments.find(({ executable }) => executable);
  const before = code && segments[segments.indexOf(code) - 1];
  if (!before) throw new Error("The runtime has no code behind its data");
  const offset = Math.ceil((before.offset + before.size) / CODE) * CODE;
  const earlier = Math.ceil((code.offset - offset) / code.align) * code.align;
  const end = before.address + before.size;
  const isFree = offset + size <= code.offset &&
    code.address - earlier >= Math.ceil(end / code.align) * code.align;
  if (!isFree) throw new Error("The runtime has no space for the start guard");
  return { code, offset, earlier };
}

/**
 * Lets an executable for Linux check its arguments and its working folder
 * before Deno's runtime starts, see `start_guard.c`. Executables for other
 * systems stay as they are. The file keeps its size: the code goes into space
 * that the linker left unused.
 *
 * @throws {Error} when the executable lacks the space
 */
export function addStartGuard(path: string, triple: Triple): void {
  const text = BLOCKS[triple];
  if (text === undefined) return;
  const block = Uint8Array.fromBase64(text);
  using file = Deno.openSync(path, { read: true, write: true });
  const start = readAt(file, 0, ELF_HEADER + 32 * SEGMENT_HEADER);
  const view = new DataView(start.buffer);
  const { code, offset, earlier } = placeFor(block.length, segmentsOf(view));
  if (readAt(file, offset, block.length).some((byte) => byte !== 0)) {
    throw new Error("The space for the start guard is in use");
  }
  const address = code.address - (code.offset - offset);
  const entry = view.getBigUint64(24, true);
  new DataView(block.buffer).setBigInt64(0, entry - BigInt(address), true);
  view.setBigUint64(24, BigInt(address + CODE), true);
  for (const field of [8, 16, 24]) {
    const value = view.getBigUint64(code.header + field, true);
    view.setBigUint64(code.header + field, value - BigInt(earlier), true);
  }
  for (const field of [32, 40]) {
    const value = view.getBigUint64(code.header + field, true);
    view.setBigUint64(code.header + field, value + BigInt(earlier), true);
  }
  writeAt(file, offset, block);
  writeAt(file, 0, start);
}
