#!/usr/bin/env bash
# Builds and tests on another release of Debian: scripts/distribution.sh RELEASE [COMMAND...], RELEASE being bookworm, trixie, …
#
# Makes a root of that release with debootstrap and runs COMMAND in it (make demo and make test unless given) in a copy of this
# folder, with this machine's Swift. The root and what was built in it are kept in KAPAO_ROOTS (/var/cache/kapao-video) and used
# again. Needs root. Nothing stays mounted. Exit code 77: this machine cannot.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/roots.sh

release=${1:?usage: scripts/distribution.sh RELEASE [COMMAND...]}
shift
[ $# -gt 0 ] || set -- sh -c 'make demo && make test'
root=$roots/$release
folder=/root/kapao-video

swift=$(command -v swift) || cannot "there is no Swift on this machine"
toolchain=$(realpath "$(dirname "$(readlink -f "$swift")")/../..")

if [ ! -e "$root/.complete" ]; then
  bare_root "$release"
  rm -rf --one-file-system "$root"
  cp -a "$roots/$release.bare" "$root"
  rm "$root/.complete"
  # What Swift's compiler needs besides the packages that scripts/setup.sh installs; the C++ library is the release's own.
  unshare --mount sh -c '
    mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && cp /etc/resolv.conf "$0/etc/" &&
    DEBIAN_FRONTEND=noninteractive chroot "$0" sh -c "
      apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates git make g++ pkg-config \
        libxml2 libcurl4 libncurses6 libsqlite3-0 binutils"' "$root" >"$root.log" 2>&1 ||
    cannot "packages for Swift could not be installed: see $root.log"
  touch "$root/.complete"
fi

# This folder's files as they are, with what was built there before.
mkdir -p "$root$folder"
find "$root$folder" -mindepth 1 -maxdepth 1 ! -name .build -exec rm -rf {} +
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --ignore-failed-read |
  tar --extract --directory "$root$folder"
git rev-parse --short=10 HEAD >"$root$folder/packaging/commit"

# This machine's configuration of git and pip and its certificate authorities hold there too, with the local folders that are
# named.
binds=("$toolchain")
while read -r path; do
  [ -d "$path" ] && binds+=("${path%/}")
done < <(
  git config --get-regexp '^url\..*\.insteadof$' | sed -E 's/^url\.(.*)\.insteadof .*/\1/' | sort -u
  printf '%s\n' ${PIP_FIND_LINKS:-}
)
for file in ~/.gitconfig /etc/gitconfig /etc/pip.conf /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt; do
  [ ! -f "$file" ] || install -D -m 644 "$file" "$root${file/#$HOME//root}"
done

export HOME=/root PATH=$toolchain/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
exec unshare --mount bash -c '
  root=$0 folder=$1 count=$2
  shift 2
  for path in "${@:1:count}"; do
    mkdir -p "$root$path" && mount --bind -o ro "$path" "$root$path"
  done
  shift "$count"
  mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys"
  exec chroot "$root" sh -c "cd $folder && exec \"\$@\"" sh "$@"' "$root" "$folder" "${#binds[@]}" "${binds[@]}" "$@"
