//! How much has gone through an interface.

use crate::demo::scene::hash;
use crate::demo::turn::LENGTH;
use crate::model::Counters;

/// What goes through in a turn, in sixths of the average: busy and quiet turns take turns.
const BURSTS: [u64; 8] = [3, 6, 2, 9, 12, 4, 7, 5];
/// The average of those.
const AVERAGE: u64 = 6;

/// Bytes a second on the average.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    received: u64,
    sent: u64,
    /// Bytes of a packet.
    packet: u64,
    /// How many turns ahead in the row of bursts.
    ahead: u64,
    /// Packets in ten thousand that are dropped when they arrive.
    dropped: u64,
}

impl Traffic {
    /// What belongs to a name: from a hundred bytes to some hundred kilobytes a second.
    pub(super) fn of(name: &str) -> Self {
        let bytes = hash(3, name).to_be_bytes();
        let rate = |at: usize| (128 + u64::from(bytes[at])) << (bytes[at + 1] % 11);
        Self {
            received: rate(0),
            sent: rate(2),
            packet: 200 + u64::from(bytes[4]) * 4,
            ahead: u64::from(bytes[5]) % 8,
            dropped: 0,
        }
    }

    /// With packets that are dropped.
    pub(super) const fn lossy(mut self) -> Self {
        self.dropped = 3;
        self
    }

    /// As the interface at the other end counts it.
    pub(super) const fn other_side(mut self) -> Self {
        (self.received, self.sent) = (self.sent, self.received);
        self
    }

    /// The counters when it has gone on for so many seconds.
    pub(super) fn after(self, seconds: u64) -> Counters {
        let turns = (seconds / LENGTH).saturating_add(self.ahead);
        let (rows, rest) = (turns / 8, turns % 8);
        let row: u64 = BURSTS.iter().sum();
        let begun: u64 = BURSTS.iter().zip(0..rest).map(|(burst, _)| burst).sum();
        let units = rows.saturating_mul(row).saturating_add(begun);
        let bytes = |rate: u64| units.saturating_mul(rate * LENGTH) / AVERAGE;
        let (rx_bytes, tx_bytes) = (bytes(self.received), bytes(self.sent));
        let packet = self.packet.max(1);
        let rx_packets = rx_bytes / packet;
        Counters {
            rx_bytes,
            tx_bytes,
            rx_packets,
            tx_packets: tx_bytes / packet,
            rx_dropped: rx_packets / 10_000 * self.dropped,
            ..Counters::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_by_bursts_and_never_shrinks() {
        let traffic = Traffic::of("shop-web-1").lossy();
        let mut rates = std::collections::BTreeSet::new();
        for turn in 0..100 {
            let (now, then) = (
                traffic.after(turn * LENGTH),
                traffic.after((turn + 1) * LENGTH),
            );
            rates.insert(then.rx_bytes - now.rx_bytes);
            assert!(then.tx_bytes > now.tx_bytes && then.rx_packets >= now.rx_packets);
            let other = traffic.other_side().after(turn * LENGTH);
            assert_eq!(other.rx_bytes, now.tx_bytes);
        }
        assert!(rates.len() > 4, "{rates:?}");
        assert!(traffic.after(u64::MAX).rx_bytes > traffic.after(1 << 40).rx_bytes);
        assert_eq!(Traffic::default().after(1000), Counters::default());
    }
}
