/**
 * Load commands of Apple's `mach-o/loader.h`, and in each the 32-bit fields
 * that are offsets into the file's last segment, `__LINKEDIT`.
 */
const LC_SEGMENT_64 = 0x19;
const LC_SYMTAB = 0x2;
const LC_CODE_SIGNATURE = 0x1d;
const OFFSET_FIELDS: Readonly<Record<number, readonly number[]>> = {
  [LC_SYMTAB]: [8, 16],
  [LC_CODE_SIGNATURE]: [8],
  0xb: [32, 40, 48, 56, 64, 72], // LC_DYSYMTAB
  0x22: [8, 16, 24, 32, 40], // LC_DYLD_INFO
  0x80000022: [8, 16, 24, 32, 40], // LC_DYLD_INFO_ONLY
  0x26: [8], // LC_FUNCTION_STARTS
  0x29: [8], // LC_DATA_IN_CODE
  0x2b: [8], // LC_DYLIB_CODE_SIGN_DRS
  0x2d: [8], // LC_LINKER_OPTIMIZATION_HINT
  0x8000001e: [8], // LC_DYLD_EXPORTS_TRIE
  0x80000034: [8], // LC_DYLD_CHAINED_FIXUPS
};

const HEADER_SIZE = 32;
const PAGE = 0x4000;

/**
 * Marks the start of the data that libsui appends; the 64-bit length of the
 * program follows.
 */
const SENTINEL = Uint8Array.from([
  ...new TextEncoder().encode("<~sui-data~>"),
  ...[0xef, 0xbe, 0xad, 0xde],
]);

interface Command {
  readonly kind: number;
  readonly at: number;
  readonly size: number;
  /** The segment's name; empty for any other command. */
  readonly segment: string;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readCommands(bytes: Uint8Array): Command[] {
  const view = viewOf(bytes);
  if (bytes.length < HEADER_SIZE || view.getUint32(0, true) !== 0xfeedfacf) {
    throw new Error("Not a 64-bit macOS program");
  }
  const commands: Command[] = [];
  let at = HEADER_SIZE;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    const kind = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    const name = bytes.subarray(at + 8, at + 24);
    const segment = kind === LC_SEGMENT_64
      ? new TextDecoder().decode(name).replace(/\0+$/, "")
      : "";
    commands.push({ kind, at, size, segment });
    at += size;
  }
  return commands;
}

function find(commands: readonly Command[], segment: string): Command {
  const found = commands.find((command) => command.segment === segment);
  if (!found) throw new Error(`The segment "${segment}" is missing`);
  return found;
}

/** Address, size in memory, offset and size in the file of a segment. */
function placeOf(bytes: Uint8Array, { at }: Command) {
  const view = viewOf(bytes);
  const [address, room, start, size] = [24, 32, 40, 48].map((field) =>
    Number(view.getBigUint64(at + field, true))
  ) as [number, number, number, number];
  return { address, room, start, size };
}

function setPlace(bytes: Uint8Array, { at }: Command, values: number[]): void {
  const view = viewOf(bytes);
  values.forEach((value, index) =>
    view.setBigUint64(at + 24 + index * 8, BigInt(value), true)
  );
}

/** Lets `__LINKEDIT` end where the file ends. */
function closeLinkedit(bytes: Uint8Array, address: number, start: number) {
  const size = bytes.length - start;
  const room = Math.ceil(size / PAGE) * PAGE;
  const linkedit = find(readCommands(bytes), "__LINKEDIT");
  setPlace(bytes, linkedit, [address, room, start, size]);
}

/** Removes one load command; those behind it move up. */
function dropCommand(bytes: Uint8Array, { at, size }: Command): void {
  const view = viewOf(bytes);
  const end = HEADER_SIZE + view.getUint32(20, true);
  bytes.copyWithin(at, at + size, end);
  bytes.fill(0, end - size, end);
  view.setUint32(16, view.getUint32(16, true) - 1, true);
  view.setUint32(20, view.getUint32(20, true) - size, true);
}

