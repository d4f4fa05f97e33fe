//! How often to look: at the interval that was asked for, or less often where looking is dear.
//!
//! An interface that is only left open is to cost next to nothing: [`SHARE`] of one core. Where the data would be older
//! than [`FRESH`] for that, up to [`MOST`] is taken, and beyond that the data gets older.

use std::time::Duration;

/// The share of one core that scans take at rest, in thousandths.
const SHARE: u32 = 15;
/// The share that they take to keep the data [`FRESH`], in thousandths.
const MOST: u32 = 60;
/// Data that is younger than this is as good as new.
const FRESH: Duration = Duration::from_secs(4);

/// The pause before the next scan, where the last one took `cost` of a core's time and `asked` is the least pause.
pub(super) fn pace(asked: Duration, cost: Duration) -> Duration {
    let calm = at(cost, SHARE);
    let brisk = at(cost, MOST).max(FRESH);
    asked.max(calm.min(brisk))
}

/// The time in which `cost` is so many thousandths.
fn at(cost: Duration, thousandths: u32) -> Duration {
    cost.saturating_mul(1000) / thousandths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_stretched_by_its_cost() {
        for (asked, cost, pause) in [
            // Cheap: as asked.
            (2000, 0, 2000),
            (2000, 30, 2000),
            (10, 0, 10),
            // 1.5 % of a core, until that would be more than four seconds.
            (2000, 45, 3000),
            (2000, 60, 4000),
            (10, 3, 200),
            // Four seconds, until that would be more than 6 % of a core.
            (2000, 120, 4000),
            (2000, 240, 4000),
            (2000, 480, 8000),
            (2000, 6000, 100_000),
            // Never more often than asked.
            (3_600_000, 480, 3_600_000),
        ] {
            let millis = Duration::from_millis;
            assert_eq!(
                pace(millis(asked), millis(cost)),
                millis(pause),
                "asked {asked} ms, cost {cost} ms"
            );
        }
    }

    #[test]
    fn no_cost_is_too_much() {
        assert!(pace(Duration::ZERO, Duration::MAX) > Duration::from_secs(3600));
    }
}
