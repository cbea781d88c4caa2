#!/bin/sh
# Installs mpm for the user who runs this, or takes it away again.
#
# Downloads one archive and the release's SHA256SUMS, compares them, starts the
# new program once, and only then puts it in place with one rename. Man pages
# and completions go where man and the shells find them. The script never asks
# for more rights than it has, and edits no file of your shell.
#
# All of it is one compound command, so that a shell that got only a part of
# the script does nothing at all.
{
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
# The script reads messages of other programs, so these must be in English.
LC_ALL=C
export LC_ALL

# Where releases are: <here>/latest/download/<file> and
# <here>/download/v<version>/<file>. Filled in when a release is made.
RELEASES=''

usage() {
  cat <<'END'
Installs mpm: sh install.sh [options]

  --version <version>  Install this release; the latest one if absent
  --dir <folder>       Put mpm there; ~/.local/bin if absent
  --file <archive>     Install from a downloaded archive, without network
  --sums <file>        The SHA256SUMS for --file; beside the archive if absent
  --uninstall          Remove mpm from the folder
  --force              Replace or remove a program that does not answer as mpm,
                       or that Claude Code's hooks still start
  --help               Show this

Piped, options follow "-s --":  ... | sh -s -- --version 1.2.3

  MPM_RELEASES     address of the releases, for a mirror
  MPM_INSTALL_DIR  the folder, as --dir
END
}

say() { printf '%s\n' "$*"; }

# fail <what is wrong> [<what to do>]
fail() {
  printf 'Error: %s\n' "$1" >&2
  if [ -n "${2-}" ]; then printf 'Hint: %s\n' "$2" >&2; fi
  exit "${3-1}"
}

usage_error() { fail "$1" 'sh install.sh --help lists the options' 2; }

has() { command -v "$1" >/dev/null 2>&1; }

main() {
  version='' folder=${MPM_INSTALL_DIR-} archive='' sums='' force=no remove=no
  parse "$@"
  if [ -z "$folder${HOME-}" ]; then
    fail 'HOME is not set: no folder to install to' 'Name one: --dir <folder>'
  fi
  # A shell leaves the ~ of --dir=~/bin as it is.
  case $folder in
    '') folder=$HOME/.local/bin ;;
    \~ | \~/*) folder=${HOME-}${folder#\~} ;;
    /*) ;;
    *) folder=$(pwd)/$folder ;;
  esac
  while [ "${folder%/}" != "$folder" ] && [ "$folder" != / ]; do
    folder=${folder%/}
  done
  target=${folder%/}/mpm
  if [ -d "$target" ]; then
    fail "$target is a folder" 'Choose another folder with --dir'
  fi
  if [ "$remove" = yes ]; then uninstall; else install_mpm; fi
}

parse() {
  while [ $# -gt 0 ]; do
    option=$1 value=''
    shift
    case $option in
      --version=* | --dir=* | --file=* | --sums=*)
        value=${option#*=} option=${option%%=*}
        ;;
      --version | --dir | --file | --sums)
        case ${1-} in
          '' | --*) ;;
          *) value=$1 && shift ;;
        esac
        ;;
    esac
    case $option$value in
      --version | --dir | --file | --sums) usage_error "$option needs a value" ;;
    esac
    case $option in
      --version) version=${value#v} ;;
      --dir) folder=$value ;;
      --file) archive=$value ;;
      --sums) sums=$value ;;
      --uninstall) remove=yes ;;
      --force) force=yes ;;
      --help | -h) usage && exit 0 ;;
      *) usage_error "Unknown option \"$option\"" ;;
    esac
  done
  case $version in
    *[!0-9A-Za-z.+-]* | [!0-9]*) usage_error "No version: \"$version\"" ;;
  esac
}

install_mpm() {
  find_platform
  if [ -e "$target" ] && [ "$force" = no ] && ! is_mpm; then
    fail "$target is there and does not answer as mpm" \
      'Choose another folder with --dir, or replace it with --force'
  fi
  asset=mpm-$platform.tar.gz
  stage=''
  trap 'if [ -n "$stage" ]; then rm -rf "$stage"; fi' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  make_stage
  if [ -n "$archive" ]; then use_file; else download; fi
  verify
  unpack
  mkdir -p "$folder" 2>/dev/null || no_permission
  # As PATH has it, without dots.
  folder=$(cd "$folder" && pwd)
  target=${folder%/}/mpm
  # A rename: a running mpm continues with the file it has open.
  mv -f "$stage/mpm" "$target" || fail "Cannot put mpm at $target"
  say "Installed mpm $found at $target"
  install_pages
  check_path
  say 'Next: mpm setup'
}

# Sets `platform` to what the build calls this machine.
find_platform() {
  machine=$(uname -m)
  system=$(uname -s)
  case $system-$(uname -o 2>/dev/null || :)-$machine in
    *-Android-*) unknown_platform ;;
    Linux-*-x86_64 | Linux-*-amd64) platform=x86_64-unknown-linux-gnu ;;
    Linux-*-aarch64 | Linux-*-arm64) platform=aarch64-unknown-linux-gnu ;;
    Darwin-*-x86_64) platform=x86_64-apple-darwin ;;
    Darwin-*-arm64) platform=aarch64-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*)
      fail 'This is Windows, and install.sh is for Linux and macOS' \
        'Run install.ps1 in PowerShell'
      ;;
    *) unknown_platform ;;
  esac
  # A shell under Rosetta calls an Apple processor x86_64.
  if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then
    platform=aarch64-apple-darwin
  fi
  # A kernel of 64 bits may carry a system of 32.
  if [ "$(getconf LONG_BIT 2>/dev/null || :)" = 32 ]; then unknown_platform; fi
  case $system-$(ldd --version 2>&1 || :) in
    Linux-*musl*)
      fail 'This system has the C library musl, and mpm needs glibc' \
        'Use a system or a container with glibc, such as Debian or Fedora'
      ;;
  esac
}

unknown_platform() {
  fail "There is no mpm for this machine: $system, $machine" \
    'There is one for 64-bit Linux with glibc, macOS (x86_64, arm64) and Windows'
}

# Other programs are called mpm, too.
is_mpm() {
  case $("$target" --version 2>/dev/null </dev/null || :) in
    'mpm '[0-9]*) return 0 ;;
    *) return 1 ;;
  esac
}

# A folder on the target's disk, since only there a rename is whole.
make_stage() {
  near=$folder
  while [ ! -d "$near" ]; do
    if [ -e "$near" ] || [ -h "$near" ]; then
      fail "$near is not a folder" 'Choose another folder with --dir'
    fi
    near=$(dirname "$near")
  done
  # Files that a killed installation left at least a day ago.
  find "$near" -maxdepth 1 -type d -name '.mpm-install.*' -mtime +0 \
    -exec rm -rf {} + 2>/dev/null || :
  stage=$(mktemp -d "$near/.mpm-install.XXXXXX" 2>/dev/null) || no_permission
}

no_permission() {
  fail "No permission to write to $folder" \
    'Choose your own folder with --dir; this script does not ask for more rights'
}

# Looks whether it was for want of room that something failed: few say so.
check_space() {
  if printf '%65536s' '' 2>/dev/null >"$stage/space"; then return; fi
  fail "No space left on the disk of $folder" \
    'Make room, or choose a folder on another disk with --dir'
}

use_file() {
  if [ ! -f "$archive" ]; then fail "No file $archive"; fi
  if [ ! -r "$archive" ]; then fail "No permission to read $archive"; fi
  # To tar the name may otherwise be an option, or one on another machine.
  case $archive in /*) ;; *) archive=./$archive ;; esac
  asset=$(basename "$archive")
  sums=${sums:-$(dirname "$archive")/SHA256SUMS}
  if [ ! -f "$sums" ]; then
    fail "No file $sums, and without it $asset cannot be verified" \
      'Download SHA256SUMS of the same release, and name it with --sums'
  fi
}

download() {
  base=${MPM_RELEASES:-$RELEASES}
  if [ -z "$base" ]; then
    fail 'This copy of install.sh does not know where the releases are' \
      'Use the install.sh of a release, or set MPM_RELEASES to the address of the releases'
  fi
  case $version in
    '') base=${base%/}/latest/download ;;
    *) base=${base%/}/download/v$version ;;
  esac
  archive=$stage/$asset sums=$stage/SHA256SUMS
  fetch "$base/SHA256SUMS" "$sums"
  # Looked up before the large file is fetched.
  find_sum
  say "Downloading $base/$asset"
  fetch "$base/$asset" "$archive"
}

# fetch <address> <file>
fetch() {
  url=$1 said=$stage/said code=''
  if has curl; then
    set -- -sSL --connect-timeout 20 --speed-limit 1 --speed-time 30 --retry 2 \
      -o "$2" -w '%{http_code}' "$url"
    # An encrypted address stays encrypted across redirects.
    case $url in https:*) set -- --proto '=https' --tlsv1.2 "$@" ;; esac
    code=$(curl "$@" 2>"$said") || code=''
  elif has wget; then
    set -- -O "$2" "$url"
    # Busybox has no tries, and some of its builds die of a timeout.
    case $(wget --version 2>/dev/null || :) in
      *GNU*) set -- --timeout=20 --tries=2 "$@" ;;
    esac
    if wget "$@" 2>"$said"; then return 0; fi
    code=$(sed -n -e 's/.*ERROR \([45][0-9][0-9]\).*/\1/p' \
      -e 's/.*HTTP\/[0-9.]* \([45][0-9][0-9]\).*/\1/p' "$said" | tail -n 1)
  else
    fail 'Neither curl nor wget is installed' \
      'Install one of them, or download the archive elsewhere and use --file'
  fi
  case $code in
    200) return 0 ;;
    404)
      fail "There is no $url" \
        "Is there such a release, with SHA256SUMS and a file for $platform? Nothing is installed unverified"
      ;;
    ?*) fail "The server answered with status $code for $url" 'Try again later' ;;
  esac
  tail -n 2 "$said" >&2
  check_space
  fail "Cannot download $url: no network, or the connection broke" \
    'Try again; behind a proxy set https_proxy; or download the archive elsewhere and use --file'
}

