//! The other end of an interface: a veth's twin, or what a vlan, macvlan, ipvlan or tunnel rides on.

use std::collections::HashMap;

use crate::collect::observation::{LinkRecord, NetnsRecord, NetworkRecord};
use crate::model::{End, Inode};

/// Names of all interfaces by where they are.
pub(super) struct Ends<'a>(HashMap<(Inode, u32), &'a str>);

impl<'a> Ends<'a> {
    pub(super) fn of(network: &'a NetworkRecord) -> Self {
        let mut names = HashMap::new();
        for record in &network.namespaces {
            for link in record.links.iter().flatten() {
                let place = (record.inode, link.interface.index);
                names.insert(place, link.interface.name.as_str());
            }
        }
        Self(names)
    }

    /// The twin; `None` where it has none any more.
    pub(super) fn peer(&self, record: &NetnsRecord, link: &LinkRecord) -> Option<End> {
        let has_twin = link.is_pair() && link.link != Some(0);
        has_twin.then(|| self.end(record, link, link.twin_index()))
    }

    /// What it rides on; nothing where it names itself in its own namespace, as devices that ride on nothing do.
    pub(super) fn underlay(&self, record: &NetnsRecord, link: &LinkRecord) -> Option<End> {
        let index = link.link.filter(|index| *index != 0 && !link.is_pair())?;
        let is_itself = index == link.interface.index && link.link_nsid.is_none();
        (!is_itself).then(|| self.end(record, link, Some(index)))
    }

    fn end(&self, record: &NetnsRecord, link: &LinkRecord, index: Option<u32>) -> End {
        let namespace = match link.link_nsid {
            None if index.is_some() => Some(record.inode),
            None => None,
            Some(number) => record.nsids.get(&number).copied(),
        };
        let place = namespace.zip(index);
        End {
            namespace,
            index,
            name: place.and_then(|place| self.0.get(&place).map(|name| (*name).to_owned())),
        }
    }
}
