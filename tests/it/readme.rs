//! What the README says is what the program does.

use nslens::tui::{Config, ThemeName, key_table};

const README: &str = include_str!("../../README.md");

/// The text between two marks, without the line ends around it.
fn between<'a>(start: &str, end: &str) -> &'a str {
    let behind = README.split_once(start).expect(start).1;
    behind.split_once(end).expect(end).0.trim_matches('\n')
}

#[test]
fn the_keys_are_those_of_the_table() {
    let table = key_table();
    let shown = between("<!-- keys -->", "<!-- /keys -->");
    assert!(
        shown == table,
        "between the marks of the keys README.md should hold:\n{table}"
    );
}

#[test]
fn the_example_of_a_configuration_is_one() {
    let (config, problems) = Config::parse(between("```toml", "```"));
    assert_eq!(problems, []);
    assert_eq!(config.theme, Some(ThemeName::Dark));
    assert!(config.mouse.is_some() && config.ascii.is_some());
    assert_ne!(
        config,
        Config::parse(between("```toml", "[keys]")).0,
        "its keys count"
    );
}
