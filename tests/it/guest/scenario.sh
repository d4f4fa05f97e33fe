# Runs as the first process of the guest, by busybox sh: makes what the test wants to see, and lets ip(8) and the
# program look at it.

# This shell prefers its own applets to programs in PATH.
ip() { /opt/ip "$@"; }

# --- the namespaces: the host's, two with a name of which one has no process, one with a process but no name ----------

made=
name_namespace() { # NAME
  ip netns add "$1"
  made="$made $1:/run/netns/$1"
}

name_namespace a
name_namespace b
nsenter --net=/run/netns/a sleep 86400 &
unshare -n sleep 86400 &
c=$!
until [ "$(readlink /proc/$c/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
all="host:/proc/self/ns/net $made c:/proc/$c/ns/net"

# No waiting for duplicate address detection.
for place in $all; do
  nsenter "--net=${place#*:}" sh -c 'for f in all default; do echo 0 >/proc/sys/net/ipv6/conf/$f/accept_dad; done'
  nsenter "--net=${place#*:}" /opt/ip link set lo up
done

in_a() { ip -n a "$@"; }
in_b() { ip -n b "$@"; }
in_c() { nsenter "--net=/proc/$c/ns/net" /opt/ip "$@"; }

# --- interfaces -------------------------------------------------------------------------------------------------------

ip link add d0 type dummy
ip link set d0 address 02:00:00:00:00:d0 mtu 9000 alias "uplink of all" up
ip link property add dev d0 altname uplink0 altname spare-name
ip addr add 192.0.2.1/24 brd + dev d0
ip addr add 192.0.2.77/24 dev d0
ip addr add 2001:db8::1/64 dev d0
ip addr add 2001:db8::7/64 dev d0 valid_lft 7200 preferred_lft 3600
ip addr add 2001:db8::8/128 dev d0 noprefixroute preferred_lft 0
ip addr add 192.0.2.200/32 scope link dev lo
ip link add d-down mtu 1300 type dummy

ip link add link d0 name d0.100 type vlan id 100
ip link set d0.100 up
ip addr add 198.51.100.1/25 dev d0.100
ip link add link d0 name d0.200 type vlan proto 802.1ad id 200
ip link add link d0 name v300 type vlan id 300
ip link set v300 netns a
in_a link set v300 up
in_a addr add 198.51.100.129/25 dev v300

ip link add link d0 name mv0 type macvlan mode bridge
ip link add link d0 name mv1 type macvlan mode private
ip link set mv1 netns b
in_b link set mv1 up
ip link add link d0 name mvt0 type macvtap mode vepa

# The mode is one for all on the same interface.
for mode in l2 l3 l3s; do
  ip link add "d-$mode" type dummy
  ip link set "d-$mode" up
  ip link add link "d-$mode" name "ipv-$mode" type ipvlan mode "$mode"
done
ip link add link d-l3 name ipv-far type ipvlan mode l3
ip link set ipv-far netns "$c"
in_c addr add 198.18.3.2/32 dev ipv-far
in_c link set ipv-far up

# veth: from a bridge to a namespace, between two with equal indexes, into the nameless one, inside one, and down.
ip link add br0 type bridge stp_state 1 vlan_filtering 1
ip addr add 10.44.0.1/24 dev br0
ip link set br0 up
ip link add va type veth peer name eth0 netns a
ip link set va master br0 up
ip link set va type bridge_slave isolated on hairpin on
in_a addr add 10.44.0.2/24 dev eth0
in_a link set eth0 up
in_a link add eqa index 77 type veth peer name eqb index 77 netns b
in_a addr add 10.45.0.1/24 dev eqa
in_b addr add 10.45.0.2/24 dev eqb
in_a link set eqa up
in_b link set eqb up
in_a link add tc type veth peer name eth0 netns "$c"
in_c link set eth0 up
ip link add p0 type veth peer name p1
ip link set p0 up
# One whose other end lies where nobody can look: in a namespace that only an open file keeps.
ip netns add hidden
ip link add lost type veth peer name lost-too netns hidden
exec 4</run/netns/hidden
ip netns delete hidden

ip link add vx0 type vxlan id 42 local 192.0.2.1 remote 192.0.2.2 dstport 4789 dev d0
ip link set vx0 master br0 up
ip link add vx6 type vxlan id 43 local 2001:db8::1 group ff05::100 dstport 8472 dev d0
ip link add vx-far type vxlan id 44 remote 192.0.2.3 dstport 4790 dev d0
ip link set vx-far netns b
ip link add ipip0 type ipip local 192.0.2.1 remote 192.0.2.9 dev d0

in_b link add bond0 type bond mode active-backup
in_b link add port0 type dummy
in_b link add port1 type dummy
in_b link set port0 master bond0
in_b link set port1 master bond0
in_b link set bond0 up
in_b link set bond0 type bond active_slave port1
in_b link add bond1 type bond mode 802.3ad

ip link add red type vrf table 100
ip link set red up
ip link add red0 type dummy
ip link set red0 master red up
ip addr add 203.0.113.1/24 dev red0

ip link add wg0 type wireguard
ip addr add 10.9.0.1 peer 10.9.0.2/32 dev wg0
ip link set wg0 up
ip link add wg1 type wireguard
ip link set wg1 netns "$c"
in_c addr add 10.9.1.1/24 dev wg1
in_c link set wg1 up

ip tuntap add tap0 mode tap user 1000
ip tuntap add tun0 mode tun
ip link set tap0 master br0 up

# Kernels before 6.7 have none.
if ip link add nk0 type netkit; then
  other=$(ip -j link show type netkit | tr '{' '\n' | sed -n 's/.*"ifname":"\([^"]*\)".*/\1/p' | grep -vx nk0)
  ip link set "$other" name nk1
  ip link set nk1 netns b
  ip link set nk0 up
  in_b link set nk1 up
fi

# --- routes, rules, neighbours ----------------------------------------------------------------------------------------

ip route add default via 192.0.2.254 dev d0 metric 50
ip route add 10.60.0.0/16 via 198.51.100.2 table 200 proto static
ip route add throw 10.61.0.0/16 table 200
ip route add 10.65.0.7 dev d0 scope link
ip route add blackhole 10.66.0.0/16
ip route add unreachable 10.67.0.0/16 metric 5
ip route add prohibit 10.68.0.0/16 proto bird
ip route add 10.70.0.0/16 nexthop via 192.0.2.10 dev d0 weight 2 nexthop via 198.51.100.3 dev d0.100 weight 5
ip nexthop add id 7 via 192.0.2.11 dev d0
ip route add 10.71.0.0/16 nhid 7
ip nexthop add id 8 via 198.51.100.4 dev d0.100
ip nexthop add id 9 group 7,3/8
ip route add 10.75.0.0/16 nhid 9
ip route add 10.72.0.0/16 via inet6 fe80::2 dev d0
ip route add 10.73.0.0/16 via 10.99.0.1 dev d0 onlink proto 99
ip route add 10.74.0.0/16 dev d0 src 192.0.2.77
ip route add 10.76.0.0/16 dev red0 table 100000
ip -6 route add default via fe80::1 dev d0
ip -6 route add blackhole 2001:db8:66::/48
ip -6 route add 2001:db8:70::/48 nexthop via fe80::10 dev d0 nexthop via fe80::11 dev d0.100 weight 3
ip -6 route add 2001:db8:71::7 via 2001:db8::99 table 200 metric 7
in_a route add default via 10.44.0.1

ip rule add from 10.1.0.0/16 lookup 200 pref 100
ip rule add to 10.2.0.7 iif d0 lookup main pref 110
ip rule add fwmark 16 lookup 200 pref 120
ip rule add fwmark 0x20/0xff lookup 100000 pref 121
ip rule add not from 10.3.0.0/24 blackhole pref 130
ip rule add from 10.4.0.0/24 goto 32766 pref 140
ip rule add ipproto 6 dport 80 oif d0 lookup 200 pref 150
ip rule add from 10.5.0.0/24 prohibit pref 160
ip rule add from 10.6.0.0/24 unreachable pref 161
ip rule add iif gone lookup 200 pref 170
ip -6 rule add from 2001:db8:1::/48 to 2001:db8:2::7 lookup 200 pref 100

ip neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev d0 nud permanent
ip neigh add 192.0.2.10 lladdr 02:00:00:00:00:0a dev d0 nud stale
ip neigh add 192.0.2.12 lladdr 02:00:00:00:00:0c dev d0 nud noarp
ip neigh add proxy 192.0.2.99 dev d0
ip -6 neigh add fe80::1 lladdr 02:00:00:00:00:01 dev d0 nud permanent router
nsenter --net=/run/netns/a ping -c 1 -W 20 10.45.0.2
in_a neigh add 10.44.0.77 dev eth0 nud incomplete

# --- the looks --------------------------------------------------------------------------------------------------------

section() { # PLACE INODE NAME COMMAND...
  echo "@@ $1 $2 $3"
  shift 3
  "$@"
  echo
}

look() {
  local place inode net
  for place in $all; do
    net=${place#*:}
    place=${place%%:*}
    inode=$(stat -L -c %i "$net")
    in_it() {
      local name=$1
      shift
      section "$place" "$inode" "$name" nsenter "--net=$net" "$@"
    }
    in_it link /opt/ip -j -d link
    in_it address /opt/ip -j addr
    in_it route4 /opt/ip -4 -j route show table all
    in_it route6 /opt/ip -6 -j route show table all
    in_it rule4 /opt/ip -4 -j rule
    in_it rule6 /opt/ip -6 -j rule
    in_it neighbour4 /opt/ip -4 -j neigh
    in_it neighbour6 /opt/ip -6 -j neigh
  done
}

# All but clocks that run.
still() {
  sed 's/"[a-z_]*\(_timer\|_life_time\)": *[0-9.]*//g' "$1"
}

# Operational states follow a moment after their cause, so: until nothing changes around the program's look.
tries=60
while [ "$tries" -gt 0 ]; do
  tries=$((tries - 1))
  look >/tmp/before
  nslens --snapshot --json --only network --no-docker >/tmp/seen
  look >/tmp/after
  still /tmp/before >/tmp/before.still
  still /tmp/after >/tmp/after.still
  cmp -s /tmp/before.still /tmp/after.still && break
done
{
  cat /tmp/after
  section host 0 nslens cat /tmp/seen
} >&3
