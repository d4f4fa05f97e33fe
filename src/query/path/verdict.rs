//! What is to be said of a road, and why.

use super::{Fault, Leg, Road, Trip, Way};

/// What is to be said of a road. The order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing is missing, as far as is seen.
    Complete,
    /// Something that decides could not be seen.
    Unknown,
    /// Something is missing or down.
    Broken,
}

impl Verdict {
    /// The word for it in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Unknown => "unknown",
            Self::Broken => "broken",
        }
    }
}

impl Road {
    /// What is to be said of it: as of its best trip.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (&self.fault, self.best()) {
            (Some(fault), _) => fault.kind.verdict(),
            (None, Some(trip)) => trip.verdict(),
            (None, None) => Verdict::Unknown,
        }
    }

    /// The trip with the best verdict; of equal ones the first.
    #[must_use]
    pub fn best(&self) -> Option<&Trip> {
        self.trips.iter().min_by_key(|trip| trip.verdict())
    }

    /// What is missing, down or hidden; `None` where the road is complete.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        let trip = || self.best().and_then(Trip::fault);
        self.fault.as_ref().or_else(trip)
    }

    /// The verdict as a sentence, without its full stop.
    #[must_use]
    pub fn headline(&self) -> String {
        let (from, to) = (&self.from.title, &self.to.title);
        let why = self
            .fault()
            .map_or("no reason is known", |fault| &fault.sentence);
        let way = self.best().map_or("", Trip::place_of_fault);
        match (self.verdict(), self.best()) {
            _ if self.fault().is_none() && self.from.namespace == self.to.namespace => {
                format!(
                    "{from} and {to} are in one network namespace and reach each other by the loopback"
                )
            }
            (Verdict::Complete, Some(trip)) => {
                let address = trip.destination;
                format!("the road from {from} to {to} at {address} is complete, as far as is seen")
            }
            (Verdict::Broken, _) => format!("{from} does not reach {to}: {way}{why}"),
            _ => format!("it cannot be told whether {from} reaches {to}: {way}{why}"),
        }
    }

    /// What was not looked at, the most important first.
    #[must_use]
    pub fn unchecked(&self) -> Vec<String> {
        let mut all: Vec<String> = [
            "firewall rules and address translation",
            "reverse path filters",
            "what programs listen",
        ]
        .map(str::to_owned)
        .into();
        let legs = self.best().into_iter().flat_map(Trip::legs);
        for what in legs
            .flat_map(|leg| &leg.ways)
            .flat_map(|way| &way.unchecked)
        {
            if !all.contains(what) {
                all.push(what.clone());
            }
        }
        all
    }
}

impl Trip {
    /// What is to be said of it: as of the worse of both directions.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let worst = self.legs().map(Leg::verdict).max();
        worst.unwrap_or(Verdict::Unknown)
    }

    /// What is missing, down or hidden.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.worst().and_then(Leg::fault)
    }

    /// Both directions, as far as they were followed.
    pub fn legs(&self) -> impl Iterator<Item = &Leg> {
        std::iter::once(&self.there).chain(&self.back)
    }

    /// The direction that decides.
    fn worst(&self) -> Option<&Leg> {
        let verdict = self.verdict();
        self.legs().find(|leg| leg.verdict() == verdict)
    }

    /// Words before a fault that is not on the only way there.
    fn place_of_fault(&self) -> &'static str {
        let is_back = self.there.verdict() < self.verdict();
        let is_one_of = self.worst().is_some_and(Leg::is_partly_good);
        match (is_back, is_one_of) {
            (false, false) => "",
            (false, true) => "on one of several ways, ",
            (true, false) => "on the way back, ",
            (true, true) => "on one of several ways back, ",
        }
    }
}

impl Leg {
    /// As of its worst way, since a flow may take that one.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let worst = self.ways.iter().map(Way::verdict).max();
        worst.unwrap_or(Verdict::Unknown)
    }

    /// What is missing, down or hidden.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        let verdict = self.verdict();
        let mut ways = self.ways.iter();
        ways.find(|way| way.verdict() == verdict)?.reason()
    }

    fn is_partly_good(&self) -> bool {
        self.ways.iter().any(|way| way.verdict() < self.verdict())
    }
}

impl Way {
    /// What is to be said of it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.reason()
            .map_or(Verdict::Complete, |fault| fault.kind.verdict())
    }

    /// What decides about it: a fault, unless something before it may lead packets elsewhere; else a doubt.
    #[must_use]
    pub fn reason(&self) -> Option<&Fault> {
        let mut doubts = self.doubts.iter();
        let diverting = doubts.find(|doubt| doubt.kind.may_divert());
        diverting
            .or(self.fault.as_ref())
            .or_else(|| self.doubts.first())
    }
}
