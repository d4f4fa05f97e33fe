//! Port forwarding by NAT rules, with `nft -j` and `iptables -S` as a second opinion.

use std::collections::BTreeSet;
use std::process::Command;

use nslens::model::{Gap, Kind, PortForward, Reason};
use serde_json::Value;

use super::{Networks as _, look, look_deep};
use crate::support::find::Find as _;
use crate::support::netns::Netns;
use crate::support::unshared::Unshared;
use crate::support::{require, require_root};

/// Runs a program behind another, and gives back what it printed; `None` if it failed.
fn run(before: &[&str], words: &[&str]) -> Option<String> {
    let mut inside = Command::new(before[0]);
    inside.args(&before[1..]).args(words);
    let output = inside.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

impl Netns {
    fn run(&self, words: &[&str]) -> Option<String> {
        run(&["ip", "netns", "exec", &self.name], words)
    }

    #[track_caller]
    fn iptables(&self, words: &str) {
        let mut line = vec!["iptables-nft", "-w", "-t", "nat"];
        line.extend(words.split(' '));
        assert!(self.run(&line).is_some(), "iptables {words}");
    }

    /// What we see of it.
    fn forwards(&self) -> Vec<PortForward> {
        let seen = look_deep();
        let forwards = &seen.network(self.inode()).port_forwards;
        forwards.clone().unwrap()
    }
}

/// Protocol, address, port, new address, new port; a hyphen for none.
type Line = [String; 5];

fn word(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn lines(forwards: &[PortForward], source: &str) -> BTreeSet<Line> {
    let line = |forward: &PortForward| {
        assert_eq!(forward.source, source);
        [
            word(forward.protocol.as_ref()),
            word(forward.address.as_ref()),
            word(forward.port),
            word(forward.to_address.as_ref()),
            word(forward.to_port),
        ]
    };
    forwards.iter().map(line).collect()
}

/// What nft says of its rules.
fn nft_lines(netns: &Netns) -> BTreeSet<Line> {
    let text = netns.run(&["nft", "-j", "list", "ruleset"]).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let rules = all["nftables"].as_array().unwrap().iter();
    rules
        .filter_map(|item| item["rule"]["expr"].as_array())
        .map(|expressions| nft_line(expressions))
        .collect()
}

fn nft_line(expressions: &[Value]) -> Line {
    let mut line = ["-"; 5].map(str::to_owned);
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for expression in expressions {
        let payload = &expression["match"]["left"]["payload"];
        let right = &expression["match"]["right"];
        match payload["field"].as_str() {
            Some("dport") => {
                line[0] = plain(&payload["protocol"]);
                line[2] = plain(right);
            }
            Some("daddr") => line[1] = plain(right),
            _ => {}
        }
        for kind in ["dnat", "redirect"] {
            for (key, at) in [("addr", 3), ("port", 4)] {
                if let Some(value) = expression[kind].get(key) {
                    line[at] = plain(value);
                }
            }
        }
    }
    line
}

/// What iptables says of those rules that have a destination.
fn iptables_lines(netns: &Netns) -> BTreeSet<Line> {
    let text = netns.run(&["iptables-nft", "-t", "nat", "-S"]).unwrap();
    let rules = text
        .lines()
        .filter(|line| line.contains("-j DNAT") || line.contains("-j REDIRECT"));
    rules.map(iptables_line).collect()
}

fn iptables_line(rule: &str) -> Line {
    let words: Vec<_> = rule.split(' ').collect();
    let behind = |option: &str| {
        let at = words.iter().position(|word| *word == option)?;
        words.get(at + 1).map(|word| (*word).to_owned())
    };
    let to = behind("--to-destination").unwrap_or_default();
    let (address, port) = to.split_once(':').unwrap_or((&to, ""));
    let filled = |text: &str| word((!text.is_empty()).then_some(text));
    let destination = behind("-d").unwrap_or_default();
    [
        word(behind("-p")),
        filled(destination.trim_end_matches("/32")),
        word(behind("--dport")),
        filled(address),
        behind("--to-ports").unwrap_or_else(|| filled(port)),
    ]
}

#[test]
fn rules_of_nft_are_as_it_says() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let made = netns.run(&[
        "nft",
        "add table inet x; add chain inet x pre { type nat hook prerouting priority -100; }; \
         add rule inet x pre tcp dport 8080 dnat ip to 10.0.0.2:80; \
         add rule inet x pre ip daddr 203.0.113.5 udp dport 53 dnat ip to 10.0.0.3; \
         add rule inet x pre ip6 daddr 2001:db8::1 tcp dport 443 dnat ip6 to [2001:db8::2]:8443; \
         add rule inet x pre tcp dport 22 redirect to :2222; \
         add table ip y; add chain ip y pre { type nat hook prerouting priority -90; }; \
         add rule ip y pre ip daddr 203.0.113.0/24 tcp dport 81 counter dnat to 10.0.0.4",
    ]);
    assert!(made.is_some());
    let forwards = netns.forwards();
    let mut theirs = nft_lines(&netns);
    // nft tells a prefix in two words.
    let prefix = theirs
        .iter()
        .find(|line| line[1].starts_with('{'))
        .cloned()
        .unwrap();
    theirs.remove(&prefix);
    let [protocol, _, port, to, to_port] = prefix;
    theirs.insert([protocol, "203.0.113.0/24".to_owned(), port, to, to_port]);
    assert_eq!(lines(&forwards, "nftables"), theirs);
    assert_eq!(forwards.len(), 5);
    assert!(forwards.iter().all(|forward| !forward.has_more));
}

#[test]
fn rules_of_iptables_are_as_it_says() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    for rule in [
        "-N DOCKER",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
        "-A DOCKER -i br0 -j RETURN",
        "-A DOCKER ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80",
        "-A DOCKER -d 127.0.0.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination 172.18.0.3:5353",
        "-A DOCKER -p sctp -m sctp --dport 77 -j DNAT --to-destination 172.18.0.4",
        "-A PREROUTING -p tcp -m tcp --dport 22 -j REDIRECT --to-ports 2222",
    ] {
        netns.iptables(rule);
    }
    let forwards = netns.forwards();
    assert_eq!(lines(&forwards, "iptables"), iptables_lines(&netns));
    let more: Vec<_> = forwards.iter().map(|forward| forward.has_more).collect();
    assert_eq!(more, [true, true, true, false]);
}

