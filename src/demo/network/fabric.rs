//! The network namespaces while they are being described.

use std::collections::{BTreeMap, HashMap};

use super::link::{Nic, link_local, lo};
use super::route::{Way, connected};
use super::traffic::Traffic;
use crate::collect::observation::{
    AddressRecord, ForwardingRecord, LinkRecord, Miss, NeighbourRecord, NetnsRecord, NetworkRecord,
    ProcessRecord, Reading,
};
use crate::demo::turn::Turn;
use crate::model::{
    Address, ForwardingEntry, Inode, Kind, Neighbour, NetworkSource, PortForward, Rule, Switches,
};

/// What has been described so far.
#[derive(Debug)]
pub(in crate::demo) struct Fabric {
    turn: Turn,
    spaces: BTreeMap<Inode, NetnsRecord>,
    /// Numbers that each namespace has given to others.
    nsids: HashMap<Inode, i32>,
    pub(super) holders: HashMap<u64, Vec<u32>>,
    tuns: Vec<(u32, String)>,
    /// Where network namespaces are mounted.
    pub(in crate::demo) mounts: Vec<(Inode, String)>,
}

/// The host's network namespace.
pub(super) const fn host() -> Inode {
    Kind::Net.initial().0
}

impl Fabric {
    /// Nothing is plugged in yet.
    pub(in crate::demo) fn new(turn: Turn) -> Self {
        Self {
            turn,
            spaces: BTreeMap::new(),
            nsids: HashMap::new(),
            holders: HashMap::new(),
            tuns: Vec::new(),
            mounts: Vec::new(),
        }
    }

    /// Mounts a namespace under `/run/netns`.
    pub(super) fn name(&mut self, net: Inode, name: &str) {
        self.space(net);
        self.mounts.push((net, format!("/run/netns/{name}")));
    }

    /// A namespace, which has a loopback interface when it is first heard of.
    pub(super) fn space(&mut self, net: Inode) -> &mut NetnsRecord {
        self.spaces.entry(net).or_insert_with(|| {
            let mut space = empty(net);
            push(&mut space.links, lo().record());
            for (index, text) in [(1, "127.0.0.1/8"), (1, "::1/128")] {
                assign(&mut space, index, text, "host");
            }
            space
        })
    }

    /// Adds an interface, through which `traffic` has gone since the start of process `pid`, and gives it its
    /// addresses.
    pub(super) fn plug(&mut self, net: Inode, nic: Nic, traffic: Traffic, pid: u32) {
        let counters = traffic.after(self.turn.age(pid));
        let (record, addresses) = nic.counted(counters).finish();
        let space = self.space(net);
        for (text, scope) in addresses {
            assign(space, record.interface.index, &text, scope);
        }
        push(&mut space.links, record);
    }

    /// Plugs two interfaces into each other; `traffic` and `pid` are those of the second.
    pub(super) fn veth(
        &mut self,
        (net, nic): (Inode, Nic),
        (other, end): (Inode, Nic),
        traffic: Traffic,
        pid: u32,
    ) {
        let here = (end.index(), self.nsid(net, Some(other)));
        let there = (nic.index(), self.nsid(other, Some(net)));
        let mac = nic.mac_address();
        let nic = nic.kind("veth").wired(here.0, Some(here.1));
        self.plug(
            net,
            nic.linked(&link_local(&mac)),
            traffic.other_side(),
            pid,
        );
        let end = end.kind("veth").wired(there.0, Some(there.1));
        self.plug(other, end, traffic, pid);
    }

    /// The number that `net` has for `other`; a new one where that cannot be seen.
    pub(super) fn nsid(&mut self, net: Inode, other: Option<Inode>) -> i32 {
        let known = &self.space(net).nsids;
        let mut known = known.iter();
        if let Some((nsid, _)) = known.find(|(_, inode)| Some(**inode) == other) {
            return *nsid;
        }
        let count = self.nsids.entry(net).or_default();
        let nsid = *count;
        *count += 1;
        if let Some(other) = other {
            self.space(net).nsids.insert(nsid, other);
        }
        nsid
    }

    pub(super) fn route(&mut self, net: Inode, way: Way) {
        push(&mut self.space(net).routes, way.finish());
    }

    pub(super) fn rule(&mut self, net: Inode, rule: Rule) {
        push(&mut self.space(net).rules, rule);
    }

