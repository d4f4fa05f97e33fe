//! `RTM_GETLINK`: interfaces.

use super::super::values::{flags, i32, mac, text, u8, u16, u32, u32_at, u64_at, word};
use super::super::wire::{attributes, attributes_after};
use super::details;
use crate::collect::observation::LinkRecord;
use crate::model::{BridgePort, Counters, Interface, Word};

pub(super) const GET: u16 = libc::RTM_GETLINK;
/// `struct ifinfomsg`.
pub(super) const HEADER: usize = 16;

/// `IFLA_TARGET_NETNSID` of the kernel's `if_link.h`.
pub(super) const TARGET_NETNSID: u16 = 46;

/// `ARPHRD_LOOPBACK` of the kernel's `if_arp.h`.
const LOOPBACK: u16 = 772;

const UP: u32 = 0x1;
const RUNNING: u32 = 0x40;
/// In the order of ip(8), which tells of a running interface only where it is not.
const FLAGS: [(u32, &str); 17] = [
    (0x8, "LOOPBACK"),
    (0x2, "BROADCAST"),
    (0x10, "POINTOPOINT"),
    (0x1000, "MULTICAST"),
    (0x80, "NOARP"),
    (0x200, "ALLMULTI"),
    (0x100, "PROMISC"),
    (0x400, "MASTER"),
    (0x800, "SLAVE"),
    (0x4, "DEBUG"),
    (0x8000, "DYNAMIC"),
    (0x4000, "AUTOMEDIA"),
    (0x2000, "PORTSEL"),
    (0x20, "NOTRAILERS"),
    (UP, "UP"),
    (0x1_0000, "LOWER_UP"),
    (0x2_0000, "DORMANT"),
];

/// `IF_OPER_*` of the kernel's if.h.
const STATES: [(u8, &str); 7] = [
    (0, "unknown"),
    (1, "notpresent"),
    (2, "down"),
    (3, "lowerlayerdown"),
    (4, "testing"),
    (5, "dormant"),
    (6, "up"),
];

/// `IFLA_INFO_*` of the kernel's `if_link.h`.
const INFO_KIND: u16 = 1;
const INFO_DATA: u16 = 2;
const INFO_SLAVE_KIND: u16 = 4;
const INFO_SLAVE_DATA: u16 = 5;

/// One interface.
pub(super) fn decode(message: &[u8]) -> Option<LinkRecord> {
    let header = message.first_chunk::<HEADER>()?;
    let mut link = Link::default();
    for (kind, value) in attributes_after(message, HEADER) {
        link.take(kind, value);
    }
    if link.info.kind.is_none() && u16(&header[2..])? == LOOPBACK {
        link.info.kind = Some("loopback".into());
    }
    let underlay = details::underlay(&link.info);
    Some(LinkRecord {
        interface: Interface {
            index: u32_at(header, 4)?,
            name: link.name?,
            details: details::of(&link.info),
            kind: link.info.kind,
            state: link.state,
            flags: shown(u32_at(header, 8)?),
            mtu: link.mtu,
            mac: link.mac,
            alias: link.alias,
            altnames: link.altnames,
            addresses: None,
            master: link.master,
            peer: None,
            link: None,
            network: None,
            port: link.info.port,
            ipv4: None,
            ipv6: None,
            counters: link.counters,
        },
        link: underlay.or(link.underlay),
        link_nsid: link.nsid,
    })
}

/// The attributes of an interface.
#[derive(Default)]
struct Link<'m> {
    name: Option<String>,
    state: Option<Word>,
    mtu: Option<u32>,
    mac: Option<String>,
    alias: Option<String>,
    altnames: Vec<String>,
    master: Option<u32>,
    underlay: Option<u32>,
    nsid: Option<i32>,
    info: Info<'m>,
    counters: Option<Counters>,
}

/// `IFLA_LINKINFO`: what its driver tells.
#[derive(Default)]
pub(super) struct Info<'m> {
    pub(super) kind: Option<Word>,
    pub(super) data: &'m [u8],
    port: Option<BridgePort>,
}

impl<'m> Link<'m> {
    fn take(&mut self, kind: u16, value: &'m [u8]) {
        match kind {
            libc::IFLA_IFNAME => self.name = Some(text(value)),
            libc::IFLA_OPERSTATE => self.state = u8(value).map(|state| word(&STATES, state)),
            libc::IFLA_MTU => self.mtu = u32(value),
            libc::IFLA_ADDRESS => self.mac = mac(value),
            libc::IFLA_IFALIAS => self.alias = Some(text(value)),
            libc::IFLA_PROP_LIST => self.altnames = altnames(value),
            libc::IFLA_MASTER => self.master = u32(value),
            libc::IFLA_LINK => self.underlay = u32(value),
            libc::IFLA_LINK_NETNSID => self.nsid = i32(value),
            libc::IFLA_LINKINFO => self.info = info(value),
            libc::IFLA_STATS64 => self.counters = counters(value),
            _ => {}
        }
    }
}

fn altnames(properties: &[u8]) -> Vec<String> {
    let names = attributes(properties).filter(|(kind, _)| *kind == libc::IFLA_ALT_IFNAME);
    names.map(|(_, name)| text(name)).collect()
}

fn info(value: &[u8]) -> Info<'_> {
    let mut info = Info::default();
    let (mut slave_kind, mut slave_data) = (&[][..], &[][..]);
    for (kind, value) in attributes(value) {
        match kind {
            INFO_KIND => info.kind = Some(kind_word(value)),
            INFO_DATA => info.data = value,
            INFO_SLAVE_KIND => slave_kind = value,
            INFO_SLAVE_DATA => slave_data = value,
            _ => {}
        }
    }
    if slave_kind.starts_with(b"bridge") {
        info.port = Some(details::bridge_port(slave_data));
    }
    info
}

/// The kinds that make up most of a container host need no copy.
fn kind_word(value: &[u8]) -> Word {
    match value {
        b"veth\0" => "veth".into(),
        b"bridge\0" => "bridge".into(),
        other => text(other).into(),
    }
}

fn shown(bits: u32) -> Vec<Word> {
    let mut words = flags(&FLAGS, bits);
    if bits & UP != 0 && bits & RUNNING == 0 {
        words.insert(0, "NO-CARRIER".into());
    }
    words
}

/// `struct rtnl_link_stats64`, the beginning of it.
fn counters(stats: &[u8]) -> Option<Counters> {
    Some(Counters {
        rx_packets: u64_at(stats, 0)?,
        tx_packets: u64_at(stats, 8)?,
        rx_bytes: u64_at(stats, 16)?,
        tx_bytes: u64_at(stats, 24)?,
        rx_errors: u64_at(stats, 32)?,
        tx_errors: u64_at(stats, 40)?,
        rx_dropped: u64_at(stats, 48)?,
        tx_dropped: u64_at(stats, 56)?,
    })
}
