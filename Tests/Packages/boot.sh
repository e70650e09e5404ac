#!/bin/bash
# Boots this machine's own systemd in a container that is a copy of this machine, and there installs both packages
# with apt, kills the hub KILLS times, upgrades, removes and purges them: boot.sh FOLDER-OF-DEBS. Needs root; nothing
# of the machine is changed.
#
# It finds what reading a unit cannot: a system call that the hub needs and its unit refuses.
set -euo pipefail
debs="$(realpath "$1")" here="$(cd "$(dirname "$0")" && pwd)"
kills="${KILLS:-10}"
work="$(mktemp -d)"
# A control group of its own, so that the container's systemd sees no other.
group="$(findmnt -n -t cgroup2 -o TARGET | head -n 1)/djoliba-boot-$$"
mkdir "$group"
leave() {
  rm -rf "$work"
  find "$group" -depth -type d -exec rmdir {} +
}
trap leave EXIT
mkdir "$work/out" "$work/container"
cp "$here/probe.sh" "$work/out/"
cp "$debs"/djoliba*.deb "$work/out/"
echo "$kills" >"$work/out/kills"
# The same programs in a package of an older version, to be upgraded from.
for deb in "$work"/out/djoliba*.deb; do
  dpkg-deb -R "$deb" "$work/older"
  sed -i 's/^Version: .*/Version: 0.0.1/' "$work/older/DEBIAN/control"
  mkdir -p "$work/out/older"
  dpkg-deb --root-owner-group -Znone --build "$work/older" "$work/out/older/${deb##*/}" >/dev/null
  rm -r "$work/older"
done

# In namespaces of its own: mounts, processes, network, names, control groups.
export WORK="$work"
(
  echo "$BASHPID" >"$group/cgroup.procs"
  exec timeout -s KILL "$((240 + 5 * kills))" unshare --kill-child=KILL --mount --pid --fork --uts --ipc --net \
    --cgroup --mount-proc bash -euo pipefail -c '
  root="$WORK/container/root"
  mount -t tmpfs none "$WORK/container"
  mkdir "$WORK/container/"{upper,work,root}
  mount -t overlay overlay \
    -o "lowerdir=/,upperdir=$WORK/container/upper,workdir=$WORK/container/work" "$root"
  : >"$root/etc/fstab"
  : >"$root/etc/machine-id"
  rm -rf "$root"/etc/systemd/system/*.wants
  mount -t proc proc "$root/proc"
  mount --bind "$root/proc/sys" "$root/proc/sys"
  mount -o remount,bind,ro "$root/proc/sys"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755,size=1m none "$root/dev"
  for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$device"
    mknod -m 666 "$root/dev/$name" c "$major" "$minor"
  done
  mkdir "$root"/dev/{shm,pts,mqueue,hugepages}
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  mount -t tmpfs -o mode=755 none "$root/run"
  mount -t tmpfs none "$root/tmp"
  mkdir "$root/out"
  mount --bind "$WORK/out" "$root/out"
  # What looks after a real machine has no business here.
  for unit in systemd-{udevd,udev-trigger,modules-load,sysctl,remount-fs,logind,binfmt,random-seed}.service \
    systemd-udevd-{kernel,control}.socket systemd-update-utmp.service getty.target \
    dev-{hugepages,mqueue}.mount sys-kernel-{debug,tracing}.mount sys-fs-fuse-connections.mount; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  cat >"$root/etc/systemd/system/probe.service" <<EOF
[Service]
Type=oneshot
ExecStart=/bin/bash /out/probe.sh
EOF
  python3 -c "
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack(\"16sh14x\", b\"lo\", 1))"
  cd "$root"
  mkdir -p old
  mount --make-rprivate /
  pivot_root . old
  umount -l /old
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=probe.service
'
) >"$work/console" 2>&1 || true
cat "$work/out/result" 2>/dev/null || cat "$work/console"
grep -q '^The services and the packages hold\.$' "$work/out/result"
