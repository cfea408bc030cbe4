#!/bin/sh
# Removes all that a mesh bench leaves on a machine: tidy.sh ID FOLDER. With a third word it waits first until its stdin is
# closed, which the kernel does when the bench dies, however it dies.
id=$1 folder=$2
[ -n "$id" ] && [ -n "$folder" ] || exit 2
[ -z "$3" ] || cat >/dev/null
trap '' INT TERM HUP

# Processes outside of network namespaces, by process group. The start time makes sure that a pid is still the same process.
for file in "$folder"/pids/*; do
  [ -f "$file" ] || continue
  read -r pid started <"$file"
  [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20)" = "$started" ] && kill -s KILL -- "-$pid" 2>/dev/null
done
ip netns list | cut -d' ' -f1 | grep "^axc-$id-" | while read -r name; do
  ip netns pids "$name" 2>/dev/null | xargs -r kill -9 2>/dev/null
  ip netns del "$name"
  rm -rf "/etc/netns/$name"
done
rmdir /etc/netns 2>/dev/null
for _ in 1 2 3 4 5; do
  rm -rf "$folder" 2>/dev/null && break
  sleep 0.2
done
[ ! -e "$folder" ]
