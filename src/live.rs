//! The collector of the terminal interface: looks again and again, and asks engines only when there is a reason to.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::assemble::assemble;
use crate::collect::Collector;
use crate::collect::observation::EngineRecord;
use crate::demo;
use crate::model::{EngineStatus, Snapshot};
use crate::tui::Feed;

/// Engines are asked again after this long even if no container came or went.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// Where containers come and go all the time, engines get this much rest.
const REST: Duration = Duration::from_secs(2);

/// Publishes a snapshot after each scan, with the network where the screen shows something of it, and a second one where engines have been asked anew, so that what a scan found
/// is shown before an engine answers. The next scan waits for the answer, no longer than the engine's deadline. What
/// engines tell of by themselves is looked at, and asked about, at once.
pub fn follow(mut collector: Collector, feed: &mut Feed) {
    let mut names = Names::default();
    collector.watch_engines(feed.bell());
    while feed.wait() {
        let mut seen = match collector.observe() {
            Ok(seen) => seen,
            Err(error) => {
                feed.publish(Err(error.to_string()));
                continue;
            }
        };
        // What sockets keep alive is found there.
        if feed.wants_network() || collector.is_deep() {
            collector.look_at_network(&mut seen);
        }
        seen.engines = names.old(seen.duration);
        let snapshot = assemble(&seen);
        let containers = ids(&snapshot);
        feed.publish(Ok(Arc::new(snapshot)));
        if feed.is_wished() || names.is_due(&containers) {
            collector.ask_engines(&mut seen);
            names.learn(&mut seen.engines, containers, seen.duration);
            feed.publish(Ok(Arc::new(assemble(&seen))));
        }
    }
}

