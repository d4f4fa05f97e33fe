//! What interfaces are plugged into.

use crate::model::{End, Inode, Interface, NetworkNamespace, Snapshot};
use crate::query::Wiring;

/// In which way an interface is plugged into something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plug {
    /// It is one end of a cable.
    Peer,
    /// It rides on another interface.
    Rides,
    /// It is a port of a bridge, bond or vrf.
    Port,
}

/// Where the other ends of interfaces are looked up.
pub(crate) struct Ends<'a> {
    wiring: Wiring<'a>,
    /// What is there now, where the interfaces that are told of are gone.
    present: Option<Wiring<'a>>,
}

impl<'a> Ends<'a> {
    /// Of what is there.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            wiring: Wiring::of(snapshot),
            present: None,
        }
    }

    /// Of what is gone, as it was last seen; the other ends may be there still.
    pub(crate) fn of_gone(past: &'a Snapshot, snapshot: &'a Snapshot) -> Self {
        Self {
            wiring: Wiring::of(past),
            present: Some(Wiring::of(snapshot)),
        }
    }

    /// The snapshot that is told of.
    pub(crate) const fn wiring(&self) -> &Wiring<'a> {
        &self.wiring
    }

    /// Everything in which something may be found.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &'a NetworkNamespace> + use<'a> {
        let present = self.present.as_ref().map(Wiring::namespaces);
        let all = [Some(self.wiring.namespaces()), present];
        all.into_iter().flatten().flatten()
    }

    /// What to call a namespace.
    pub(crate) fn title(&self, inode: Inode) -> String {
        let present = self.present.as_ref();
        let present = present.filter(|now| now.namespace(inode).is_some());
        present.unwrap_or(&self.wiring).title(inode)
    }

    /// Everything that the interface is plugged into, each in its words.
    pub(crate) fn plugs(
        &self,
        space: &NetworkNamespace,
        interface: &Interface,
    ) -> Vec<(Plug, String)> {
        let end = |end: &Option<End>| Some(self.end(space.namespace, end.as_ref()?));
        let is_cable = matches!(interface.kind.as_deref(), Some("veth" | "netkit"));
        let unknown = || is_cable.then(|| "not known".to_owned());
        let plugs = [
            (Plug::Peer, end(&interface.peer).or_else(unknown)),
            (Plug::Rides, end(&interface.link)),
            (Plug::Port, self.master(space, interface)),
        ];
        let plugs = plugs.into_iter();
        plugs
            .filter_map(|(plug, words)| Some((plug, words?)))
            .collect()
    }

    /// `br-1c2d (network web_default)`, which the interface is a port of; `None` where it is a port of nothing.
    pub(crate) fn master(&self, space: &NetworkNamespace, interface: &Interface) -> Option<String> {
        let index = interface.master?;
        let elsewhere = || self.present.as_ref()?.namespace(space.namespace);
        let master = space.interface(index);
        let master = master.or_else(|| elsewhere()?.interface(index));
        Some(master.map_or_else(|| format!("interface {index}, which is not seen"), called))
    }

    /// `eth0 in web`.
    pub(crate) fn seen(&self, space: &NetworkNamespace, interface: &Interface) -> String {
        format!("{} in {}", interface.name, self.title(space.namespace))
    }

    /// `veth1a2b in host, port of br-1c2d (network web_default)`, or as much as is known of an end of something in the
    /// namespace `own`.
    pub(crate) fn end(&self, own: Inode, end: &End) -> String {
        let Some(inode) = end.namespace else {
            return format!("not seen: {} of another namespace", name(end));
        };
        let place = if inode == own {
            String::new()
        } else {
            format!(" in {}", self.title(inode))
        };
        let now = self.present.as_ref().and_then(|now| now.interface(end));
        if let Some((space, interface)) = now.or_else(|| self.wiring.interface(end)) {
            let port = self.master(space, interface).filter(|_| inode != own);
            let port = port.map(|port| format!(", port of {port}"));
            let is_gone = self.present.is_some() && now.is_none();
            let gone = if is_gone { ", which is gone too" } else { "" };
            let name = called(interface);
            return format!("{name}{place}{}{gone}", port.unwrap_or_default());
        }
        format!("{}{place}, {}", name(end), self.lack(inode))
    }

    /// Why nothing more is known of an interface of a namespace.
    fn lack(&self, inode: Inode) -> &'static str {
        let wirings = [self.present.as_ref(), Some(&self.wiring)];
        let found = wirings.into_iter().flatten();
        let mut found = found.filter_map(|wiring| wiring.namespace(inode));
        if found.all(|space| space.interfaces.is_none()) {
            "whose interfaces are not known"
        } else if self.present.is_some() {
            "which is gone too"
        } else {
            "which is not seen"
        }
    }
}

/// An interface, with the name of the engine's network that it carries.
fn called(interface: &Interface) -> String {
    match &interface.network {
        Some(network) => format!("{} (network {network})", interface.name),
        None => interface.name.clone(),
    }
}

/// What is known of an end by itself.
fn name(end: &End) -> String {
    match (&end.name, end.index) {
        (Some(name), _) => name.clone(),
        (None, Some(index)) => format!("interface {index}"),
        (None, None) => "an interface".to_owned(),
    }
}