# sum_of <name>: each digest that SHA256SUMS has for the name.
sum_of() {
  lines=$(tr -d '\r' <"$sums" | sed -n 's/^\([0-9A-Fa-f]\{64\}\) [ *]/\1 /p')
  if [ -z "$lines" ]; then
    fail "$sums lists no checksums, so it is something else" \
      'A login page of the network may have answered: open the address in a browser'
  fi
  before=''
  printf '%s\n' "$lines" | while read -r digest name; do
    if [ "$name" != "$1" ]; then continue; fi
    digest=$(printf '%s' "$digest" | tr 'A-F' 'a-f')
    if [ "$digest" != "$before" ]; then printf '%s\n' "$digest"; fi
    before=$digest
  done
}

digest_of() {
  if has sha256sum; then sha256sum <"$1"
  elif has shasum; then shasum -a 256 <"$1"
  elif has openssl; then openssl dgst -sha256 -r <"$1"
  else
    fail 'None of sha256sum, shasum and openssl is installed, so nothing can be verified' \
      'Install one of them'
  fi
}

find_sum() {
  expected=$(sum_of "$asset")
  hint='Choose another release with --version'
  case $archive in
    "$stage"/*) ;;
    *) hint='Give the archive the name that it has in the release' ;;
  esac
  case $expected in
    '') fail "SHA256SUMS does not list $asset, so it cannot be verified" "$hint" ;;
    *[!0-9a-f]*)
      fail "SHA256SUMS has several checksums for $asset, so it cannot be verified" \
        'Download SHA256SUMS of that release again'
      ;;
  esac
}

verify() {
  find_sum
  actual=$(digest_of "$archive")
  actual=${actual%% *}
  if [ "$actual" = "$expected" ]; then return; fi
  printf 'expected %s\nfound    %s\n' "$expected" "$actual" >&2
  fail "$asset does not have the checksum that SHA256SUMS gives it" \
    'The download was incomplete or changed, or a new release came out: try again'
}

unpack() {
  if ! tar -xzf "$archive" -C "$stage" mpm 2>"$stage/said"; then
    cat "$stage/said" >&2
    check_space
    fail "Cannot unpack $asset"
  fi
  if [ -h "$stage/mpm" ] || [ ! -f "$stage/mpm" ]; then
    fail "The mpm in $asset is not a file"
  fi
  chmod 755 "$stage/mpm"
  if ! found=$("$stage/mpm" --version 2>"$stage/said" </dev/null); then
    cat "$stage/said" >&2
    fail "The mpm in $asset does not run here ($platform)" \
      'Linux needs glibc 2.27 or newer, and a folder on a disk that allows programs'
  fi
  found=${found#mpm }
  if [ -n "$version" ] && [ "${found%% *}" != "$version" ]; then
    fail "$asset holds mpm ${found%% *}, not $version"
  fi
}

# Sets `share` to the folder for man pages and completions. It is empty if man
# and the shells search no folder for programs in this one.
find_share() {
  share=''
  case $folder in
    "${HOME:-/none}"/*) share=${XDG_DATA_HOME:-$HOME/.local/share} ;;
    */bin) if [ -d "${folder%/bin}/share" ]; then share=${folder%/bin}/share; fi ;;
  esac
}

