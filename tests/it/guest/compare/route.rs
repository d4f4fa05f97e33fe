//! Routes.

use nslens::model::{NetworkNamespace, NextHop, Route};
use serde_json::{Value, json};

use super::super::looks::Place;
use super::{prefix, sorted, table, words};

/// Routes of both families, as ip says.
pub(super) fn by_ip(place: &Place) -> Vec<Value> {
    let families = [("inet", "route4"), ("inet6", "route6")];
    let all = families.into_iter().flat_map(|(family, section)| {
        let all = place.rows(section).iter();
        all.map(move |route| one_by_ip(family, route))
    });
    all.collect()
}

/// Routes of both families, as the program says.
pub(super) fn seen(seen: &NetworkNamespace) -> Vec<Value> {
    seen.routes.iter().flatten().map(one_seen).collect()
}

fn one_by_ip(family: &str, route: &Value) -> Value {
    let hops = route["nexthops"].as_array().into_iter().flatten();
    let hops: Vec<Value> = hops
        .map(|hop| json!({ "gateway": gateway(hop), "interface": hop["dev"], "weight": hop["weight"] }))
        .collect();
    let tos = route["tos"].as_str();
    let tos = tos.map(|tos| u8::from_str_radix(tos.trim_start_matches("0x"), 16).unwrap());
    json!({
        "family": family,
        "type": route["type"].as_str().unwrap_or("unicast"),
        "destination": prefix(route["dst"].as_str().unwrap(), None),
        "from": route["from"],
        "tos": tos,
        "gateway": gateway(route),
        "interface": route["dev"],
        "table": table(&route["table"]),
        "metric": route["metric"].as_u64().unwrap_or_default(),
        "protocol": route["protocol"].as_str().unwrap_or("boot"),
        "scope": route["scope"].as_str().unwrap_or("global"),
        "source": route["prefsrc"],
        "next_hops": hops,
        "flags": words(&route["flags"], &[]),
    })
}

/// The next router, which may be of the other family.
fn gateway(route: &Value) -> &Value {
    match &route["gateway"] {
        Value::Null => &route["via"]["host"],
        gateway => gateway,
    }
}

fn one_seen(route: &Route) -> Value {
    let hop = |hop: &NextHop| json!({ "gateway": hop.gateway, "interface": hop.interface, "weight": hop.weight });
    json!({
        "family": route.family,
        "type": route.kind,
        "destination": route.destination,
        "from": route.from,
        "tos": route.tos,
        "gateway": route.gateway,
        "interface": route.interface,
        "table": route.table,
        "metric": route.metric.unwrap_or_default(),
        "protocol": route.protocol,
        "scope": route.scope,
        "source": route.source,
        "next_hops": route.next_hops.iter().map(hop).collect::<Vec<_>>(),
        "flags": sorted(route.flags.iter().map(AsRef::as_ref)),
    })
}
