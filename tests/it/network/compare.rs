//! One network namespace in our words and in those of `ip`.

use std::collections::BTreeSet;

use nslens::model::{Details, Interface, NetworkNamespace, Route, Switches};
use serde_json::Value;

use crate::support::netns::{ip_at, listed};

/// What `ip -j -d` says of a namespace, by its words.
pub(crate) struct Said([(&'static str, Vec<Value>); 7]);

impl Said {
    /// Asks `ip` in the namespace at this path.
    pub(crate) fn of(path: &str) -> Self {
        let words = [
            "addr show",
            "netconf show",
            "-4 route show table all",
            "-6 route show table all",
            "-4 rule",
            "-6 rule",
            "neigh show",
        ];
        let list = |words| listed(&ip_at(path, &format!("-j -d {words}")));
        Self(words.map(|words| (words, list(words))))
    }

    fn list(&self, words: &str) -> &[Value] {
        let list = self.0.iter().find(|(own, _)| *own == words);
        &list.unwrap().1
    }
}

/// Holds all that `ip` said of a namespace against ours.
#[track_caller]
pub(crate) fn compare(ours: &NetworkNamespace, said: &Said) {
    let interfaces = ours.interfaces.as_deref().unwrap();
    let theirs = said.list("addr show");
    let names = |all: &[Interface]| -> Vec<_> { all.iter().map(|i| i.name.clone()).collect() };
    let their_names: Vec<_> = theirs.iter().map(|link| text(&link["ifname"])).collect();
    assert_eq!(names(interfaces), their_names);
    for (ours, theirs) in interfaces.iter().zip(theirs) {
        link(ours, theirs);
        addresses(ours, theirs);
        master(ours, theirs, interfaces);
    }
    switches(interfaces, said.list("netconf show"));
    routes(ours, said);
    rules(ours, said);
    neighbours(ours, said);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn set<W: AsRef<str>>(words: &[W]) -> BTreeSet<&str> {
    words.iter().map(AsRef::as_ref).collect()
}

#[track_caller]
fn link(ours: &Interface, theirs: &Value) {
    let name = &ours.name;
    assert_eq!(
        Some(u64::from(ours.index)),
        theirs["ifindex"].as_u64(),
        "{name}"
    );
    assert_eq!(ours.mtu.map(u64::from), theirs["mtu"].as_u64(), "{name}");
    let state = text(&theirs["operstate"]).to_lowercase();
    assert_eq!(ours.state.as_deref(), Some(state.as_str()), "{name}");
    assert_eq!(ours.mac.as_deref(), theirs["address"].as_str(), "{name}");
    assert_eq!(ours.alias.as_deref(), theirs["ifalias"].as_str(), "{name}");
    let flags: Vec<String> = theirs["flags"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    assert_eq!(set(&ours.flags), set(&flags), "{name}");
    let info = &theirs["linkinfo"];
    let kind = info["info_kind"].as_str();
    let kind = kind.or((theirs["link_type"] == "loopback").then_some("loopback"));
    assert_eq!(ours.kind.as_deref(), kind, "{name}");
    let altnames = theirs["altnames"].as_array();
    let altnames: Vec<String> = altnames.into_iter().flatten().map(text).collect();
    assert_eq!(ours.altnames, altnames, "{name}");
    if let Some(details) = &ours.details {
        compare_details(details, &info["info_data"], name);
    }
    let port = ours.port.as_ref().and_then(|port| port.state.as_deref());
    if info["info_slave_kind"] == "bridge" {
        assert_eq!(port, info["info_slave_data"]["state"].as_str(), "{name}");
    }
}

#[track_caller]
fn compare_details(ours: &Details, theirs: &Value, name: &str) {
    let number = |key: &str| theirs[key].as_u64();
    let same = match ours {
        Details::Bridge { stp, .. } => stp.map(u64::from) == number("stp_state"),
        Details::Vlan { id, protocol } => {
            id.map(u64::from) == number("id") && protocol.as_deref() == theirs["protocol"].as_str()
        }
        Details::Vxlan {
            id, port, local, ..
        } => {
            id.map(u64::from) == number("id")
                && port.map(u64::from) == number("port")
                && local.as_deref() == theirs["local"].as_str()
        }
        Details::Ipvlan { mode, flags } => {
            let flag = flags.as_deref().unwrap_or_default();
            mode.as_deref() == theirs["mode"].as_str() && theirs[flag] == true
        }
        Details::Macvlan { mode } | Details::Bond { mode, .. } => {
            mode.as_deref() == theirs["mode"].as_str()
        }
        Details::Vrf { table } => table.map(u64::from) == number("table"),
        Details::Tun {
            mode, persistent, ..
        } => {
            mode.as_deref() == theirs["type"].as_str() && *persistent == theirs["persist"].as_bool()
        }
    };
    assert!(same, "{name}: {ours:?} is not {theirs}");
}

#[track_caller]
fn addresses(ours: &Interface, theirs: &Value) {
    let mine: Vec<_> = ours
        .addresses
        .iter()
        .flatten()
        .map(|address| {
            let scope = address.scope.as_deref().unwrap_or_default().to_owned();
            (
                address.address.clone(),
                u64::from(address.prefix_len),
                scope,
            )
        })
        .collect();
    let theirs: Vec<_> = theirs["addr_info"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|address| address["local"].is_string())
        .map(|address| {
            let length = address["prefixlen"].as_u64().unwrap();
            (text(&address["local"]), length, text(&address["scope"]))
        })
        .collect();
    assert_eq!(mine, theirs, "{}", ours.name);
}

#[track_caller]
fn master(ours: &Interface, theirs: &Value, all: &[Interface]) {
    let master = ours.master.map(|index| {
        let master = all.iter().find(|other| other.index == index);
        master.unwrap().name.clone()
    });
    assert_eq!(
        master.as_deref(),
        theirs["master"].as_str(),
        "{}",
        ours.name
    );
}

/// The switches of both families, which are read of namespaces with several interfaces besides the loopback.
#[track_caller]
fn switches(ours: &[Interface], theirs: &[Value]) {
    let is_read = ours.len() > 2;
    let row = |family: &str, name: &str| {
        let is_it = |row: &&Value| row["family"] == family && row["interface"] == name;
        let row = theirs.iter().find(is_it);
        row.unwrap_or_else(|| panic!("{family} {name}"))
    };
    for one in ours {
        let switches = |family: &str, forwarding: &str| {
            let (own, all) = (row(family, &one.name), row(family, "all"));
            is_read.then(|| Switches {
                forwarding: row(family, forwarding)["forwarding"] == true,
                proxy: own["proxy_neigh"] == true || all["proxy_neigh"] == true,
            })
        };
        assert_eq!(one.ipv4, switches("inet", &one.name), "{}", one.name);
        assert_eq!(one.ipv6, switches("inet6", "all"), "{}", one.name);
    }
}

type Way = (String, String, String, String, String, u64, String, String);

#[track_caller]
fn routes(ours: &NetworkNamespace, said: &Said) {
    let routes = ours.routes.as_deref().unwrap();
    for (family, words) in [
        ("inet", "-4 route show table all"),
        ("inet6", "-6 route show table all"),
    ] {
        let mine: BTreeSet<Way> = routes
            .iter()
            .filter(|route| route.family == family)
            .map(way)
            .collect();
        let theirs: BTreeSet<Way> = said.list(words).iter().map(their_way).collect();
        assert_eq!(mine, theirs, "{words}");
    }
}

fn way(route: &Route) -> Way {
    let whole = if route.family == "inet" {
        "/32"
    } else {
        "/128"
    };
    let destination = route.destination.strip_suffix(whole);
    (
        route.kind.to_string(),
        destination.unwrap_or(&route.destination).to_owned(),
        route.gateway.clone().unwrap_or_default(),
        route.interface.clone().unwrap_or_default(),
        match route.table {
            254 => "main".to_owned(),
            255 => "local".to_owned(),
            other => other.to_string(),
        },
        route.metric.map_or(0, u64::from),
        route.from.clone().unwrap_or_default(),
        route.tos.map(|tos| format!("{tos:#x}")).unwrap_or_default(),
    )
}

fn their_way(route: &Value) -> Way {
    (
        text(&route["type"]),
        text(&route["dst"]),
        text(&route["gateway"]),
        text(&route["dev"]),
        text(&route["table"]),
        route["metric"].as_u64().unwrap_or(0),
        text(&route["from"]),
        text(&route["tos"]),
    )
}

#[track_caller]
fn rules(ours: &NetworkNamespace, said: &Said) {
    for (family, words) in [("inet", "-4 rule"), ("inet6", "-6 rule")] {
        let rules = ours.rules.iter().flatten();
        let mine: Vec<_> = rules
            .filter(|rule| rule.family == family)
            .map(|rule| (u64::from(rule.priority), rule.goto.map(u64::from)))
            .collect();
        let theirs: Vec<_> = said
            .list(words)
            .iter()
            .map(|rule| (rule["priority"].as_u64().unwrap(), rule["goto"].as_u64()))
            .collect();
        assert_eq!(mine, theirs, "{words}");
    }
}

#[track_caller]
fn neighbours(ours: &NetworkNamespace, said: &Said) {
    let mine: BTreeSet<_> = ours
        .neighbours
        .iter()
        .flatten()
        .map(|one| (one.address.clone(), one.mac.clone().unwrap_or_default()))
        .collect();
    let theirs: BTreeSet<_> = said
        .list("neigh show")
        .iter()
        .map(|one| (text(&one["dst"]), text(&one["lladdr"])))
        .collect();
    assert_eq!(mine, theirs);
}
