//! The collector of the terminal interface: looks again and again, and asks engines only when there is a reason to.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::assemble::assemble;
use crate::collect::Collector;
use crate::collect::observation::{EngineRecord, Observation};
use crate::model::{EngineStatus, Snapshot};
use crate::tui::Feed;

/// Engines are asked again after this long even if no container came or went.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// Where containers come and go all the time, engines get this much rest.
const REST: Duration = Duration::from_secs(2);

/// Publishes a snapshot after each scan, and a second one where engines have been asked anew, so that what a scan found
/// is shown before an engine answers. The next scan waits for the answer, no longer than the engine's deadline.
pub fn follow(mut collector: Collector, feed: &mut Feed) {
    let mut names = Names::default();
    while feed.wait() {
        let mut seen = match collector.observe() {
            Ok(seen) => seen,
            Err(error) => {
                feed.publish(Err(error.to_string()));
                continue;
            }
        };
        seen.engines = names.old();
        let snapshot = assemble(&seen);
        let containers = ids(&snapshot);
        feed.publish(Ok(Arc::new(snapshot)));
        if feed.is_wished() || names.is_due(&containers) {
            collector.ask_engines(&mut seen);
            names.learn(&mut seen, containers);
            feed.publish(Ok(Arc::new(assemble(&seen))));
        }
    }
}

fn ids(snapshot: &Snapshot) -> BTreeSet<String> {
    snapshot
        .containers
        .iter()
        .flatten()
        .map(|container| container.id.clone())
        .collect()
}

/// What engines said last.
#[derive(Default)]
struct Names {
    records: Vec<EngineRecord>,
    containers: BTreeSet<String>,
    asked: Option<Instant>,
    good: Option<(Instant, Vec<EngineRecord>)>,
}

impl Names {
    fn is_due(&self, containers: &BTreeSet<String>) -> bool {
        let Some(age) = self.asked.map(|asked| asked.elapsed()) else {
            return true;
        };
        age >= ASK_AGAIN || (age >= REST && self.containers != *containers)
    }

    /// The last answers, for a pass in which nobody was asked.
    fn old(&self) -> Vec<EngineRecord> {
        let mut records = self.records.clone();
        for record in &mut records {
            record.current = false;
        }
        records
    }

    /// Keeps the answers in `seen`; where an engine has failed, its last good names with their age.
    fn learn(&mut self, seen: &mut Observation, containers: BTreeSet<String>) {
        for record in &mut seen.engines {
            if let Some((when, last)) = self.last_good(record) {
                let age = humantime::format_duration(Duration::from_secs(when.elapsed().as_secs()));
                let why = record.engine.detail.take().unwrap_or_default();
                record.engine.detail = Some(format!("{why}; names are {age} old"));
                record.containers.clone_from(&last.containers);
                record.current = false;
            }
        }
        self.records.clone_from(&seen.engines);
        self.containers = containers;
        self.asked = Some(Instant::now());
        if self
            .records
            .iter()
            .any(|record| record.engine.status == EngineStatus::Ok)
        {
            self.good = Some((Instant::now(), self.records.clone()));
        }
    }

    /// The last good answer of the engine that now gave none.
    fn last_good(&self, record: &EngineRecord) -> Option<(Instant, &EngineRecord)> {
        let (when, records) = self.good.as_ref()?;
        let has_failed = record.engine.status != EngineStatus::Ok && record.containers.is_empty();
        let last = records
            .iter()
            .find(|last| last.engine.endpoint == record.engine.endpoint)?;
        has_failed.then_some((*when, last))
    }
}
