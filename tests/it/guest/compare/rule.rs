//! Rules.

use nslens::model::{NetworkNamespace, Rule};
use serde_json::{Value, json};

use super::super::looks::Place;
use super::{prefix, table};

/// What a rule of ip may have that the program counts as "more".
const MORE: [&str; 12] = [
    "not",
    "tos",
    "fwmask",
    "tun_id",
    "ipproto",
    "sport",
    "dport",
    "uid_start",
    "l3mdev",
    "realms",
    "suppress_prefixlen",
    "suppress_ifgroup",
];

/// Rules of both families, as ip says.
pub(super) fn by_ip(place: &Place) -> Vec<Value> {
    let families = [("inet", "rule4"), ("inet6", "rule6")];
    let all = families.into_iter().flat_map(|(family, section)| {
        let all = place.rows(section).iter();
        all.map(move |rule| one_by_ip(family, rule))
    });
    all.collect()
}

/// Rules of both families, as the program says.
pub(super) fn seen(seen: &NetworkNamespace) -> Vec<Value> {
    seen.rules.iter().flatten().map(one_seen).collect()
}

fn one_by_ip(family: &str, rule: &Value) -> Value {
    let end = |name: &str| {
        let address = rule[name].as_str().filter(|address| *address != "all")?;
        Some(prefix(address, rule[format!("{name}len")].as_u64()))
    };
    let mark = rule["fwmark"].as_str();
    let mark = mark.map(|mark| u32::from_str_radix(mark.trim_start_matches("0x"), 16).unwrap());
    // With its mask it is a condition, but the kernel does not say it.
    let mark = mark.filter(|mark| *mark != 0);
    let apart = ["goto", "nop"].into_iter();
    let apart = apart.filter(|action| rule.get(action).is_some());
    let action = rule["action"].as_str().into_iter().chain(apart).next();
    json!({
        "family": family,
        "priority": rule["priority"],
        "from": end("src"),
        "to": end("dst"),
        "in": rule["iif"],
        "out": rule["oif"],
        "mark": mark,
        "action": action.unwrap_or("lookup"),
        "table": rule.get("table").map(table),
        "goto": rule["goto"],
        "has_more": MORE.iter().any(|name| rule.get(name).is_some()),
    })
}

fn one_seen(rule: &Rule) -> Value {
    json!({
        "family": rule.family,
        "priority": rule.priority,
        "from": rule.from,
        "to": rule.to,
        "in": rule.in_interface,
        "out": rule.out_interface,
        "mark": rule.mark,
        "action": rule.action,
        "table": rule.table,
        "goto": rule.goto,
        "has_more": rule.has_more,
    })
}
