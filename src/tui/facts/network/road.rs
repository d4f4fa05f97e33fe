//! The road between two network namespaces, below what the two differ in.

use super::super::{Facts, Tone};
use crate::model::Inode;
use crate::query::{self, Leg, Stop, Verdict, Way};
use crate::tui::data::Data;

/// Columns of the number of a hop.
const NUMBER: u16 = 4;

/// Tells the road from one to the other and back, as `nslens path` does. Nothing where the network was not looked at.
pub(in crate::tui::facts) fn road(facts: &mut Facts, data: &Data, ends: [(Inode, &str); 2]) {
    facts.line("", Tone::Plain);
    if data.snapshot.network.is_none() {
        let words = "ROAD: not known, as the network has not been looked at";
        facts.line(words, Tone::Dim);
        return;
    }
    let [from, to] = ends.map(|(namespace, title)| Stop {
        namespace,
        title: title.to_owned(),
    });
    let road = query::road_between(&data.snapshot, from, to);
    let verdict = road.verdict();
    let headline = format!("ROAD: {}: {}", verdict.name(), road.headline());
    facts.put(String::new(), 0, headline, tone(verdict));
    if let Some(trip) = road.best() {
        let words = format!("to {}, {}", road.to.title, trip.destination);
        facts.line(words, Tone::Title);
        leg(facts, &trip.there);
        if let Some(back) = &trip.back {
            facts.line(format!("back to {}", road.from.title), Tone::Title);
            leg(facts, back);
        }
    }
    let unchecked = format!("Not checked: {}.", road.unchecked().join("; "));
    facts.put(String::new(), 0, unchecked, Tone::Dim);
}

fn leg(facts: &mut Facts, leg: &Leg) {
    for (at, way) in leg.ways.iter().enumerate() {
        if leg.ways.len() > 1 {
            facts.line(format!("way {} of {}", at + 1, leg.ways.len()), Tone::Dim);
        }
        hops(facts, way);
    }
}

fn hops(facts: &mut Facts, way: &Way) {
    for (at, hop) in way.hops.iter().enumerate() {
        facts.put((at + 1).to_string(), NUMBER, hop.text.clone(), Tone::Plain);
        for remark in &hop.remarks {
            facts.put(String::new(), NUMBER, format!("note: {remark}"), Tone::Dim);
        }
    }
    for trouble in way.doubts.iter().chain(&way.fault) {
        let verdict = trouble.kind.verdict();
        let mark = if verdict == Verdict::Broken { "!" } else { "?" };
        facts.put(
            mark.to_owned(),
            NUMBER,
            trouble.sentence.clone(),
            tone(verdict),
        );
    }
}

const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Complete => Tone::Plain,
        Verdict::Unknown => Tone::Notable,
        Verdict::Broken => Tone::Loud,
    }
}
