//! What a command said in each of several network namespaces.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::json;
use crate::model::{Charset, Inode, visible_in};

/// Columns from one stop of the tabulator to the next.
const TAB: usize = 8;
/// How many namespaces are named where a command failed.
const NAMED: usize = 8;

/// What it said in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The network namespace.
    pub namespace: Inode,
    /// What it is called; not yet made visible.
    pub title: String,
    /// The status that the command ended with.
    pub status: u8,
    /// What it wrote, to standard output and standard error alike; not yet made visible.
    pub output: String,
}

/// Writes what was said in one namespace: a heading, and below it line by line, moved in so that nothing in it can pass for
/// another heading.
pub fn write_text(answer: &Answer, charset: Charset, out: &mut impl io::Write) -> io::Result<()> {
    let title = visible_in(&answer.title, charset);
    let link = format!("net:[{}]", answer.namespace);
    write!(out, "{title}")?;
    if title != link {
        write!(out, "  {link}")?;
    }
    if answer.status != 0 {
        write!(out, "  status {}", answer.status)?;
    }
    writeln!(out)?;
    let mut lines = answer.output.lines();
    lines.try_for_each(|line| writeln!(out, "  {}", shown(line, charset)))
}

/// Writes all as one line of JSON.
pub fn write_json(answers: &[Answer], out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{}", json::line(&answers)?)
}

/// How many ended how, and where not with 0; not yet made visible.
#[must_use]
pub fn tally(answers: &[Answer]) -> String {
    let mut ends: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for answer in answers {
        ends.entry(answer.status).or_default().push(&answer.title);
    }
    let mut verb = " ended";
    let ends = ends.iter().map(|(status, titles)| {
        let verb = std::mem::take(&mut verb);
        let names = if *status == 0 {
            String::new()
        } else {
            format!(" ({})", named(titles))
        };
        format!("{}{verb} with {status}{names}", titles.len())
    });
    let plural = if answers.len() == 1 { "" } else { "s" };
    let ends = ends.collect::<Vec<_>>().join(", ");
    format!("{} namespace{plural}: {ends}", answers.len())
}

fn named(titles: &[&str]) -> String {
    let (first, more) = titles.split_at(titles.len().min(NAMED));
    let first = first.join("; ");
    if more.is_empty() {
        return first;
    }
    format!("{first} +{}", more.len())
}

/// A line with its tabulators as spaces, and everything else that is hidden made visible.
fn shown(line: &str, charset: Charset) -> String {
    let mut parts = line.split('\t');
    let mut shown = visible_in(parts.next().unwrap_or_default(), charset).into_owned();
    for part in parts {
        let room = TAB - shown.width() % TAB;
        shown.extend(std::iter::repeat_n(' ', room));
        shown.push_str(&visible_in(part, charset));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(title: &str, status: u8, output: &str) -> Answer {
        Answer {
            namespace: Inode(70),
            title: title.to_owned(),
            status,
            output: output.to_owned(),
        }
    }

    fn text(answer: &Answer, charset: Charset) -> String {
        let mut out = Vec::new();
        write_text(answer, charset, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_said_stands_below_whom() {
        let shown = text(
            &answer("web, db", 0, "a\tb\n\nlo: \x1b[31m\n"),
            Charset::Unicode,
        );
        assert_eq!(
            shown,
            "web, db  net:[70]\n  a       b\n  \n  lo: \\x1b[31m\n"
        );
        let shown = text(&answer("net:[70]", 3, ""), Charset::Unicode);
        assert_eq!(shown, "net:[70]  status 3\n");
    }

    #[test]
    fn nothing_that_was_said_passes_for_a_heading() {
        let shown = text(
            &answer("e\nvil", 0, "x\rdb  net:[71]\ndb  net:[71]"),
            Charset::Ascii,
        );
        assert_eq!(
            shown,
            "e\\x0avil  net:[70]\n  x\\x0ddb  net:[71]\n  db  net:[71]\n"
        );
    }

    #[test]
    fn tabulators_stop_at_columns() {
        assert_eq!(
            shown("größere\tx\t\ty", Charset::Unicode),
            "größere x               y"
        );
        assert_eq!(shown("漢字漢字\tx", Charset::Unicode), "漢字漢字        x");
    }

    #[test]
    fn statuses_are_summed_up() {
        let all = [answer("a", 0, ""), answer("db", 3, ""), answer("b", 0, "")];
        assert_eq!(tally(&all), "3 namespaces: 2 ended with 0, 1 with 3 (db)");
        let failed: Vec<_> = ('a'..='j')
            .map(|name| answer(&name.to_string(), 1, ""))
            .collect();
        assert_eq!(
            tally(&failed),
            "10 namespaces: 10 ended with 1 (a; b; c; d; e; f; g; h +2)"
        );
        assert_eq!(tally(&all[1..2]), "1 namespace: 1 ended with 3 (db)");
    }

    #[test]
    fn as_json_it_is_one_line_and_the_text_itself() {
        let mut out = Vec::new();
        write_json(&[answer("w\u{202e}", 0, "a\n\x1b")], &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "[{\"namespace\":70,\"title\":\"w\\u202e\",\"status\":0,\"output\":\"a\\n\\u001b\"}]\n"
        );
    }
}