# The program is in place by now, so whatever goes wrong here is a warning.
install_pages() {
  find_share
  if [ -z "$share" ]; then return; fi
  # An older release may lack one of the two.
  tar -xzf "$archive" -C "$stage" man completions 2>/dev/null || :
  for page in "$share"/man/man1/mpm.1 "$share"/man/man1/mpm-*.1; do
    if [ ! -f "$stage/man/${page##*/}" ]; then remove_page "$page"; fi
  done
  placed=0
  for page in "$stage"/man/*.1; do
    place_page "$page" "$share/man/man1/${page##*/}"
  done
  place_page "$stage/completions/mpm.bash" "$share/bash-completion/completions/mpm"
  place_page "$stage/completions/mpm.fish" "$share/fish/vendor_completions.d/mpm.fish"
  place_page "$stage/completions/mpm.zsh" "$share/zsh/site-functions/_mpm"
  if [ "$placed" = 0 ]; then return; fi
  say "Installed man pages and completions in $share"
  case ${SHELL-} in
    */zsh)
      # shellcheck disable=SC2016 # It is for the user's own file.
      say "Add to ~/.zshrc, before compinit: fpath=($(quoted "$share/zsh/site-functions")"' $fpath)'
      ;;
  esac
}

# place_page <file> <target>
place_page() {
  if [ -h "$1" ] || [ ! -f "$1" ]; then return; fi
  if [ -h "$2" ] || { [ -e "$2" ] && ! is_page "$2"; }; then
    say "Warning: left $2 as it is, since it is not a file that mpm installed" >&2
  elif mkdir -p "${2%/*}" 2>/dev/null && mv -f "$1" "$2" 2>/dev/null; then
    placed=1
  else
    say "Warning: cannot write $2" >&2
  fi
}

