//! Routes and the rules that choose their table, as ip(8) writes them.

use crate::model::{Route, Rule};

/// Table of what the kernel delivers to itself.
pub(crate) const LOCAL: u32 = 255;
/// Table that is asked where no rule says otherwise.
pub(crate) const MAIN: u32 = 254;
/// Table that is asked last.
const DEFAULT: u32 = 253;

/// The name of a table, as far as it has one.
pub(crate) fn table(number: u32) -> String {
    match number {
        DEFAULT => "default".to_owned(),
        MAIN => "main".to_owned(),
        LOCAL => "local".to_owned(),
        other => format!("table {other}"),
    }
}

/// A route without its table.
pub(crate) fn route(route: &Route) -> String {
    let mut words = Vec::new();
    words.extend((route.kind != "unicast").then(|| route.kind.to_string()));
    words.push(route.destination.clone());
    let mut say = |name: &str, value: Option<&str>| {
        words.extend(value.map(|value| format!("{name} {value}")));
    };
    say("from", route.from.as_deref());
    let tos = route.tos.map(|tos| format!("{tos:#x}"));
    say("tos", tos.as_deref());
    say("via", route.gateway.as_deref());
    say("dev", route.interface.as_deref());
    say("proto", Some(&route.protocol));
    say("src", route.source.as_deref());
    let metric = route.metric.map(|metric| metric.to_string());
    say("metric", metric.as_deref());
    for hop in &route.next_hops {
        say("nexthop via", hop.gateway.as_deref());
        say("dev", hop.interface.as_deref());
        say("weight", Some(&hop.weight.to_string()));
    }
    words.extend(route.flags.iter().map(ToString::to_string));
    // The address of any other destination tells the family.
    let is_of_two = route.destination == "default" && route.family == "inet6";
    words.extend(is_of_two.then(|| "(IPv6)".to_owned()));
    words.join(" ")
}

/// A rule without its priority.
pub(crate) fn rule(rule: &Rule) -> String {
    let mut words = vec![format!("from {}", rule.from.as_deref().unwrap_or("all"))];
    let mut say = |name: &str, value: Option<&str>| {
        words.extend(value.map(|value| format!("{name} {value}")));
    };
    say("to", rule.to.as_deref());
    say("iif", rule.in_interface.as_deref());
    say("oif", rule.out_interface.as_deref());
    let mark = rule.mark.map(|mark| format!("{mark:#x}"));
    say("fwmark", mark.as_deref());
    words.extend(rule.has_more.then(|| "(on more conditions)".to_owned()));
    words.push(rule.action.to_string());
    words.extend(rule.table.map(table));
    words.extend(rule.goto.map(|priority| priority.to_string()));
    words.extend((rule.family == "inet6").then(|| "(IPv6)".to_owned()));
    words.join(" ")
}
