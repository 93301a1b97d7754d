#!/bin/busybox sh
# First program of the guest: loads the disk's drivers and goes on from the disk.
/bin/busybox mount -t devtmpfs dev /dev
while read -r name; do /bin/busybox insmod "/modules/$name"; done < /modules/order
/bin/busybox mount -t ext4 /dev/vda /new || { echo "plimsoll-exit: 98"; /bin/busybox poweroff -f; }
/bin/busybox umount /dev
exec /bin/busybox switch_root /new /plimsoll-init
