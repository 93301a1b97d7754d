#!/bin/sh
# Pid 1 of the guest: a host with one cgroup v2 hierarchy, the checkout at /repo (changes stay in memory), the command of the
# kernel's command line (words joined by commas), and its exit code on the console.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 NO_COLOR=1 CI=1
finish() {
  echo "plimsoll-exit: $1"
  sync
  busybox poweroff -f
}
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
# As systemd mounts it, and as npm start remounts it.
mount -t cgroup2 -o nsdelegate,memory_recursiveprot,favordynmods cgroup2 /sys/fs/cgroup || finish 97
hostname guest
# As systemd has it: samplers keep the files of all groups open.
ulimit -n 524288 || finish 98
ip link set lo up
modprobe -a overlay 9pnet_virtio 9p bridge veth nf_tables || finish 96
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro repo /mnt/repo || finish 95
mkdir -p /run/repo/upper /run/repo/work
mount -t overlay -o lowerdir=/mnt/repo,upperdir=/run/repo/upper,workdir=/run/repo/work repo /repo || finish 94
cd /repo || finish 93
words=$(sed -n 's/.*plimsoll\.command=\([^ ]*\).*/\1/p' /proc/cmdline)
echo "plimsoll: $(uname -r), cgroup v2 with $(cat /sys/fs/cgroup/cgroup.controllers)"
set --
old=$IFS
IFS=,
for word in $words; do set -- "$@" "$word"; done
IFS=$old
"$@" < /dev/null
finish $?
