# For scripts that work in a root of another release of Debian: sourced, not run.

# Where roots are kept from run to run.
roots=${KAPAO_ROOTS:-/var/cache/kapao-video}

# A folder of this machine's, which a root does not have.
unset TMPDIR

# Ends the script with 77: this machine cannot.
cannot() {
  echo "$(basename "$0"): $*" >&2
  exit 77
}

# bare_root RELEASE: makes $roots/RELEASE.bare with debootstrap, from the mirror that this machine's apt uses, if there is none.
bare_root() {
  local bare=$roots/$1.bare mirror
  [ "$(id -u)" = 0 ] || cannot "debootstrap and chroot need root"
  unshare --mount true 2>/dev/null || cannot "this machine allows no mounts"
  [ ! -e "$bare/.complete" ] || return 0
  command -v debootstrap >/dev/null || cannot "there is no debootstrap: apt-get install debootstrap"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -1)
  [ -n "$mirror" ] || cannot "apt knows no mirror of Debian: apt-get update"
  rm -rf --one-file-system "$bare"
  mkdir -p "$bare"
  debootstrap --variant=minbase "$1" "$bare" "$mirror" >"$bare.log" 2>&1 || cannot "debootstrap failed: see $bare.log"
  rm -f "$bare"/var/cache/apt/archives/*.deb
  touch "$bare/.complete"
}
