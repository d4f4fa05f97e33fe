//! One command in several network namespaces.

use std::io::{self, Read as _};
use std::process::Stdio;

use super::supervise::{INSIDE, status, walk_in};
use super::{EnterError, Plan};
use crate::model::{Inode, Kind, Snapshot, visible};
use crate::query::{Filter, Wiring};

/// A network namespace to run a command in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Its number.
    pub namespace: Inode,
    /// What it is called; not yet made visible.
    pub title: String,
}

/// The network namespaces that `filter` keeps: the host's first, then by title, as a report lists them.
#[must_use]
pub fn stops(snapshot: &Snapshot, filter: &Filter) -> Vec<Stop> {
    let wiring = Wiring::of(snapshot);
    let hits = filter.hits(snapshot).network;
    let all = wiring.namespaces().iter().zip(hits);
    let kept = all.filter_map(|(net, is_hit)| is_hit.then_some(net.namespace));
    let mut stops: Vec<_> = kept
        .map(|namespace| Stop {
            namespace,
            title: wiring.title(namespace),
        })
        .collect();
    let host = snapshot.host.namespaces.inode(Kind::Net);
    stops.sort_by_cached_key(|stop| {
        let is_other = host != Some(stop.namespace);
        (is_other, visible(&stop.title).into_owned(), stop.namespace)
    });
    stops
}

/// Runs a plan without input; its status, and what it wrote to standard output and standard error, as it came.
pub fn capture(plan: &Plan) -> Result<(u8, Vec<u8>), EnterError> {
    let failed = |cause| EnterError::Step {
        doing: "read what the command writes".to_owned(),
        cause,
    };
    let (mut reader, writer) = io::pipe().map_err(failed)?;
    let (_plan, mut command) = walk_in(INSIDE, plan)?;
    command.stdin(Stdio::null());
    command.stdout(writer.try_clone().map_err(failed)?);
    command.stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // Our own ends of the pipe, which would keep it open.
    drop(command);
    let mut output = Vec::new();
    let read = reader.read_to_end(&mut output);
    let ended = child.wait().map_err(failed)?;
    read.map_err(failed)?;
    Ok((status(ended), output))
}
