use serde_json::{Value, json};

use super::*;

/// A snapshot of a host whose net is 1 and uts is 2, with a process for each pair of net and uts.
fn snapshot(processes: &[(Value, Value)]) -> Snapshot {
    let processes = processes.iter().enumerate().map(|(at, (net, uts))| {
        json!({
            "pid": at + 1, "ns_pids": [], "namespaces": { "net": net, "uts": uts }
        })
    });
    let value = json!({
        "schema": crate::model::SCHEMA, "captured_at": "2026-01-01T00:00:00Z", "duration_ms": 0,
        "host": { "namespaces": { "net": 1, "uts": 2 }, "pid_namespace_is_initial": true },
        "viewer": { "pid": 1, "uid": 0, "namespaces": {} },
        "engines": [], "gaps": [], "processes": processes.collect::<Vec<_>>(),
    });
    serde_json::from_value(value).unwrap()
}

fn numbers(pairs: &[(u32, u32)]) -> Snapshot {
    let pairs = pairs.iter().map(|(net, uts)| (json!(net), json!(uts)));
    snapshot(&pairs.collect::<Vec<_>>())
}

/// The letters of all processes; `-` for none.
fn letters(signatures: &Signatures, snapshot: &Snapshot) -> String {
    let letters = snapshot.processes.iter().flatten().map(|process| {
        let letter = signatures.letter(process);
        letter.unwrap_or_else(|| "-".to_owned())
    });
    letters.collect::<Vec<_>>().join(" ")
}

fn learnt(signatures: &mut Signatures, snapshot: &Snapshot) -> String {
    signatures.learn(snapshot);
    letters(signatures, snapshot)
}

#[test]
fn equal_sets_have_equal_letters_by_first_appearance() {
    let seen = numbers(&[(1, 2), (5, 2), (6, 2), (5, 2), (1, 9), (1, 2)]);
    assert_eq!(learnt(&mut Signatures::default(), &seen), "H A B A C H");
}

#[test]
fn a_letter_stays_and_is_given_anew_only_when_it_was_gone() {
    let mut signatures = Signatures::default();
    let mut after = |nets: &[u32]| {
        let pairs: Vec<_> = nets.iter().map(|net| (*net, 2)).collect();
        learnt(&mut signatures, &numbers(&pairs))
    };
    assert_eq!(after(&[5, 6, 7]), "A B C");
    assert_eq!(after(&[7, 6]), "C B", "another order, and 5 is gone");
    assert_eq!(after(&[8, 7, 9]), "A C D", "6 has only just gone");
    assert_eq!(after(&[8, 7, 9, 6]), "A C D B");
    assert_eq!(after(&[1]), "H");
    assert_eq!(after(&[6]), "A");
}

#[test]
fn unknown_is_never_the_same() {
    let seen = snapshot(&[
        (json!(5), Value::Null),
        (json!(5), Value::Null),
        (json!(1), Value::Null),
        (json!(5), json!(2)),
    ]);
    assert_eq!(learnt(&mut Signatures::default(), &seen), "- - - A");
}

#[test]
fn where_the_host_is_not_seen_nothing_is_the_hosts() {
    let mut seen = numbers(&[(1, 2), (5, 2)]);
    seen.host.pid_namespace_is_initial = false;
    assert_eq!(learnt(&mut Signatures::default(), &seen), "A B");
    let first = &seen.processes.as_ref().unwrap()[0];
    assert_eq!(String::from_iter(mask(first, &seen)), "   ?   ?");
    let mut seen = numbers(&[(1, 2)]);
    seen.host.namespaces.set(Kind::Uts, None);
    assert_eq!(learnt(&mut Signatures::default(), &seen), "A");
}

#[test]
fn what_was_not_learned_has_no_letter() {
    let mut signatures = Signatures::default();
    signatures.learn(&numbers(&[(5, 2)]));
    assert_eq!(letters(&signatures, &numbers(&[(6, 2), (1, 2)])), "- H");
    let mut nothing = numbers(&[(5, 2)]);
    nothing.processes = None;
    signatures.learn(&nothing);
    assert_eq!(letters(&signatures, &numbers(&[(5, 2)])), "-");
}

#[test]
fn a_mask_tells_what_is_not_the_hosts() {
    for (net, uts, mask_of) in [
        (json!(1), json!(2), "   -   -"),
        (json!(5), json!(2), "   n   -"),
        (Value::Null, json!(9), "   ?   u"),
    ] {
        let seen = snapshot(&[(net, uts)]);
        let process = &seen.processes.as_ref().unwrap()[0];
        assert_eq!(String::from_iter(mask(process, &seen)), mask_of);
    }
    let mut seen = numbers(&[(1, 2)]);
    let process = &mut seen.processes.as_mut().unwrap()[0];
    process.namespaces = crate::model::PerKind::from_fn(|_| Some(Some(Inode(7))));
    seen.host.namespaces = crate::model::PerKind::from_fn(|_| Some(Some(Inode(8))));
    let process = &seen.processes.as_ref().unwrap()[0];
    assert_eq!(String::from_iter(mask(process, &seen)), "CimnpTUu");
}
