//! Rules that lead to other rules, and routes that are not for every packet.

use super::*;
use crate::model::{Details, Rule};

/// In `chain`, a rule of `a` with an action that is no lookup.
fn act(world: &mut World, priority: u32, action: &str, goto: Option<u32>) {
    let rule: &mut Rule = world.rule(A, priority, "", 0);
    rule.action = action.to_owned().into();
    (rule.table, rule.goto) = (None, goto);
}

#[test]
fn a_rule_leads_past_others() {
    let mut world = chain();
    act(&mut world, 200, "blackhole", None);
    assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses);
    act(&mut world, 100, "goto", Some(300));
    // No such rule: the next one is asked.
    assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses);
    act(&mut world, 300, "nop", None);
    world.complete(A, C);
    // For another source, or back to where it was.
    let rules = world.ns(A).rules.as_mut().unwrap();
    let goto = rules.iter_mut().find(|rule| rule.priority == 100).unwrap();
    goto.from = Some("192.0.2.0/24".to_owned());
    assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses);
    let rules = world.ns(A).rules.as_mut().unwrap();
    let goto = rules.iter_mut().find(|rule| rule.priority == 100).unwrap();
    (goto.from, goto.goto) = (None, Some(100));
    assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses);
}

#[test]
fn a_rule_that_leads_to_one_that_is_not_known() {
    let mut world = chain();
    act(&mut world, 100, "goto", None);
    assert_eq!(world.fault(A, C).0, FaultKind::RuleUncertain);
}

#[test]
fn a_rule_with_more_conditions_that_leads_past_others() {
    let mut world = chain();
    act(&mut world, 100, "goto", Some(32766));
    world
        .ns(A)
        .rules
        .as_mut()
        .unwrap()
        .last_mut()
        .unwrap()
        .has_more = true;
    world.complete(A, C);
    act(&mut world, 200, "blackhole", None);
    assert_eq!(world.fault(A, C).0, FaultKind::RuleUncertain);
}

#[test]
fn routes_for_a_type_of_service_are_not_for_ordinary_packets() {
    let mut world = chain();
    world.route(A, "10.2.0.2/32 via 10.1.0.99 dev left");
    world.ns(A).routes.as_mut().unwrap().last_mut().unwrap().tos = Some(0x10);
    world.complete(A, C);
}

#[test]
fn routes_for_a_source_go_before_others_to_the_same_destination() {
    let mut world = World::new(&["a", "b"]);
    world.veth(
        (A, "eth0", "fd00::1/64"),
        (B, "eth0", "fd00::2/64 fd01::2/64"),
    );
    let from = |world: &mut World, route: &str, from: &str| {
        world.route(A, route);
        let routes = world.ns(A).routes.as_mut().unwrap();
        routes.last_mut().unwrap().from = Some(from.to_owned());
    };
    world.route(A, "fd01::/64 via fd00::2 dev eth0");
    from(&mut world, "unreachable fd01::/64", "fd00::9/128");
    let trip = |world: &World| world.road(A, B).trips[1].verdict();
    assert_eq!(trip(&world), Verdict::Complete);
    from(&mut world, "unreachable fd01::/64", "fd00::/64");
    assert_eq!(trip(&world), Verdict::Broken);
    from(&mut world, "fd01::/64 via fd00::2 dev eth0", "fd00::1/128");
    assert_eq!(trip(&world), Verdict::Complete);
    // Only for a source, which a packet gets without a route as well.
    let routes = world.ns(A).routes.as_mut().unwrap();
    routes.retain(|route| route.destination != "fd01::/64" || route.from.is_some());
    assert_eq!(trip(&world), Verdict::Complete);
}

/// A router whose interfaces are in a routing domain with a table of its own.
fn domain() -> World {
    let mut world = chain();
    let vrf = world.add(B, "red", "vrf", "");
    world.interface(B, "red").details = Some(Details::Vrf { table: Some(10) });
    for port in ["left", "right"] {
        world.interface(B, port).master = Some(vrf);
    }
    world
}

#[test]
fn a_routing_domain_is_asked_where_its_rule_says() {
    let mut world = domain();
    let rule = world.rule(B, 1000, "", 0);
    (rule.table, rule.has_more) = (None, true);
    world.route_in(B, 10, "unreachable default");
    world.route_in(B, 10, "10.1.0.0/24 dev left");
    assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses);
    world.route_in(B, 10, "10.2.0.0/24 dev right");
    assert!(world.complete(A, C)[2].contains("of table 10"));
    // What the local table has goes before it.
    world.route_in(B, 255, "local 10.2.0.2 dev lo");
    assert_eq!(world.fault(A, C).0, FaultKind::AddressElsewhere);
}

#[test]
fn without_its_rule_a_routing_domain_is_not_asked() {
    let mut world = domain();
    world.route_in(B, 10, "unreachable default");
    world.complete(A, C);
}
