//! The files as a kernel writes them.

/// Interfaces.
pub(super) const DEV: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5000      50    0    0    0     0          0         0     5000      50    0    0    0     0       0          0
  eth0: 1000      10    1    2    3     4          5         6       7       8    9   10   11    12      13         14
tunnel-name-15c: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
  down: 0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
";

/// As the machine writes four bytes of the network.
fn word(bytes: [u8; 4]) -> String {
    format!("{:08X}", u32::from_ne_bytes(bytes))
}

/// Multicast groups.
pub(super) fn igmp() -> String {
    let (all, other) = (word([224, 0, 0, 1]), word([239, 1, 1, 1]));
    format!(
        "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n\
         1\tlo        :     1      V3\n\t\t\t\t{all}     1 0:00000000\t\t0\n\
         4\teth0      :     2      V3\n\t\t\t\t{other}     1 0:00000000\t\t0\n\t\t\t\t{all}     1 0:00000000\t\t0\n\
         9\ttunnel-name-15c:     1      V3\n\t\t\t\t{other}     1 0:00000000\t\t0\n"
    )
}

/// Addresses of IPv6.
pub(super) const IF_INET6: &str = "\
00000000000000000000000000000001 01 80 10 80       lo
fe80000000000000887870fffe083131 04 40 20 c0     eth0
fd550000000000000000000000000002 04 40 00 01     eth0
";

/// Routing tables of IPv4.
pub(super) const TRIE: &str = "\
Id 77:
  |-- 10.99.0.0
     /16 link UNICAST
Main:
  +-- 0.0.0.0/0 2 0 2
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 10.5.0.0
        /24 link UNICAST
     |-- 10.5.0.2
        /32 host LOCAL
     |-- 10.5.0.255
        /32 link BROADCAST
     |-- 10.7.0.0
        /16 universe UNREACHABLE
     |-- 10.8.0.0
        /16 universe THROW
     |-- 10.9.0.7
        /32 host LOCAL
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
Local:
  |-- 10.5.0.2
     /32 host LOCAL
";

/// The main table of IPv4.
pub(super) fn route() -> String {
    let line = |name, destination, gateway, flags, metric, mask| {
        let (destination, gateway, mask) = (word(destination), word(gateway), word(mask));
        format!("{name}\t{destination}\t{gateway}\t{flags}\t0\t0\t{metric}\t{mask}\t0\t0\t0   \n")
    };
    let none = [0; 4];
    [
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT  \n"
            .into(),
        line("eth0", none, [10, 5, 0, 1], "0003", 50, none),
        line("eth0", [10, 5, 0, 0], none, "0001", 0, [255, 255, 255, 0]),
        line("*", [10, 7, 0, 0], none, "0201", 0, [255, 255, 0, 0]),
        line("*", [10, 8, 0, 0], none, "0001", 0, [255, 255, 0, 0]),
    ]
    .concat()
}

/// A table of its own, the main table and the local one, each with its default route last.
pub(super) const IPV6_ROUTE: &str = "\
fd770000000000000000000000000000 30 00000000000000000000000000000000 00 00000000000000000000000000000000 00000400 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
fd550000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000002 00000000 00000001     eth0
fd780000000000000000000000000000 30 00000000000000000000000000000000 00 00000000000000000000000000000000 00000400 00000003 00000000 00200200       lo
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd550000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd550000000000000000000000000003 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
";

/// Neighbours.
pub(super) const ARP: &str = "\
IP address       HW type     Flags       HW address            Mask     Device
10.5.0.1         0x1         0x2         02:00:00:00:00:01     *        eth0
10.5.0.7         0x1         0x0         00:00:00:00:00:00     *        eth0
10.5.0.8         0x1         0x6         02:00:00:00:00:08     *        eth0
10.5.0.9         0x1         0xc         00:00:00:00:00:00     *        eth0
10.5.0.10        0x1         0x2         02:00:00:00:00:0a     *        nowhere
";

/// A listener and a connection that is closing.
pub(super) fn tcp() -> String {
    let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    let (near, far, any) = (word([10, 5, 0, 2]), word([192, 0, 2, 9]), word([0; 4]));
    format!(
        "{head}   0: {any}:07E8 {any}:0000 0A 00000000:00000000 00:00000000 00000000     7        0 639 1 00000000f415de64 100 0 0 10 0\n   \
         1: {near}:BE9C {far}:0050 06 00000000:00000000 03:0000150B 00000000     0        0 0 3 00000000a9c5a776\n"
    )
}

/// Unix sockets, one with a newline in its name.
pub(super) const UNIX: &str = "\
Num       RefCount Protocol Flags    Type St Inode Path
00000000801bf104: 00000003 00000000 00000000 0001 03  1058
0000000000000001: 00000002 00000000 00010000 0001 01  2001 /run/a b.sock
0000000000000002: 00000002 00000000 00000000 0002 01  2002 @log
0000000000000003: 00000002 00000000 00000000 0005 01  2003 /run/two
lines
0000000000000004: 00000002 00000000 00000000 0002 01  2004
";

/// Packet sockets: on an interface, on all of them, on one that is gone, and one of a protocol that has no name.
pub(in super::super) const PACKET: &str = "\
sk               RefCnt Type Proto  Iface R Rmem   User   Inode
00000000d371358c 2      3    0003   4     1 0      0      501
00000000fcface3b 3      2    0800   0     1 0      1000   502
000000005184be9a 2      3    0003   -1    0 0      0      503
00000000ab6a665d 3      3    888e   12    1 213248 7      504
";

/// Netlink sockets, of which the first and the third are the kernel's.
pub(in super::super) const NETLINK: &str = "\
sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
0000000057d43a5e 0   0          00000000 0        0        0     2        0        600 \n\
00000000f13f8e3c 0   655        00000001 9216     0        0     2        0        601 \n\
00000000d767c735 10  0          00000000 0        0        0     2        0        602 \n\
000000008f4e1c2f 15  4294963200 00000002 0        0        0     2        0        603 \n\
000000008f4e1c2e 99  7          00000002 0        0        0     2        0        604 \n";