#[test]
fn what_does_not_arrive_is_not_told() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    assert_eq!(netns.forwards(), []);
    netns.iptables("-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 8080");
    netns.iptables("-A POSTROUTING -j MASQUERADE");
    netns.iptables("-N NOBODY");
    netns.iptables("-A NOBODY -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1");
    assert_eq!(netns.forwards(), []);
}

/// A process in a network namespace without a name, which tests of made-up hosts do not come across, and how to run
/// something in there.
fn nameless() -> (Unshared, impl Fn(&[&str]) -> Option<String>) {
    let process = Unshared::new(&["--net"]);
    let pid = process.pid.to_string();
    (process, move |words: &[&str]| {
        run(&["nsenter", "-n", "-t", &pid], words)
    })
}

#[test]
fn rules_that_cannot_be_told_are_counted() {
    if !require_root() {
        return;
    }
    let (process, run) = nameless();
    let made = run(&[
        "nft",
        "add table ip x; add chain ip x pre { type nat hook prerouting priority -100; }; \
         add rule ip x pre tcp dport { 80, 81 } dnat to 10.0.0.2; \
         add rule ip x pre dnat to tcp dport map { 90 : 10.0.0.3 }",
    ]);
    assert!(made.is_some());
    let seen = look();
    let network = seen.network(process.inode(Kind::Net));
    assert_eq!(network.port_forwards, Some(Vec::new()));
    let gaps = seen.gaps(Reason::Unsupported);
    let mut gaps = gaps.iter();
    let gap = gaps.find(|gap| gap.what.starts_with("NAT rules whose ports"));
    assert!(gap.is_some_and(|gap| gap.count >= 2), "{:?}", seen.gaps);
}

#[test]
fn the_older_rules_are_said_to_be_there() {
    if !require_root() {
        return;
    }
    let (process, run) = nameless();
    let made = run(&["iptables-legacy", "-w", "-t", "nat", "-S"]);
    if !require(made.is_some(), "a kernel with ip_tables and its table nat") {
        return;
    }
    let seen = look();
    let inode = process.inode(Kind::Net).to_string();
    // Where there are many, they are counted.
    let is_ours = |gap: &&Gap| {
        gap.what.starts_with("NAT rules of ip_tables")
            && (gap.what.contains(&inode) || gap.what.ends_with("of network namespaces"))
    };
    assert!(seen.gaps.iter().any(|gap| is_ours(&gap)), "{:?}", seen.gaps);
}
