//! What counts of a configuration file, and what is said about the rest, and where.

use super::super::keys::Action;
use super::*;

const WHOLE: &str = r#"
theme = "light"
mouse = false
ascii = true

[keys]
quit = ["Q", "Ctrl-x"]
go-processes = "g P"
filter = []

[commands]
net = ["ip -s link", ["sh", "-c", "ip link | wc -l"]]
pid = []
"#;

fn problems(text: &str) -> Vec<String> {
    let (_, problems) = Config::parse(text);
    problems.iter().map(Problem::to_string).collect()
}

#[test]
fn a_whole_file_is_read() {
    let (config, problems) = Config::parse(WHOLE);
    assert_eq!(problems, []);
    let command = |kind, words: &[&str]| QuickCommand {
        kind,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    };
    let chords = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(
        config,
        Config {
            theme: Some(ThemeName::Light),
            mouse: Some(false),
            ascii: Some(true),
            commands: vec![
                command(Kind::Net, &["ip", "-s", "link"]),
                command(Kind::Net, &["sh", "-c", "ip link | wc -l"]),
            ],
            rebound: vec![
                Rebind {
                    action: Action::Quit,
                    chords: chords(&["Q", "Ctrl-x"])
                },
                Rebind {
                    action: Action::GoProcesses,
                    chords: chords(&["g P"])
                },
                Rebind {
                    action: Action::Filter,
                    chords: Vec::new()
                },
            ],
        }
    );
    assert_eq!(Config::parse(""), (Config::default(), Vec::new()));
}

#[test]
fn every_problem_has_its_place_and_its_words() {
    for (text, problem) in [
        (
            "them = \"dark\"",
            "1:1: no setting is called \"them\" (did you mean \"theme\"?)",
        ),
        ("\n\n  colour = 1", "3:3: no setting is called \"colour\""),
        (
            "theme = \"blue\"",
            "1:9: no theme is called \"blue\": dark, light or mono is needed",
        ),
        (
            "theme = true",
            "1:9: \"theme\" must be \"dark\", \"light\" or \"mono\", not a boolean",
        ),
        (
            "mouse = \"yes\"",
            "1:9: \"mouse\" must be true or false, not a string",
        ),
        (
            "ascii = []",
            "1:9: \"ascii\" must be true or false, not an array",
        ),
        (
            "keys = 1",
            "1:8: \"keys\" must be a table of actions and their keys, not an integer",
        ),
        (
            "[keys]\nsrot = \"x\"",
            "2:1: no action is called \"srot\" (did you mean \"sort\"?)",
        ),
        (
            "[keys]\r\n# größe\r\nsort = \"Foo\"",
            "3:8: \"Foo\" is no key: write a character, or a name such as Ctrl-c, Enter, Space, F1",
        ),
        (
            "[keys]\nsort = [\"ö\", \"\"]",
            "2:14: no key is named; the long one is Space",
        ),
        (
            "[keys]\nsort = [\"x\", 1]",
            "2:14: \"sort\" must be a key or a list of keys, each a string, not an integer",
        ),
        (
            "[keys]\nsort = [\n  \"x\",\n  \"q\",\n]",
            "4:3: q cannot be \"sort\": it is \"quit\"",
        ),
        (
            "keys.sort = \"x\"\nkeys.tree = \"x\"",
            "2:13: x cannot be \"tree\": it is \"sort\"",
        ),
        (
            "[keys]\n\"\\u001b[31m\" = \"x\"",
            "2:1: no action is called \"\\x1b[31m\"",
        ),
        ("mouse = true\nmouse = false", "2:1: duplicate key"),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}

#[test]
fn every_problem_of_a_command_has_its_place_and_its_words() {
    for (text, problem) in [
        (
            "commands = []",
            "1:12: \"commands\" must be a table of kinds of namespace and their commands, not an array",
        ),
        (
            "[commands]\nnett = []",
            "2:1: no kind of namespace is called \"nett\" (did you mean \"net\"?)",
        ),
        (
            "[commands]\nnet = \"ip addr\"",
            "2:7: \"net\" must be a list of commands, not a string",
        ),
        (
            "[commands]\nnet = [\"ip addr\", 1]",
            "2:19: \"net\" must be commands, each a string or a list of words, not an integer",
        ),
        (
            "[commands]\nnet = [[\"ip\", 1]]",
            "2:8: \"net\" must be commands, each a string or a list of words, not an array",
        ),
        (
            "[commands]\nnet = [\"ip addr\", \" \"]",
            "2:19: this command has no words",
        ),
        ("[commands]\nnet = [[]]", "2:8: this command has no words"),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}

#[test]
fn a_value_of_which_a_part_is_no_toml_does_not_count() {
    for (text, line) in [
        ("mouse = true false", 1),
        ("theme =", 1),
        ("ascii = tru", 1),
        ("[keys]\nsort = [\n  \"x\"\n  \"y\"\n]\n", 4),
        ("[keys]\nsort = [\n  \"x\",\n", 3),
    ] {
        let (config, problems) = Config::parse(text);
        let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [line], "{text:?}: {problems:?}");
        assert_eq!(config, Config::default(), "{text:?}");
    }
}

#[test]
fn no_action_has_very_many_keys() {
    let said = problems(&format!("[keys]\nsort = [{}]", "\"x\", ".repeat(10_000)));
    assert_eq!(said, ["2:1: \"sort\" has more than 16 keys"]);
}

#[test]
fn a_long_name_is_cut() {
    let said = problems(&format!("{} = 1", "x".repeat(50_000)));
    assert_eq!(
        said,
        [format!(
            "1:1: no setting is called \"{}..\"",
            "x".repeat(40)
        )]
    );
}

#[test]
fn what_is_not_wrong_counts() {
    let text = "theme = \"blue\"\nmouse = = 3\nascii = true\n[keys]\nsort = \"q\"\ntree = \"T\"\nquti = \"x\"\n";
    let (config, problems) = Config::parse(text);
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 5, 7], "{problems:?}");
    assert_eq!(
        (config.theme, config.mouse, config.ascii),
        (None, None, Some(true))
    );
    let actions: Vec<_> = config.rebound.iter().map(|line| line.action).collect();
    assert_eq!(actions, [Action::Tree]);
}

