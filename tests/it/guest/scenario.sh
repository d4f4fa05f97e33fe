# Runs as the first process of the guest, by busybox sh: makes what the test wants to see, and lets ip(8), bridge(8)
# and the program look at it. Commands of ip go in batches: to start a program is dear in an emulator.

# --- the namespaces: the host's, two with a name of which one has no process, one with a process but no name ----------

/opt/ip -batch - <<'E'
netns add a
netns add b
netns add hidden
E
nsenter --net=/run/netns/a sleep 86400 &
unshare -n sleep 86400 &
c=$!
until [ "$(readlink /proc/$c/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done

a=/run/netns/a
b=/run/netns/b
c_net=/proc/$c/ns/net
all="host:/proc/self/ns/net a:$a b:$b c:$c_net"

# No waiting for duplicate address detection.
for place in $all; do
  nsenter "--net=${place#*:}" sh -c 'for f in all default; do echo 0 >/proc/sys/net/ipv6/conf/$f/accept_dad; done'
done

# --- what is made in the host's namespace, and moved elsewhere --------------------------------------------------------

/opt/ip -batch - <<E
link set lo up
address add 192.0.2.200/32 scope link dev lo

link add d0 type dummy
link set d0 address 02:00:00:00:00:d0 mtu 9000 alias "uplink of all" up
link property add dev d0 altname uplink0 altname spare-name
address add 192.0.2.1/24 brd + dev d0
address add 192.0.2.77/24 dev d0
address add 2001:db8::1/64 dev d0
address add 2001:db8::7/64 dev d0 valid_lft 7200 preferred_lft 3600
address add 2001:db8::8/128 dev d0 noprefixroute preferred_lft 0
address add 2001:db8::9/64 dev d0 nodad home mngtmpaddr
address add 192.0.3.1/24 scope 150 dev d0
link add d-down mtu 1300 type dummy
link add d-last index 2147483647 type dummy

link add link d0 name d0.100 type vlan id 100
link set d0.100 up
address add 198.51.100.1/25 dev d0.100
link add link d0 name d0.200 type vlan proto 802.1ad id 200
link add link d0 name v300 type vlan id 300
link set v300 netns a

link add link d0 name mv0 type macvlan mode bridge
link add link d0 name mv1 type macvlan mode private
link set mv1 netns b
link add link d-down name mv2 type macvlan mode passthru
link add link d0 name mv3 type macvlan mode source
link add link d0 name mvt0 type macvtap mode vepa

# The mode is one for all on the same interface.
link add d-l2 type dummy
link add d-l3 type dummy
link add d-l3s type dummy
link set d-l2 up
link set d-l3 up
link add link d-l2 name ipv-l2 type ipvlan mode l2
link add link d-l3 name ipv-l3 type ipvlan mode l3
link add link d-l3s name ipv-l3s type ipvlan mode l3s
link add link d-l3 name ipv-far type ipvlan mode l3
link set ipv-far netns $c

# A veth from a bridge to another namespace, one inside this one, with an end that is down, and one whose other end
# lies where nobody can look: in a namespace that only an open file keeps.
link add br0 type bridge stp_state 1 vlan_filtering 1
address add 10.44.0.1/24 dev br0
link set br0 up
link add va type veth peer name eth0 netns a
link set va master br0 up
link set va type bridge_slave isolated on hairpin on
link add p0 type veth peer name p1
link set p0 up
address add 10.46.0.1/24 dev p0
link add lost type veth peer name lost-too netns hidden

link add vx0 type vxlan id 42 local 192.0.2.1 remote 192.0.2.2 dstport 4789 dev d0
link set vx0 master br0 up
link add vx6 type vxlan id 43 local 2001:db8::1 group ff05::100 dstport 8472 dev d0
link add vx-far type vxlan id 44 remote 192.0.2.3 dstport 4790 dev d0
link set vx-far netns b
link add ipip0 type ipip local 192.0.2.1 remote 192.0.2.9 dev d0
link add ipip-far type ipip local 192.0.2.1 remote 192.0.2.10 dev d0
link set ipip-far netns b

link add red type vrf table 100
link set red up
link add red0 type dummy
link set red0 master red up
address add 203.0.113.1/24 dev red0

link add wg0 type wireguard
address add 10.9.0.1 peer 10.9.0.2/32 dev wg0
address add 2001:db8:9::1 peer 2001:db8:9::2/64 dev wg0
link set wg0 up
link add wg1 type wireguard
link set wg1 netns $c

tuntap add tap0 mode tap user 1000
tuntap add tun0 mode tun
link set tap0 master br0 up
E

/opt/ip link add 'q"uot\é' type dummy
/opt/ip -n hidden link add hidden0 type dummy
/opt/ip -n hidden link add link hidden0 name on-hidden type vlan id 5
/opt/ip -n hidden link set on-hidden netns 1
# It lives on by a mount where nobody is.
touch /run/kept
unshare --mount=/run/kept sh -c 'mount -t tmpfs private /tmp; touch /tmp/it; mount -o bind /run/netns/hidden /tmp/it'
/opt/ip netns delete hidden

# Kernels before 6.7 have none. This ip cannot name the other end: the first one is nk0.
if /opt/ip link add kit0 type netkit; then
  /opt/ip link set kit0 up
  /opt/ip link set nk0 netns b
fi

# --- what is made in the other namespaces -----------------------------------------------------------------------------

# Equal indexes on both ends of one.
nsenter "--net=$a" /opt/ip -batch - <<E
link set lo up
link set v300 up
address add 198.51.100.129/25 dev v300
address add 10.44.0.2/24 dev eth0
link set eth0 up
link add eqa index 77 type veth peer name eqb index 77 netns b
address add 10.45.0.1/24 dev eqa
link set eqa up
link add link eth0 name v7 type vlan id 7
link set v7 netns $c
link add tc type veth peer name eth0 netns $c
route add default via 10.44.0.1
neigh add 10.44.0.77 dev eth0 nud incomplete
E

nsenter "--net=$b" /opt/ip -batch - <<'E'
link set lo up
address add 10.45.0.2/24 dev eqb
link set eqb up
link set mv1 up
link add bond0 type bond mode active-backup
link add port0 type dummy
link add port1 type dummy
link set port0 master bond0
link set port1 master bond0
link set bond0 up
link set bond0 type bond active_slave port1
link add bond1 type bond mode 802.3ad
link add bond2 type bond mode balance-rr
link add bond3 type bond mode balance-xor
link add bond4 type bond mode broadcast
link add bond5 type bond mode balance-tlb
link add bond6 type bond mode balance-alb
E

nsenter "--net=$c_net" /opt/ip -batch - <<'E'
link set lo up
address add 198.18.3.2/32 dev ipv-far
link set ipv-far up
address add 10.9.1.1/24 dev wg1
link set wg1 up
link set eth0 up
E

# --- routes, rules, neighbours, forwarding entries --------------------------------------------------------------------

/opt/ip -batch - <<'E'
route add default via 192.0.2.254 dev d0 metric 50
route add 10.60.0.0/16 via 198.51.100.2 table 200 proto static
route add throw 10.61.0.0/16 table 200
route add 10.65.0.7 dev d0 scope link
route add blackhole 10.66.0.0/16
route add unreachable 10.67.0.0/16 metric 5
route add prohibit 10.68.0.0/16 proto bird
route add 10.70.0.0/16 nexthop via 192.0.2.10 dev d0 weight 2 nexthop via 198.51.100.3 dev d0.100 weight 5
nexthop add id 7 via 192.0.2.11 dev d0
route add 10.71.0.0/16 nhid 7
nexthop add id 8 via 198.51.100.4 dev d0.100
nexthop add id 9 group 7,3/8
route add 10.75.0.0/16 nhid 9
route add 10.72.0.0/16 via inet6 fe80::2 dev d0
route add 10.73.0.0/16 via 10.99.0.1 dev d0 onlink proto 99
route add 10.74.0.0/16 dev d0 src 192.0.2.77
route add 10.77.0.0/16 dev d0 scope 42 proto dhcp
route add 10.78.0.0/16 dev d0 scope site proto ra
route add 10.79.0.0/16 dev d0 proto bgp
route add local 10.80.0.0/16 dev lo
route add 10.81.0.0/16 dev d0 proto keepalived
route add 10.76.0.0/16 dev red0 table 100000
route add default via fe80::1 dev d0
route add blackhole 2001:db8:66::/48
route add 2001:db8:70::/48 nexthop via fe80::10 dev d0 nexthop via fe80::11 dev d0.100 weight 3
route add 2001:db8:71::7 via 2001:db8::99 table 200 metric 7

rule add from 10.1.0.0/16 lookup 200 pref 100
rule add to 10.2.0.7 iif d0 lookup main pref 110
rule add fwmark 16 lookup 200 pref 120
rule add fwmark 0x20/0xff lookup 100000 pref 121
rule add not from 10.3.0.0/24 blackhole pref 130
rule add from 10.4.0.0/24 goto 32766 pref 140
rule add ipproto 6 dport 80 oif d0 lookup 200 pref 150
rule add from 10.5.0.0/24 prohibit pref 160
rule add from 10.6.0.0/24 unreachable pref 161
rule add lookup main suppress_prefixlength 0 pref 162
rule add uidrange 0-99 lookup 200 pref 163
rule add tos 0x10 lookup 200 pref 164
rule add from 10.7.0.0/24 nop pref 165
rule add fwmark 0/0x1 lookup 200 pref 166
rule add iif gone lookup 200 pref 170

neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev d0 nud permanent
neigh add 192.0.2.10 lladdr 02:00:00:00:00:0a dev d0 nud stale
neigh add 192.0.2.12 lladdr 02:00:00:00:00:0c dev d0 nud noarp
neigh add proxy 192.0.2.99 dev d0
neigh add fe80::1 lladdr 02:00:00:00:00:01 dev d0 nud permanent router
E
/opt/ip -6 rule add from 2001:db8:1::/48 to 2001:db8:2::7 lookup 200 pref 100
/opt/bridge -batch - <<'E'
fdb add 02:00:00:00:00:21 dev va master static vlan 1
fdb append 02:00:00:00:00:22 dev vx0 dst 192.0.2.22 self
E
# A router has anycast addresses.
nsenter "--net=$b" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
nsenter "--net=$b" /opt/ip address add 2001:db8:45::1/64 dev eqb
# For an address that is being tried out for ever, since nothing is plugged in.
echo 1 >/proc/sys/net/ipv6/conf/p0/accept_dad
/opt/ip address add 2001:db8:46::1/64 dev p0
nsenter "--net=$a" ping -c 1 -W 20 10.45.0.2

# --- the looks --------------------------------------------------------------------------------------------------------

# Behind each head stands what the commands printed, one JSON value for each of the names in the head.
cat >/tmp/look <<'E'
echo "@@ $1 $2 link address"
printf 'link\naddress\n' | /opt/ip -j -d -batch -
echo "@@ $1 $2 route4 rule4 neighbour4"
printf 'route show table all\nrule\nneigh\n' | /opt/ip -4 -j -batch -
echo "@@ $1 $2 route6 rule6 neighbour6"
printf 'route show table all\nrule\nneigh\n' | /opt/ip -6 -j -batch -
echo "@@ $1 $2 forwarding"
/opt/bridge -j fdb
E

look() {
  local place net
  for place in $all; do
    net=${place#*:}
    nsenter "--net=$net" sh -e /tmp/look "${place%%:*}" "$(stat -L -c %i "$net")"
  done
}

# All but clocks that run.
still() {
  sed 's/"[a-z_]*\(_timer\|_life_time\)": *[0-9.]*//g' "$1"
}

# States follow a moment after their cause, so: until nothing changes around the program's look.
look >/tmp/after
tries=60
while :; do
  still /tmp/after >/tmp/before.still
  nslens --snapshot --json --only network --deep --no-docker >/tmp/seen
  look >/tmp/after
  still /tmp/after >/tmp/after.still
  cmp -s /tmp/before.still /tmp/after.still && break
  tries=$((tries - 1))
  [ "$tries" -gt 0 ]
done
{
  cat /tmp/after
  echo "@@ host 0 nslens"
  cat /tmp/seen
} >&3