/// The same over the example host, one turn after the other.
pub fn rehearse(feed: &mut Feed) {
    let mut turn = 0;
    while feed.wait() {
        feed.publish(Ok(Arc::new(demo::snapshot(turn, SystemTime::now()))));
        turn += 1;
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
    /// By endpoint, the last answer that had names, and when it came.
    good: HashMap<String, (Instant, EngineRecord)>,
}

impl Names {
    fn is_due(&self, containers: &BTreeSet<String>) -> bool {
        let Some(age) = self.asked.map(|asked| asked.elapsed()) else {
            return true;
        };
        age >= ASK_AGAIN || (age >= REST && self.containers != *containers)
    }

    /// The last answers, for a pass that has taken `pass` so far and in which nobody was asked.
    fn old(&self, pass: Duration) -> Vec<EngineRecord> {
        let mut records = self.records.clone();
        for record in &mut records {
            record.current = false;
            if let Some((when, _)) = self.good.get(&record.engine.endpoint) {
                record.engine.answer_age_ms = age_ms(*when, pass);
            }
        }
        records
    }

    /// Keeps the answers of a pass that has taken `pass` so far; where an engine has failed, its last good names with
    /// their age.
    fn learn(
        &mut self,
        answers: &mut Vec<EngineRecord>,
        containers: BTreeSet<String>,
        pass: Duration,
    ) {
        for record in answers.iter_mut() {
            if record.engine.status == EngineStatus::Ok || !record.containers.is_empty() {
                let answer = (Instant::now(), record.clone());
                self.good.insert(record.engine.endpoint.clone(), answer);
            } else if let Some((when, good)) = self.good.get(&record.engine.endpoint) {
                keep(record, good, age_ms(*when, pass));
            }
        }
        self.remember_the_gone(answers, &containers, pass);
        self.records.clone_from(answers);
        self.containers = containers;
        self.asked = Some(Instant::now());
    }

    /// Adds the engines that are found no more, as long as a container that they named is there and has no other name;
    /// the others are forgotten.
    fn remember_the_gone(
        &mut self,
        answers: &mut Vec<EngineRecord>,
        containers: &BTreeSet<String>,
        pass: Duration,
    ) {
        let told: BTreeSet<_> = answers
            .iter()
            .map(|one| one.engine.endpoint.clone())
            .collect();
        let all = answers.iter().flat_map(|one| &one.containers);
        let named: BTreeSet<_> = all.map(|one| one.id.clone()).collect();
        let is_needed = |id: &String| containers.contains(id) && !named.contains(id);
        self.good.retain(|endpoint, (_, good)| {
            told.contains(endpoint) || good.containers.iter().any(|one| is_needed(&one.id))
        });
        let gone = self
            .good
            .values()
            .filter(|(_, good)| !told.contains(&good.engine.endpoint));
        answers.extend(gone.map(|(when, good)| {
            let mut record = good.clone();
            record.engine.status = EngineStatus::Absent;
            record.engine.detail = Some("no engine is found there any more".to_owned());
            record.gaps.clear();
            keep(&mut record, good, age_ms(*when, pass));
            record
        }));
    }
}

/// Gives an engine that has failed the names it gave earlier.
fn keep(record: &mut EngineRecord, good: &EngineRecord, age_ms: u64) {
    let age = humantime::format_duration(Duration::from_secs(age_ms / 1000));
    let why = record.engine.detail.take().unwrap_or_default();
    record.engine.detail = Some(format!("{why}; names are {age} old"));
    record.engine.answer_age_ms = age_ms;
    record.containers.clone_from(&good.containers);
    record.bridges.clone_from(&good.bridges);
    record.gateways.clone_from(&good.gateways);
    record.listener.clone_from(&good.listener);
    record.current = false;
}

/// How long before the beginning of a pass that has taken `pass` so far `when` was.
fn age_ms(when: Instant, pass: Duration) -> u64 {
    let age = when.elapsed().saturating_sub(pass);
    u64::try_from(age.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::observation::{EngineContainer, Gateway};
    use crate::model::Engine;

    fn record(status: EngineStatus) -> EngineRecord {
        let engine = Engine {
            kind: "docker".to_owned(),
            endpoint: "unix:///x".to_owned(),
            status,
            version: None,
            api_version: None,
            detail: Some("refused".to_owned()),
            container: None,
            answer_age_ms: 0,
        };
        let named = EngineContainer {
            id: "1".to_owned(),
            ..EngineContainer::default()
        };
        let bridge = ("br-1".to_owned(), "shop".to_owned());
        let gateway = Gateway {
            network: "back".to_owned(),
            address: [10, 89, 0, 1].into(),
            prefix_len: Some(24),
        };
        let is_ok = status == EngineStatus::Ok;
        EngineRecord {
            engine,
            local: true,
            bridges: is_ok.then_some(bridge).into_iter().collect(),
            gateways: is_ok.then_some(gateway).into_iter().collect(),
            current: true,
            process: None,
            listener: None,
            containers: is_ok.then_some(named).into_iter().collect(),
            gaps: Vec::new(),
        }
    }

    fn ids(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    const NO_TIME: Duration = Duration::ZERO;

    #[test]
    fn an_engine_is_asked_at_first_and_then_left_in_peace() {
        let mut names = Names::default();
        assert!(names.is_due(&ids(&[])));
        names.learn(&mut vec![record(EngineStatus::Ok)], ids(&["1"]), NO_TIME);
        assert!(!names.is_due(&ids(&["1"])));
        assert!(!names.is_due(&ids(&["1", "2"])), "it gets some rest first");
        names.asked = Instant::now().checked_sub(REST);
        assert!(!names.is_due(&ids(&["1"])));
        assert!(names.is_due(&ids(&["1", "2"])));
        names.asked = Instant::now().checked_sub(ASK_AGAIN);
        assert!(names.is_due(&ids(&["1"])));
    }

    /// Makes all answers that are kept older.
    fn age_by(names: &mut Names, age: Duration) {
        for (when, _) in names.good.values_mut() {
            *when = when.checked_sub(age).unwrap();
        }
    }

    #[test]
    fn a_failed_engine_keeps_its_names_and_loses_its_pids() {
        let mut names = Names::default();
        names.learn(&mut vec![record(EngineStatus::Ok)], ids(&["1"]), NO_TIME);
        age_by(&mut names, Duration::from_secs(60));
        for _ in 0..2 {
            let mut failed = vec![record(EngineStatus::Error)];
            names.learn(&mut failed, ids(&["1"]), NO_TIME);
            assert_eq!(failed[0].containers.len(), 1);
            assert_eq!(failed[0].bridges["br-1"], "shop");
            assert_eq!(failed[0].gateways[0].network, "back");
            assert!(!failed[0].current);
            let detail = failed[0].engine.detail.as_deref();
            assert!(
                detail.is_some_and(|detail| detail.contains("refused; names are 1m")),
                "{detail:?}"
            );
            assert!(failed[0].engine.answer_age_ms >= 60_000);
            assert!(names.old(NO_TIME).iter().all(|record| !record.current));
        }
    }

    #[test]
    fn one_engine_that_answers_does_not_make_the_names_of_another_younger() {
        let mut other = record(EngineStatus::Ok);
        other.engine.endpoint = "unix:///y".to_owned();
        let mut names = Names::default();
        names.learn(
            &mut vec![record(EngineStatus::Ok), other.clone()],
            ids(&[]),
            NO_TIME,
        );
        age_by(&mut names, Duration::from_secs(60));
        names.learn(
            &mut vec![record(EngineStatus::Error), other],
            ids(&[]),
            NO_TIME,
        );
        let old = names.old(NO_TIME);
        assert!(old[0].engine.answer_age_ms >= 60_000);
        assert!(old[1].engine.answer_age_ms < 60_000);
    }

    #[test]
    fn the_age_of_an_answer_is_counted_to_the_beginning_of_the_pass() {
        let mut names = Names::default();
        let mut fresh = vec![record(EngineStatus::Ok)];
        names.learn(&mut fresh, ids(&[]), NO_TIME);
        assert_eq!(fresh[0].engine.answer_age_ms, 0);
        age_by(&mut names, Duration::from_secs(60));
        let age = |pass| names.old(pass)[0].engine.answer_age_ms;
        assert!(age(NO_TIME) >= 60_000);
        assert!((30_000..60_000).contains(&age(Duration::from_secs(30))));
        assert_eq!(age(Duration::from_secs(3600)), 0);
    }

    #[test]
    fn an_engine_that_is_gone_is_remembered_for_the_containers_that_only_it_named() {
        let mut names = Names::default();
        let gone = |names: &mut Names, mut others: Vec<EngineRecord>, seen: &[&str]| {
            names.learn(&mut others, ids(seen), NO_TIME);
            let engines = others.iter().map(|one| (one.engine.status, one.current));
            engines.collect::<Vec<_>>()
        };
        let mut other = record(EngineStatus::Ok);
        other.engine.endpoint = "unix:///y".to_owned();
        let absent = (EngineStatus::Absent, false);
        gone(&mut names, vec![record(EngineStatus::Ok)], &["1"]);
        assert_eq!(gone(&mut names, Vec::new(), &["1"]), [absent]);
        assert_eq!(gone(&mut names, Vec::new(), &["1", "2"]), [absent]);
        let ok = (EngineStatus::Ok, true);
        assert_eq!(gone(&mut names, vec![other], &["1"]), [ok], "named anew");
        assert_eq!(
            gone(&mut names, Vec::new(), &["2"]),
            [],
            "no container of it"
        );
    }
}
