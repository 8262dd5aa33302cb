#!/bin/bash
# Runs a command under a systemd of its own: systemd_box.sh PROGRAM UNIT MODEL COMMAND...
#
# In namespaces of its own, with a copy of the file system that nothing outlives, and with the program, its unit and its
# model installed there. Ends with 77 where that cannot be had.
set -e
program=$(realpath "$1") unit=$(realpath "$2") model=$(realpath "$3")
shift 3
[ -x /lib/systemd/systemd ] && [ "$(id -u)" = 0 ] || exit 77
if [ -z "$IN_BOX" ]; then
  unshare -m true 2>/dev/null || exit 77
  box=$(mktemp -d)
  trap 'rmdir "$box"' EXIT
  IN_BOX=$box unshare --mount --pid --ipc --uts --cgroup --fork --kill-child "$0" "$program" "$unit" "$model" "$@"
  exit
fi
mount --make-rprivate /
box=$IN_BOX
mount -t tmpfs tmpfs "$box"
mkdir "$box/upper" "$box/work" "$box/root" "$box/files"
cp "$program" "$unit" "$model" "$box/files/"
mount -t overlay overlay -o "lowerdir=/,upperdir=$box/upper,workdir=$box/work" "$box/root" 2>/dev/null || exit 77
root=$box/root
install -D "$box/files/$(basename "$program")" "$root/usr/local/bin/kapao-video"
install -D -m 644 "$box/files/$(basename "$model")" "$root/usr/local/share/kapao-video/kapao_n.safetensors"
# Swift's libraries may lie on another file system.
libraries=$(ldd "$program" | sed -n 's/.* => \(.*libswiftCore\.so\) .*/\1/p')
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
umount -R "$root/sys/fs/cgroup" 2>/dev/null || true
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" 2>/dev/null || exit 77
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm"
for folder in run tmp dev/shm; do mount -t tmpfs tmpfs "$root/$folder"; done
if [ -n "$libraries" ] && [ ! -e "$root$libraries" ]; then
  mkdir -p "$root$(dirname "$libraries")"
  mount --bind "$(dirname "$libraries")" "$root$(dirname "$libraries")"
fi
rm -rf "$root"/lib/systemd/system/*.wants "$root"/etc/systemd/system/* "$root/etc/kapao-video"
cp "$box/files/$(basename "$unit")" "$root/etc/systemd/system/kapao-video.service"
mkdir "$root/etc/kapao-video"
ln -s /dev/null "$root/etc/systemd/system/network-online.target"
printf '[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service command.service\n' >"$root/etc/systemd/system/box.target"
{
  printf '[Unit]\nDefaultDependencies=no\nAfter=systemd-journald.service\nSuccessAction=exit-force\nFailureAction=exit-force\n'
  printf '[Service]\nType=oneshot\nStandardOutput=file:/tmp/output\nStandardError=file:/tmp/errors\nExecStart=/bin/bash /tmp/command\n'
} >"$root/etc/systemd/system/command.service"
printf '%s\n' "$*" >"$root/tmp/command"
mkfifo "$root/tmp/output" "$root/tmp/errors"
cat "$root/tmp/output" &
cat "$root/tmp/errors" >&2 &
export container=box
exec chroot "$root" /lib/systemd/systemd --system --unit=box.target --show-status=0 --log-target=null
