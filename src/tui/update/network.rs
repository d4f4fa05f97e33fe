//! From place to place along the network: to interfaces, to what they are plugged into, to who lives there.

use super::travel::{enter, inode, nothing_to_go_to, scope};
use crate::model::{End, Inode, Interface, Kind, NetworkNamespace};
use crate::query::{Id, RowId, Wiring};
use crate::report::words::nobody;
use crate::tui::app::App;
use crate::tui::data::Data;
use crate::tui::list::{Column, List, Shape, What};
use crate::tui::network::is_loopback;

/// The interfaces of the network namespace of what is chosen.
pub(super) fn to_interfaces(app: &mut App) -> bool {
    let (Some(id), Some(data)) = (app.subject(), &app.data) else {
        return nothing_to_go_to(app);
    };
    let mut list = match (network_of(app, &id), &id) {
        (Some(inode), _) => {
            let mut scope = scope(data, Id::Namespace(Kind::Net, inode));
            scope.name = title(data, inode);
            List::within(What::Network, scope)
        }
        (None, Id::Row(RowId::Family(_))) => List::within(What::Network, scope(data, id.clone())),
        (None, Id::Namespace(..)) => {
            app.note("only network namespaces have interfaces");
            return true;
        }
        (None, _) => {
            app.note("its network namespace is not known");
            return true;
        }
    };
    list.shape = Shape::Interfaces;
    list.chosen = match id {
        Id::Interface { .. } => Some(id),
        _ => network_of(app, &id)
            .and_then(|inode| outward(data, inode))
            .map(|(space, interface)| identity(space, interface)),
    };
    enter(app, list)
}

/// The network namespace that something is, or is in.
fn network_of(app: &App, id: &Id) -> Option<Inode> {
    match id {
        Id::Namespace(Kind::Net, namespace) | Id::Interface { namespace, .. } => Some(*namespace),
        Id::Namespace(..) => None,
        Id::Row(row) => inode(app, row, Kind::Net),
        Id::Process { pid, start } => {
            let process = app.data.as_ref()?.find_process(*pid, *start)?;
            process.namespaces.inode(Kind::Net)
        }
    }
}

fn identity(namespace: &NetworkNamespace, interface: &Interface) -> Id {
    Id::Interface {
        namespace: namespace.namespace,
        index: interface.index,
    }
}

fn title(data: &Data, inode: Inode) -> String {
    let space = data.net.find(inode).map(|at| &data.net.spaces[at]);
    space.map_or_else(|| format!("net:[{inode}]"), |space| space.title.clone())
}

/// What the chosen interface is plugged into, among all others; of anything else, the first interface that leads out of
/// its network namespace.
pub(super) fn to_end(app: &mut App) -> bool {
    let (Some(id), Some(data)) = (app.subject(), &app.data) else {
        return nothing_to_go_to(app);
    };
    // Where nobody has looked yet, the interfaces are the way there.
    if data.snapshot.network.is_none() {
        return to_interfaces(app);
    }
    let found = match id {
        Id::Interface { namespace, index } => data.find_interface(namespace, index),
        id => network_of(app, &id).and_then(|inode| outward(data, inode)),
    };
    let Some((namespace, interface)) = found else {
        app.note("no interface of it is known");
        return true;
    };
    let wiring = Wiring::of(&data.snapshot);
    let ends = ends(namespace, interface);
    let visible = ends.iter().find_map(|end| wiring.interface(end));
    let Some((there, other)) = visible else {
        app.note(if ends.is_empty() {
            "it is plugged into nothing"
        } else {
            "its other end lies in a network namespace that is not seen"
        });
        return true;
    };
    let end = identity(there, other);
    // To and fro between two ends is no way that leads deeper.
    if app.places.came_from(&end) {
        return app.places.leave();
    }
    let mut list = List::new(What::Network);
    list.shape = Shape::Interfaces;
    list.chosen = Some(end);
    enter(app, list)
}

/// The first interface of a namespace that leads out of it.
fn outward(data: &Data, inode: Inode) -> Option<(&NetworkNamespace, &Interface)> {
    let namespace = data.find_network(inode)?;
    let interfaces = namespace.interfaces.iter().flatten();
    let mut outside = interfaces.filter(|interface| !is_loopback(interface));
    let is_plugged = |one: &&Interface| one.peer.is_some() || one.link.is_some();
    let plugged = outside.clone().find(is_plugged);
    Some((namespace, plugged.or_else(|| outside.next())?))
}

/// What an interface is plugged into: its other end, what it rides on, what it is a port of.
fn ends(namespace: &NetworkNamespace, interface: &Interface) -> Vec<End> {
    let master = interface.master.map(|index| End {
        namespace: Some(namespace.namespace),
        index: Some(index),
        name: None,
    });
    let ends = [interface.peer.clone(), interface.link.clone(), master];
    ends.into_iter().flatten().collect()
}

/// The row of the matrix that lives in a network namespace; all of them where there are several, but for the host's.
pub(super) fn to_tenants(app: &mut App, inode: Inode) -> bool {
    let Some(data) = &app.data else { return false };
    let told = data.telling(&Id::Namespace(Kind::Net, inode));
    let wiring = Wiring::of(told);
    let tenants = wiring.tenants(inode);
    let Some(row) = tenants.first().map(|tenant| tenant.row.clone()) else {
        let nobody = nobody(&data.snapshot);
        app.note(format!(
            "nobody is known to live in this network namespace: {nobody} is in it"
        ));
        return true;
    };
    let mut list = List::new(What::Matrix);
    if tenants.len() > 1 && row != RowId::Reference {
        // What an inode and a kind are written as is always a filter.
        list.filter = format!("ns:net:[{inode}]").parse().unwrap_or_default();
        list.is_given = true;
    }
    list.chosen = Some(Id::Row(row));
    list.column = Column::Kind(Kind::Net);
    enter(app, list)
}
