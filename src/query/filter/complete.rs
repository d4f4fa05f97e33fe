//! What may be typed next.

use std::collections::BTreeSet;

use super::expr::Text;
use super::field::{FIELDS, Field, Number, Parts};
use super::lexer::{What, quote, tokens};
use crate::model::{Container, Interface, Kind, Relation, Snapshot};

/// Candidates that are offered at once.
const MOST: usize = 50;

/// What may stand where the cursor is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The byte at which the replaced text begins; it ends at the cursor.
    pub start: usize,
    /// What may replace it, sorted, in quotes where needed.
    pub candidates: Vec<String>,
}

/// Completes the word before byte `cursor` of `text`: fields by name, their values by what `snapshot` has.
#[must_use]
pub fn complete(text: &str, cursor: usize, snapshot: &Snapshot) -> Completion {
    let mut ends = (0..=cursor.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let text = &text[..end];
    let last = tokens(text).pop();
    let word = last.and_then(|token| match token.what {
        What::Word(word) if token.at + word.len() == end => Some(word),
        // Letters that may become more than that.
        What::Or | What::And if !text.ends_with(char::is_whitespace) => Some(&text[token.at..]),
        _ => None,
    });
    let word = word.unwrap_or_default();
    let Some(parts) = Parts::of(word) else {
        return Completion {
            start: end - word.len(),
            candidates: sorted(FIELDS.iter().map(|field| hint(*field)), word),
        };
    };
    let values = parts.field().map(|field| values(field, snapshot));
    let typed = parts.value.trim_start_matches('"');
    let candidates = sorted(values.unwrap_or_default().into_iter(), typed);
    Completion {
        start: end - parts.value.len(),
        candidates: candidates.iter().map(|value| quote(value)).collect(),
    }
}

/// A field with the sign that goes on.
fn hint((name, field): (&str, Field)) -> String {
    match field {
        Field::Number(Number::Processes) => format!("{name}>"),
        _ => format!("{name}:"),
    }
}

/// Those that begin with `typed`, whatever the case.
fn sorted(all: impl Iterator<Item = String>, typed: &str) -> Vec<String> {
    let typed = typed.to_lowercase();
    let all: BTreeSet<_> = all
        .filter(|one| !one.is_empty() && one.to_lowercase().starts_with(&typed))
        .collect();
    all.into_iter().take(MOST).collect()
}

/// Values of `field` that would match something.
fn values(field: Field, snapshot: &Snapshot) -> Vec<String> {
    let containers = snapshot.containers.iter().flatten();
    match field {
        Field::Kind | Field::Reach(_) => Kind::ALL.map(|kind| kind.name().to_owned()).into(),
        Field::Relation => Relation::ALL.map(|one| one.name().to_owned()).into(),
        Field::Text(text) => containers.filter_map(|row| value(row, text)).collect(),
        Field::Label => containers
            .flat_map(|row| row.labels.keys().cloned())
            .collect(),
        Field::Address => {
            let networks = containers.flat_map(|row| &row.networks);
            let told = networks.filter_map(|network| network.address.clone());
            let addresses = interfaces(snapshot).flat_map(|one| one.addresses.iter().flatten());
            let seen = addresses.map(|address| address.address.clone());
            told.chain(seen).collect()
        }
        Field::Interface => interfaces(snapshot).map(|one| one.name.clone()).collect(),
        Field::Namespace | Field::Number(_) => Vec::new(),
    }
}

fn interfaces(snapshot: &Snapshot) -> impl Iterator<Item = &Interface> {
    let network = snapshot.network.iter().flatten();
    network.flat_map(|space| space.interfaces.iter().flatten())
}

fn value(row: &Container, text: Text) -> Option<String> {
    match text {
        Text::Container => Some(row.name.clone()),
        Text::Engine => Some(row.engine.clone()),
        Text::Image => row.image.clone(),
        Text::Project => row.project.clone(),
        Text::Pod => row.pod_name.clone().or_else(|| row.pod.clone()),
    }
}
