//! An interface while it is being described.

use crate::collect::observation::LinkRecord;
use crate::demo::scene::hash;
use crate::model::{BridgePort, Counters, Details, Interface, Word};

/// An interface, and the addresses with their scopes that it is to have.
#[derive(Debug)]
pub(super) struct Nic {
    record: LinkRecord,
    addresses: Vec<(String, &'static str)>,
}

/// The loopback interface of every namespace.
pub(super) fn lo() -> Nic {
    let mut nic = Nic::new(1, "lo").kind("loopback").mac("00:00:00:00:00:00");
    let lo = &mut nic.record.interface;
    lo.flags = words(&["LOOPBACK", "UP", "LOWER_UP"]);
    lo.state = Some("unknown".into());
    lo.mtu = Some(65_536);
    nic
}

/// The address that an interface makes of its own hardware address (EUI-64).
pub(super) fn link_local(mac: &str) -> String {
    let bytes = mac.split(':').map(|byte| u64::from_str_radix(byte, 16));
    let number = bytes
        .filter_map(Result::ok)
        .fold(0, |all, byte| all << 8 | byte);
    let (maker, device) = (number >> 24, number & 0xff_ffff);
    // One bit is turned, and two bytes are put into the middle.
    let own = (maker ^ 0x02_0000) << 40 | 0xff_fe00_0000 | device;
    let address = core::net::Ipv6Addr::from(0xfe80_u128 << 112 | u128::from(own));
    format!("{address}/64")
}

impl Nic {
    /// A card that is up and has its cable, with a hardware address that belongs to its name.
    pub(super) fn new(index: u32, name: &str) -> Self {
        let [own @ .., _, _, _] = hash(2, &format!("{index} {name}")).to_be_bytes();
        let own = own.map(|byte| format!(":{byte:02x}")).concat();
        let interface = Interface {
            index,
            name: name.to_owned(),
            kind: None,
            state: Some("up".into()),
            flags: words(&["BROADCAST", "MULTICAST", "UP", "LOWER_UP"]),
            mtu: Some(1500),
            mac: Some(format!("d6{own}")),
            alias: None,
            altnames: Vec::new(),
            addresses: None,
            master: None,
            peer: None,
            link: None,
            network: None,
            details: None,
            port: None,
            ipv4: None,
            ipv6: None,
            counters: Some(Counters::default()),
        };
        Self {
            record: LinkRecord {
                interface,
                link: None,
                link_nsid: None,
            },
            addresses: Vec::new(),
        }
    }

    pub(super) fn kind(mut self, kind: &str) -> Self {
        self.record.interface.kind = Some(kind.to_owned().into());
        self
    }

    pub(super) fn mac(mut self, mac: &str) -> Self {
        self.record.interface.mac = Some(mac.to_owned());
        self
    }

    pub(super) fn altname(mut self, name: &str) -> Self {
        self.record.interface.altnames.push(name.to_owned());
        self
    }

    pub(super) fn alias(mut self, alias: &str) -> Self {
        self.record.interface.alias = Some(alias.to_owned());
        self
    }

    pub(super) fn details(mut self, details: Details) -> Self {
        self.record.interface.details = Some(details);
        self
    }

    /// A bridge that keeps no vlans apart.
    pub(super) fn bridge(self) -> Self {
        self.kind("bridge").details(Details::Bridge {
            stp: Some(false),
            vlan_filtering: Some(false),
        })
    }

    /// A port of the bridge with this index.
    pub(super) fn port_of(mut self, bridge: u32) -> Self {
        self.record.interface.master = Some(bridge);
        self.record.interface.port = Some(BridgePort {
            state: Some("forwarding".into()),
            isolated: Some(false),
            hairpin: Some(false),
        });
        self
    }

    /// With an address of global scope.
    pub(super) fn address(mut self, text: &str) -> Self {
        self.addresses.push((text.to_owned(), "global"));
        self
    }

    /// With an address for this link only.
    pub(super) fn linked(mut self, text: &str) -> Self {
        self.addresses.push((text.to_owned(), "link"));
        self
    }

    /// Switched off.
    pub(super) fn down(self) -> Self {
        self.state("down", &["UP", "LOWER_UP"], &[])
    }

    /// Switched on, while what it is plugged into is not.
    pub(super) fn without_carrier(self, state: &str) -> Self {
        self.state(state, &["LOWER_UP"], &["NO-CARRIER"])
    }

    fn state(mut self, state: &str, gone: &[&str], new: &[&'static str]) -> Self {
        let interface = &mut self.record.interface;
        interface.state = Some(state.to_owned().into());
        let kept = interface.flags.iter();
        let kept = kept.filter(|flag| !gone.contains(&flag.as_ref())).cloned();
        interface.flags = words(new).into_iter().chain(kept).collect();
        self
    }

    /// With its other end, or what it rides on: the index, and the number of the namespace if that is another. The
    /// kernel leaves out an index that equals the interface's own.
    pub(super) fn wired(mut self, link: u32, nsid: Option<i32>) -> Self {
        self.record.link = Some(link).filter(|link| *link != self.index());
        self.record.link_nsid = nsid;
        self
    }

    pub(super) fn counted(mut self, counters: Counters) -> Self {
        self.record.interface.counters = Some(counters);
        self
    }

    pub(super) const fn index(&self) -> u32 {
        self.record.interface.index
    }

    pub(super) fn mac_address(&self) -> String {
        self.record.interface.mac.clone().unwrap_or_default()
    }

    /// Without addresses.
    pub(super) fn record(self) -> LinkRecord {
        self.record
    }

    pub(super) fn finish(self) -> (LinkRecord, Vec<(String, &'static str)>) {
        (self.record, self.addresses)
    }
}

fn words(words: &[&'static str]) -> Vec<Word> {
    words.iter().copied().map(Word::Borrowed).collect()
}
