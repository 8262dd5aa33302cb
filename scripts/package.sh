#!/usr/bin/env bash
# Packs the program that `make build` has built for this release of Debian: out/kapao-video_VERSION-1~RELEASE_ARCH.deb.
#
# The same commit gives the same package: all times are those of the commit (SOURCE_DATE_EPOCH).
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh build-essential debhelper go-md2man
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE=$PWD
make --no-print-directory manual

number=$(.build/kapao-video --version | sed -n '1s/^kapao-video \([^ ]*\).*/\1/p')
# The libraries that it needs are those of this release: deb12, deb13, ubuntu24.04.
release=$(. /etc/os-release && echo "$ID$VERSION_ID" | sed 's/^debian/deb/')
version=$number-1~$release
folder=.build/deb/kapao-video-$number
rm -rf .build/deb
mkdir -p "$folder" out
cp -r packaging/debian "$folder/"
sed 's#/usr/local/#/usr/#g' packaging/kapao-video.service >"$folder/debian/kapao-video.service"
cat >"$folder/debian/changelog" <<CHANGES
kapao-video ($version) unstable; urgency=medium

  * Version $number; what is new is in CHANGELOG.md beside this file.

 -- kapao-video maintainers <maintainers@kapao-video.invalid>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGES
(cd "$folder" && dpkg-buildpackage --build=binary --no-sign >../build.log 2>&1) || {
  tail -20 .build/deb/build.log >&2
  exit 1
}
cp .build/deb/kapao-video_*.deb out/
ls -l out/kapao-video_"$version"_*.deb
