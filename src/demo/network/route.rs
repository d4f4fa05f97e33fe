//! Routes while they are being described, and those that come with an address.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::collect::observation::RouteRecord;
use crate::model::{Route, Rule};

/// Table of what the kernel delivers to itself.
const LOCAL: u32 = 255;
/// Table that is asked where no rule says otherwise.
const MAIN: u32 = 254;
const DEFAULT: u32 = 253;

/// A route.
#[derive(Debug)]
pub(super) struct Way(RouteRecord);

impl Way {
    /// To `destination` through the interface with this index, made by an administrator.
    pub(super) fn new(destination: &str, index: u32) -> Self {
        let is_inet6 = destination.contains(':');
        Self(RouteRecord {
            route: Route {
                family: if is_inet6 { "inet6" } else { "inet" }.to_owned().into(),
                kind: "unicast".into(),
                destination: destination.to_owned(),
                from: None,
                tos: None,
                gateway: None,
                interface: None,
                table: MAIN,
                metric: None,
                protocol: "boot".into(),
                scope: if is_inet6 { "global" } else { "link" }.to_owned().into(),
                source: None,
                next_hops: Vec::new(),
                flags: Vec::new(),
            },
            index: Some(index),
            hop_indexes: Vec::new(),
        })
    }

    pub(super) fn via(mut self, gateway: &str) -> Self {
        let route = &mut self.0.route;
        if gateway.contains(':') {
            route.family = "inet6".into();
        }
        route.gateway = Some(gateway.to_owned());
        route.scope = "global".into();
        self
    }

    pub(super) const fn table(mut self, table: u32) -> Self {
        self.0.route.table = table;
        self
    }

    pub(super) const fn metric(mut self, metric: u32) -> Self {
        self.0.route.metric = Some(metric);
        self
    }

    pub(super) fn protocol(mut self, protocol: &str) -> Self {
        self.0.route.protocol = protocol.to_owned().into();
        self
    }

    fn kind(mut self, kind: &str, scope: &str) -> Self {
        self.0.route.kind = kind.to_owned().into();
        self.0.route.scope = scope.to_owned().into();
        self.table(LOCAL)
    }

    fn source(mut self, source: &str) -> Self {
        self.0.route.source = Some(source.to_owned());
        self
    }

    pub(super) fn finish(self) -> RouteRecord {
        self.0
    }
}

/// The routes that the kernel makes for an address.
pub(super) fn connected(index: u32, address: &str, prefix_len: u8) -> Vec<Way> {
    let Some(net) = network(address, prefix_len) else {
        return Vec::new();
    };
    let way = |destination: &str| Way::new(destination, index).protocol("kernel");
    let mut ways = vec![if address.contains(':') {
        way(address).kind("local", "global")
    } else {
        way(address).kind("local", "host").source(address)
    }];
    if address.starts_with("127.") {
        let way = way(&format!("{net}/{prefix_len}"));
        ways.push(way.kind("local", "host").source(address));
    } else if address.contains(':') && prefix_len < 128 {
        ways.push(way(&format!("{net}/{prefix_len}")).metric(256));
    } else if let Some(broadcast) = broadcast(address, prefix_len) {
        ways.push(way(&format!("{net}/{prefix_len}")).source(address));
        ways.push(way(&broadcast).kind("broadcast", "link").source(address));
    }
    ways
}

/// The last address of a network, where there is such a thing.
pub(super) fn broadcast(address: &str, prefix_len: u8) -> Option<String> {
    let Ok(IpAddr::V4(address)) = address.parse() else {
        return None;
    };
    let host = u32::MAX.checked_shr(prefix_len.into()).unwrap_or(0);
    let is_needed = prefix_len < 31 && !address.is_loopback();
    is_needed.then(|| Ipv4Addr::from(u32::from(address) | host).to_string())
}

/// The first address of a network.
fn network(address: &str, prefix_len: u8) -> Option<IpAddr> {
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => {
            let host = u32::MAX.checked_shr(prefix_len.into()).unwrap_or(0);
            Ipv4Addr::from(u32::from(address) & !host).into()
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(prefix_len.into()).unwrap_or(0);
            Ipv6Addr::from(u128::from(address) & !host).into()
        }
    })
}

/// The rules of every namespace.
pub(super) fn rules() -> Vec<Rule> {
    [
        ("inet", 0, LOCAL),
        ("inet", 32_766, MAIN),
        ("inet", 32_767, DEFAULT),
        ("inet6", 0, LOCAL),
        ("inet6", 32_766, MAIN),
    ]
    .map(|(family, priority, table)| rule(family, priority, table))
    .into()
}

/// Looks every packet up in `table`.
pub(super) fn rule(family: &str, priority: u32, table: u32) -> Rule {
    Rule {
        family: family.to_owned().into(),
        priority,
        from: None,
        to: None,
        in_interface: None,
        out_interface: None,
        mark: None,
        action: "lookup".into(),
        table: Some(table),
        goto: None,
        has_more: false,
    }
}
