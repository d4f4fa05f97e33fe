//! Who shares with whom: each row's namespaces compared with the host's and with those of all other rows.

use std::collections::HashMap;

use super::reference::Reference;
use crate::model::{Container, Group, Inode, Kind, Scope, Share};

/// Gives every share of every row its scope and its partners.
pub(super) fn settle(containers: &mut [Container], groups: &mut [Group], reference: &Reference) {
    let mut tenants: HashMap<(Kind, Inode), Vec<String>> = HashMap::new();
    let mut has_unknown = [false; 8];
    for (id, kind, share) in shares(containers, groups) {
        match share.inode {
            Some(inode) => tenants.entry((kind, inode)).or_default().push(id.clone()),
            None => has_unknown[kind as usize] = true,
        }
    }
    for ids in tenants.values_mut() {
        ids.sort_unstable();
    }
    for (id, kind, share) in shares(containers, groups) {
        let Some(inode) = share.inode else { continue };
        let others = tenants.get(&(kind, inode)).map_or(&[][..], Vec::as_slice);
        let host = reference.host.inode(kind);
        share.scope = if host == Some(inode) {
            Scope::Host
        } else if others.len() > 1 {
            share.with = others
                .iter()
                .filter(|other| **other != *id)
                .cloned()
                .collect();
            Scope::Shared
        } else if host.is_some() && !has_unknown[kind as usize] {
            Scope::Private
        } else {
            // Somebody whose namespace we could not read, or the host itself, may be in it.
            Scope::Unknown
        };
    }
}

/// Every share of every row, with the row's id.
fn shares<'a>(
    containers: &'a mut [Container],
    groups: &'a mut [Group],
) -> impl Iterator<Item = (&'a String, Kind, &'a mut Share)> {
    let containers = containers.iter_mut().map(|row| (&row.id, &mut row.sharing));
    let groups = groups.iter_mut().map(|row| (&row.id, &mut row.sharing));
    containers.chain(groups).flat_map(|(id, sharing)| {
        sharing
            .iter_mut()
            .map(move |(kind, share)| (id, kind, share))
    })
}
