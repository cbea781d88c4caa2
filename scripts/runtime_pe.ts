/**
 * Offsets of Microsoft's "PE Format" specification, in a 64-bit image. An
 * image says where its COFF header is; the rest follows that header.
 */
const PE_POINTER = 0x3c;
const COFF_SIZE = 24;
const SECTION_SIZE = 40;
const SIZE_OF_IMAGE = 56;
const CHECKSUM = 64;
/** The third of the data directories at 112: address and size of resources. */
const RESOURCES = 112 + 2 * 8;

/** Name of the section libsui adds for its resource. */
const ADDED = ".pedata";

interface Section {
  readonly name: string;
  /** Offset of the section's own header. */
  readonly header: number;
  readonly address: number;
  readonly start: number;
  readonly size: number;
}

interface Image {
  readonly coff: number;
  readonly optional: number;
  readonly sections: readonly Section[];
}

function sectionAt(program: Uint8Array, view: DataView, header: number) {
  const name = new TextDecoder().decode(program.subarray(header, header + 8));
  return {
    name: name.replace(/\0+$/, ""),
    header,
    address: view.getUint32(header + 12, true),
    size: view.getUint32(header + 16, true),
    start: view.getUint32(header + 20, true),
  };
}

function readImage(program: Uint8Array, view: DataView): Image {
  const coff = view.getUint32(PE_POINTER, true);
  const optional = coff + COFF_SIZE;
  if (
    view.getUint16(0, true) !== 0x5a4d ||
    view.getUint32(coff, true) !== 0x4550 ||
    view.getUint16(optional, true) !== 0x20b
  ) throw new Error("Not a 64-bit Windows program");
  const table = optional + view.getUint16(coff + 20, true);
  const count = view.getUint16(coff + 6, true);
  const sections = Array.from(
    { length: count },
    (_, index) => sectionAt(program, view, table + index * SECTION_SIZE),
  );
  return { coff, optional, sections };
}

/**
 * The runtime inside a Windows program made by `deno compile`.
 *
 * The library libsui 0.12, which Deno uses, puts the program into a resource.
 * The runtime has no resources, so a last section `.pedata` is added for it.
 * The resource directory is pointed there, and the image grows by the section's
 * length. This function undoes all of that: if the section stayed, the next
 * program would be written over it with the old virtual size.
 * @throws {Error} when the file was not made by `deno compile`
 */
export function runtimeOfPe(program: Uint8Array): Uint8Array {
  const { coff, optional, sections } = readImage(
    program,
    new DataView(program.buffer, program.byteOffset, program.byteLength),
  );
  const added = sections.at(-1);
  if (added?.name !== ADDED || added.start + added.size !== program.length) {
    throw new Error(
      `No embedded Deno program: the file does not end with a section "${ADDED}"`,
    );
  }
  const runtime = program.slice(0, added.start);
  const view = new DataView(runtime.buffer);
  if (view.getUint32(optional + RESOURCES, true) !== added.address) {
    throw new Error(
      `Cannot remove the section "${ADDED}": the resources are elsewhere`,
    );
  }
  runtime.fill(0, added.header, added.header + SECTION_SIZE);
  view.setUint16(coff + 6, sections.length - 1, true);
  view.setUint32(optional + SIZE_OF_IMAGE, added.address, true);
  view.setUint32(optional + CHECKSUM, 0, true);
  view.setBigUint64(optional + RESOURCES, 0n, true);
  return runtime;
}
