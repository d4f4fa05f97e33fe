//! Forwarding entries of bridges and vxlan interfaces, of which bridge(8) tells.

use nslens::model::{ForwardingEntry, NetworkNamespace};
use serde_json::{Value, json};

use super::super::looks::Place;

/// Forwarding entries, as bridge says; without the addresses that every interface listens to by itself.
pub(super) fn by_bridge(place: &Place) -> Vec<Value> {
    let all = place.rows("forwarding").iter();
    let all = all.filter(|entry| !(entry["master"].is_null() && entry["dst"].is_null()));
    all.map(one_by_bridge).collect()
}

/// Forwarding entries, as the program says.
pub(super) fn seen(seen: &NetworkNamespace) -> Vec<Value> {
    seen.forwarding.iter().flatten().map(one_seen).collect()
}

fn one_by_bridge(entry: &Value) -> Value {
    // What was learned and still counts has no word.
    let state = entry["state"].as_str().filter(|state| !state.is_empty());
    json!({
        "mac": entry["mac"],
        "interface": entry["ifname"],
        "bridge": entry["master"],
        "state": state.unwrap_or("reachable"),
        "vlan": entry["vlan"],
        "destination": entry["dst"],
    })
}

fn one_seen(entry: &ForwardingEntry) -> Value {
    json!({
        "mac": entry.mac,
        "interface": entry.interface,
        "bridge": entry.bridge,
        "state": entry.state,
        "vlan": entry.vlan,
        "destination": entry.destination,
    })
}
