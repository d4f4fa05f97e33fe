//! The collector of the terminal interface: looks again and again, and asks engines only when there is a reason to.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::assemble::assemble;
use crate::collect::Collector;
use crate::collect::observation::EngineRecord;
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
            names.learn(&mut seen.engines, containers);
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

    /// Keeps the answers; where an engine has failed, its last good names with their age.
    fn learn(&mut self, answers: &mut [EngineRecord], containers: BTreeSet<String>) {
        for record in answers.iter_mut() {
            if let Some((when, last)) = self.last_good(record) {
                let age = humantime::format_duration(Duration::from_secs(when.elapsed().as_secs()));
                let why = record.engine.detail.take().unwrap_or_default();
                record.engine.detail = Some(format!("{why}; names are {age} old"));
                record.containers.clone_from(&last.containers);
                record.current = false;
            }
        }
        self.records = answers.to_vec();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::observation::EngineContainer;
    use crate::model::Engine;

    fn record(status: EngineStatus) -> EngineRecord {
        let engine = Engine {
            kind: "docker".to_owned(),
            endpoint: "unix:///x".to_owned(),
            status,
            version: None,
            api_version: None,
            detail: Some("refused".to_owned()),
        };
        let named = EngineContainer {
            id: "1".to_owned(),
            ..EngineContainer::default()
        };
        let containers = if status == EngineStatus::Ok {
            vec![named]
        } else {
            Vec::new()
        };
        EngineRecord {
            engine,
            local: true,
            current: true,
            containers,
            gaps: Vec::new(),
        }
    }

    fn ids(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn an_engine_is_asked_at_first_and_then_left_in_peace() {
        let mut names = Names::default();
        assert!(names.is_due(&ids(&[])));
        names.learn(&mut [record(EngineStatus::Ok)], ids(&["1"]));
        assert!(!names.is_due(&ids(&["1"])));
        assert!(!names.is_due(&ids(&["1", "2"])), "it gets some rest first");
        names.asked = Instant::now().checked_sub(REST);
        assert!(!names.is_due(&ids(&["1"])));
        assert!(names.is_due(&ids(&["1", "2"])));
        names.asked = Instant::now().checked_sub(ASK_AGAIN);
        assert!(names.is_due(&ids(&["1"])));
    }

    #[test]
    fn a_failed_engine_keeps_its_names_and_loses_its_pids() {
        let mut names = Names::default();
        names.learn(&mut [record(EngineStatus::Ok)], ids(&["1"]));
        let mut failed = [record(EngineStatus::Error)];
        names.learn(&mut failed, ids(&["1"]));
        assert_eq!(failed[0].containers.len(), 1);
        assert!(!failed[0].current);
        let detail = failed[0].engine.detail.as_deref();
        assert!(
            detail.is_some_and(|detail| detail.contains("refused; names are")),
            "{detail:?}"
        );
        assert!(names.old().iter().all(|record| !record.current));
    }
}
