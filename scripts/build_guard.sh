#!/bin/sh
# Compiles start_guard.c and prints, for each platform, the block in base64 for
# start_guard.ts. Needs gcc and, on Debian, the package gcc-aarch64-linux-gnu.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/block.ld" <<'LD'
SECTIONS {
  . = 0;
  .text : { *(.entry) *(.text*) *(.rodata*) }
  /DISCARD/ : { *(*) }
}
LD

# block PREFIX NAME FLAG...
block() {
  prefix=$1 name=$2
  shift 2
  "${prefix}gcc" -Os -Wall -Wextra -ffreestanding -fPIE -nostdlib -static \
    -fno-stack-protector -fno-asynchronous-unwind-tables -fno-jump-tables \
    -fno-tree-loop-distribute-patterns "$@" \
    -Wl,-T,"$scratch/block.ld" -Wl,--build-id=none \
    start_guard.c -o "$scratch/program"
  "${prefix}objcopy" -O binary "$scratch/program" "$scratch/block"
  printf '%s\n' "$name"
  base64 -w 66 "$scratch/block"
}

block "${X64_PREFIX-x86_64-linux-gnu-}" x86_64-unknown-linux-gnu -fcf-protection=none
block "${ARM64_PREFIX-aarch64-linux-gnu-}" aarch64-unknown-linux-gnu -mcmodel=tiny
