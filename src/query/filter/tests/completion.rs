//! What is offered where.

use super::super::lexer::unquote;
use super::super::{Completion, Filter, complete};
use super::snapshot;

#[test]
fn what_may_stand_there_is_offered() {
    let kinds = "cgroup ipc mnt net pid time user uts";
    for (text, start, expected) in [
        ("h", 0, "host:"),
        ("P", 0, "pid: pod: port: private: procs> project:"),
        ("web !(co", 6, "container:"),
        ("web or sh", 7, "shared:"),
        ("or", 0, ""),
        ("x", 0, ""),
        ("host:", 5, kinds),
        ("a !shared:u", 10, "user uts"),
        ("kind:N", 5, "net"),
        ("container:", 10, "\"Web Front\" db mystery side"),
        ("container:w", 10, "\"Web Front\""),
        ("container:\"web f", 10, "\"Web Front\""),
        ("image:", 6, "nginx:1.25 registry.example.com:5000/postgres"),
        ("engine:d", 7, "docker"),
        ("project:", 8, "shop"),
        ("pod:", 4, "pod-7d9f"),
        ("label:", 6, "bare tier"),
        ("label:tier=", 6, ""),
        ("addr:1", 5, "10.1.2.3 172.17.0.2"),
        ("iface:", 6, ""),
        ("port:", 5, ""),
        ("pid:", 4, ""),
        ("nonsense:", 9, ""),
    ] {
        let found = complete(text, text.len(), &snapshot());
        assert_eq!(found.candidates.join(" "), expected, "{text}");
        assert_eq!(found.start, start, "{text}");
    }
}

#[test]
fn only_what_stands_before_the_cursor_counts() {
    let found = complete("größe ho web", 10, &snapshot());
    assert_eq!(
        (found.start, found.candidates.join(" ").as_str()),
        (8, "host:")
    );
    let fields = complete("", 0, &snapshot());
    assert_eq!(fields.candidates.len(), 19);
    // Within a character, and behind the end.
    assert_eq!(complete("ö", 1, &snapshot()), fields);
    assert_eq!(
        complete("h", 99, &snapshot()),
        complete("h", 1, &snapshot())
    );
}

#[test]
fn hostile_names_are_offered_so_that_they_read_back() {
    let names = [
        "a b",
        "~x",
        "q\"q",
        r"back\",
        r"b \",
        "(",
        "new\nline",
        "",
        "or",
        "host:net",
    ];
    let mut snapshot = snapshot();
    let containers = snapshot.containers.as_mut().unwrap();
    let example = containers.remove(0);
    containers.clear();
    for name in names {
        let mut container = example.clone();
        name.clone_into(&mut container.name);
        containers.push(container);
    }
    let Completion { start, candidates } = complete("container:", 10, &snapshot);
    assert_eq!((start, candidates.len()), (10, names.len() - 1));
    for (at, name) in names
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
    {
        let is_it = |candidate: &&String| unquote(candidate).as_deref() == Ok(*name);
        let candidate = candidates.iter().find(is_it).unwrap();
        let filter: Filter = format!("container:{candidate}").parse().unwrap();
        assert!(filter.hits(&snapshot).containers[at], "{candidate}");
    }
}

#[test]
fn at_most_fifty_are_offered() {
    let mut snapshot = snapshot();
    let containers = snapshot.containers.as_mut().unwrap();
    for number in 0..200 {
        let mut container = containers[0].clone();
        container.name = format!("many-{number}");
        containers.push(container);
    }
    let found = complete("container:many", 14, &snapshot);
    assert_eq!(found.candidates.len(), 50);
    assert!(found.candidates.is_sorted());
}
