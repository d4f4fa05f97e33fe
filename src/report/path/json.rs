//! A road as JSON, `schema: "nslens.path/1"`. Texts are for people and may change; everything else keeps its meaning.

use core::net::IpAddr;
use std::io;

use serde::Serialize;

use crate::model::{Gap, Inode, Snapshot};
use crate::query::{self, Road};
use crate::report::json;

/// Name and version of the form.
const SCHEMA: &str = "nslens.path/1";

/// Writes one line of JSON; `snapshot` is what the road was read from.
pub fn write(road: &Road, snapshot: &Snapshot, out: &mut impl io::Write) -> io::Result<()> {
    let answer = Answer {
        schema: SCHEMA,
        captured_at: &snapshot.captured_at,
        from: Stop::of(&road.from),
        to: Stop::of(&road.to),
        verdict: road.verdict().name(),
        sentence: road.headline(),
        fault: road.fault().map(Fault::of),
        best: road.best().map(|trip| trip.destination),
        trips: road.trips.iter().map(Trip::of).collect(),
        not_checked: road.unchecked(),
        gaps: &snapshot.gaps,
    };
    writeln!(out, "{}", json::line(&answer)?)
}

/// All of it.
#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    /// When the snapshot was taken, RFC 3339 in UTC.
    captured_at: &'a str,
    from: Stop<'a>,
    to: Stop<'a>,
    /// complete, as far as is seen; broken; unknown, where something that decides could not be seen.
    verdict: &'static str,
    /// The verdict in words.
    sentence: String,
    /// What decides; null where the verdict is complete.
    fault: Option<Fault<'a>>,
    /// The address of the trip that the verdict is about; null where there is none.
    best: Option<IpAddr>,
    /// One for each address, the likeliest first.
    trips: Vec<Trip<'a>>,
    /// What was not looked at, in words.
    not_checked: Vec<String>,
    /// What could not be seen of the host, as in a snapshot.
    gaps: &'a [Gap],
}

/// One end.
#[derive(Serialize)]
struct Stop<'a> {
    /// Inode of the network namespace.
    namespace: Inode,
    title: &'a str,
}

impl<'a> Stop<'a> {
    fn of(stop: &'a query::Stop) -> Self {
        Self {
            namespace: stop.namespace,
            title: &stop.title,
        }
    }
}

/// What is missing, down or hidden.
#[derive(Serialize)]
struct Fault<'a> {
    /// One of the words of `query::FaultKind`.
    kind: &'static str,
    namespace: Inode,
    interface: Option<&'a str>,
    sentence: &'a str,
}

impl<'a> Fault<'a> {
    fn of(fault: &'a query::Fault) -> Self {
        Self {
            kind: fault.kind.name(),
            namespace: fault.namespace,
            interface: fault.interface.as_deref(),
            sentence: &fault.sentence,
        }
    }
}

/// To one address and back.
#[derive(Serialize)]
struct Trip<'a> {
    destination: IpAddr,
    verdict: &'static str,
    fault: Option<Fault<'a>>,
    there: Leg<'a>,
    /// Null where nothing would get there, so that nothing comes back.
    back: Option<Leg<'a>>,
}

impl<'a> Trip<'a> {
    fn of(trip: &'a query::Trip) -> Self {
        Self {
            destination: trip.destination,
            verdict: trip.verdict().name(),
            fault: trip.fault().map(Fault::of),
            there: Leg::of(&trip.there),
            back: trip.back.as_ref().map(Leg::of),
        }
    }
}

/// In one direction.
#[derive(Serialize)]
struct Leg<'a> {
    verdict: &'static str,
    /// Several where a route offers several.
    ways: Vec<Way<'a>>,
}

impl<'a> Leg<'a> {
    fn of(leg: &'a query::Leg) -> Self {
        Self {
            verdict: leg.verdict().name(),
            ways: leg.ways.iter().map(Way::of).collect(),
        }
    }
}

/// One way that packets may take.
#[derive(Serialize)]
struct Way<'a> {
    verdict: &'static str,
    /// Source address of the packets; null where it did not come so far.
    source: Option<IpAddr>,
    hops: Vec<Hop<'a>>,
    /// Where it ends before its time.
    fault: Option<Fault<'a>>,
    /// What may lead packets elsewhere, or keep them.
    doubts: Vec<Fault<'a>>,
}

impl<'a> Way<'a> {
    fn of(way: &'a query::Way) -> Self {
        Self {
            verdict: way.verdict().name(),
            source: way.source,
            hops: way.hops.iter().map(Hop::of).collect(),
            fault: way.fault.as_ref().map(Fault::of),
            doubts: way.doubts.iter().map(Fault::of).collect(),
        }
    }
}

/// A step.
#[derive(Serialize)]
struct Hop<'a> {
    /// route, link, bridge or arrival.
    kind: &'static str,
    namespace: Inode,
    interface: Option<&'a str>,
    text: &'a str,
    /// What is odd about it, without being a fault.
    remarks: &'a [String],
}

impl<'a> Hop<'a> {
    fn of(hop: &'a query::Hop) -> Self {
        Self {
            kind: hop.kind.name(),
            namespace: hop.namespace,
            interface: hop.interface.as_deref(),
            text: &hop.text,
            remarks: &hop.remarks,
        }
    }
}
