//! Holds what the program says of a namespace against what `ip -j` says.
//!
//! Both are put into one form first, in which what they say in different words, or only one of them says, is alike or
//! left out.

mod address;
mod forwarding;
mod link;
mod neighbour;
mod route;
mod rule;

use nslens::model::NetworkNamespace;
use serde_json::Value;

use super::looks::{Looks, Place};

/// Everything that is not the same in both, one line for each; empty where all is.
pub(super) fn differences(looks: &Looks) -> Vec<String> {
    let all = looks.places.iter();
    all.flat_map(|(name, place)| in_one(name, place, looks.seen(name)))
        .collect()
}

fn in_one(name: &str, place: &Place, seen: &NetworkNamespace) -> Vec<String> {
    let compared = [
        ("interface", link::by_ip(place), link::seen(seen)),
        ("address", address::by_ip(place), address::seen(seen)),
        ("route", route::by_ip(place), route::seen(seen)),
        ("rule", rule::by_ip(place), rule::seen(seen)),
        ("neighbour", neighbour::by_ip(place), neighbour::seen(seen)),
        (
            "forwarding",
            forwarding::by_bridge(place),
            forwarding::seen(seen),
        ),
    ];
    let all = compared.into_iter();
    all.flat_map(|(what, by_ip, seen)| {
        let missing = without(&by_ip, &seen).into_iter();
        let missing = missing.map(move |row| format!("{name} {what}: only ip says {row}"));
        let more = without(&seen, &by_ip).into_iter();
        let more = more.map(move |row| format!("{name} {what}: only nslens says {row}"));
        missing.chain(more).collect::<Vec<_>>()
    })
    .collect()
}

/// What is more often in `left` than in `right`.
fn without(left: &[Value], right: &[Value]) -> Vec<Value> {
    let mut right = right.to_vec();
    let mut rest = Vec::new();
    for one in left {
        match right.iter().position(|other| other == one) {
            Some(at) => drop(right.swap_remove(at)),
            None => rest.push(one.clone()),
        }
    }
    rest
}

/// The words of a list, in order, but for those that only one of both says.
fn words(list: &Value, but: &[&str]) -> Vec<String> {
    let all = list.as_array().into_iter().flatten();
    let all = all.filter_map(Value::as_str);
    sorted(all.filter(|word| !but.contains(word)))
}

fn sorted<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = words.into_iter().map(str::to_owned).collect();
    all.sort();
    all
}

/// A prefix as the program writes it, of what ip says in one or two parts; a host's with its length.
fn prefix(address: &str, length: Option<u64>) -> String {
    let full = if address.contains(':') { 128 } else { 32 };
    if address == "default" || address.contains('/') {
        return address.to_owned();
    }
    format!("{address}/{}", length.unwrap_or(full))
}

/// Number of a routing table that ip calls by name; the main one is what it leaves out.
fn table(value: &Value) -> u64 {
    match value.as_str() {
        None | Some("main") => value.as_u64().unwrap_or(254),
        Some("default") => 253,
        Some("local") => 255,
        Some(number) => number.parse().unwrap(),
    }
}
