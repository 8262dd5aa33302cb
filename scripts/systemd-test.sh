#!/usr/bin/env bash
# Runs an installed package's unit under a real systemd, booted in a container: scripts/systemd-test.sh RELEASE PACKAGE.
#
# Ready, reload with a good and a bad configuration, restart after kill -9 and after the watchdog, an orderly end. The root is made
# as by scripts/distribution.sh; what happens in it is gone afterwards. Exit code 77: this machine cannot.
set -euo pipefail
package=$(realpath "${2:?usage: scripts/systemd-test.sh RELEASE PACKAGE}")
cd "$(dirname "$0")/.."
source scripts/roots.sh
bare_root "$1"
command -v systemd-nspawn >/dev/null || cannot "there is no systemd-nspawn: apt-get install systemd-container"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$package" "$work/package.deb"

cat >"$work/install.sh" <<'INSTALL'
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends systemd systemd-sysv curl /work/package.deb >/dev/null
cat >/etc/kapao-video/kapao-video.yaml <<YAML
streams:
  one:
    source: lavfi:testsrc2=s=320x180:r=10
    outputs:
      - record: recordings
YAML
mkdir -p /etc/systemd/system/kapao-video.service.d
printf '[Service]\nWatchdogSec=15\nRestartSec=1\n' >/etc/systemd/system/kapao-video.service.d/soon.conf
cat >/etc/systemd/system/check.service <<UNIT
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /work/check.sh
StandardOutput=file:/work/log
StandardError=inherit
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=graphical.target
UNIT
systemctl --quiet enable check.service
systemctl set-default --quiet graphical.target
INSTALL

cat >"$work/check.sh" <<'CHECK'
set -eu
unit=kapao-video
say() { echo "== $*"; }
trap 'systemctl status --no-pager $unit || true; journalctl --no-pager -u $unit | tail -40' ERR
set -E
show() { systemctl show --property "$1" --value $unit; }
# until_true SECONDS COMMAND...
until_true() {
  local left=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $((left -= 1)) -gt 0 ] || { echo "not within its time: $*" && return 1; }
    sleep 0.2
  done
}
healthy() { curl -sf http://127.0.0.1:8080/healthz; }
# What is killed before its first frame leaves an empty file.
recording() { ls /var/lib/kapao-video/recordings/* && ! find /var/lib/kapao-video/recordings/ -size 0 | grep -q .; }
replaced() { [ "$(show MainPID)" != "$1" ] && [ "$(show ActiveState)" = active ] && healthy; }

say "it waits for a configuration to be enabled"
[ "$(systemctl is-enabled $unit || true)" = disabled ] && [ "$(show ActiveState)" = inactive ]

say ready
systemctl start $unit
[ "$(show ActiveState)" = active ] && healthy
pid=$(show MainPID)
until_true 20 recording
stat -c '%U %a' /var/lib/private/kapao-video/recordings

say reload
sed 's/one:/two:/; s/^streams:$//' /etc/kapao-video/kapao-video.yaml >>/etc/kapao-video/kapao-video.yaml
systemctl reload $unit
until_true 20 sh -c 'curl -sf http://127.0.0.1:8080/api/streams | grep -q \"two\"'
[ "$(show MainPID)" = "$pid" ]

say "reload with a configuration that is wrong"
cp /etc/kapao-video/kapao-video.yaml /tmp/good.yaml
echo 'nonsense: 1' >>/etc/kapao-video/kapao-video.yaml
if systemctl reload $unit; then false; fi
cp /tmp/good.yaml /etc/kapao-video/kapao-video.yaml
healthy && [ "$(show ActiveState)" = active ] && [ "$(show MainPID)" = "$pid" ]

say "kill -9"
kill -9 "$pid"
until_true 20 replaced "$pid"
pid=$(show MainPID)

say watchdog
until_true 20 recording
kill -STOP "$pid"
until_true 60 replaced "$pid"
until_true 10 sh -c "journalctl -u $unit | grep -q 'Watchdog timeout'"
[ "$(show NRestarts)" = 2 ]

say stop
until_true 20 recording
systemctl stop $unit
[ "$(show Result)" = success ] && [ "$(show ExecMainStatus)" = 0 ]
recording >/dev/null
systemd-analyze security --no-pager $unit | tail -1
say done
CHECK

unshare --mount bash -c '
  set -e
  mount -t tmpfs -o size=4g tmpfs /mnt
  mkdir /mnt/upper /mnt/work /mnt/root
  mount -t overlay overlay -o "lowerdir=$0,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
  mkdir -p /mnt/root/work
  cp /etc/resolv.conf /mnt/root/etc/
  mount --bind "$1" /mnt/root/work
  mount --rbind /dev /mnt/root/dev && mount -t proc proc /mnt/root/proc
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot /mnt/root bash /work/install.sh
  umount -R -l /mnt/root/dev && umount /mnt/root/proc && umount /mnt/root/work
  timeout 300 systemd-nspawn --quiet --register=no --keep-unit --console=pipe --bind "$1:/work" --directory /mnt/root --boot \
    >"$1/console" 2>&1 || true
' "$roots/$1.bare" "$work"
[ -e "$work/log" ] || { tail -5 "$work/console" >&2 && cannot "systemd did not boot"; }
cat "$work/log"
[ "$(tail -1 "$work/log")" = "== done" ]