#[test]
fn what_is_left_has_no_conflict() {
    let (config, problems) = Config::parse("[keys]\ntree = \"o\"\nsort = \"p\"\nquit = \"x\"\n");
    assert_eq!(problems.len(), 2);
    assert_eq!(Keymap::new(&config.rebound).1, []);
}

/// Numbers without a pattern, the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.roll(256)).unwrap()
    }
}

/// Every problem lies in the text, and what is left can be used.
fn holds(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let (config, problems) = Config::parse(&text);
    let lines: Vec<_> = text.split('\n').collect();
    for problem in &problems {
        let columns = lines
            .get(problem.line - 1)
            .map(|line| line.chars().count() + 1);
        assert!(columns >= Some(problem.column), "{problem} in {text:?}");
    }
    assert_eq!(Keymap::new(&config.rebound).1, [], "{text:?}");
    problems.len()
}

#[test]
fn no_bytes_make_it_panic() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut wrong = 0;
    for _ in 0..1000 {
        let length = dice.roll(80);
        let noise: Vec<u8> = (0..length).map(|_| dice.byte()).collect();
        wrong += holds(&noise);
        let mut text = WHOLE.as_bytes().to_vec();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(text.len());
            match dice.roll(3) {
                0 => text[at] = dice.byte(),
                1 => drop(text.remove(at)),
                _ => text.insert(at, b"\"[]{}=.,#\n"[dice.roll(10)]),
            }
        }
        wrong += holds(&text);
    }
    assert!(wrong > 1000, "hardly anything was wrong: {wrong}");
    for deep in ["[", "{a=", "a.", "a\n", "[keys]\nsort = [["] {
        holds(deep.repeat(30_000).as_bytes());
    }
}
