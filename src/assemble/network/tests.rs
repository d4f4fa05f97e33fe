//! What tests of this module share.

use crate::collect::observation::{AddressRecord, LinkRecord, Miss, NetnsRecord};
use crate::model::{Inode, Interface, samples};

/// A link of which nothing is known but index, name and kind.
pub(super) fn link(index: u32, name: &str, kind: &'static str) -> LinkRecord {
    let interface = Interface {
        kind: Some(kind.into()),
        ..Interface::named(index, name.to_owned())
    };
    LinkRecord {
        interface,
        link: None,
        link_nsid: None,
    }
}

/// A namespace with these links.
pub(super) fn space(inode: u32, links: Vec<LinkRecord>) -> NetnsRecord {
    NetnsRecord {
        links: Ok(links),
        ..NetnsRecord::missed(Inode(inode), Miss::NotAsked)
    }
}

/// An address of the interface `index`.
pub(super) fn at(index: u32, address: &str) -> AddressRecord {
    let address = samples::address(address, 24);
    AddressRecord { index, address }
}
