use super::*;
use crate::collect::observation::RuntimeRecord;

const PATIENT: Duration = Duration::from_secs(60);

fn known(found: Option<Runtimes>) -> Known {
    Known {
        kept: Kept::default(),
        found,
    }
}

fn named(id: &str) -> Runtimes {
    let record = RuntimeRecord {
        id: id.to_owned(),
        name: Some("web".to_owned()),
        ..RuntimeRecord::default()
    };
    Runtimes {
        records: vec![record],
        misses: Vec::new(),
    }
}

fn root() -> Arc<ProcRoot> {
    Arc::new(ProcRoot::open(std::path::Path::new("/proc")).unwrap())
}

#[test]
fn without_containers_nothing_is_read() {
    let mut reader = Reader::default();
    reader.known.insert("gone".to_owned(), known(None));
    let found = reader.read(&root(), &[]);
    assert!(found.records.is_empty() && found.misses.is_empty());
    assert!(reader.known.is_empty() && reader.late.is_none());
}

#[test]
fn what_a_slow_thread_finds_is_taken_later() {
    let mut reader = Reader::default();
    let (sender, receiver) = channel();
    reader.late = Some(receiver);
    for id in ["a", "b"] {
        reader.known.insert(id.to_owned(), known(None));
    }
    sender.send(("a".to_owned(), named("a"))).unwrap();
    sender.send(("left".to_owned(), named("left"))).unwrap();
    reader.take_late();
    let all = reader.all();
    assert_eq!(all.records.len(), 1);
    assert_eq!(
        (all.misses[0].id.as_str(), all.misses[0].miss),
        ("b", Miss::TimedOut)
    );
    assert!(reader.late.is_some(), "the thread is still at it");
    // It ends without having come to the last one, which is looked for again then.
    drop(sender);
    reader.take_late();
    assert!(reader.late.is_none());
    assert_eq!(reader.known.keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_look_ends_and_leaves_nothing_unknown() {
    let mut reader = Reader::default();
    let none = "f".repeat(64);
    reader.known.insert(none.clone(), known(None));
    reader.look(root(), Vec::new(), vec![(none, Kept::default())]);
    let end = Instant::now() + PATIENT;
    while reader.late.is_some() && Instant::now() < end {
        thread::yield_now();
        reader.take_late();
    }
    let all = reader.all();
    assert!(all.records.is_empty() && all.misses.is_empty(), "{all:?}");
    assert_eq!(reader.known.len(), 1);
}
