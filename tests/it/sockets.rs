//! Sockets of real network namespaces, held against `ss`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use nslens::model::{Gap, Inode, Kind, NetworkNamespace, Snapshot, Socket};

use crate::support::netns::Netns;
use crate::support::program::{snapshot, text_run};
use crate::support::unshared::{Unshared, WAIT};
use crate::support::{eventually, require, require_root};

fn look(more: &[&str]) -> Snapshot {
    let arguments = [&["--no-docker", "--only", "network"], more].concat();
    snapshot(&arguments)
}

fn network(seen: &Snapshot, inode: Inode) -> &NetworkNamespace {
    let mut all = seen.network.iter().flatten();
    all.find(|namespace| namespace.namespace == inode).unwrap()
}

fn sockets(seen: &Snapshot, inode: Inode) -> &[Socket] {
    network(seen, inode).sockets.as_deref().unwrap()
}

/// The only socket of `protocol` at `local`.
#[track_caller]
fn the<'a>(sockets: &'a [Socket], protocol: &str, local: &str) -> &'a Socket {
    let is_there =
        |socket: &&Socket| (&*socket.protocol, socket.local.as_deref()) == (protocol, Some(local));
    let found: Vec<_> = sockets.iter().filter(is_there).collect();
    assert_eq!(found.len(), 1, "{protocol} {local}: {sockets:?}");
    found[0]
}