function moveOffsets(bytes: Uint8Array, from: number, by: number): void {
  const view = viewOf(bytes);
  for (const { kind, at } of readCommands(bytes)) {
    for (const field of OFFSET_FIELDS[kind] ?? []) {
      const offset = view.getUint32(at + field, true);
      if (offset >= from) view.setUint32(at + field, offset - by, true);
    }
    // The signature is cut off: it is made again for every program.
    if (kind === LC_CODE_SIGNATURE) view.setUint32(at + 12, 0, true);
  }
}

/** Arm64: the program is a segment `__SUI` in front of `__LINKEDIT`. */
function withoutSegment(program: Uint8Array, commands: readonly Command[]) {
  const sui = find(commands, "__SUI");
  const added = placeOf(program, sui);
  const linkedit = placeOf(program, find(commands, "__LINKEDIT"));
  if (added.start + added.size !== linkedit.start) {
    throw new Error('The segment "__SUI" is not in front of "__LINKEDIT"');
  }
  const signature = commands.find(({ kind }) => kind === LC_CODE_SIGNATURE);
  const end = signature
    ? viewOf(program).getUint32(signature.at + 8, true)
    : linkedit.start + linkedit.size;
  const tail = program.subarray(linkedit.start, end);
  const runtime = new Uint8Array(added.start + tail.length);
  runtime.set(program.subarray(0, added.start));
  runtime.set(tail, added.start);
  dropCommand(runtime, sui);
  moveOffsets(runtime, linkedit.start, added.size);
  closeLinkedit(runtime, added.address, added.start);
  return runtime;
}

/** Returns the start of the last `needle` in `bytes`, or -1. */
function lastIndexOf(bytes: Uint8Array, needle: Uint8Array): number {
  const last = needle.at(-1) ?? 0;
  let end = bytes.lastIndexOf(last);
  while (end >= needle.length - 1) {
    const start = end - needle.length + 1;
    if (needle.every((byte, index) => bytes[start + index] === byte)) {
      return start;
    }
    end = bytes.lastIndexOf(last, end - 1);
  }
  return -1;
}

/** Intel: the program is appended, and `__LINKEDIT` is grown to hold it. */
function withoutAppendix(program: Uint8Array, commands: readonly Command[]) {
  const end = lastIndexOf(program, SENTINEL);
  const body = end + SENTINEL.length + 8;
  const length = end < 0 || body > program.length
    ? -1
    : Number(viewOf(program).getBigUint64(body - 8, true));
  if (body + length !== program.length) {
    throw new Error("No embedded or appended Deno program");
  }
  const runtime = program.slice(0, end);
  const symbols = commands.find(({ kind }) => kind === LC_SYMTAB);
  if (symbols) {
    const view = viewOf(runtime);
    const strings = view.getUint32(symbols.at + 16, true);
    view.setUint32(symbols.at + 20, end - strings, true);
  }
  const { address, start } = placeOf(program, find(commands, "__LINKEDIT"));
  closeLinkedit(runtime, address, start);
  return runtime;
}

/** @throws {Error} when a segment or an offset points outside the file */
function check(runtime: Uint8Array): Uint8Array {
  const view = viewOf(runtime);
  for (const command of readCommands(runtime)) {
    const isSegment = command.segment !== "";
    const { start, size } = isSegment
      ? placeOf(runtime, command)
      : { start: 0, size: 0 };
    const offsets = (OFFSET_FIELDS[command.kind] ?? []).map((field) =>
      view.getUint32(command.at + field, true)
    );
    if ([start + size, ...offsets].some((offset) => offset > runtime.length)) {
      throw new Error("A part of the runtime would be outside its file");
    }
  }
  return runtime;
}

/**
 * The runtime inside a macOS program made by `deno compile`.
 *
 * The format is that of the library libsui 0.12, which Deno uses. For arm64 it
 * inserts a segment `__SUI` and moves `__LINKEDIT` with all offsets into it
 * behind that. For Intel it appends a sentinel, the length and the program and
 * stretches `__LINKEDIT` and the string table over them. This function undoes
 * both and removes an arm64 signature, since `deno compile` signs its programs.
 * @throws {Error} when the file was not made by `deno compile`
 */
export function runtimeOfMacho(program: Uint8Array): Uint8Array {
  const commands = readCommands(program);
  const inserted = commands.some(({ segment }) => segment === "__SUI");
  return check(
    inserted
      ? withoutSegment(program, commands)
      : withoutAppendix(program, commands),
  );
}
