//! Decoders on messages made by hand, whole and spoilt.

use super::{address, link, neighbour, netconf, route, rule};
use crate::model::{BridgePort, Details};

/// An attribute, padded.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len() + 4).unwrap();
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn message(header: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = header.to_vec();
    for (kind, value) in attributes {
        bytes.extend(attribute(*kind, value));
    }
    bytes
}

fn link_header(flags: u32) -> Vec<u8> {
    let mut header = vec![0, 0, 1, 0, 7, 0, 0, 0];
    header.extend(flags.to_ne_bytes());
    header.extend([0; 4]);
    header
}

fn number(number: u32) -> [u8; 4] {
    number.to_ne_bytes()
}

#[test]
fn a_port_of_a_bridge_is_read_whole() {
    let data = [attribute(1, &[3]), attribute(4, &[0]), attribute(33, &[1])].concat();
    let info = [
        attribute(1, b"veth\0"),
        attribute(4, b"bridge\0"),
        attribute(5, &data),
    ]
    .concat();
    let stats: Vec<u8> = (1_u64..=24).flat_map(u64::to_ne_bytes).collect();
    let names = attribute(libc::IFLA_ALT_IFNAME, b"longer\0");
    let bytes = message(
        &link_header(0x1_1043),
        &[
            (libc::IFLA_IFNAME, b"veth0\0"),
            (libc::IFLA_MTU, &number(1500)),
            (libc::IFLA_OPERSTATE, &[6]),
            (libc::IFLA_ADDRESS, &[2, 0x42, 0xac, 0x11, 0, 2]),
            (libc::IFLA_LINK, &number(12)),
            (libc::IFLA_LINK_NETNSID, &number(0)),
            (libc::IFLA_MASTER, &number(3)),
            (libc::IFLA_LINKINFO, &info),
            (libc::IFLA_STATS64, &stats),
            (libc::IFLA_PROP_LIST | 0x8000, &names),
            (9999, b"what a newer kernel adds"),
        ],
    );
    let record = link::decode(&bytes).unwrap();
    assert_eq!((record.link, record.link_nsid), (Some(12), Some(0)));
    let veth = record.interface;
    assert_eq!(
        (veth.index, veth.name.as_str(), veth.master),
        (7, "veth0", Some(3))
    );
    assert_eq!(veth.kind.as_deref(), Some("veth"));
    assert_eq!(veth.state.as_deref(), Some("up"));
    assert_eq!(veth.mac.as_deref(), Some("02:42:ac:11:00:02"));
    assert_eq!(veth.flags, ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"]);
    assert_eq!(veth.altnames, ["longer"]);
    let counters = veth.counters.unwrap();
    assert_eq!(
        (counters.rx_packets, counters.rx_bytes, counters.tx_dropped),
        (1, 3, 8)
    );
    let port = BridgePort {
        state: Some("forwarding".into()),
        isolated: Some(true),
        hairpin: Some(false),
    };
    assert_eq!(veth.port, Some(port));
}

#[test]
fn one_that_is_up_without_a_carrier_says_so() {
    let bytes = message(&link_header(0x1003), &[(libc::IFLA_IFNAME, b"e\0")]);
    let flags = link::decode(&bytes).unwrap().interface.flags;
    assert_eq!(flags, ["NO-CARRIER", "BROADCAST", "MULTICAST", "UP"]);
}

/// What each kind has of its own.
#[test]
fn details_are_those_of_the_kind() {
    let details = |kind: &[u8], data: &[(u16, &[u8])]| {
        let info = [attribute(1, kind), attribute(2, &message(&[], data))].concat();
        let attributes: [(u16, &[u8]); 2] =
            [(libc::IFLA_IFNAME, b"x\0"), (libc::IFLA_LINKINFO, &info)];
        let record = link::decode(&message(&link_header(0), &attributes)).unwrap();
        (record.interface.details, record.link)
    };
    let tag: [(u16, &[u8]); 2] = [(1, &5_u16.to_ne_bytes()), (5, &[0x81, 0])];
    let expected = Details::Vlan {
        id: Some(5),
        protocol: Some("802.1Q".into()),
    };
    assert_eq!(details(b"vlan\0", &tag), (Some(expected), None));
    let vxlan: [(u16, &[u8]); 4] = [
        (1, &number(42)),
        (3, &number(9)),
        (16, &[0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        (15, &4789_u16.to_be_bytes()),
    ];
    let expected = Details::Vxlan {
        id: Some(42),
        remote: Some("ff02::1".to_owned()),
        local: None,
        port: Some(4789),
    };
    assert_eq!(details(b"vxlan\0", &vxlan), (Some(expected), Some(9)));
    let ipvlan = Details::Ipvlan {
        mode: Some("l3".into()),
        flags: Some("private".into()),
    };
    let private: [(u16, &[u8]); 2] = [(1, &[1, 0]), (2, &1_u16.to_ne_bytes())];
    assert_eq!(details(b"ipvlan\0", &private).0, Some(ipvlan));
    let unknown = Details::Ipvlan {
        mode: None,
        flags: None,
    };
    assert_eq!(details(b"ipvlan\0", &[]).0, Some(unknown));
    assert_eq!(details(b"wireguard\0", &[(1, &[1])]).0, None);
}

#[test]
fn the_peer_of_a_point_to_point_address_is_not_its_own() {
    let header = [2, 32, 0x80, 0, 4, 0, 0, 0];
    let attributes: [(u16, &[u8]); 3] =
        [(1, &[10, 0, 0, 2]), (2, &[10, 0, 0, 1]), (8, &number(0x80))];
    let record = address::decode(&message(&header, &attributes)).unwrap();
    assert_eq!(record.index, 4);
    assert_eq!(record.address.address, "10.0.0.1");
    assert_eq!(record.address.peer.as_deref(), Some("10.0.0.2"));
    assert_eq!(record.address.flags, ["permanent"]);
    let temporary = message(&[10, 64, 1, 0, 4, 0, 0, 0], &[(1, &[0xfe; 16])]);
    let flags = address::decode(&temporary).unwrap().address.flags;
    assert_eq!(flags, ["temporary", "dynamic"]);
}

#[test]
fn routes_say_where_they_lead() {
    let header = [2, 16, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    let hops = [
        &[8 + 8, 0, 0, 2, 5, 0, 0, 0][..],
        &attribute(5, &[10, 0, 0, 1]),
        &[8, 0, 0, 0, 6, 0, 0, 0],
    ]
    .concat();
    let attributes: [(u16, &[u8]); 3] = [(1, &[10, 9, 0, 0]), (15, &number(1000)), (9, &hops)];
    let record = route::decode(&message(&header, &attributes)).unwrap();
    assert_eq!(record.route.destination, "10.9.0.0/16");
    assert_eq!((record.route.table, record.hop_indexes), (1000, vec![5, 6]));
    assert_eq!(
        record.route.next_hops[0].gateway.as_deref(),
        Some("10.0.0.1")
    );
    assert_eq!(
        (
            record.route.next_hops[0].weight,
            record.route.next_hops[1].weight
        ),
        (3, 1)
    );
    let via = [&[10, 0][..], &[0xfe; 16]].concat();
    let default = message(&[2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0], &[(18, &via)]);
    let record = route::decode(&default).unwrap();
    assert_eq!(record.route.destination, "default");
    assert!(record.route.gateway.unwrap().starts_with("fefe:"));
    let multicast_routing = message(&[128, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0], &[]);
    assert!(route::decode(&multicast_routing).is_none());
}

#[test]
fn routes_say_which_packets_they_are_for() {
    let header = |family, from_length| [family, 0, from_length, 0x10, 254, 3, 0, 1, 0, 0, 0, 0];
    let route = route::decode(&header(2, 0)).unwrap().route;
    assert_eq!((route.tos, route.from), (Some(0x10), None));
    let mut source = [0; 16];
    source[0] = 0xfd;
    let six = message(&header(10, 64), &[(2, &source)]);
    let route = route::decode(&six).unwrap().route;
    assert_eq!(
        (route.tos, route.from.as_deref()),
        (None, Some("fd00::/64"))
    );
}

#[test]
fn rules_may_lead_to_other_rules() {
    for (action, target) in [(2, Some(300)), (1, None)] {
        let header = [2, 0, 0, 0, 0, 0, 0, action, 0, 0, 0, 0];
        let decoded = rule::decode(&message(&header, &[(4, &number(300))])).unwrap();
        assert_eq!((decoded.goto, decoded.has_more), (target, false));
    }
}

#[test]
fn switches_of_an_interface_or_of_all() {
    let decoded = |values: &[(u16, i32)]| {
        let values: Vec<_> = values.iter().map(|(k, v)| (*k, v.to_ne_bytes())).collect();
        let values: Vec<(u16, &[u8])> = values.iter().map(|(k, v)| (*k, &v[..])).collect();
        netconf::decode(&message(&[2, 0, 0, 0], &values))
    };
    let all = decoded(&[(1, -1), (2, 1), (3, 2), (5, 0), (9, 1), (77, 1)]).unwrap();
    assert_eq!((all.index, all.forwarding, all.proxy), (-1, true, false));
    assert!(all.force_forwarding);
    let one = decoded(&[(1, 7), (2, 0), (5, 1)]).unwrap();
    assert_eq!((one.index, one.forwarding, one.proxy), (7, false, true));
    assert_eq!(decoded(&[(1, 7), (5, 1)]), None);
    assert_eq!(decoded(&[(2, 1)]), None);
}

#[test]
fn rules_with_conditions_of_their_own_say_so() {
    let header = [2, 0, 24, 0, 99, 0, 0, 1, 0, 0, 0, 0];
    let simple: [(u16, &[u8]); 4] = [
        (2, &[10, 4, 0, 0]),
        (6, &number(100)),
        (14, &number(u32::MAX)),
        (21, &[3]),
    ];
    let decoded = rule::decode(&message(&header, &simple)).unwrap();
    assert_eq!(decoded.from.as_deref(), Some("10.4.0.0/24"));
    assert_eq!(
        (decoded.priority, decoded.table, decoded.has_more),
        (100, Some(99), false)
    );
    // Only for one user, only for a port, not for short prefixes.
    for more in [(20, &[0; 8][..]), (23, &[0; 4]), (14, &number(0))] {
        let decoded = rule::decode(&message(&header, &[more])).unwrap();
        assert!(decoded.has_more, "{more:?}");
    }
}

#[test]
fn neighbours_and_forwarding_entries() {
    let failed = message(
        &[2, 0, 0, 0, 3, 0, 0, 0, 0x20, 0, 0, 0],
        &[(1, &[10, 0, 0, 9])],
    );
    let record = neighbour::decode(&failed).unwrap();
    assert_eq!((record.index, record.neighbour.mac), (3, None));
    assert_eq!(record.neighbour.state, "failed");
    let multicast = message(
        &[2, 0, 0, 0, 3, 0, 0, 0, 0x40, 0, 0, 0],
        &[(1, &[224, 0, 0, 1])],
    );
    assert!(neighbour::decode(&multicast).is_none());
    let header = [7, 0, 0, 0, 3, 0, 0, 0, 0x04, 0, 0, 0];
    let learned: [(u16, &[u8]); 2] = [(2, &[2, 0, 0, 0, 0, 1]), (9, &number(8))];
    let record = neighbour::decode_forwarding(&message(&header, &learned)).unwrap();
    assert_eq!((record.index, record.bridge), (3, Some(8)));
    assert_eq!(record.entry.state, "stale");
    // What an interface listens to by itself belongs to no bridge.
    assert!(neighbour::decode_forwarding(&message(&header, &[(2, &[1; 6])])).is_none());
}

/// Whatever arrives, cut anywhere or spoilt in any byte, is decoded or refused.
#[test]
fn spoilt_messages_do_no_harm() {
    let decode_all = |bytes: &[u8]| {
        let _ = link::decode(bytes);
        let _ = address::decode(bytes);
        let _ = route::decode(bytes);
        let _ = rule::decode(bytes);
        let _ = neighbour::decode(bytes);
        let _ = neighbour::decode_forwarding(bytes);
        let _ = netconf::decode(bytes);
    };
    let info = [
        attribute(1, b"vxlan\0"),
        attribute(2, &attribute(16, &[1; 16])),
    ]
    .concat();
    let hops = [
        &[16, 0, 0, 2, 5, 0, 0, 0][..],
        &attribute(5, &[10, 0, 0, 1]),
    ]
    .concat();
    let attributes: [(u16, &[u8]); 6] = [
        (1, &[10, 0, 0, 1]),
        (2, &[10, 0, 0, 1]),
        (3, b"name\0"),
        (9, &hops),
        (18, &info),
        (23, &[1; 192]),
    ];
    for family in [2_u8, 7, 10] {
        let mut header = link_header(u32::MAX);
        header[0] = family;
        let whole = message(&header, &attributes);
        for end in 0..whole.len() {
            decode_all(&whole[..end]);
        }
        for place in 0..whole.len() {
            for value in [0, 1, 3, 4, 127, 128, 255] {
                let mut spoilt = whole.clone();
                spoilt[place] = value;
                decode_all(&spoilt);
            }
        }
    }
}
