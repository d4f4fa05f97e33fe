//! What could not be seen, and why.

use std::cmp::Reverse;

use super::{Facts, Tone};
use crate::model::{EngineStatus, Gap, Kind, Reason};
use crate::report::words::unlisted;
use crate::tui::data::Data;
use crate::tui::text;

/// Gaps that are listed beside a cell; the others are counted.
const SOME: usize = 4;
/// Columns of the reasons at the left.
const REASONS: u16 = 13;

/// The page of gaps: each gap, engines in trouble, what the configuration file got wrong.
pub(super) fn facts(data: &Data, problems: &[String]) -> Facts {
    let mut facts = Facts::titled("what could not be seen");
    let snapshot = &data.snapshot;
    about_viewer(&mut facts, data);
    if snapshot.gaps.is_empty()
        && snapshot
            .host
            .unlisted_namespaces
            .is_none_or(|count| count == 0)
    {
        facts.say("", "Nothing was refused, cut or too slow.");
    }
    let mut gaps: Vec<&Gap> = snapshot.gaps.iter().collect();
    gaps.sort_by_key(|gap| (gap.reason, Reverse(gap.count)));
    let mut last = None;
    for gap in gaps {
        if last != Some(gap.reason) {
            facts.line("", Tone::Plain);
            let name = gap.reason.name();
            facts.line(format!("{name}: {}", meaning(gap.reason)), Tone::Title);
        }
        last = Some(gap.reason);
        facts.put(times(gap), REASONS, gap.what.clone(), Tone::Plain);
    }
    about_engines(&mut facts, data);
    if !problems.is_empty() {
        facts.line("", Tone::Plain);
        facts.line("configuration file", Tone::Title);
    }
    for problem in problems {
        facts.put(String::new(), REASONS, problem.clone(), Tone::Notable);
    }
    facts
}

fn about_viewer(facts: &mut Facts, data: &Data) {
    let viewer = &data.snapshot.viewer;
    let who = match viewer.uid {
        0 => "root".to_owned(),
        uid => format!("user {uid}, not root: root sees more"),
    };
    facts.put("seen as".to_owned(), REASONS, who, Tone::Plain);
    if viewer.denied_processes > 0 {
        let denied = viewer.denied_processes as usize;
        let words = format!(
            "namespaces of {}",
            text::counted(denied, "process", "processes")
        );
        facts.put("refused".to_owned(), REASONS, words, Tone::Notable);
    }
    if let Some(count @ 1..) = data.snapshot.host.unlisted_namespaces {
        facts.put(
            "missing".to_owned(),
            REASONS,
            unlisted(count),
            Tone::Notable,
        );
    }
    if !data.sees_host() {
        let words = "only the inside of a container or pid namespace; nothing is called the host's";
        facts.put("sight".to_owned(), REASONS, words.to_owned(), Tone::Notable);
    }
}

fn about_engines(facts: &mut Facts, data: &Data) {
    let engines = data.snapshot.engines.iter();
    let mut troubled = engines
        .filter(|engine| engine.status != EngineStatus::Ok)
        .peekable();
    if troubled.peek().is_some() {
        facts.line("", Tone::Plain);
        facts.line("engines: names may be missing or old", Tone::Title);
    }
    for engine in troubled {
        let detail = engine.detail.as_ref().map(|detail| format!(" ({detail})"));
        let words = format!(
            "{} at {}{}",
            engine.kind,
            engine.endpoint,
            detail.unwrap_or_default()
        );
        facts.put(
            engine.status.name().to_owned(),
            REASONS,
            words,
            Tone::Notable,
        );
    }
}

/// What a reason means for whoever reads.
const fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::Denied => "permission was refused",
        Reason::Malformed => "what was read contradicts itself or makes no sense",
        Reason::Timeout => "it took too long",
        Reason::Unsupported => "it cannot be known from here",
        Reason::Truncated => "there was more than is read",
        Reason::Failed => "the attempt failed",
    }
}

fn times(gap: &Gap) -> String {
    if gap.count > 1 {
        format!("  {} times", gap.count)
    } else {
        String::new()
    }
}

/// Why something is unknown: the gaps, those about namespaces first.
pub(super) fn about_gaps(facts: &mut Facts, label: &'static str, gaps: &[Gap], kind: Kind) {
    if gaps.is_empty() {
        return facts.say(label, "the snapshot does not say");
    }
    let mut order: Vec<_> = gaps.iter().collect();
    order.sort_by_key(|gap| !(gap.what.contains("namespace") || gap.what.contains(kind.name())));
    for (at, gap) in order.iter().take(SOME).enumerate() {
        let label = if at == 0 { label } else { "" };
        let times = if gap.count > 1 {
            format!(" ({} times)", gap.count)
        } else {
            String::new()
        };
        facts.say(label, format!("{}: {}{times}", gap.what, gap.reason.name()));
    }
    if let Some(more @ 1..) = gaps.len().checked_sub(SOME) {
        facts.tell("", format!("and {more} more gaps"), Tone::Dim);
    }
}
