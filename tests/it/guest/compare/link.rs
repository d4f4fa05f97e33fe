//! Interfaces.

use nslens::model::{Interface, NetworkNamespace};
use serde_json::{Value, json};

use super::super::looks::Place;
use super::{sorted, words};

/// Of these the kernel tells the other end elsewhere, and so does ip, wrongly where it is in another namespace.
const VXLAN: &str = "vxlan";
/// Flags that ip works out of the others.
const WORKED_OUT: [&str; 2] = ["NO-CARRIER", "M-DOWN"];

/// Each property of each interface, as ip says.
pub(super) fn by_ip(place: &Place) -> Vec<Value> {
    let all = place.rows("link").iter();
    all.flat_map(|link| properties(&one_by_ip(place, link)))
        .collect()
}

/// Each property of each interface, as the program says.
pub(super) fn seen(seen: &NetworkNamespace) -> Vec<Value> {
    let all = seen.interfaces.iter().flatten();
    all.flat_map(|interface| properties(&one_seen(interface)))
        .collect()
}

/// One value for each property, so that a difference is short.
fn properties(interface: &Value) -> Vec<Value> {
    let all = interface.as_object().unwrap().iter();
    all.map(|(name, value)| json!([interface["name"], name, value]))
        .collect()
}

fn one_by_ip(place: &Place, link: &Value) -> Value {
    let info = &link["linkinfo"];
    let kind = match link["link_type"].as_str() {
        Some("loopback") => &link["link_type"],
        _ => &info["info_kind"],
    };
    json!({
        "name": link["ifname"],
        "index": link["ifindex"],
        "kind": kind,
        "state": link["operstate"].as_str().map(str::to_lowercase),
        "mtu": link["mtu"],
        "mac": link["address"],
        "flags": words(&link["flags"], &WORKED_OUT),
        "alias": link["ifalias"],
        "altnames": words(&link["altnames"], &[]),
        "master": index(place, &link["master"]),
        "other end": end_by_ip(place, link).filter(|_| *kind != VXLAN),
        "details": details(place, kind.as_str().unwrap_or_default(), &info["info_data"]),
        "port": port(info),
    })
}

fn one_seen(interface: &Interface) -> Value {
    let end = interface.peer.as_ref().or(interface.link.as_ref());
    let end = end.filter(|_| interface.kind.as_deref() != Some(VXLAN));
    let flags = interface.flags.iter().map(AsRef::as_ref);
    json!({
        "name": interface.name,
        "index": interface.index,
        "kind": interface.kind,
        "state": interface.state,
        "mtu": interface.mtu,
        "mac": interface.mac,
        "flags": sorted(flags.filter(|flag| !WORKED_OUT.contains(flag))),
        "alias": interface.alias,
        "altnames": sorted(interface.altnames.iter().map(String::as_str)),
        "master": interface.master,
        "other end": end.and_then(|end| end.index),
        "details": details_seen(interface),
        "port": interface.port,
    })
}

/// Index of the interface that ip calls by its name.
fn index(place: &Place, name: &Value) -> Option<u32> {
    Some(place.index(name.as_str()?))
}

/// Index of the other end: ip calls one in the same namespace by its name, one in another by its index there.
fn end_by_ip(place: &Place, link: &Value) -> Option<u32> {
    let far = link["link_index"].as_u64();
    index(place, &link["link"]).or_else(|| u32::try_from(far?).ok())
}

/// The properties of its kind in the form of the program.
fn details(place: &Place, kind: &str, data: &Value) -> Value {
    let either = |names: &[&str]| {
        let found = names.iter().find(|name| data[**name].is_string());
        found.map(|name| data[*name].clone())
    };
    match kind {
        "bridge" => json!({ "bridge": {
            "stp": data["stp_state"] == 1, "vlan_filtering": data["vlan_filtering"] == 1
        }}),
        "vlan" => json!({ "vlan": { "id": data["id"], "protocol": data["protocol"] }}),
        VXLAN => json!({ "vxlan": {
            "id": data["id"],
            "remote": either(&["remote", "remote6", "group", "group6"]),
            "local": either(&["local", "local6"]),
            "port": data["port"],
        }}),
        "macvlan" | "macvtap" => json!({ "macvlan": { "mode": data["mode"] }}),
        "ipvlan" | "ipvtap" => {
            let mut flags = ["bridge", "private", "vepa"].into_iter();
            json!({ "ipvlan": { "mode": data["mode"], "flags": flags.find(|flag| data[*flag] == true) }})
        }
        "bond" => json!({ "bond": {
            "mode": data["mode"],
            "active": index(place, &data["active_slave"]),
        }}),
        "vrf" => json!({ "vrf": { "table": data["table"] }}),
        "tun" => json!({ "tun": {
            "mode": data["type"],
            "owner": data["user"],
            "persistent": data["persist"],
        }}),
        _ => Value::Null,
    }
}

/// Without the processes that serve it, of which ip says nothing here.
fn details_seen(interface: &Interface) -> Value {
    let mut details = serde_json::to_value(&interface.details).unwrap();
    if let Some(tun) = details.get_mut("tun").and_then(Value::as_object_mut) {
        tun.remove("pids");
    }
    details
}

fn port(info: &Value) -> Value {
    if info["info_slave_kind"] != "bridge" {
        return Value::Null;
    }
    let data = &info["info_slave_data"];
    json!({ "state": data["state"], "isolated": data["isolated"], "hairpin": data["hairpin"] })
}
