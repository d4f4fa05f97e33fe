//! The way of a packet through the chains of a table.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::condition::{Conditions, length};
use super::rule::{Action, Rule};
use super::target::{Target, To};
use crate::model::PortForward;

/// Most rules that are looked at, on all ways together; a rule can be reached on several.
const MOST: usize = 100_000;
/// As deep as the kernel lets jumps go.
const DEEPEST: usize = 16;

/// The rules of a table by their chain.
pub(super) type Chains = HashMap<String, Vec<Rule>>;

/// Follows what arrives from the chains `entrances`, and gives the rules that give it another destination, and how many
/// of them could not be read.
pub(super) fn forwards(entrances: &[&str], chains: &Chains) -> (Vec<PortForward>, u32) {
    let mut walk = Walk {
        chains,
        visited: HashSet::new(),
        found: Vec::new(),
        unread: 0,
        steps: 0,
        is_led_by_maps: false,
    };
    for chain in entrances {
        walk.chain(chain, Conditions::default(), 0);
    }
    let unread = walk.unread.saturating_add(walk.hidden());
    let mut seen = BTreeSet::new();
    walk.found.retain(|forward| seen.insert(forward.clone()));
    (walk.found, unread)
}

struct Walk<'a> {
    chains: &'a Chains,
    visited: HashSet<&'a str>,
    found: Vec<PortForward>,
    unread: u32,
    steps: usize,
    /// Whether a map sends packets to chains that it alone knows.
    is_led_by_maps: bool,
}

impl Walk<'_> {
    /// Goes through a chain with what meets the conditions; whether something may not have come out of it.
    fn chain(&mut self, name: &str, mut conditions: Conditions, depth: usize) -> bool {
        let chains = self.chains;
        let Some((name, rules)) = chains.get_key_value(name) else {
            return false;
        };
        self.visited.insert(name);
        let mut keeps = false;
        for rule in rules {
            self.steps += 1;
            if self.steps > MOST || depth > DEEPEST {
                self.unread = self.unread.saturating_add(1);
                return true;
            }
            let all = conditions.and(&rule.conditions);
            if all.contradicts {
                continue;
            }
            let (leaves, stays) = self.act(&rule.action, all, depth);
            if leaves && rule.conditions.is_empty() {
                return keeps || stays;
            }
            keeps |= stays;
            // Only what did not meet the conditions of this rule goes on.
            conditions.has_more |= stays || matches!(rule.action, Action::Return | Action::Goto(_));
        }
        keeps
    }

    /// Does what a rule does; whether the packet then leaves the chain, and whether it may leave the table.
    fn act(&mut self, action: &Action, all: Conditions, depth: usize) -> (bool, bool) {
        match action {
            Action::Nothing => (false, false),
            Action::Forward(target) => {
                match forward(&all, target) {
                    Some(forward) => self.found.push(forward),
                    None => self.unread = self.unread.saturating_add(1),
                }
                (true, false)
            }
            Action::Unread => {
                self.unread = self.unread.saturating_add(1);
                (true, false)
            }
            Action::Jump(chain) => (false, self.chain(chain, all, depth + 1)),
            Action::Goto(chain) => (true, self.chain(chain, all, depth + 1)),
            Action::Choose => {
                self.is_led_by_maps = true;
                (false, true)
            }
            Action::Return => (true, false),
            Action::Stop => (true, true),
        }
    }

    /// How many rules give another destination in chains that only a map can lead to.
    fn hidden(&self) -> u32 {
        if !self.is_led_by_maps {
            return 0;
        }
        let chains = self.chains.iter();
        let hidden = chains.filter(|(name, _)| !self.visited.contains(name.as_str()));
        let rules = hidden.flat_map(|(_, rules)| rules);
        let forwarding =
            rules.filter(|rule| matches!(rule.action, Action::Forward(_) | Action::Unread));
        u32::try_from(forwarding.count()).unwrap_or(u32::MAX)
    }
}

/// The new destination of what meets the conditions; none if it cannot be told what that is, or which becomes what.
fn forward(all: &Conditions, target: &Target) -> Option<PortForward> {
    if !all.are_clear() {
        return None;
    }
    let to_address = match target.address {
        To::Here => None,
        To::Address(address) => Some(address.to_string()),
        To::Same => Some(
            all.address
                .filter(|(ip, bits)| *bits == length(*ip))?
                .0
                .to_string(),
        ),
    };
    let to_port = match target.ports {
        None => None,
        Some((first, last)) if first == last => Some(first),
        Some(range) if all.ports == Some(range) && !target.moves_ports => None,
        Some(_) => return None,
    };
    Some(PortForward {
        protocol: all.protocol.map(protocol),
        address: all.address.map(|(ip, bits)| {
            if bits == length(ip) {
                ip.to_string()
            } else {
                format!("{ip}/{bits}")
            }
        }),
        port: all.ports.map(|(first, _)| first),
        last_port: all
            .ports
            .filter(|(first, last)| first < last)
            .map(|(_, last)| last),
        to_address,
        to_port,
        has_more: all.ask_more(),
        source: target.source.to_owned().into(),
    })
}

/// The name of a transport protocol, or its number.
fn protocol(number: u8) -> String {
    let name = match number {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        33 => "dccp",
        58 => "icmpv6",
        132 => "sctp",
        136 => "udplite",
        _ => return number.to_string(),
    };
    name.to_owned()
}
