//! An engine tells of events, and a bell is rung or not.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use super::*;
use crate::collect::engines::fake::{Answer, Fake};

/// More than anything takes, even on a busy machine.
const LONG: Duration = Duration::from_secs(20);

const START: &str = "HTTP/1.1 200 OK\r\n\r\n\
    {\"Type\":\"network\",\"Action\":\"connect\"}\n{\"Type\":\"container\",\"Action\":\"start\"}\n";
const HEALTH: &str = "HTTP/1.1 200 OK\r\n\r\n\
    {\"Type\":\"container\",\"Action\":\"exec_create: /bin/true\"}\n{\"Type\":\"container\",\"Action\":\"exec_die\"}\n";

/// A watch, and what receives when its bell is rung.
fn watch() -> (Watch, Receiver<()>) {
    let (ring, rings) = channel();
    (Watch::start(move || ring.send(()).is_ok()), rings)
}

fn speaker(fake: &Fake) -> Speaker {
    let path = fake.url.strip_prefix("unix://").unwrap();
    Speaker {
        url: fake.url.clone(),
        way: Way::Unix(PathBuf::from(path)),
        kind: "docker".to_owned(),
        api_version: "1.41".to_owned(),
        asked: SystemTime::UNIX_EPOCH + Duration::from_millis(7_250),
    }
}

fn requests(fake: &Fake) -> usize {
    fake.paths()
        .iter()
        .filter(|path| path.contains("/events"))
        .count()
}

#[test]
fn a_group_of_changes_rings_once() {
    let fake = Fake::unix(|_| Answer::Open(START));
    let (watch, rings) = watch();
    watch.follow(vec![speaker(&fake)]);
    watch.follow(vec![speaker(&fake)]);
    rings.recv_timeout(LONG).unwrap();
    let second = rings.recv_timeout(Duration::from_millis(500));
    assert_eq!(second, Err(RecvTimeoutError::Timeout));
    assert_eq!(requests(&fake), 1);
    let path = &fake.paths()[0];
    assert!(
        path.starts_with("/v1.41/events?") && path.contains("since=7.25"),
        "{path}"
    );
}

#[test]
fn health_checks_do_not_ring() {
    let fake = Fake::unix(|_| Answer::Open(HEALTH));
    let (watch, rings) = watch();
    watch.follow(vec![speaker(&fake)]);
    let ring = rings.recv_timeout(Duration::from_millis(500));
    assert_eq!(ring, Err(RecvTimeoutError::Timeout));
}

#[test]
fn a_flood_does_not_ring_all_the_time() {
    let line = "{\"Type\":\"container\",\"Action\":\"start\"}\n";
    let fake = Fake::unix(move |_| Answer::Endless("HTTP/1.1 200 OK\r\n\r\n", line));
    let (watch, rings) = watch();
    watch.follow(vec![speaker(&fake)]);
    rings.recv_timeout(LONG).unwrap();
    let began = Instant::now();
    rings.recv_timeout(LONG).unwrap();
    assert!(began.elapsed() + GROUP >= REST, "{:?}", began.elapsed());
}

#[test]
fn one_that_tells_of_no_events_is_left_in_peace() {
    let fake = Fake::unix(|_| Answer::Body(404, "{}".to_owned()));
    let (watch, rings) = watch();
    for _ in 0..3 {
        watch.follow(vec![speaker(&fake)]);
        let ring = rings.recv_timeout(Duration::from_millis(300));
        assert_eq!(ring, Err(RecvTimeoutError::Timeout));
    }
    assert_eq!(requests(&fake), 1);
}

#[test]
fn one_that_goes_away_is_looked_for_with_pauses_and_listened_to_again() {
    let text = START.replace("network", "container");
    let text: &'static str = Box::leak(text.into_boxed_str());
    let fake = Fake::unix(move |_| Answer::Raw(text));
    let (watch, rings) = watch();
    watch.follow(vec![speaker(&fake)]);
    // For the change, then for the end of the stream, each time later.
    let mut pauses = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        rings.recv_timeout(LONG).unwrap();
        pauses.push(began.elapsed());
    }
    assert!(pauses[2] > Duration::from_millis(1500), "{pauses:?}");
    assert_eq!(requests(&fake), 1, "only a look tells whether it is back");
    watch.follow(vec![speaker(&fake)]);
    rings.recv_timeout(LONG).unwrap();
    assert_eq!(requests(&fake), 2);
}

#[test]
fn nothing_is_left_when_nobody_listens_any_more() {
    let fake = Fake::unix(|_| Answer::Open(HEALTH));
    let (watch, rings) = watch();
    watch.follow(vec![speaker(&fake)]);
    drop(watch);
    assert_eq!(
        rings.recv_timeout(LONG),
        Err(RecvTimeoutError::Disconnected)
    );
    let fake = Fake::unix(|_| Answer::Open(START));
    let (watch, rings) = self::watch();
    drop(rings);
    watch.follow(vec![speaker(&fake)]);
    let is_over = || watch.0.is_closed();
    let began = Instant::now();
    while !is_over() {
        assert!(began.elapsed() < LONG);
        thread::yield_now();
    }
}

#[test]
fn a_lost_engine_is_given_up_after_a_while() {
    let now = Instant::now();
    let mut lost = Lost::default();
    let mut pauses = Vec::new();
    loop {
        lost.plan(now);
        let Some(next) = lost.next else { break };
        pauses.push((next - now).as_secs());
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64]);
}
