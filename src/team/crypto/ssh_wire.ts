import { MpmError } from "../../base/errors.ts";

/** Reads the fields of the SSH wire format one after another. */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(): number {
    if (this.#bytes.length - this.#at < 4) throw damaged();
    const { buffer, byteOffset } = this.#bytes;
    const value = new DataView(buffer, byteOffset + this.#at).getUint32(0);
    this.#at += 4;
    return value;
  }

  bytes(): Uint8Array {
    const length = this.number();
    if (length > this.#bytes.length - this.#at) throw damaged();
    return this.#bytes.subarray(this.#at, this.#at += length);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}

/** Returns the error for a key or a signature with invalid fields. */
export function damaged(): MpmError {
  return new MpmError("UNREADABLE", "The SSH key is damaged", {
    hint: "Copy it again, or name another key",
  });
}
