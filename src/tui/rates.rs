//! What goes through each interface: counters tell it in all, two looks tell it per second.

use std::collections::{HashMap, VecDeque};
use std::ops::Add;
use std::time::{Duration, SystemTime};

use super::theme::Look;
use crate::model::{Counters, Inode, Snapshot};

/// Rates that are kept of an interface.
const KEPT: usize = 16;

/// Traffic per second, between the last two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rate {
    /// Bytes received.
    pub(super) rx_bytes: u64,
    /// Bytes sent.
    pub(super) tx_bytes: u64,
    /// Packets received.
    pub(super) rx_packets: u64,
    /// Packets sent.
    pub(super) tx_packets: u64,
}

impl Rate {
    /// What was counted between `before` and `after`; `None` where a counter went back, as when it began anew.
    fn between(before: Counters, after: Counters, time: Duration) -> Option<Self> {
        let per_second = |before: u64, after: u64| {
            let count = u128::from(after.checked_sub(before)?);
            let rate = (count * 1_000_000).checked_div(time.as_micros())?;
            u64::try_from(rate).ok()
        };
        Some(Self {
            rx_bytes: per_second(before.rx_bytes, after.rx_bytes)?,
            tx_bytes: per_second(before.tx_bytes, after.tx_bytes)?,
            rx_packets: per_second(before.rx_packets, after.rx_packets)?,
            tx_packets: per_second(before.tx_packets, after.tx_packets)?,
        })
    }
}

impl Add for Rate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            rx_bytes: self.rx_bytes.saturating_add(other.rx_bytes),
            tx_bytes: self.tx_bytes.saturating_add(other.tx_bytes),
            rx_packets: self.rx_packets.saturating_add(other.rx_packets),
            tx_packets: self.tx_packets.saturating_add(other.tx_packets),
        }
    }
}

/// What is known of one interface.
#[derive(Debug)]
struct Track {
    /// An index may be given to another interface.
    name: String,
    taken: SystemTime,
    counters: Counters,
    /// The last rates, the latest last.
    rates: VecDeque<Rate>,
    /// Whether the latest is that of the last look.
    is_current: bool,
}

/// The rates of all interfaces.
#[derive(Debug, Default)]
pub(super) struct Rates {
    tracks: HashMap<(Inode, u32), Track>,
    last: Option<SystemTime>,
}

impl Rates {
    /// Learns from a look. One without the network ends the row of rates, since the next is over a longer time.
    pub(super) fn learn(&mut self, snapshot: &Snapshot, taken: Option<SystemTime>) {
        let Some(network) = &snapshot.network else {
            self.tracks.values_mut().for_each(Track::interrupt);
            return;
        };
        // Names that arrive late are the same look once more.
        let Some(taken) = taken.filter(|taken| self.last != Some(*taken)) else {
            return;
        };
        let mut before = std::mem::take(&mut self.tracks);
        for namespace in network {
            for interface in namespace.interfaces.iter().flatten() {
                let Some(counters) = interface.counters else {
                    continue;
                };
                let key = (namespace.namespace, interface.index);
                let track = before
                    .remove(&key)
                    .filter(|track| track.name == interface.name);
                let track = match track {
                    Some(track) => track.next(counters, taken),
                    None => Track::new(interface.name.clone(), counters, taken),
                };
                self.tracks.insert(key, track);
            }
        }
        self.last = Some(taken);
    }

    /// The rate of an interface at the last look; `None` where it was not seen twice.
    pub(super) fn of(&self, namespace: Inode, index: u32) -> Option<Rate> {
        let track = self.tracks.get(&(namespace, index))?;
        let latest = track.rates.back().copied();
        latest.filter(|_| track.is_current)
    }

    /// Its last rates, the latest last.
    pub(super) fn history(&self, namespace: Inode, index: u32) -> impl Iterator<Item = Rate> + '_ {
        let track = self.tracks.get(&(namespace, index));
        track
            .into_iter()
            .flat_map(|track| track.rates.iter().copied())
    }
}

impl Track {
    const fn new(name: String, counters: Counters, taken: SystemTime) -> Self {
        Self {
            name,
            taken,
            counters,
            rates: VecDeque::new(),
            is_current: false,
        }
    }

    fn next(mut self, counters: Counters, taken: SystemTime) -> Self {
        let time = taken.duration_since(self.taken).ok();
        let rate = time.and_then(|time| Rate::between(self.counters, counters, time));
        self.is_current = rate.is_some();
        match rate {
            Some(rate) => self.rates.push_back(rate),
            None => self.rates.clear(),
        }
        if self.rates.len() > KEPT {
            self.rates.pop_front();
        }
        (self.counters, self.taken) = (counters, taken);
        self
    }

