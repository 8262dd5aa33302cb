#!/usr/bin/env bash
# Installs, uses, upgrades, removes and purges a package in a bare root of a release: scripts/package-test.sh RELEASE PACKAGE.
#
# The root is made as by scripts/distribution.sh; what is installed into it is gone afterwards. There is no Swift in it. Exit
# code 77: this machine cannot.
set -euo pipefail
package=$(realpath "${2:?usage: scripts/package-test.sh RELEASE PACKAGE}")
cd "$(dirname "$0")/.."
source scripts/roots.sh
bare_root "$1"

# The version before: the same program under a lower number, with another example in its configuration.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dpkg-deb -R "$package" "$work/old"
sed -i 's/^Version: .*/Version: 0.0.1/' "$work/old/DEBIAN/control"
dpkg-deb -b "$work/old" "$work/old.deb" >/dev/null
cp "$package" "$work/new.deb"

cat >"$work/steps.sh" <<'STEPS'
set -eu
say() { echo "== $*"; }
export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
apt-get update -qq
say install
apt-get install -y -qq --no-install-recommends /work/old.deb >/dev/null
! command -v swift
ldd /usr/bin/kapao-video | grep -ci 'swift\|not found' && exit 1
kapao-video --version
kapao-video doctor --folder /tmp
test -s /usr/share/doc/kapao-video/examples/campus.mp4

say annotate
kapao-video annotate /usr/share/doc/kapao-video/examples/campus.mp4 -o /tmp/out.mp4 --csv /tmp/out.csv --quiet
test -s /tmp/out.mp4 && [ "$(wc -l </tmp/out.csv)" -gt 100 ]
echo "$(wc -l </tmp/out.csv) rows"

say "the unit's command"
command=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/kapao-video.service)
mkdir -p /var/lib/kapao-video && cd /var/lib/kapao-video
$command --check
$command 2>/tmp/serve.log & pid=$!
for attempt in $(seq 50); do
  if { exec 3<>/dev/tcp/127.0.0.1/8080; } 2>/dev/null; then break; fi
  sleep 0.2
done
printf 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n' >&3
head -1 <&3 | tr -d '\r'
exec 3<&-
kill -TERM $pid && wait $pid

say upgrade
echo '# changed by the administrator' >>/etc/kapao-video/kapao-video.yaml
mkdir -p recordings && echo x >recordings/court1-20260101T000000Z.mkv
apt-get install -y -qq --no-install-recommends /work/new.deb >/dev/null
dpkg-query -W -f '${Version}\n' kapao-video
grep -q 'changed by the administrator' /etc/kapao-video/kapao-video.yaml
test -s recordings/court1-20260101T000000Z.mkv

say remove
cd / && apt-get remove -y -qq kapao-video >/dev/null
! test -e /usr/bin/kapao-video
test -s /etc/kapao-video/kapao-video.yaml && test -s /var/lib/kapao-video/recordings/court1-20260101T000000Z.mkv

say purge
apt-get purge -y -qq kapao-video >/dev/null
for left in /etc/kapao-video /var/lib/kapao-video /usr/share/kapao-video /usr/share/doc/kapao-video; do
  ! test -e $left || { echo "$left is left" && exit 1; }
done
say done
STEPS

unshare --mount bash -c '
  set -e
  mount -t tmpfs -o size=4g tmpfs /mnt
  mkdir /mnt/upper /mnt/work /mnt/root
  mount -t overlay overlay -o "lowerdir=$0,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
  mkdir -p /mnt/root/work
  mount --bind "$1" /mnt/root/work
  mount --rbind /dev /mnt/root/dev && mount -t proc proc /mnt/root/proc
  cp /etc/resolv.conf /mnt/root/etc/
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot /mnt/root bash /work/steps.sh' "$roots/$1.bare" "$work"
