//! The collector's turns.

use super::*;

/// Runs a collector that tells each turn it is given, and ends with the interface.
fn collect_every(interval: Duration) -> (Arc<Sender<Wish>>, Receiver<Event>) {
    let (events, inbox) = mpsc::channel();
    let turns: Collector = Box::new(|feed| {
        while feed.wait() {
            feed.publish(Err("turn".to_owned()));
        }
    });
    let wire = start_collector(turns, interval, &events, false).unwrap();
    (wire.wishes, inbox)
}

const LONG: Duration = Duration::from_secs(20);

/// The next event but for how long the collector waits.
fn next(inbox: &Receiver<Event>, patience: Duration) -> Result<Event, RecvTimeoutError> {
    loop {
        let event = inbox.recv_timeout(patience)?;
        if !matches!(event, Event::Paced { .. }) {
            return Ok(event);
        }
    }
}

#[test]
fn what_a_turn_cost_stretches_the_pause() {
    let (events, inbox) = mpsc::channel();
    let work = Duration::from_millis(30);
    let turns: Collector = Box::new(move |feed| {
        while feed.wait() {
            let began = cpu_time();
            while cpu_time() < began + work {}
        }
    });
    let wishes = start_collector(turns, Duration::from_millis(1), &events, false).unwrap();
    let Ok(Event::Paced { pause, cost }) = inbox.recv_timeout(LONG) else {
        panic!("no word of the pause");
    };
    assert!(cost >= work);
    assert_eq!(pause, pace(Duration::from_millis(1), cost));
    assert!(pause >= Duration::from_secs(2));
    drop(wishes);
    assert!(matches!(next(&inbox, LONG), Ok(Event::CollectorEnded)));
}

#[test]
fn a_turn_learns_whether_the_network_is_on_screen() {
    let (events, inbox) = mpsc::channel();
    let turns: Collector = Box::new(|feed| {
        while feed.wait() {
            feed.publish(Err(feed.wants_network().to_string()));
        }
    });
    let wire = start_collector(turns, LONG, &events, true).unwrap();
    let told = || match next(&inbox, LONG) {
        Ok(Event::Scanned(scan)) => scan.found.unwrap_err(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(), "true");
    assert!(!wire.attend(false));
    wire.wish(Wish::Refresh);
    assert_eq!(told(), "false");
    assert!(wire.attend(true) && !wire.attend(true));
    wire.wish(Wish::Refresh);
    assert_eq!(told(), "true");
}

#[test]
fn the_first_turn_is_at_once_and_the_next_on_request() {
    let (wishes, inbox) = collect_every(Duration::from_secs(3600));
    assert!(matches!(next(&inbox, LONG), Ok(Event::Scanned(_))));
    wishes.send(Wish::Refresh).unwrap();
    assert!(matches!(next(&inbox, LONG), Ok(Event::Scanned(_))));
    assert!(next(&inbox, Duration::ZERO).is_err());
    drop(wishes);
    assert!(matches!(next(&inbox, LONG), Ok(Event::CollectorEnded)));
}

#[test]
fn turns_come_at_the_interval_unless_held() {
    let (wishes, inbox) = collect_every(Duration::from_millis(1));
    for _ in 0..3 {
        assert!(matches!(next(&inbox, LONG), Ok(Event::Scanned(_))));
    }
    wishes.send(Wish::Pause).unwrap();
    // Turns that were under way come to an end; then there is silence.
    while next(&inbox, Duration::from_millis(300)).is_ok() {}
    wishes.send(Wish::Refresh).unwrap();
    assert!(matches!(next(&inbox, LONG), Ok(Event::Scanned(_))));
    assert!(next(&inbox, Duration::from_millis(50)).is_err());
    wishes.send(Wish::Resume).unwrap();
    assert!(matches!(next(&inbox, LONG), Ok(Event::Scanned(_))));
}

/// A collector that tells whether each of its turns was asked for, its bell, and the user's end of the wire.
fn rung() -> (impl Fn() -> bool, Wire, Receiver<Event>) {
    let (events, inbox) = mpsc::channel();
    let (give, bells) = mpsc::channel();
    let turns: Collector = Box::new(move |feed| {
        give.send(feed.bell()).unwrap();
        while feed.wait() {
            feed.publish(Err(feed.is_wished().to_string()));
        }
    });
    let wire = start_collector(turns, LONG * 10, &events, false).unwrap();
    (bells.recv_timeout(LONG).unwrap(), wire, inbox)
}

#[test]
fn a_bell_asks_for_a_turn_at_once() {
    let (bell, wire, inbox) = rung();
    assert_eq!(told(&inbox), "false");
    assert!(bell() && bell());
    assert_eq!(told(&inbox), "true");
    let more = next(&inbox, Duration::from_millis(500));
    assert!(more.is_err(), "two rings are one turn");
    drop(wire);
    assert!(matches!(next(&inbox, LONG), Ok(Event::CollectorEnded)));
    assert!(!bell());
}

#[test]
fn a_bell_is_kept_for_later_while_the_data_is_held_still() {
    let (bell, wire, inbox) = rung();
    assert_eq!(told(&inbox), "false");
    wire.wish(Wish::Pause);
    assert!(bell());
    assert!(next(&inbox, Duration::from_millis(500)).is_err());
    wire.wish(Wish::Resume);
    assert_eq!(told(&inbox), "true");
}

/// The words of the next turn.
fn told(inbox: &Receiver<Event>) -> String {
    match next(inbox, LONG) {
        Ok(Event::Scanned(scan)) => scan.found.unwrap_err(),
        other => panic!("{other:?}"),
    }
}
