//! What the keys are about, and what the screen needs to be looked at for.

use super::app::App;
use super::facts::About;
use super::keys::Spot;
use super::list::{Column, What};
use super::place::Place;
use crate::model::Kind;
use crate::query::{Filter, Id};

/// Fields of the filter that ask about the network.
const NETWORK_FIELDS: [&str; 3] = ["iface", "addr", "port"];

impl App {
    /// The kind of view that the keys act upon.
    pub(super) fn spot(&self) -> Spot {
        match self.places.list().map(|list| list.what) {
            Some(What::Matrix) => Spot::Matrix,
            Some(What::Namespaces) => Spot::Namespaces,
            Some(What::Processes) => Spot::Processes,
            Some(What::Network) => Spot::Network,
            None => Spot::Text,
        }
    }

    /// What the keys are about: the chosen row, or what the page tells of.
    pub(super) fn subject(&self) -> Option<Id> {
        if let Some(list) = self.places.list() {
            return list.chosen.clone();
        }
        match &self.places.page()?.about {
            About::Cell(row, _) | About::Row(row) => Some(Id::Row(row.clone())),
            About::Namespace(kind, inode) => Some(Id::Namespace(*kind, *inode)),
            About::Network(inode) => Some(Id::Namespace(Kind::Net, *inode)),
            About::Interface(namespace, index) => Some(Id::Interface {
                namespace: *namespace,
                index: *index,
            }),
            About::Process(pid, start) => Some(Id::Process {
                pid: *pid,
                start: *start,
            }),
            About::Output(output) => Some(output.question.about.clone()),
            About::Compare(..) | About::Gaps | About::Help(_) => None,
        }
    }

    /// What the details of the chosen row are about.
    pub(super) fn about(&self) -> Option<About> {
        let list = self.places.list()?;
        Some(match (list.chosen.clone()?, list.column) {
            (Id::Row(row), Column::Kind(kind)) => About::Cell(row, kind),
            (Id::Row(row), _) => About::Row(row),
            (Id::Namespace(Kind::Net, inode), _) if list.what == What::Network => {
                About::Network(inode)
            }
            (Id::Namespace(kind, inode), _) => About::Namespace(kind, inode),
            (Id::Process { pid, start }, _) => About::Process(pid, start),
            (Id::Interface { namespace, index }, _) => About::Interface(namespace, index),
        })
    }

    /// Whether the keys are about the network of a namespace, and not about who is in it.
    pub(super) fn is_about_network(&self) -> bool {
        let about = self.places.page().map(|page| page.about.clone());
        let about = about.or_else(|| self.about());
        matches!(about, Some(About::Network(_)))
    }

    /// Whether something on the screen, or on the way to it, is to be read from the network namespaces.
    pub(super) fn wants_network(&self) -> bool {
        self.places.all().iter().any(|place| match place {
            Place::List(list) => list.what == What::Network || asks_for_network(&list.filter),
            Place::Page(page) => match &page.about {
                About::Network(_) | About::Interface(..) => true,
                About::Compare(left, right) => is_of_network(left) || is_of_network(right),
                _ => false,
            },
        })
    }

    /// Whether the present data is without the network, and may be looked at anew: what the user holds still is not.
    pub(super) fn lacks_network(&self) -> bool {
        let data = self.data.as_ref();
        !self.source.paused && data.is_some_and(|data| data.snapshot.network.is_none())
    }
}

/// Whether something of the network is told of it beside another: of a row or process, the road between the two.
const fn is_of_network(id: &Id) -> bool {
    !matches!(id, Id::Namespace(kind, _) if !matches!(kind, Kind::Net))
}

fn asks_for_network(filter: &Filter) -> bool {
    let words = filter
        .text()
        .split(|char: char| !char.is_ascii_alphanumeric());
    let mut words = words.map(str::to_ascii_lowercase);
    words.any(|word| NETWORK_FIELDS.contains(&word.as_str()))
}
