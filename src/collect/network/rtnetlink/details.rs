//! `IFLA_INFO_DATA`: what only one kind of interface has. Numbers are those of the kernel's `if_link.h`.

use super::super::values::{ip, u8, u16, u16_be, u32, word};
use super::super::wire::attributes;
use super::link::Info;
use crate::model::{BridgePort, Details, Word};

/// What only this kind has.
pub(super) fn of(info: &Info<'_>) -> Option<Details> {
    let data = info.data;
    Some(match info.kind.as_deref()? {
        "bridge" => Details::Bridge {
            stp: find(data, 5, u32).map(|state| state != 0),
            vlan_filtering: find(data, 7, u8).map(|on| on != 0),
        },
        "vlan" => Details::Vlan {
            id: find(data, 1, u16),
            protocol: find(data, 5, u16_be).map(ethertype),
        },
        "vxlan" => Details::Vxlan {
            id: find(data, 1, u32),
            remote: find(data, 2, ip)
                .or(find(data, 16, ip))
                .map(|ip| ip.to_string()),
            local: find(data, 4, ip)
                .or(find(data, 17, ip))
                .map(|ip| ip.to_string()),
            port: find(data, 15, u16_be),
        },
        "macvlan" | "macvtap" => Details::Macvlan {
            mode: find(data, 1, u32).map(macvlan_mode),
        },
        "ipvlan" | "ipvtap" => Details::Ipvlan {
            mode: find(data, 1, u8).map(|mode| word(&[(0, "l2"), (1, "l3"), (2, "l3s")], mode)),
            flags: find(data, 2, u16).map(ipvlan_flags),
        },
        "bond" => Details::Bond {
            mode: find(data, 1, u8).map(|mode| word(&BOND_MODES, mode)),
            active: find(data, 2, u32),
        },
        "vrf" => Details::Vrf {
            table: find(data, 1, u32),
        },
        "tun" => Details::Tun {
            mode: find(data, 3, u8).map(|mode| word(&[(1, "tun"), (2, "tap")], mode)),
            owner: find(data, 1, u32),
            persistent: find(data, 6, u8).map(|on| on != 0),
            pids: None,
        },
        _ => return None,
    })
}

/// A vxlan tells the interface it rides on among its own data.
pub(super) fn underlay(info: &Info<'_>) -> Option<u32> {
    let is_vxlan = info.kind.as_deref() == Some("vxlan");
    find(info.data, 3, u32).filter(|_| is_vxlan)
}

/// `IFLA_INFO_SLAVE_DATA` of a port of a bridge.
pub(super) fn bridge_port(data: &[u8]) -> BridgePort {
    BridgePort {
        state: find(data, 1, u8).map(|state| word(&PORT_STATES, state)),
        hairpin: find(data, 4, u8).map(|on| on != 0),
        isolated: find(data, 33, u8).map(|on| on != 0),
    }
}

fn find<'m, T>(data: &'m [u8], wanted: u16, decode: impl Fn(&'m [u8]) -> Option<T>) -> Option<T> {
    let mut all = attributes(data);
    all.find(|(kind, _)| *kind == wanted)
        .and_then(|(_, value)| decode(value))
}

const PORT_STATES: [(u8, &str); 5] = [
    (0, "disabled"),
    (1, "listening"),
    (2, "learning"),
    (3, "forwarding"),
    (4, "blocking"),
];

const BOND_MODES: [(u8, &str); 7] = [
    (0, "balance-rr"),
    (1, "active-backup"),
    (2, "balance-xor"),
    (3, "broadcast"),
    (4, "802.3ad"),
    (5, "balance-tlb"),
    (6, "balance-alb"),
];

fn macvlan_mode(mode: u32) -> Word {
    let words = [
        (1, "private"),
        (2, "vepa"),
        (4, "bridge"),
        (8, "passthru"),
        (16, "source"),
    ];
    u8::try_from(mode).map_or_else(|_| mode.to_string().into(), |mode| word(&words, mode))
}

/// `IPVLAN_F_*`, of which one is set at most, in the words of ip(8).
fn ipvlan_flags(bits: u16) -> Word {
    match bits {
        0 => "bridge".into(),
        1 => "private".into(),
        2 => "vepa".into(),
        other => format!("{other:#x}").into(),
    }
}

fn ethertype(number: u16) -> Word {
    match number {
        0x8100 => "802.1Q".into(),
        0x88a8 => "802.1ad".into(),
        other => format!("{other:#06x}").into(),
    }
}
