//! Which keys do what, and what cannot be bound.

use super::*;

fn chord(text: &str) -> Chord {
    text.parse().unwrap()
}

fn keys(text: &str) -> Vec<Key> {
    chord(text).keys().collect()
}

/// Lines of a configuration: a name and its chords.
fn lines(lines: &[(&str, &[&str])]) -> Vec<Rebind> {
    let rebinds = lines.iter().map(|(name, chords)| Rebind {
        action: Entry::named(name).unwrap().action,
        chords: chords.iter().map(|text| chord(text)).collect(),
    });
    rebinds.collect()
}

#[test]
fn the_table_has_no_conflict_and_every_chord_does_its_action() {
    let keymap = Keymap::default();
    let mut all: Vec<(Action, Chord)> = Vec::new();
    for entry in ACTIONS {
        for text in entry.keys {
            let own = chord(text);
            let other = all.iter().find(|(_, other)| clash(own, *other));
            assert_eq!(other, None, "{text} of {:?}", entry.action);
            all.push((entry.action, own));
            assert_eq!(keymap.find(&keys(text)), Found::Action(entry.action));
        }
    }
    let fixed = |text: &&str| {
        let mut entries = ACTIONS.iter();
        entries.any(|entry| is_fixed(chord(text), entry))
    };
    assert!(FIXED.iter().all(fixed));
}

#[test]
fn what_is_pressed_is_an_action_a_beginning_or_nothing() {
    let keymap = Keymap::default();
    for (pressed, found) in [
        ("g", Found::Prefix),
        ("g g", Found::Action(Action::First)),
        ("g x", Found::Nothing),
        ("x", Found::Nothing),
        ("q q", Found::Nothing),
        ("Ctrl-p", Found::Action(Action::Palette)),
        ("Ctrl-q", Found::Nothing),
    ] {
        assert_eq!(keymap.find(&keys(pressed)), found, "{pressed}");
    }
}

#[test]
fn labels_are_the_chords_in_order() {
    let keymap = Keymap::default();
    assert_eq!(keymap.label(Action::Up, false).as_deref(), Some("↑"));
    assert_eq!(keymap.label(Action::ThemeDark, false), None);
    assert_eq!(keymap.labels(Action::Up, true), "Up  k");
    assert_eq!(keymap.labels(Action::First, true), "Home  g g");
    assert_eq!(keymap.labels(Action::ThemeDark, true), "");
}

#[test]
fn what_may_follow_is_listed_in_the_order_of_the_table() {
    let following = |pressed: &str| {
        let following = Keymap::default().following(&keys(pressed), true);
        let shown = following.into_iter().map(|(key, entry)| (key, entry.name));
        shown.collect::<Vec<_>>()
    };
    let own = |key: &str, name| (key.to_owned(), name);
    assert_eq!(
        following("g"),
        [
            own("g", "first"),
            own("n", "go-namespaces"),
            own("p", "go-processes"),
            own("c", "go-container"),
            own("i", "go-interfaces"),
            own("e", "go-end"),
        ]
    );
    assert_eq!(following("q"), []);
    assert_eq!(following("x"), []);
}

#[test]
fn keys_move_to_another_action_when_the_first_gives_them_up() {
    let (keymap, conflicts) = Keymap::new(&lines(&[
        ("sort", &["O"]),
        ("reverse", &["o"]),
        ("up", &["w", "w"]),
        ("write", &["W"]),
        ("quit", &[]),
        ("go-processes", &["q"]),
    ]));
    assert_eq!(conflicts, []);
    for (pressed, action) in [
        ("O", Action::Sort),
        ("o", Action::Reverse),
        ("w", Action::Up),
        ("Up", Action::Up),
        ("Ctrl-c", Action::Quit),
        ("q", Action::GoProcesses),
    ] {
        assert_eq!(keymap.find(&keys(pressed)), Found::Action(action));
    }
    for gone in ["k", "g p"] {
        assert_eq!(keymap.find(&keys(gone)), Found::Nothing, "{gone}");
    }
    assert_eq!(keymap.labels(Action::Up, true), "w  Up");
}

#[test]
fn a_chord_with_two_meanings_is_refused_with_both_names() {
    for (name, text, words) in [
        ("sort", "q", "q cannot be \"sort\": it is \"quit\""),
        (
            "sort",
            "g",
            "g cannot be \"sort\": g g, which begins with it, is \"first\"",
        ),
        (
            "sort",
            "q x",
            "q x cannot be \"sort\": q, with which it begins, is \"quit\"",
        ),
        ("sort", "Up", "Up cannot be \"sort\": Up is always \"up\""),
        (
            "sort",
            "Enter",
            "Enter cannot be \"sort\": Enter is always \"open\"",
        ),
        (
            "sort",
            "Esc x",
            "Esc x cannot be \"sort\": Esc is always \"back\"",
        ),
        (
            "sort",
            "Ctrl-c",
            "Ctrl-c cannot be \"sort\": Ctrl-c is always \"quit\"",
        ),
    ] {
        let (keymap, conflicts) = Keymap::new(&lines(&[(name, &["x", text])]));
        let said: Vec<_> = conflicts.iter().map(Conflict::to_string).collect();
        assert_eq!(said, [words]);
        assert_eq!(keymap.labels(Action::Sort, true), "o", "as in the table");
    }
}

#[test]
fn one_action_cannot_have_a_chord_and_its_beginning() {
    let (keymap, conflicts) = Keymap::new(&lines(&[("first", &["g g", "g"])]));
    assert_eq!(
        conflicts[0].to_string(),
        "g g cannot be \"first\": g, with which it begins, is \"first\""
    );
    assert_eq!(keymap.labels(Action::First, true), "Home  g g");
}

#[test]
fn of_two_lines_the_later_is_refused_unless_a_key_is_fixed() {
    let refused = |given: &[(&str, &[&str])]| {
        let (_, conflicts) = Keymap::new(&lines(given));
        let names = conflicts.iter().map(|conflict| {
            let entry = Entry::of(conflict.action).unwrap();
            entry.name
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(refused(&[("sort", &["x"]), ("tree", &["x"])]), ["tree"]);
    assert_eq!(refused(&[("sort", &["Esc"]), ("back", &["x"])]), ["sort"]);
    // The second is refused, so that `o` is its again, and the first cannot have it.
    assert_eq!(
        refused(&[("tree", &["o"]), ("sort", &["p"])]),
        ["sort", "tree"]
    );
}

#[test]
fn what_remains_without_the_refused_lines_is_the_same_keymap() {
    let all = lines(&[("tree", &["o"]), ("sort", &["p"]), ("quit", &["x"])]);
    let (keymap, conflicts) = Keymap::new(&all);
    let is_good = |rebind: &&Rebind| {
        !conflicts
            .iter()
            .any(|conflict| conflict.action == rebind.action)
    };
    let good: Vec<_> = all.iter().filter(is_good).cloned().collect();
    let (again, none) = Keymap::new(&good);
    assert_eq!((good.len(), none), (1, Vec::new()));
    for entry in ACTIONS {
        let [one, other] = [&keymap, &again].map(|keymap| keymap.labels(entry.action, true));
        assert_eq!(one, other);
    }
    assert_eq!(keymap.labels(Action::Quit, true), "x  Ctrl-c");
}
