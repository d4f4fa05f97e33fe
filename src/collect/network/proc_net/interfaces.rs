//! `dev`: interfaces with their counters; and the files that tell which index a name has, which that one does not.

use std::collections::{HashMap, HashSet};
use std::ffi::CString;

use super::file::{Text, decimal, fields, hex, lines, owned, words};
use super::folder::Folder;
use crate::collect::network::Part;
use crate::collect::observation::{LinkRecord, Reading};
use crate::model::{Counters, Interface};

/// The first interface of every network namespace, which the kernel makes itself, has this index.
pub(super) const LOOPBACK: u32 = 1;

/// Names as they are in the files, with their indexes.
pub(super) type Indexes = HashMap<Vec<u8>, u32>;

/// An interface of the file `dev`.
pub(super) struct Device {
    pub(super) name: Vec<u8>,
    counters: Counters,
}

/// The interfaces of `dev`.
pub(super) fn devices(folder: &Folder) -> Reading<Part<Device>> {
    Ok(folder.text(c"dev")?.rows(2, device))
}

/// `name: bytes packets errs drop fifo frame compressed multicast`, and of these what was sent.
fn device(line: &[u8]) -> Option<Device> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let mut numbers = fields(&line[colon + 1..]).map(decimal);
    let mut four = || {
        let mut next = || numbers.next().flatten();
        Some([next()?, next()?, next()?, next()?])
    };
    let received = four()?;
    four()?;
    let sent = four()?;
    Some(Device {
        name: fields(&line[..colon]).next()?.to_vec(),
        counters: Counters {
            rx_bytes: received[0],
            tx_bytes: sent[0],
            rx_packets: received[1],
            tx_packets: sent[1],
            rx_errors: received[2],
            tx_errors: sent[2],
            rx_dropped: received[3],
            tx_dropped: sent[3],
        },
    })
}

/// What `igmp` tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Igmp {
    /// Indexes of the interfaces that take part in a group.
    pub(super) indexes: Indexes,
    /// Names of those that are up: they are in the group of all hosts, for as long as they are.
    pub(super) up: HashSet<Vec<u8>>,
}

impl Igmp {
    /// Parses the file: `index tab name : count querier`, and below it a line that begins with a tab for each group.
    pub(super) fn of(text: &Text) -> Self {
        let mut igmp = Self::default();
        let mut current = None;
        for line in lines(&text.bytes).skip(1) {
            if line[0] != b'\t' {
                current = igmp_interface(line);
                igmp.indexes.extend(current.clone());
            } else if fields(line).next().and_then(words) == Some(ALL_HOSTS) {
                igmp.up.extend(current.iter().map(|(name, _)| name.clone()));
            }
        }
        igmp
    }
}

/// 224.0.0.1.
const ALL_HOSTS: [u8; 4] = [224, 0, 0, 1];

fn igmp_interface(line: &[u8]) -> Option<(Vec<u8>, u32)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let mut fields = fields(&line[..colon]);
    let index = decimal(fields.next()?)?;
    Some((fields.next()?.to_vec(), index))
}

/// The index of an interface that `igmp` does not list, by its file in `dev_snmp6`; none without IPv6.
fn index(folder: &Folder, name: &[u8]) -> Option<u32> {
    let path = CString::new([b"dev_snmp6/", name].concat()).ok()?;
    let text = folder.text(&path).ok()?;
    let first = text.rows(0, |line| Some(if_index(line)));
    first.list.into_iter().flatten().next()
}

fn if_index(line: &[u8]) -> Option<u32> {
    let mut fields = fields(line);
    fields.next().filter(|word| *word == b"ifIndex")?;
    decimal(fields.next()?)
}

/// Finds the indexes of all devices, as far as something tells them. `known` are those that are known already.
pub(super) fn find_indexes(folder: &Folder, devices: &[Device], known: &mut Indexes) {
    for device in devices {
        if !known.contains_key(&device.name) {
            let found = index(folder, &device.name);
            known.extend(found.map(|index| (device.name.clone(), index)));
        }
    }
}

/// The record of a device. Of its flags only that it is up can be told, of its kind only that it is the loopback.
pub(super) fn record(device: &Device, index: u32, is_up: bool) -> LinkRecord {
    LinkRecord {
        interface: Interface {
            index,
            name: owned(&device.name),
            kind: (index == LOOPBACK).then(|| "loopback".into()),
            state: None,
            flags: is_up.then(|| "UP".into()).into_iter().collect(),
            mtu: None,
            mac: None,
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
            counters: Some(device.counters),
        },
        link: None,
        link_nsid: None,
    }
}

/// The number behind a name of `if_inet6`, which is hexadecimal there.
pub(super) fn hex_index(word: &[u8]) -> Option<u32> {
    hex(word).filter(|index| *index != 0)
}
