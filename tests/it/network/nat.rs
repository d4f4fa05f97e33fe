//! Port forwarding by NAT rules, with `nft -j` and `iptables -S` as a second opinion.

use std::collections::BTreeSet;
use std::process::Command;

use nslens::model::{Gap, Kind, PortForward, Reason, Snapshot};
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
        self.filter("iptables-nft", words);
    }

    /// Runs a program of iptables on its table nat.
    #[track_caller]
    fn filter(&self, program: &str, words: &str) {
        let mut line = vec![program, "-w", "-t", "nat"];
        line.extend(words.split(' '));
        assert!(self.run(&line).is_some(), "{program} {words}");
    }

    /// Whether the older iptables has a table nat here; makes it one.
    fn has_legacy(&self) -> bool {
        let made = ["iptables-legacy", "ip6tables-legacy"]
            .map(|program| self.run(&[program, "-w", "-t", "nat", "-S"]).is_some());
        require(
            made == [true; 2],
            "a kernel with ip_tables and ip6_tables, and their tables nat",
        )
    }

    /// The tables of the older iptables that it has.
    fn legacy_tables(&self) -> [Option<String>; 2] {
        ["ip", "ip6"].map(|family| self.run(&["cat", &format!("/proc/net/{family}_tables_names")]))
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

/// What a program of iptables says of those rules that have a destination.
fn iptables_lines(netns: &Netns, program: &str) -> BTreeSet<Line> {
    let text = netns.run(&[program, "-w", "-t", "nat", "-S"]).unwrap();
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
    let (address, port) = match to.strip_prefix('[').and_then(|to| to.split_once(']')) {
        Some((address, port)) => (address, port.trim_start_matches(':')),
        None if to.matches(':').count() > 1 => (to.as_str(), ""),
        None => to.split_once(':').unwrap_or((&to, "")),
    };
    let filled = |text: &str| word((!text.is_empty()).then_some(text));
    let destination = behind("-d").unwrap_or_default();
    [
        word(behind("-p")),
        filled(destination.trim_end_matches("/32").trim_end_matches("/128")),
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
    assert_eq!(
        lines(&forwards, "iptables"),
        iptables_lines(&netns, "iptables-nft")
    );
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

/// Gaps in what is known of the older rules of any namespace.
fn legacy_gaps(seen: &Snapshot) -> Vec<&Gap> {
    let is_legacy = |gap: &&Gap| gap.what.contains("_tables (legacy)");
    seen.gaps.iter().filter(is_legacy).collect()
}

#[test]
fn rules_of_the_older_iptables_are_as_it_says() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    if !netns.has_legacy() {
        return;
    }
    for rule in [
        "-N DOCKER",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
        "-A DOCKER -i br0 -j RETURN",
        "-A DOCKER ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80",
        "-A DOCKER -d 127.0.0.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination 172.18.0.3:5353",
        "-A PREROUTING -d 203.0.113.0/24 -p sctp -m sctp --dport 77 -m comment --comment x -j DNAT --to-destination 172.18.0.4",
        "-A PREROUTING -p tcp -m tcp --dport 22 -j REDIRECT --to-ports 2222",
        "-A POSTROUTING -s 172.18.0.0/16 ! -o br0 -j MASQUERADE",
    ] {
        netns.filter("iptables-legacy", rule);
    }
    for rule in [
        "-A PREROUTING -d 2001:db8::1/128 -p tcp -m tcp --dport 443 -j DNAT --to-destination [2001:db8::2]:8443",
        "-A PREROUTING -d 2001:db8:1::/48 -p udp -m udp --dport 53 -j DNAT --to-destination 2001:db8::3",
        "-A PREROUTING -i lo -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080",
        "-A POSTROUTING -o br0 -j SNAT --to-source 2001:db8::9",
    ] {
        netns.filter("ip6tables-legacy", rule);
    }
    let forwards = netns.forwards();
    let mut theirs = iptables_lines(&netns, "iptables-legacy");
    theirs.extend(iptables_lines(&netns, "ip6tables-legacy"));
    assert_eq!(lines(&forwards, "iptables"), theirs);
    let more: Vec<_> = forwards.iter().map(|forward| forward.has_more).collect();
    assert_eq!(more, [true, true, false, false, false, false, true]);
}

#[test]
fn rules_that_the_older_iptables_tells_by_sets_are_counted() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    if !netns.has_legacy() {
        return;
    }
    let counted = || -> u32 {
        let seen = look_deep();
        let network = seen.network(netns.inode());
        assert_eq!(network.port_forwards, Some(Vec::new()));
        let is_ours = |gap: &&Gap| gap.what.starts_with("NAT rules whose ports");
        let gaps = seen.gaps.iter().filter(is_ours);
        gaps.map(|gap| gap.count).sum()
    };
    for rule in [
        "-A PREROUTING -p tcp -m multiport --dports 80,443 -j DNAT --to-destination 10.0.0.1",
        "-A PREROUTING ! -p tcp -j DNAT --to-destination 10.0.0.1",
        "-A PREROUTING ! -d 10.0.0.0/8 -p tcp -j REDIRECT --to-ports 80",
    ] {
        netns.filter("iptables-legacy", rule);
    }
    assert!(counted() >= 3);
}

#[test]
fn an_empty_table_of_the_older_iptables_is_no_gap() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    if !netns.has_legacy() {
        return;
    }
    let seen = look_deep();
    assert_eq!(seen.network(netns.inode()).port_forwards, Some(Vec::new()));
    assert!(legacy_gaps(&seen).is_empty(), "{:?}", seen.gaps);
}

#[test]
fn nobody_is_given_a_table_by_being_looked_at() {
    if !require_root() {
        return;
    }
    // The kernel then knows the tables, and could give them to anyone who asks.
    let other = Netns::new();
    if !other.has_legacy() {
        return;
    }
    let netns = Netns::new();
    let nothing = [Some(String::new()), Some(String::new())];
    assert_eq!(netns.legacy_tables(), nothing);
    assert_eq!(netns.forwards(), []);
    assert_eq!(netns.legacy_tables(), nothing);
    assert!(netns.has_legacy());
    assert_ne!(netns.legacy_tables(), nothing, "nobody could have been");
}
