//! Ports that the NAT rules of a network namespace send elsewhere.
//!
//! `nf_tables` is asked for its tables, the chains of type nat, and the rules in their tables; the rules of iptables are
//! among them where iptables is a front of `nf_tables`, with matches and targets in the form of the older `x_tables`. From
//! the chains that see what arrives (hook prerouting) the jumps are followed and their conditions collected, since a
//! rule alone does not tell what reaches it. The tables of the older `ip_tables` itself are followed in the same way.
//!
//! What cannot be read fully is counted and never guessed: a port out of a set, an address out of a map.

mod attribute;
mod condition;
mod entry;
mod header;
mod ip_tables;
mod message;
mod register;
mod rule;
mod target;
#[cfg(test)]
mod tests;
mod walk;
mod xtables;

use std::collections::HashMap;

use netlink_sys::protocols::NETLINK_NETFILTER;

use self::message::{ALL, Chain, Table, about};
use self::rule::{Rule, rule};
use self::walk::{Chains, forwards};
use super::kernel_module::{self, Presence};
use super::wire::{Buffer, Line};
use crate::collect::observation::{Miss, NetnsRecord, Reading};
use crate::model::PortForward;

/// What the NAT rules of a namespace do with what arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PortForwards {
    /// Rules that send a destination elsewhere, in the order in which they are asked within each table.
    list: Vec<PortForward>,
    /// Rules that do so in a way that could not be read.
    unread: u32,
    /// Whether the rules changed each time they were read.
    unsteady: bool,
    /// Rules that could not be read at all, by the name that people have for them.
    missing: Vec<(&'static str, Miss)>,
}

/// Where the part of the kernel is that knows the rules.
pub(super) fn presence() -> Presence {
    kernel_module::presence("nf_tables")
}

/// Reads the NAT rules of the network namespace that the calling thread is in into its record.
pub(super) fn read(presence: Presence, buffer: &mut Buffer, record: &mut NetnsRecord) {
    record.port_forwards = port_forwards(presence, buffer).map(|found| {
        record.unread_forwards = found.unread;
        record.unsteady |= found.unsteady;
        record.missing.extend(found.missing);
        found.list
    });
}

fn port_forwards(presence: Presence, buffer: &mut Buffer) -> Reading<PortForwards> {
    let found = match presence {
        Presence::Here | Presence::Fixed => nf_tables(buffer, presence),
        Presence::NotLoaded => Ok(PortForwards::default()),
        // It cannot be known without making the kernel load it.
        Presence::Unknown => Err(Miss::Absent),
    };
    both(found, ip_tables())
}

/// What is known of both; where the older rules tell nothing, the newer ones are the whole list.
fn both(newer: Reading<PortForwards>, mut older: PortForwards) -> Reading<PortForwards> {
    match newer {
        Ok(mut found) => {
            found.unread = found.unread.saturating_add(older.unread);
            found.list.append(&mut older.list);
            found.missing.append(&mut older.missing);
            Ok(found)
        }
        Err(miss) if older.list.is_empty() => Err(miss),
        Err(miss) => {
            older.missing.push(("NAT rules of nftables", miss));
            Ok(older)
        }
    }
}

/// What the rules of the older `ip_tables`, of both families, do.
fn ip_tables() -> PortForwards {
    let mut found = PortForwards::default();
    for filter in ip_tables::BOTH {
        match filter.nat() {
            Ok(Some(nat)) => found.follow(&[&nat.entrance], &nat.chains),
            Ok(None) => {}
            Err(miss) => found.missing.push((filter.rules, miss)),
        }
    }
    found
}

fn nf_tables(buffer: &mut Buffer, presence: Presence) -> Reading<PortForwards> {
    match ask(buffer) {
        Err(Miss::Absent) => Ok(PortForwards::default()),
        // A kernel that loads nothing and was made without it takes the question for a wrong one.
        Err(Miss::Failed) if presence == Presence::Fixed => Ok(PortForwards::default()),
        found => found,
    }
}

fn ask(buffer: &mut Buffer) -> Reading<PortForwards> {
    let mut line = Line::open(NETLINK_NETFILTER, buffer)?;
    let tables = line.dump(message::TABLES, &ALL, message::table)?;
    let mut found = PortForwards::default();
    if tables.is_empty() {
        return Ok(found);
    }
    let chains = line.dump(message::CHAINS, &ALL, message::chain)?;
    for table in active(&tables, &chains) {
        let decode = |message: &[u8]| rule(table, message);
        let rules = line.dump(message::RULES, &about(table), decode)?;
        found.add(table, &chains, rules);
    }
    found.unsteady = line.unsteady;
    Ok(found)
}

impl PortForwards {
    /// Adds what the rules of a table do.
    fn add(&mut self, table: &Table, chains: &[Chain], rules: Vec<Rule>) {
        let chains: Vec<_> = chains.iter().filter(|chain| chain.is_in(table)).collect();
        self.follow(&entrances(&chains), &by_chain(rules, &chains));
    }

    /// Adds what is done with that which comes to the chains `entrances`.
    fn follow(&mut self, entrances: &[&str], chains: &Chains) {
        let (list, unread) = forwards(entrances, chains);
        self.list.extend(list);
        self.unread = self.unread.saturating_add(unread);
    }
}

/// Tables that are in force and see what arrives.
fn active<'a>(tables: &'a [Table], chains: &[Chain]) -> impl Iterator<Item = &'a Table> {
    tables.iter().filter(|table| {
        let mut own = chains.iter().filter(|chain| chain.is_in(table));
        !table.is_dormant && own.any(|chain| chain.entrance.is_some())
    })
}

/// Names of the chains that see what arrives, in the order in which they do.
fn entrances<'a>(chains: &[&'a Chain]) -> Vec<&'a str> {
    let mut entrances: Vec<_> = chains
        .iter()
        .filter_map(|chain| Some((chain.entrance?, chain.name.as_str())))
        .collect();
    entrances.sort_by_key(|(priority, _)| *priority);
    entrances.into_iter().map(|(_, name)| name).collect()
}

/// The rules of those chains to which what arrives can come.
fn by_chain(rules: Vec<Rule>, chains: &[&Chain]) -> Chains {
    let mut sorted = Chains::new();
    for rule in rules {
        sorted.entry(rule.chain.clone()).or_default().push(rule);
    }
    let known: HashMap<&str, &Chain> = chains.iter().map(|c| (c.name.as_str(), *c)).collect();
    sorted.retain(|name, rules| {
        let chain = known.get(name.as_str());
        chain.is_some_and(|chain| chain.is_reachable(rules.len()))
    });
    sorted
}
