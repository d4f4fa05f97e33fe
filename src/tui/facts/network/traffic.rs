//! What went through an interface, in words and bars.

use super::Sight;
use crate::model::{Counters, Inode, Interface};
use crate::report::words::{bytes, packets};
use crate::tui::rates::{Rate, bars};

/// Both directions per second, with the last looks as bars.
pub(super) fn rates(sight: &Sight<'_>, namespace: Inode, interface: &Interface) -> String {
    let Some(counters) = interface.counters else {
        return "traffic: ? (its counters are not known)".to_owned();
    };
    let Some(rate) = sight.data.rates.of(namespace, interface.index) else {
        let (rx, tx) = (bytes(counters.rx_bytes), bytes(counters.tx_bytes));
        return format!("rx {rx}, tx {tx} in all; per second after two looks");
    };
    let history: Vec<Rate> = sight
        .data
        .rates
        .history(namespace, interface.index)
        .collect();
    let bars = |of: fn(&Rate) -> u64| bars(history.iter().map(of), sight.look);
    format!(
        "rx {}/s {} packets/s {}  tx {}/s {} packets/s {}",
        bytes(rate.rx_bytes),
        packets(rate.rx_packets),
        bars(|rate| rate.rx_bytes),
        bytes(rate.tx_bytes),
        packets(rate.tx_packets),
        bars(|rate| rate.tx_bytes),
    )
}

/// Everything that was counted since the interface was made.
pub(super) fn totals(counters: Counters) -> [String; 2] {
    let words = |what: &str, count: u64, size: u64, errors: u64, dropped: u64| {
        format!(
            "{what} {} in {count} packets, {errors} errors, {dropped} dropped",
            bytes(size)
        )
    };
    let Counters {
        rx_bytes,
        tx_bytes,
        rx_packets,
        tx_packets,
        rx_errors,
        tx_errors,
        rx_dropped,
        tx_dropped,
    } = counters;
    [
        words("rx", rx_packets, rx_bytes, rx_errors, rx_dropped),
        words("tx", tx_packets, tx_bytes, tx_errors, tx_dropped),
    ]
}