    /// A neighbour; without a hardware address it did not answer.
    pub(in crate::demo) fn neighbour(
        &mut self,
        net: Inode,
        index: u32,
        address: &str,
        mac: Option<&str>,
    ) {
        let state = mac.map_or("failed", |_| "reachable");
        let neighbour = Neighbour {
            address: address.to_owned(),
            mac: mac.map(str::to_owned),
            interface: None,
            state: state.to_owned().into(),
        };
        push(
            &mut self.space(net).neighbours,
            NeighbourRecord { index, neighbour },
        );
    }

    /// What the bridge with this index has learned of its port.
    pub(super) fn learned(&mut self, net: Inode, bridge: u32, port: u32, mac: &str, state: &str) {
        let entry = ForwardingEntry {
            mac: mac.to_owned(),
            interface: None,
            bridge: None,
            state: state.to_owned().into(),
            vlan: None,
            destination: None,
        };
        let record = ForwardingRecord {
            index: port,
            bridge: Some(bridge),
            entry,
        };
        push(&mut self.space(net).forwarding, record);
    }

    pub(super) fn forward(&mut self, net: Inode, forward: PortForward) {
        push(&mut self.space(net).port_forwards, forward);
    }

    /// The process serves the tun or tap interface with this name.
    pub(super) fn serve(&mut self, pid: u32, name: &str) {
        self.tuns.push((pid, name.to_owned()));
    }

    /// Nobody has switched the loopback interface on.
    pub(in crate::demo) fn untouched(&mut self, net: Inode) {
        let space = self.space(net);
        space.links = Ok(vec![lo().down().record()]);
        space.addresses = Ok(Vec::new());
        space.routes = Ok(Vec::new());
    }

    /// The namespaces, those of all processes among them.
    pub(in crate::demo) fn finish(mut self, processes: &[ProcessRecord]) -> NetworkRecord {
        let nets = processes
            .iter()
            .map(|one| (one.pid, one.links.get(Kind::Net)));
        for (pid, net) in nets {
            let Ok(net) = net else { continue };
            self.space(net).pid.get_or_insert(pid);
        }
        let mut namespaces: Vec<_> = self.spaces.into_values().collect();
        for space in &mut namespaces {
            if space.pid.is_none() {
                space.sockets = Err(Miss::NotAsked);
            }
            if let Ok(links) = &mut space.links {
                links.sort_by_key(|link| link.interface.index);
                switch(links);
            }
        }
        NetworkRecord {
            namespaces,
            holders: self.holders,
            tuns: self.tuns,
            ..NetworkRecord::default()
        }
    }
}

/// A namespace that was read and has nothing in it but the rules of the kernel.
fn empty(net: Inode) -> NetnsRecord {
    NetnsRecord {
        source: NetworkSource::Netlink,
        links: Ok(Vec::new()),
        addresses: Ok(Vec::new()),
        routes: Ok(Vec::new()),
        rules: Ok(super::route::rules()),
        neighbours: Ok(Vec::new()),
        forwarding: Ok(Vec::new()),
        sockets: Ok(Vec::new()),
        port_forwards: Ok(Vec::new()),
        ..NetnsRecord::missed(net, Miss::NotAsked)
    }
}

/// Docker has made a router of the host, and a new namespace begins with the host's switches of IPv4. As on a real host
/// they are read only where there are several interfaces besides the loopback.
fn switch(links: &mut [LinkRecord]) {
    if links.len() <= 2 {
        return;
    }
    for link in links {
        let switches = |forwarding| Switches {
            forwarding,
            proxy: false,
        };
        link.interface.ipv4 = Some(switches(true));
        link.interface.ipv6 = Some(switches(false));
    }
}

/// Gives an interface the address `text`, and the routes that come with it.
fn assign(space: &mut NetnsRecord, index: u32, text: &str, scope: &str) {
    let (address, prefix) = text.split_once('/').unwrap_or((text, "32"));
    let prefix_len = prefix.parse().unwrap_or(32);
    for way in connected(index, address, prefix_len) {
        push(&mut space.routes, way.finish());
    }
    let address = Address {
        address: address.to_owned(),
        prefix_len,
        scope: Some(scope.to_owned().into()),
        flags: vec!["permanent".into()],
        peer: None,
        broadcast: super::route::broadcast(address, prefix_len),
        valid_seconds: None,
        preferred_seconds: None,
    };
    push(&mut space.addresses, AddressRecord { index, address });
}

/// Adds to what was read.
pub(super) fn push<T>(list: &mut Reading<Vec<T>>, one: T) {
    if let Ok(list) = list {
        list.push(one);
    }
}
