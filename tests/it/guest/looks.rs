//! What was seen in the guest: by ip(8) in each network namespace, and by the program.

use std::collections::BTreeMap;

use nslens::model::{Inode, NetworkNamespace, Snapshot};
use serde_json::{Deserializer, Value};

/// What was seen in the guest.
pub(super) struct Looks {
    /// By ip, in each namespace, by what the script calls it.
    pub(super) places: BTreeMap<String, Place>,
    /// By the program.
    pub(super) snapshot: Snapshot,
}

/// What `ip` says in one namespace.
pub(super) struct Place {
    /// The namespace, as the kernel tells.
    pub(super) inode: Inode,
    sections: BTreeMap<String, Vec<Value>>,
}

impl Place {
    /// The rows of one command of the script.
    #[track_caller]
    pub(super) fn rows(&self, section: &str) -> &[Value] {
        &self.sections[section]
    }

    /// Index of the interface `name`.
    #[track_caller]
    pub(super) fn index(&self, name: &str) -> u32 {
        let mut all = self.rows("link").iter();
        let link = all.find(|link| link["ifname"] == name);
        let link = link.unwrap_or_else(|| panic!("no interface {name}"));
        u32::try_from(link["ifindex"].as_u64().unwrap()).unwrap()
    }
}

impl Looks {
    /// Understands what the script told: JSON behind lines `@@ PLACE INODE SECTION…`, one value for each section.
    #[track_caller]
    pub(super) fn parse(told: &str) -> Self {
        let mut places = BTreeMap::new();
        let mut snapshot = None;
        for part in told.split("@@ ").skip(1) {
            let (head, body) = part.split_once('\n').unwrap();
            let mut words = head.split(' ');
            let (name, inode) = (words.next().unwrap(), words.next().unwrap());
            let sections: Vec<&str> = words.collect();
            if sections == ["nslens"] {
                snapshot = Some(serde_json::from_str(body).unwrap());
                continue;
            }
            let values = Deserializer::from_str(body).into_iter();
            let values: Result<Vec<Vec<Value>>, _> = values.collect();
            let values = values.unwrap_or_else(|error| panic!("{head}: {error} in {body}"));
            assert_eq!(values.len(), sections.len(), "{head}: {body}");
            let place = places.entry(name.to_owned()).or_insert_with(|| Place {
                inode: Inode(inode.parse().unwrap()),
                sections: BTreeMap::new(),
            });
            let sections = sections.into_iter().map(str::to_owned);
            place.sections.extend(sections.zip(values));
        }
        let snapshot = snapshot.expect("a snapshot");
        Self { places, snapshot }
    }

    /// What the program says of a namespace.
    #[track_caller]
    pub(super) fn seen(&self, place: &str) -> &NetworkNamespace {
        let inode = self.places[place].inode;
        let mut all = self.snapshot.network.iter().flatten();
        all.find(|namespace| namespace.namespace == inode)
            .unwrap_or_else(|| panic!("{place} was not seen"))
    }
}
