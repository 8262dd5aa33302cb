#!/usr/bin/env bash
# Puts together what is published of a version, in out/release: the commit's sources, the packages in out, and checksums.
#
# Packages for other releases of Debian are built there (scripts/distribution.sh trixie make deb) and copied to out before.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/.*static let version = "\(.*\)".*/\1/p' Sources/kapao-video/KapaoVideo.swift)
fail() {
  echo "scripts/release.sh: $*" >&2
  exit 1
}
[ -z "$(git status --porcelain --untracked-files=no)" ] || fail "there are changes that are not committed"
grep -q "^## $version\b" CHANGELOG.md || fail "CHANGELOG.md has no section for version $version"
rm -rf out/release
mkdir -p out/release
git archive --format=tar.gz --prefix="kapao-video-$version/" -o "out/release/kapao-video-$version.tar.gz" HEAD
cp out/kapao-video_"$version"-1~*.deb out/release/
(cd out/release && sha256sum -- * >SHA256SUMS && cat SHA256SUMS)