# is_page <file>: whether it is a man page or a completion script of this mpm.
is_page() {
  [ -f "$1" ] && sed 3q "$1" 2>/dev/null |
    grep -q -e '^\.TH MPM.*"mpm manual"' -e '^# [a-z]* completion for mpm\.'
}

# remove_page <file>
remove_page() {
  if [ ! -h "$1" ] && is_page "$1"; then rm -f "$1"; fi
}

remove_pages() {
  find_share
  if [ -z "$share" ]; then return; fi
  for page in "$share"/man/man1/mpm.1 "$share"/man/man1/mpm-*.1 \
    "$share/bash-completion/completions/mpm" \
    "$share/fish/vendor_completions.d/mpm.fish" "$share/zsh/site-functions/_mpm"; do
    remove_page "$page"
  done
  # Only those that are empty.
  for below in man/man1 man bash-completion/completions bash-completion \
    fish/vendor_completions.d fish zsh/site-functions zsh; do
    rmdir "$share/$below" 2>/dev/null || :
  done
}

# Prints the steps that make the command mpm start this one.
check_path() {
  case ":${PATH-}:" in
    *":$folder:"* | *":$folder/:"*)
      first=$(command -v mpm || :)
      case $first in "$target" | "$folder//mpm") return ;; esac
      say "Warning: another mpm comes first on PATH: $first" >&2
      return
      ;;
  esac
  say "Warning: $folder is not on PATH, so your shell does not find mpm yet" >&2
  case $folder in
    *[\"\$\`\\]*) line="export PATH=$(quoted "$folder"):\"\$PATH\"" ;;
    *) line="export PATH=\"$folder:\$PATH\"" ;;
  esac
  case ${SHELL-} in
    */fish) say "Run: fish_add_path $(quoted "$folder")" ;;
    */zsh) say "Add to ~/.zshrc: $line" ;;
    */bash) say "Add to ~/.bashrc (macOS: ~/.bash_profile): $line" ;;
    *) say "Add to your shell's profile: $line" ;;
  esac
}

# As one word of a shell, whatever is in it.
quoted() {
  printf "'%s'" "$(printf '%s\n' "$1" | sed "s/'/'\\\\''/g")"
}

uninstall() {
  if [ ! -e "$target" ] && [ ! -h "$target" ]; then
    fail "There is no $target" 'Name the folder it is in: --dir <folder>'
  fi
  if [ "$force" = no ]; then
    if ! is_mpm; then
      fail "$target does not answer as mpm" 'To remove it all the same: --force'
    fi
    # Hooks that start a program which is gone would fail at every event.
    settings=${CLAUDE_CONFIG_DIR:-${HOME-}/.claude}/settings.json
    # They have the path that PATH has, or the one without symbolic links.
    real=$(cd "$folder" && pwd -P)/mpm
    if grep -qsF -e "$target" -e "$real" "$settings"; then
      fail "Claude Code's hooks in $settings start $target" \
        'First run: mpm setup --remove; the same in each project with its own hooks'
    fi
  fi
  rm -f "$target" 2>/dev/null || no_permission
  remove_pages
  say "Removed $target"
  say 'Your saves stay in the .claude-mpm folders of your projects, your settings'
  say 'in ~/.config/mpm, the records of this machine in ~/.local/state/mpm.'
}

main "$@"
exit 0
}
