//! Random texts: nothing panics, places are within the text, and the laws of logic hold.

use super::super::{Filter, Hits, complete};
use super::network::snapshot;

/// xorshift64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

const PIECES: [&str; 46] = [
    " ",
    " ",
    " ",
    "(",
    ")",
    "!",
    "\"",
    "\\",
    "~",
    ":",
    "=",
    ">",
    "<=",
    "or",
    " or ",
    " and ",
    "web",
    "front",
    "größe",
    "50",
    "100",
    "4294967296",
    "container:",
    "image:",
    "label:",
    "label:tier=",
    "host:",
    "shared:",
    "kind:",
    "net",
    "uts",
    "ns:",
    "net:[200]",
    "pid",
    "user:",
    "procs>",
    "addr:",
    "10.0.0.0/8",
    "port:",
    "iface:",
    "eth0",
    "[a-",
    "(a|b)",
    "\\w{9}",
    "\u{202e}",
    "nginx:1",
];

fn check(text: &str) -> Option<Filter> {
    let parsed = text.parse::<Filter>();
    assert_eq!(
        format!("{parsed:?}"),
        format!("{:?}", text.parse::<Filter>()),
        "{text:?}"
    );
    match parsed {
        Ok(filter) => Some(filter),
        Err(error) => {
            let columns = 1..=text.chars().count().max(1);
            assert!(columns.contains(&error.column), "{text:?}: {error}");
            assert!(!error.message.contains('\n'), "{text:?}: {error}");
            None
        }
    }
}

fn random_text(random: &mut Random) -> String {
    let length = random.next(12);
    (0..length)
        .map(|_| PIECES[random.next(PIECES.len())])
        .collect()
}

#[test]
fn random_tokens_are_read_or_refused() {
    let (mut random, snapshot) = (Random(0x9e37_79b9_7f4a_7c15), snapshot());
    let mut read = 0;
    for _ in 0..20_000 {
        let text = random_text(&mut random);
        let cursor = random.next(text.len() + 2);
        let found = complete(&text, cursor, &snapshot);
        assert!(
            found.start <= cursor && text.is_char_boundary(found.start),
            "{text:?}"
        );
        if let Some(filter) = check(&text) {
            read += 1;
            let hits = filter.hits(&snapshot);
            assert_eq!(hits.processes.len(), 8);
            assert_eq!(hits.namespaces.len(), 7);
        }
    }
    assert!((1_000..19_000).contains(&read), "{read} were read");
}

#[test]
fn random_bytes_are_read_or_refused() {
    let mut random = Random(7);
    for _ in 0..20_000 {
        let length = random.next(40);
        let bytes: Vec<_> = (0..length)
            .map(|_| u8::try_from(random.next(256)).unwrap())
            .collect();
        check(&String::from_utf8_lossy(&bytes));
    }
}

/// Every entry of both, combined.
fn zipped(a: &Hits, b: &Hits, combine: fn(bool, bool) -> bool) -> Vec<bool> {
    let flat = |hits: &Hits| {
        let mut all = vec![hits.host];
        for list in [
            &hits.containers,
            &hits.groups,
            &hits.namespaces,
            &hits.processes,
            &hits.network,
        ] {
            all.extend(list);
        }
        all
    };
    flat(a)
        .into_iter()
        .zip(flat(b))
        .map(|(a, b)| combine(a, b))
        .collect()
}

#[test]
fn the_laws_of_logic_hold() {
    let (mut random, snapshot) = (Random(42), snapshot());
    let mut filters: Vec<Filter> = Vec::new();
    while filters.len() < 60 {
        let text = random_text(&mut random);
        filters.extend(check(&text).filter(|filter| !filter.is_empty()));
    }
    let hits = |text: String| text.parse::<Filter>().unwrap().hits(&snapshot);
    for a in &filters {
        let own = a.hits(&snapshot);
        let not = hits(format!("!({})", a.text()));
        assert!(
            zipped(&own, &not, |a, b| a != b)
                .iter()
                .all(|differs| *differs),
            "{}",
            a.text()
        );
        for b in &filters {
            let (other, a, b) = (b.hits(&snapshot), a.text(), b.text());
            let and = zipped(&own, &other, |a, b| a && b);
            assert_eq!(
                zipped(&hits(format!("({a}) ({b})")), &own, |a, _| a),
                and,
                "{a} and {b}"
            );
            let or = zipped(&own, &other, |a, b| a || b);
            assert_eq!(
                zipped(&hits(format!("({a}) or ({b})")), &own, |a, _| a),
                or,
                "{a} or {b}"
            );
        }
    }
}
