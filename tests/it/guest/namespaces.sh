# Runs as the first process of the guest, by busybox sh: makes namespaces that no process is in, and lets the program look
# at them with and without --deep. Nothing here needs a module.

look() {
  name=$1
  shift
  echo "@@ $name" >&3
  "$@" >&3
}

# --- what is made -----------------------------------------------------------------------------------------------------

# A network namespace, mounted where everyone sees it.
mkdir /run/netns
touch /run/netns/plain /run/inside
unshare --net=/run/netns/plain true

# A mount namespace that a mount keeps; in it, and nowhere else, another network namespace is mounted.
touch /run/kept
unshare --mount=/run/kept sh -eux -c '
  mount -t tmpfs private /tmp
  touch "/tmp/in side"
  unshare --net="/tmp/in side" readlink /proc/self/ns/net >/run/inside'

# A mount namespace and a uts namespace that only descriptors keep.
mkfifo /run/go /run/end
unshare -m -u sh -c 'echo >/run/go; read -r _ </run/end' &
made=$!
read -r _ </run/go
readlink /proc/$made/ns/mnt >/run/open
readlink /proc/$made/ns/uts >>/run/open
sleep 86400 8</proc/$made/ns/mnt 9</proc/$made/ns/uts &
holder=$!
until [ -e /proc/$holder/fd/9 ] && [ "$(readlink /proc/$holder/exe)" = /bin/busybox ]; do :; done
echo >/run/end
wait $made

# A network namespace that only a socket keeps: whoever has it went home with it.
unshare -n sh -eux -c '
  ifconfig lo up
  readlink /proc/self/ns/net >/run/socket
  httpd -p 127.0.0.1:9
  until nc 127.0.0.1 9 </dev/null; do :; done
  nc 127.0.0.1 9 -e nsenter --net=/proc/1/ns/net sleep 86400 &
  until [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/1/ns/net)" ]; do :; done
  killall httpd
  while pidof httpd; do :; done'

# --- what there is ----------------------------------------------------------------------------------------------------

look kernel uname -r
look host ls -l /proc/2/ns
look plain stat -c %i /run/netns/plain
look kept stat -c %i /run/kept
look inside cat /run/inside
look open cat /run/open
look socket cat /run/socket

# --- what the program sees --------------------------------------------------------------------------------------------

look json nslens --json --no-docker
look deep nslens --json --no-docker --deep
look text nslens --snapshot --no-docker
# From other namespaces than the host's; as root of a user namespace; inside of a pid namespace.
look elsewhere unshare -n -m nslens --json --no-docker
look user unshare -r nslens --json --no-docker
look container unshare -p -f --mount-proc nslens --json --no-docker
kill $holder
wait $holder || true
look after nslens --json --no-docker
