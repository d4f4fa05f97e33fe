//! Where processes of the example host live: a cgroup and a set of namespaces.

use std::collections::HashMap;
use std::sync::Arc;

use crate::collect::observation::{Kinship, Links, Miss};
use crate::model::{Inode, Kind};

/// Below this no namespace of the example host that is not the host's own is numbered.
const FIRST_INODE: u32 = 4_026_532_000;

/// Processes are put into places; each place is made from another.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The cgroup's path.
    cgroup: String,
    /// The namespaces.
    pub(super) links: Links,
    /// Parent of the processes that have none in here.
    pub(super) parent: u32,
    /// Kin of the namespaces that were made for it.
    pub(super) kinships: HashMap<(Kind, Inode), Kinship>,
    /// What each nested pid namespace takes from a pid of the host, outermost first.
    nested: Vec<u32>,
}

impl Place {
    /// In the host's namespaces.
    pub(super) fn host(cgroup: &str) -> Self {
        let mut links = Links::missed(Miss::Absent);
        for kind in Kind::ALL {
            set(&mut links, kind, kind.initial().0);
        }
        Self {
            cgroup: cgroup.to_owned(),
            links,
            parent: 0,
            kinships: initial(),
            nested: Vec::new(),
        }
    }

    /// With new namespaces of these kinds, of which the host's pid `first` is the first member; they are numbered
    /// after it.
    ///
    /// This alone makes namespaces, so here it is known whose children they are: new namespaces of the kinds user and
    /// pid are children of those of `self`, and all of them are owned by the new user namespace, else by that of
    /// `self`.
    pub(super) fn isolated(mut self, first: u32, kinds: &[Kind]) -> Self {
        let outer = self.links;
        let inode = |kind: Kind| Inode(FIRST_INODE + first * 8 + kind as u32);
        for kind in kinds {
            set(&mut self.links, *kind, inode(*kind));
        }
        for kind in kinds {
            let is_user = *kind == Kind::User;
            let owner = if is_user { &outer } else { &self.links };
            let kinship = Kinship {
                id: Err(Miss::Absent),
                owner: owner.get(Kind::User),
                parent: match kind {
                    Kind::Pid | Kind::User => outer.get(*kind),
                    _ => Err(Miss::NotAsked),
                },
                owner_uid: if is_user { Ok(0) } else { Err(Miss::NotAsked) },
            };
            self.kinships.insert((*kind, inode(*kind)), kinship);
        }
        if kinds.contains(&Kind::Pid) {
            self.nested.push(first - 1);
        }
        self
    }

    /// Its network namespace.
    pub(super) fn net(&self) -> Inode {
        self.links.get(Kind::Net).unwrap_or(Kind::Net.initial().0)
    }

    /// In the namespaces of these kinds that `other` is in.
    pub(super) fn joined(mut self, other: &Self, kinds: &[Kind]) -> Self {
        for kind in kinds {
            self.links.own[*kind as usize] = other.links.get(*kind);
        }
        self
    }

    /// In another cgroup.
    pub(super) fn at(mut self, cgroup: &str) -> Self {
        cgroup.clone_into(&mut self.cgroup);
        self
    }

    /// In a cgroup below.
    pub(super) fn below(mut self, name: &str) -> Self {
        self.cgroup = format!("{}/{name}", self.cgroup.trim_end_matches('/'));
        self
    }

    /// With another parent outside.
    pub(super) const fn under(mut self, parent: u32) -> Self {
        self.parent = parent;
        self
    }

    /// The host's pid of what is `pid` in here; 0 is the parent outside.
    pub(super) fn outside(&self, pid: u32) -> u32 {
        match pid {
            0 => self.parent,
            pid => pid + self.nested.last().unwrap_or(&0),
        }
    }

    /// A pid of the host as each nested pid namespace counts.
    pub(super) fn ns_pids(&self, pid: u32) -> Box<[u32]> {
        let inside = self.nested.iter().map(|taken| pid - taken);
        std::iter::once(pid).chain(inside).collect()
    }

    /// The cgroup as `/proc/PID/cgroup` tells it.
    pub(super) fn cgroup_file(&self) -> Arc<[u8]> {
        Arc::from(format!("0::{}\n", self.cgroup).as_bytes())
    }
}

/// Kin of the host's own namespaces: the user namespace owns them all, and nothing is above it.
fn initial() -> HashMap<(Kind, Inode), Kinship> {
    let of = |kind: Kind| Kinship {
        id: Err(Miss::Absent),
        owner: if kind == Kind::User {
            Err(Miss::Denied)
        } else {
            Ok(Kind::User.initial().0)
        },
        parent: Err(Miss::Denied),
        owner_uid: Ok(0),
    };
    let all = Kind::ALL.into_iter();
    all.map(|kind| ((kind, kind.initial().0), of(kind)))
        .collect()
}

fn set(links: &mut Links, kind: Kind, inode: Inode) {
    links.own[kind as usize] = Ok(inode);
    match kind {
        Kind::Pid => links.pid_for_children = Ok(inode),
        Kind::Time => links.time_for_children = Ok(inode),
        _ => {}
    }
}
