//! Addresses.

use nslens::model::{Address, NetworkNamespace};
use serde_json::{Value, json};

use super::super::looks::Place;
use super::sorted;

/// What ip says for "for ever".
const FOR_EVER: u64 = 0xffff_ffff;
/// Lifetimes run while both look: they are compared by this many seconds.
const STEP: u64 = 600;

/// Addresses of all interfaces, as ip says.
pub(super) fn by_ip(place: &Place) -> Vec<Value> {
    let all = place.rows("address").iter().flat_map(|link| {
        let all = link["addr_info"].as_array().into_iter().flatten();
        all.map(move |address| one_by_ip(&link["ifname"], address))
    });
    all.collect()
}

/// Addresses of all interfaces, as the program says.
pub(super) fn seen(seen: &NetworkNamespace) -> Vec<Value> {
    let all = seen.interfaces.iter().flatten().flat_map(|interface| {
        let all = interface.addresses.iter().flatten();
        all.map(|address| one_seen(&interface.name, address))
    });
    all.collect()
}

fn one_by_ip(interface: &Value, address: &Value) -> Value {
    // Flags stand among the rest, as what is true.
    let flags = address.as_object().unwrap().iter();
    let flags = flags.filter(|(_, value)| **value == true);
    let lifetime = |name: &str| {
        let seconds = address[name].as_u64().unwrap();
        (seconds != FOR_EVER).then_some(steps(seconds))
    };
    json!({
        "interface": interface,
        "address": address["local"],
        "prefix_len": address["prefixlen"],
        "scope": address["scope"],
        "peer": address["address"],
        "broadcast": address["broadcast"],
        "flags": sorted(flags.map(|(name, _)| name.as_str())),
        "valid": lifetime("valid_life_time"),
        "preferred": lifetime("preferred_life_time"),
    })
}

fn one_seen(interface: &str, address: &Address) -> Value {
    // What ip calls "dynamic" where it is missing.
    let flags = address.flags.iter().map(AsRef::as_ref);
    let flags = flags.filter(|flag| *flag != "permanent");
    let lifetime = |seconds: Option<u32>| seconds.map(|seconds| steps(seconds.into()));
    json!({
        "interface": interface,
        "address": address.address,
        "prefix_len": address.prefix_len,
        "scope": address.scope,
        "peer": address.peer,
        "broadcast": address.broadcast,
        "flags": sorted(flags),
        "valid": lifetime(address.valid_seconds),
        "preferred": lifetime(address.preferred_seconds),
    })
}

const fn steps(seconds: u64) -> u64 {
    seconds.div_ceil(STEP)
}
