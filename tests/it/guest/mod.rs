//! Interfaces that the kernel of this machine may lack, on real kernels in an emulated machine, compared with ip(8).

mod archive;
mod compare;
mod kernel;
mod looks;
mod namespaces;
mod rig;

use kernel::Kernel;
use looks::Looks;
use nslens::model::{End, NetworkSource, Reason};

/// The package that stands for the kernel of this Debian.
const USUAL: &str = "linux-image-cloud-amd64";
/// The same for a newer one that Debian 12 has besides. A later Debian has it as its usual one.
const NEWER: &str = "linux-image-6.12-cloud-amd64";

/// What a kernel with netkit is built with.
const NETKIT: &str = "CONFIG_NETKIT";

/// The kernel modules of what the script makes.
const MODULES: [&str; 17] = [
    "tcp_diag",
    "udp_diag",
    "dummy",
    "8021q",
    "macvlan",
    "macvtap",
    "ipvlan",
    "veth",
    "bridge",
    "vxlan",
    "ipip",
    "bonding",
    "vrf",
    "wireguard",
    "tun",
    "netkit",
    "ipv6",
];

/// Whose other end lies where: namespace and name of both, as the script made them.
const PEERS: [[&str; 4]; 4] = [
    ["host", "va", "a", "eth0"],
    ["a", "eqa", "b", "eqb"],
    ["a", "tc", "c", "eth0"],
    ["host", "p0", "host", "p1"],
];

/// What rides on what: namespace and name of both.
const LINKS: [[&str; 4]; 15] = [
    ["host", "d0.100", "host", "d0"],
    ["host", "d0.200", "host", "d0"],
    ["a", "v300", "host", "d0"],
    ["c", "v7", "a", "eth0"],
    ["host", "mv0", "host", "d0"],
    ["b", "mv1", "host", "d0"],
    ["host", "mvt0", "host", "d0"],
    ["host", "ipv-l2", "host", "d-l2"],
    ["host", "ipv-l3", "host", "d-l3"],
    ["c", "ipv-far", "host", "d-l3"],
    ["host", "vx0", "host", "d0"],
    ["host", "vx6", "host", "d0"],
    ["b", "vx-far", "host", "d0"],
    ["host", "ipip0", "host", "d0"],
    ["b", "ipip-far", "host", "d0"],
];

/// The two ends of a netkit, which kernels before 6.7 do not have.
const KIT: [[&str; 4]; 2] = [["host", "kit0", "b", "nk0"], ["b", "nk0", "host", "kit0"]];

#[test]
fn as_ip_says_on_debians_kernel() {
    let Some(kernel) = kernel(USUAL) else {
        return;
    };
    compare_on(&kernel);
}

#[test]
fn as_ip_says_on_a_newer_kernel_with_netkit() {
    // Where the usual one is that new, the other test boots it.
    let is_usual = Kernel::is_offered(USUAL) && !Kernel::is_offered(NEWER);
    let Some(kernel) = kernel(if is_usual { USUAL } else { NEWER }) else {
        return;
    };
    assert!(kernel.has(NETKIT), "{kernel:?} is not new enough");
    if !is_usual {
        compare_on(&kernel);
    }
}

/// The kernel of the package `line`, where this machine can boot it.
fn kernel(line: &str) -> Option<Kernel> {
    rig::can_boot().then(|| Kernel::of(line)).flatten()
}

/// Boots a kernel, and compares.
fn compare_on(kernel: &Kernel) {
    let told = rig::run(kernel, &MODULES, include_str!("scenario.sh"));
    let looks = Looks::parse(&told);
    let differences = compare::differences(&looks);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_surroundings(&looks);
    for [place, name, far_place, far_name] in PEERS {
        assert_end(&looks, [place, name, far_place, far_name], true);
        assert_end(&looks, [far_place, far_name, place, name], true);
    }
    for end in KIT.iter().filter(|_| kernel.has(NETKIT)) {
        assert_end(&looks, *end, true);
    }
    for link in LINKS {
        assert_end(&looks, link, false);
    }
    assert_hidden_ends(&looks);
}

/// What is known of the namespaces themselves.
fn assert_surroundings(looks: &Looks) {
    assert_eq!(
        looks.snapshot.network.as_ref().unwrap().len(),
        looks.places.len()
    );
    for (place, name) in [
        ("host", None),
        ("a", Some("a")),
        ("b", Some("b")),
        ("c", None),
    ] {
        let seen = looks.seen(place);
        assert_eq!(seen.source, NetworkSource::Netlink, "{place}");
        assert_eq!(seen.name.as_deref(), name, "{place}");
        assert_eq!(seen.leader_pid.is_some(), place != "b", "{place}");
    }
    // Without its folder of modules a guest cannot tell whether asking would load nf_tables, so nobody asks.
    let gaps = looks.snapshot.gaps.iter();
    let gaps: Vec<_> = gaps.map(|gap| (gap.what.as_str(), gap.reason)).collect();
    let unasked = ("port forwards of network namespaces", Reason::Unsupported);
    assert_eq!(gaps, [unasked]);
}

/// Of an end in a namespace that we cannot see, only the index is known.
fn assert_hidden_ends(looks: &Looks) {
    let host = looks.seen("host");
    let peer = &host.interface_named("lost").unwrap().peer;
    let link = &host.interface_named("on-hidden").unwrap().link;
    for end in [peer, link] {
        let end = end.as_ref().unwrap();
        assert_eq!((end.namespace, end.name.as_ref()), (None, None));
        assert!(end.index.is_some());
    }
}

/// Fails unless the program names the one end as the other end of the other.
#[track_caller]
fn assert_end(looks: &Looks, [place, name, far_place, far_name]: [&str; 4], is_peer: bool) {
    let interface = looks.seen(place).interface_named(name).unwrap();
    let far = &looks.places[far_place];
    let expected = End {
        namespace: Some(far.inode),
        index: Some(far.index(far_name)),
        name: Some(far_name.to_owned()),
    };
    let (end, none) = if is_peer {
        (&interface.peer, &interface.link)
    } else {
        (&interface.link, &interface.peer)
    };
    assert_eq!(
        (end.as_ref(), none),
        (Some(&expected), &None),
        "{place} {name}"
    );
}
