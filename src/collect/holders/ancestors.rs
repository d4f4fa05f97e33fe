//! Ancestors: the namespaces that a namespace was made in, and the user namespaces that own them, up to the top of what
//! may be seen. Each lives as long as one below it does, whether a process is in it or not.

use std::collections::HashMap;

use crate::collect::nsfs::{id, miss, nests, relative};
use crate::collect::observation::{Kinship, Miss, Reading};
use crate::collect::syscall::{NsFile, Relative};
use crate::model::{Inode, Kind};

/// A namespace, for as long as it lives.
pub(in crate::collect) type Key = (Kind, Inode);

/// Asks a namespace, and of those above it all that are not known. No more than two of a generation are open at once; the
/// kernel allows some 32 generations.
pub(in crate::collect) fn climb(
    namespace: NsFile,
    key: Key,
    is_known: impl Fn(&Key) -> bool,
) -> HashMap<Key, Kinship> {
    let mut found = HashMap::new();
    let mut open = vec![(namespace, key)];
    while let Some((namespace, key)) = open.pop() {
        if found.contains_key(&key) {
            continue;
        }
        let (kinship, above) = ask(&namespace, key.0);
        found.insert(key, kinship);
        let above = above.into_iter().flatten();
        open.extend(above.filter(|(_, key)| !is_known(key)));
    }
    found
}

/// Asks one namespace, without anything above it.
pub(in crate::collect) fn kinship(namespace: &NsFile, kind: Kind) -> Kinship {
    ask(namespace, kind).0
}

/// What a namespace says of itself, and the open namespaces above it.
fn ask(namespace: &NsFile, kind: Kind) -> (Kinship, [Option<(NsFile, Key)>; 2]) {
    let (owner, above) = look_up(namespace, Relative::Owner, Kind::User);
    let (parent, beside) = if nests(kind) {
        look_up(namespace, Relative::Parent, kind)
    } else {
        (Err(Miss::NotAsked), None)
    };
    let owner_uid = if kind == Kind::User {
        namespace.owner_uid().map_err(miss)
    } else {
        Err(Miss::NotAsked)
    };
    let kinship = Kinship {
        id: id(namespace),
        owner,
        parent,
        owner_uid,
    };
    (kinship, [above, beside])
}

fn look_up(
    namespace: &NsFile,
    which: Relative,
    kind: Kind,
) -> (Reading<Inode>, Option<(NsFile, Key)>) {
    match relative(namespace, which) {
        Ok((file, inode)) => (Ok(inode), Some((file, (kind, inode)))),
        Err(miss) => (Err(miss), None),
    }
}

/// The namespaces above one of `kind`.
pub(in crate::collect) fn above(kinship: &Kinship, kind: Kind) -> impl Iterator<Item = Key> {
    let owner = kinship.owner.ok().map(|inode| (Kind::User, inode));
    let parent = kinship.parent.ok().map(|inode| (kind, inode));
    owner.into_iter().chain(parent)
}
