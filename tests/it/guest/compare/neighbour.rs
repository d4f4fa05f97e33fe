//! Neighbours.

use nslens::model::{Neighbour, NetworkNamespace};
use serde_json::{Value, json};

use super::super::looks::Place;

/// Neighbours of both families, as ip says.
pub(super) fn by_ip(place: &Place) -> Vec<Value> {
    let all = ["neighbour4", "neighbour6"].into_iter();
    all.flat_map(|section| place.rows(section))
        .map(one_by_ip)
        .collect()
}

/// Neighbours of both families, as the program says.
pub(super) fn seen(seen: &NetworkNamespace) -> Vec<Value> {
    seen.neighbours.iter().flatten().map(one_seen).collect()
}

fn one_by_ip(neighbour: &Value) -> Value {
    let state = neighbour["state"][0].as_str().unwrap_or("none");
    json!({
        "address": neighbour["dst"],
        "mac": neighbour["lladdr"],
        "interface": neighbour["dev"],
        "state": state.to_lowercase(),
    })
}

fn one_seen(neighbour: &Neighbour) -> Value {
    json!({
        "address": neighbour.address,
        "mac": neighbour.mac,
        "interface": neighbour.interface,
        "state": neighbour.state,
    })
}
