//! What a quick command printed.

use super::{Facts, Fit, Tone};
use crate::tui::output::{Answer, End, Output};
use crate::tui::text;

/// The command, how it ended, and what it printed.
pub(super) fn facts(output: &Output) -> Facts {
    let question = &output.question;
    let mut facts = Facts::titled(question.command.clone());
    facts.title.push(question.name.clone());
    let Some(answer) = &output.answer else {
        facts.tell("status", "running; Esc ends it", Tone::Notable);
        return facts;
    };
    about_end(&mut facts, answer);
    facts.line("", Tone::Plain);
    if answer.text.is_empty() {
        facts.line("it printed nothing", Tone::Dim);
    }
    for line in answer.text.lines() {
        facts.line(text::expanded(line), Tone::Plain);
        if let Some(fact) = facts.facts.last_mut() {
            fact.fit = Fit::Columns;
        }
    }
    if answer.is_cut {
        facts.line("it printed more, which was not kept", Tone::Notable);
    }
    facts
}

fn about_end(facts: &mut Facts, answer: &Answer) {
    let (words, tone) = match &answer.end {
        End::Status(0) => ("0".to_owned(), Tone::Dim),
        End::Status(127) => (
            "127: it is not there, or no such file".to_owned(),
            Tone::Notable,
        ),
        End::Status(status) => (status.to_string(), Tone::Notable),
        End::Late(seconds) => (
            format!("ended after {seconds} seconds; this is what it had printed"),
            Tone::Notable,
        ),
        End::Cancelled => ("ended by Esc".to_owned(), Tone::Notable),
        End::Failed(why) => (why.clone(), Tone::Loud),
    };
    facts.tell("status", words, tone);
}
