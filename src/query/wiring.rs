//! What is plugged into what: an index over the network namespaces of a snapshot, and names for people.

use std::collections::HashMap;

use super::RowId;
use crate::model::{Container, End, Group, Inode, Interface, Kind, NetworkNamespace, Snapshot};

/// Characters of a title; who would make it longer is counted.
const LONGEST_TITLE: usize = 40;

/// The network namespaces of a snapshot by number, and who is in each.
#[derive(Debug)]
pub struct Wiring<'a> {
    namespaces: &'a [NetworkNamespace],
    places: HashMap<Inode, usize>,
    tenants: HashMap<Inode, Vec<Tenant<'a>>>,
    called: HashMap<Inode, String>,
}

/// Someone who lives in a network namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant<'a> {
    /// The row of the matrix.
    pub row: RowId,
    /// Its name, as the host says: not yet made visible.
    pub name: &'a str,
}

impl<'a> Wiring<'a> {
    /// Indexes `snapshot`; empty where the network was not collected.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let namespaces = snapshot.network.as_deref().unwrap_or_default();
        let places = namespaces.iter().enumerate();
        Self {
            namespaces,
            places: places.map(|(at, ns)| (ns.namespace, at)).collect(),
            tenants: tenants(snapshot),
            called: HashMap::new(),
        }
    }

    /// All of them, by inode.
    #[must_use]
    pub const fn namespaces(&self) -> &'a [NetworkNamespace] {
        self.namespaces
    }

    /// The namespace with this number.
    #[must_use]
    pub fn namespace(&self, inode: Inode) -> Option<&'a NetworkNamespace> {
        self.places.get(&inode).map(|at| &self.namespaces[*at])
    }

    /// The interface at the other end, with its namespace; `None` where it is not visible.
    #[must_use]
    pub fn interface(&self, end: &End) -> Option<(&'a NetworkNamespace, &'a Interface)> {
        let namespace = self.namespace(end.namespace?)?;
        Some((namespace, namespace.interface(end.index?)?))
    }

    /// Who lives in a namespace: the host first, then containers, then groups.
    #[must_use]
    pub fn tenants(&self, inode: Inode) -> &[Tenant<'a>] {
        self.tenants.get(&inode).map_or(&[], Vec::as_slice)
    }

    /// From now on calls a namespace `title`, as whoever asks for one of several in it does.
    pub(super) fn call(&mut self, inode: Inode, title: &str) {
        self.called.insert(inode, title.to_owned());
    }

    /// What to call a namespace: who lives there (by name as long as there is room, then how many more), else its name
    /// under `/run/netns`, else its number.
    #[must_use]
    pub fn title(&self, inode: Inode) -> String {
        if let Some(title) = self.called.get(&inode) {
            return title.clone();
        }
        match self.tenants(inode) {
            [] => self
                .namespace(inode)
                .and_then(|namespace| namespace.name.clone())
                .unwrap_or_else(|| format!("net:[{inode}]")),
            // Whoever shares the host's is in the host's.
            [only] => only.name.to_owned(),
            [first, ..] if first.row == RowId::Reference => first.name.to_owned(),
            [first, more @ ..] => named(first, more),
        }
    }
}

/// The names of all who fit, and how many more there are.
fn named(first: &Tenant<'_>, more: &[Tenant<'_>]) -> String {
    let mut title = first.name.to_owned();
    for (at, tenant) in more.iter().enumerate() {
        let length = title.chars().count() + tenant.name.chars().count() + 2;
        if length > LONGEST_TITLE {
            return format!("{title} +{}", more.len() - at);
        }
        title = format!("{title}, {}", tenant.name);
    }
    title
}

fn tenants(snapshot: &Snapshot) -> HashMap<Inode, Vec<Tenant<'_>>> {
    let mut tenants: HashMap<Inode, Vec<Tenant<'_>>> = HashMap::new();
    // As in the matrix: from inside a container nothing is called the host's.
    let (own, name) = if snapshot.host.pid_namespace_is_initial {
        (&snapshot.host.namespaces, "host")
    } else {
        (&snapshot.viewer.namespaces, "(inside)")
    };
    if let Some(inode) = own.inode(Kind::Net) {
        tenants.entry(inode).or_default().push(Tenant {
            row: RowId::Reference,
            name,
        });
    }
    let by_id: HashMap<&str, &Container> = snapshot
        .containers
        .iter()
        .flatten()
        .map(|container| (container.id.as_str(), container))
        .collect();
    for namespace in snapshot.network.iter().flatten() {
        let inside = namespace.containers.iter().flatten();
        let inside = inside.filter_map(|id| by_id.get(id.as_str()));
        let mut inside: Vec<_> = inside.map(|container| of_container(container)).collect();
        inside.sort_by_key(|tenant| tenant.name);
        tenants
            .entry(namespace.namespace)
            .or_default()
            .extend(inside);
    }
    for group in snapshot.groups.iter().flatten() {
        let share = group.sharing.get(Kind::Net);
        if let Some(inode) = share.and_then(|share| share.inode) {
            tenants.entry(inode).or_default().push(of_group(group));
        }
    }
    tenants
}

fn of_container(container: &Container) -> Tenant<'_> {
    Tenant {
        row: RowId::Container(container.id.clone()),
        name: &container.name,
    }
}

fn of_group(group: &Group) -> Tenant<'_> {
    Tenant {
        row: RowId::Group(group.id.clone()),
        name: &group.name,
    }
}