/// The arguments of `unshare` or `nsenter` for a perl script that has the usual calls at hand, prints its pid once it
/// is done, and ends with its stdin.
fn perl(script: &str) -> String {
    format!(
        "use Socket qw(:all); $^F = 255; $| = 1; system('ip link set lo up') == 0 or die; my @kept;
        sub made {{ socket(my $s, $_[0], $_[1], $_[2] // 0) or die $!; push @kept, $s; $s }}
        sub bound {{ my ($s, $at) = @_; bind($s, $at) or die $!; $s }}
        sub any4 {{ pack_sockaddr_in($_[0], INADDR_ANY) }}
        sub any6 {{ pack_sockaddr_in6($_[0], IN6ADDR_ANY) }}
        sub waiting {{ listen($_[0], 8) or die $!; $_[0] }}
        {script}
        print \"$$\\n\"; <STDIN>;"
    )
}

fn in_new_namespace(script: &str) -> Unshared {
    let mut command = Command::new("unshare");
    command.args(["--net", "perl", "-e", &perl(script)]);
    Unshared::command(command)
}

/// A word of each line that `ss` prints inside a namespace.
fn ss(pid: u32, arguments: &[&str], word: usize) -> BTreeSet<String> {
    let mut command = Command::new("nsenter");
    command.args([&format!("--net=/proc/{pid}/ns/net"), "ss", "-H"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let words = text.lines().map(|line| line.split_whitespace().nth(word));
    words.map(|word| word.unwrap().to_owned()).collect()
}

/// What `ss -nl` shows of one kind of socket inside a namespace: the local addresses, written as ours are.
fn listed(pid: u32, kind: &str) -> BTreeSet<String> {
    let local = |local: String| match local.strip_prefix("*:") {
        Some(port) => format!("[::]:{port}"),
        None => local,
    };
    ss(pid, &["-nl", kind], 3).into_iter().map(local).collect()
}

/// The local addresses of the sockets of one protocol.
fn locals(sockets: &[Socket], protocol: &str) -> BTreeSet<String> {
    let ours = sockets.iter().filter(|socket| socket.protocol == protocol);
    ours.filter_map(|socket| socket.local.clone()).collect()
}

#[test]
fn those_that_wait_are_as_ss_shows_them() {
    if !require_root() || !require(has_ipv6(), "IPv6") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory
        .path()
        .join("a b.sock")
        .to_str()
        .unwrap()
        .to_owned();
    let process = in_new_namespace(&format!(
        "waiting(bound(made(AF_INET, SOCK_STREAM), any4(8080)));
        for my $only (1, 0) {{
            my $s = made(AF_INET6, SOCK_STREAM);
            setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, $only) or die $!;
            waiting(bound($s, any6(8082 - $only)));
        }}
        bound(made(AF_INET, SOCK_DGRAM), any4(5353));
        bound(made(AF_INET6, SOCK_DGRAM), any6(5354));
        made(AF_INET, SOCK_RAW, 1); made(AF_INET6, SOCK_RAW, 58);
        waiting(bound(made(AF_UNIX, SOCK_STREAM), pack_sockaddr_un('{path}')));
        waiting(bound(made(AF_UNIX, SOCK_STREAM), pack_sockaddr_un(\"\\0nslens\")));
        bound(made(AF_UNIX, SOCK_DGRAM), pack_sockaddr_un(\"\\0nslens-log\"));"
    ));
    let seen = look(&[]);
    let sockets = sockets(&seen, process.inode(Kind::Net));
    for (protocol, kind) in [("tcp", "-t"), ("udp", "-u"), ("raw", "-w")] {
        let ours = locals(sockets, protocol);
        assert_eq!(ours, listed(process.pid, kind), "{protocol}");
    }
    let v6_only = |port| the(sockets, "tcp", &format!("[::]:{port}")).v6_only;
    assert_eq!((v6_only(8081), v6_only(8082)), (Some(true), Some(false)));
    the(sockets, "unix", &path);
    the(sockets, "unix", "@nslens");
    assert_eq!(
        the(sockets, "unix_dgram", "@nslens-log").state,
        "unconnected"
    );
    for socket in sockets {
        assert_eq!(
            socket.pids.as_deref(),
            Some(&[process.pid][..]),
            "{socket:?}"
        );
        assert_eq!(
            (socket.uid, socket.remote.as_deref()),
            (Some(0), None),
            "{socket:?}"
        );
    }
}

fn has_ipv6() -> bool {
    fs::exists("/proc/net/if_inet6").unwrap()
}

#[test]
fn a_socket_that_two_share_has_both() {
    if !require_root() {
        return;
    }
    let script = "waiting(bound(made(AF_INET, SOCK_STREAM), any4(80)));
        pipe(my $read, my $write) or die;
        unless (my $child = fork // die) { close $write; <$read>; exit }";
    let parent = in_new_namespace(script);
    let children = format!("/proc/{0}/task/{0}/children", parent.pid);
    let child: u32 = eventually("the child", || {
        let children = fs::read_to_string(&children).ok()?;
        children.split_whitespace().next()?.parse().ok()
    });
    let seen = look(&[]);
    let socket = the(sockets(&seen, parent.inode(Kind::Net)), "tcp", "0.0.0.0:80");
    let mut both = [parent.pid, child];
    both.sort_unstable();
    assert_eq!(socket.pids.as_deref(), Some(&both[..]));
}

#[test]
fn a_socket_is_found_with_its_holder_in_another_namespace() {
    if !require_root() {
        return;
    }
    let inside = Unshared::new(&["--net"]);
    let script = format!(
        "waiting(bound(made(AF_INET, SOCK_STREAM), any4(80)));
        exec 'unshare', '--net', 'sh', '-c', '{WAIT}' or die;"
    );
    let target = format!("--net=/proc/{}/ns/net", inside.pid);
    let mut command = Command::new("nsenter");
    command.args([&target, "perl", "-e", &perl(&script)]);
    let outside = Unshared::command(command);
    let home = inside.inode(Kind::Net);
    assert_ne!(outside.inode(Kind::Net), home);
    let seen = look(&["--deep"]);
    let socket = the(sockets(&seen, home), "tcp", "0.0.0.0:80");
    assert_eq!(socket.pids.as_deref(), Some(&[outside.pid][..]));
    assert_eq!(sockets(&seen, outside.inode(Kind::Net)), []);
}

#[test]
fn connections_are_shown_when_all_are_asked_for() {
    if !require_root() {
        return;
    }
    let process = in_new_namespace(
        "waiting(bound(made(AF_INET, SOCK_STREAM), any4(80)));
        my $near = bound(made(AF_INET, SOCK_STREAM), any4(4000));
        connect($near, pack_sockaddr_in(80, INADDR_LOOPBACK)) or die $!;
        accept(my $far, $kept[0]) or die $!;",
    );
    let inode = process.inode(Kind::Net);
    let seen = look(&[]);
    let few = sockets(&seen, inode);
    assert_eq!(few.len(), 1, "{few:?}");
    let seen = look(&["--deep"]);
    let all = sockets(&seen, inode);
    for (local, remote) in [
        ("127.0.0.1:80", "127.0.0.1:4000"),
        ("127.0.0.1:4000", "127.0.0.1:80"),
    ] {
        let socket = the(all, "tcp", local);
        let sides = (&*socket.state, socket.remote.as_deref());
        assert_eq!(sides, ("established", Some(remote)));
        assert_eq!(socket.pids.as_deref(), Some(&[process.pid][..]));
    }
    assert_eq!(all[0].state, "listen", "what listens comes first");
}

#[test]
fn what_only_deep_asks_for_is_no_failure() {
    if !require_root() {
        return;
    }
    // Others may make namespaces meanwhile, so that only what one run says can be held against each other.
    let _nobodys = [Netns::new(), Netns::new()];
    let text = |more: &[&str]| {
        let arguments = [&["--no-docker", "--only", "network"], more].concat();
        text_run(&arguments).ended(0)
    };
    let seen = text(&[]);
    let mut gaps = seen.text().lines();
    let gap = gaps.find(|line| line.contains(Gap::LEFT_TO_DEEP)).unwrap();
    let (_, count) = gap.rsplit_once('(').unwrap();
    let count = count.trim_end_matches(')');
    assert!(count.parse::<u32>().unwrap() >= 2, "{gap}");
    let complaint = seen.complaint();
    let told = [" things need --deep; ", " more need --deep; "];
    let mut told = told.iter().map(|words| format!(" {count}{words}"));
    assert!(told.any(|words| complaint.contains(&words)), "{complaint}");
    assert!(!text(&["--deep"]).stderr.contains("--deep"));
}

#[test]
fn tcp_that_is_bound_and_no_more_is_shown_where_all_are_asked_for_and_the_kernel_tells() {
    if !require_root() {
        return;
    }
    let process = in_new_namespace("bound(made(AF_INET, SOCK_STREAM), any4(8090));");
    let inode = process.inode(Kind::Net);
    assert_eq!(sockets(&look(&[]), inode), []);
    let seen = look(&["--deep"]);
    if kernel() < (6, 8) {
        assert_eq!(locals(sockets(&seen, inode), "tcp"), BTreeSet::new());
        return;
    }
    let socket = the(sockets(&seen, inode), "tcp", "0.0.0.0:8090");
    assert_eq!(socket.state, "unconnected");
    assert_eq!(socket.pids.as_deref(), Some(&[process.pid][..]));
}

/// The version of the kernel, as far as two numbers go.
fn kernel() -> (u32, u32) {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(|sign: char| !sign.is_ascii_digit());
    let mut next = || numbers.next().unwrap().parse().unwrap();
    (next(), next())
}

/// Opens packet sockets on all interfaces, on one, and on one that is gone then; and netlink sockets.
const LINKS: &str = "
    sub packet {
        my ($type, $protocol, $index) = @_;
        my $s = made(17, $type, unpack('S', pack('n', $protocol)));
        bound($s, pack('S n i x12', 17, $protocol, $index)) if $index;
    }
    system('ip link add v0 index 70 type veth peer name v1 && ip link add w0 index 80 type veth peer name w1') == 0 or die;
    packet(SOCK_RAW, 3); packet(SOCK_RAW, 3, 70); packet(SOCK_DGRAM, 0x800, 70); packet(SOCK_RAW, 0x88cc);
    packet(SOCK_RAW, 0x888e, 1); packet(SOCK_RAW, 0); packet(SOCK_DGRAM, 0x86dd, 80);
    system('ip link del w0') == 0 or die;
    bound(made(16, SOCK_RAW, 0), pack('S S L L', 16, 0, 0, 1));
    bound(made(16, SOCK_RAW, 15), pack('S S L L', 16, 0, 0, 2));
    made(16, SOCK_RAW, 4);";

#[test]
fn packet_sockets_are_as_ss_shows_them() {
    if !require_root() {
        return;
    }
    let process = in_new_namespace(LINKS);
    let seen = look(&[]);
    let sockets = sockets(&seen, process.inode(Kind::Net));
    let theirs = ss(process.pid, &["-0", "-a"], 4).into_iter();
    let gone = format!(":if{}", u32::MAX);
    let theirs: BTreeSet<_> = theirs.map(|at| at.replace(&gone, ":(gone)")).collect();
    assert_eq!(locals(sockets, "packet"), theirs);
    assert_eq!(theirs.len(), 7);
    for (local, interface) in [
        ("*:v0", Some("v0")),
        ("LLDP:*", None),
        ("ipv6:(gone)", None),
    ] {
        let socket = the(sockets, "packet", local);
        assert_eq!(socket.interface.as_deref(), interface);
        assert_eq!(socket.pids.as_deref(), Some(&[process.pid][..]));
        assert_eq!((socket.uid, &*socket.state), (Some(0), "unconnected"));
    }
    // Those that speak with the kernel are told only where all are wanted.
    assert_eq!(locals(sockets, "netlink"), BTreeSet::new());
}

#[test]
fn netlink_sockets_are_as_ss_shows_them_but_those_of_the_kernel() {
    if !require_root() {
        return;
    }
    let process = in_new_namespace(LINKS);
    let seen = look(&["--deep"]);
    let sockets = sockets(&seen, process.inode(Kind::Net));
    let theirs = ss(process.pid, &["-f", "netlink", "-a"], 3).into_iter();
    // Its own is there too; of others it tells the program, whose pid is the number here.
    let theirs = theirs.filter(|at| !at.ends_with(":kernel") && !at.contains(":ss/"));
    let theirs: BTreeSet<_> = theirs.map(|at| at.replace("perl/", "")).collect();
    assert_eq!(locals(sockets, "netlink"), theirs);
    assert_eq!(theirs.len(), 2);
    let socket = the(sockets, "netlink", &format!("rtnl:{}", process.pid));
    assert_eq!(socket.pids.as_deref(), Some(&[process.pid][..]));
}
