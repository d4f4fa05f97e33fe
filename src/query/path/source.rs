//! The source address that the kernel gives a packet of a namespace's own.

use core::cmp::Reverse;
use core::net::{IpAddr, Ipv6Addr};

use super::address::{Own, of_namespace};
use super::lookup::Exit;
use crate::model::NetworkNamespace;

/// The source of a packet of `ns` to `destination` that leaves by `exit`; `None` where there is none.
pub(super) fn choose(
    ns: &NetworkNamespace,
    exit: Option<&Exit<'_>>,
    destination: IpAddr,
) -> Option<IpAddr> {
    let named = exit.and_then(|exit| exit.route.source.as_ref());
    if let Some(source) = named.and_then(|source| source.parse().ok()) {
        return Some(source);
    }
    match destination {
        IpAddr::V4(_) => ipv4(ns, exit?, destination),
        IpAddr::V6(destination) => ipv6(ns, exit, destination),
    }
}

/// Whether an address is one of the interface that the packet leaves by.
fn is_here(own: &Own<'_>, exit: &Exit<'_>) -> bool {
    Some(own.interface.name.as_str()) == exit.interface
}

/// The first on the next hop's network, else the first of the interface, else the first of all.
fn ipv4(ns: &NetworkNamespace, exit: &Exit<'_>, destination: IpAddr) -> Option<IpAddr> {
    let next = exit.gateway.unwrap_or(destination);
    let fits = |own: &Own<'_>| own.address.is_ipv4() && own.is_preferred();
    let rank = |own: &Own<'_>| {
        let here = is_here(own, exit);
        (!(here && own.prefix.holds(next)), !here)
    };
    let all = of_namespace(ns).filter(fits);
    all.min_by_key(rank).map(|own| own.address)
}

/// The best by the rules of RFC 6724, in their order; of equal ones the first.
fn ipv6(ns: &NetworkNamespace, exit: Option<&Exit<'_>>, destination: Ipv6Addr) -> Option<IpAddr> {
    let all = of_namespace(ns).filter(Own::is_usable);
    let ranked = all.filter_map(|own| {
        let IpAddr::V6(address) = own.address else {
            return None;
        };
        let has = |word: &str| own.given.flags.iter().any(|flag| flag == word);
        let common = (address.to_bits() ^ destination.to_bits()).leading_zeros();
        let rank = (
            scope_rank(address, destination),
            has("deprecated") || has("optimistic"),
            !exit.is_some_and(|exit| is_here(&own, exit)),
            label(address) != label(destination),
            !has("temporary"),
            Reverse(common.min(own.given.prefix_len.into())),
        );
        Some((rank, own.address))
    });
    let best = ranked.min_by_key(|(rank, _)| *rank);
    best.map(|(_, address)| address)
}

/// A scope that is just wide enough is best, and one that is too narrow is worse than any that is wide enough.
fn scope_rank(address: Ipv6Addr, destination: Ipv6Addr) -> (bool, Reverse<bool>) {
    let is_site = |address: Ipv6Addr| address.segments()[0] & 0xffc0 == 0xfec0;
    let (own, wanted) = (is_site(address), is_site(destination));
    (own && !wanted, Reverse(own))
}

/// The kernel's labels of prefixes (`ip addrlabel`), the longest prefix first.
const LABELS: [(Ipv6Addr, u32, u8); 7] = [
    (Ipv6Addr::LOCALHOST, 128, 0),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 4),
    (Ipv6Addr::UNSPECIFIED, 96, 3),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, 6),
    (Ipv6Addr::new(0x2001, 0x10, 0, 0, 0, 0, 0, 0), 28, 7),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 2),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, 5),
];
/// The label of all others.
const OTHERS: u8 = 1;

fn label(address: Ipv6Addr) -> u8 {
    let holds =
        |prefix: Ipv6Addr, length| (prefix.to_bits() ^ address.to_bits()).leading_zeros() >= length;
    let mut all = LABELS.iter();
    let found = all.find(|(prefix, length, _)| holds(*prefix, *length));
    found.map_or(OTHERS, |(_, _, label)| *label)
}