    fn interrupt(&mut self) {
        self.rates.clear();
        self.is_current = false;
    }
}

/// Values as bars beside each other, as high as they are in relation to the largest.
pub(super) fn bars(values: impl Iterator<Item = u64> + Clone, look: &Look) -> String {
    let steps = look.bars();
    let most = u128::from(values.clone().max().unwrap_or(0));
    let highest = steps.len() - 1;
    let bar = |value: u64| {
        // What is not nothing is seen as such.
        let above = (u128::from(value) * highest as u128).div_ceil(most.max(1));
        let step = usize::try_from(above).unwrap_or(highest);
        steps.get(step).copied().unwrap_or(' ')
    };
    values.map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::config::ThemeName;
    use crate::tui::tests::wires::{self, HOST};

    /// The example with these counters at its host's first interface, so many milliseconds later.
    fn look(rx_bytes: u64, rx_packets: u64, ms: u64) -> (Snapshot, Option<SystemTime>) {
        let mut snapshot = wires::snapshot();
        let mut spaces = snapshot.network.iter_mut().flatten();
        let host = spaces.find(|space| space.namespace == HOST).unwrap();
        host.interfaces.as_mut().unwrap()[0].counters = Some(Counters {
            rx_bytes,
            rx_packets,
            ..Counters::default()
        });
        let taken = SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
        (snapshot, Some(taken))
    }

    fn learn(rates: &mut Rates, rx_bytes: u64, rx_packets: u64, ms: u64) -> Option<u64> {
        let (snapshot, taken) = look(rx_bytes, rx_packets, ms);
        rates.learn(&snapshot, taken);
        rates.of(HOST, 1).map(|rate| rate.rx_bytes)
    }

    #[test]
    fn a_rate_needs_two_looks_and_the_time_between_them() {
        let mut rates = Rates::default();
        assert_eq!(learn(&mut rates, 1000, 10, 0), None);
        assert_eq!(learn(&mut rates, 2000, 20, 500), Some(2000));
        assert_eq!(rates.of(HOST, 1).map(|rate| rate.rx_packets), Some(20));
        // The same look once more changes nothing.
        assert_eq!(learn(&mut rates, 2000, 20, 500), Some(2000));
        assert_eq!(learn(&mut rates, 2000, 20, 1500), Some(0));
        let history: Vec<_> = rates.history(HOST, 1).map(|rate| rate.rx_bytes).collect();
        assert_eq!(history, [2000, 0]);
    }

    #[test]
    fn a_counter_or_a_clock_that_goes_back_gives_no_rate() {
        let mut rates = Rates::default();
        learn(&mut rates, 1000, 10, 1000);
        assert_eq!(learn(&mut rates, 999, 20, 2000), None);
        assert_eq!(rates.history(HOST, 1).count(), 0);
        assert_eq!(learn(&mut rates, 1999, 20, 3000), Some(1000));
        assert_eq!(learn(&mut rates, 2999, 20, 2500), None);
    }

    #[test]
    fn another_interface_with_the_same_index_begins_anew() {
        let mut rates = Rates::default();
        learn(&mut rates, 0, 0, 0);
        let (mut snapshot, taken) = look(5000, 5, 1000);
        let mut spaces = snapshot.network.iter_mut().flatten();
        let host = spaces.find(|space| space.namespace == HOST).unwrap();
        host.interfaces.as_mut().unwrap()[0].name = "other".to_owned();
        rates.learn(&snapshot, taken);
        assert_eq!(rates.of(HOST, 1), None);
    }

    #[test]
    fn only_the_last_rates_are_kept_and_a_pause_ends_them() {
        let mut rates = Rates::default();
        for second in 0..40 {
            learn(&mut rates, second * 100, second, second * 1000);
        }
        assert_eq!(rates.history(HOST, 1).count(), KEPT);
        let (mut snapshot, taken) = look(0, 0, 40_000);
        snapshot.network = None;
        rates.learn(&snapshot, taken);
        assert_eq!(
            (rates.of(HOST, 1), rates.history(HOST, 1).count()),
            (None, 0)
        );
        assert_eq!(learn(&mut rates, 13_900, 39, 139_000), Some(100));
    }

    #[test]
    fn bars_are_as_high_as_their_values() {
        let look = |ascii| Look::new(ThemeName::Dark, ascii);
        assert_eq!(bars([0, 1, 50, 100].into_iter(), &look(false)), "▁▂▅█");
        assert!(bars([0, 1, 50, 100].into_iter(), &look(true)).is_ascii());
        assert_eq!(bars([0, 0].into_iter(), &look(false)), "▁▁");
        assert_eq!(bars([u64::MAX].into_iter(), &look(false)), "█");
    }
}
