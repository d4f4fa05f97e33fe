//! A road as text for people: the verdict, then hop by hop.

use std::io;

use crate::model::{Charset, visible_in};
use crate::query::{Leg, Road, Trip, Way};

/// Writes the report.
pub fn write(road: &Road, charset: Charset, out: &mut impl io::Write) -> io::Result<()> {
    let page = Page { charset };
    let headline = page.shown(&road.headline());
    writeln!(out, "{}: {headline}", road.verdict().name())?;
    if let Some(best) = road.best() {
        page.trip(road, best, out)?;
        page.others(road, best, out)?;
    }
    let unchecked = road.unchecked().join("; ");
    writeln!(out, "\nNot checked: {}.", page.shown(&unchecked))
}

/// How to write.
#[derive(Clone, Copy)]
struct Page {
    charset: Charset,
}

impl Page {
    fn shown(self, text: &str) -> String {
        visible_in(text, self.charset).into_owned()
    }

    fn trip(self, road: &Road, trip: &Trip, out: &mut impl io::Write) -> io::Result<()> {
        let (from, to) = (self.shown(&road.from.title), self.shown(&road.to.title));
        writeln!(out, "\nFrom {from} to {to}, {}:", trip.destination)?;
        self.leg(&trip.there, out)?;
        let Some(back) = &trip.back else {
            return Ok(());
        };
        writeln!(out, "\nBack from {to} to {from}:")?;
        self.leg(back, out)
    }

    fn leg(self, leg: &Leg, out: &mut impl io::Write) -> io::Result<()> {
        for (at, way) in leg.ways.iter().enumerate() {
            if leg.ways.len() > 1 {
                writeln!(out, "  way {} of {}", at + 1, leg.ways.len())?;
            }
            self.way(way, out)?;
        }
        Ok(())
    }

    fn way(self, way: &Way, out: &mut impl io::Write) -> io::Result<()> {
        for (at, hop) in way.hops.iter().enumerate() {
            writeln!(out, "  {:>2}  {}", at + 1, self.shown(&hop.text))?;
            for remark in &hop.remarks {
                writeln!(out, "      note: {}", self.shown(remark))?;
            }
        }
        for doubt in &way.doubts {
            writeln!(out, "   ?  {}", self.shown(&doubt.sentence))?;
        }
        if let Some(fault) = &way.fault {
            let mark = match fault.kind.verdict() {
                crate::query::Verdict::Broken => '!',
                _ => '?',
            };
            writeln!(out, "   {mark}  {}", self.shown(&fault.sentence))?;
        }
        Ok(())
    }

    /// Addresses that are not the one told of, a line each.
    fn others(self, road: &Road, best: &Trip, out: &mut impl io::Write) -> io::Result<()> {
        let others = road.trips.iter();
        let mut others = others.filter(|trip| !std::ptr::eq(*trip, best)).peekable();
        if others.peek().is_some() {
            writeln!(out, "\nOther addresses of {}:", self.shown(&road.to.title))?;
        }
        others.try_for_each(|trip| {
            let why = trip.fault().map(|fault| format!(": {}", fault.sentence));
            let why = self.shown(&why.unwrap_or_default());
            writeln!(
                out,
                "  {}  {}{why}",
                trip.destination,
                trip.verdict().name()
            )
        })
    }
}
