//! One command in several network namespaces.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::process::Stdio;

use super::decide::{Kinds, Refusal, Tools, Wish};
use super::plan::{Environment, Plan};
use super::supervise::walk_in;
use super::{EnterError, way};
use crate::model::{Inode, Kind, Snapshot, visible};
use crate::query::{Filter, Target, Wiring};

/// A network namespace, and how to run the command there.
#[derive(Debug)]
pub struct Stop {
    /// Its number.
    pub namespace: Inode,
    /// What it is called; not yet made visible.
    pub title: String,
    /// What is to be done, or why it cannot.
    pub plan: Result<Plan, Refusal>,
}

/// The network namespaces that `filter` keeps, each with the plan that runs `command` there with the host's files; the
/// host's first, then by title, as a report lists them.
#[must_use]
pub fn each(snapshot: &Snapshot, filter: &Filter, command: &[OsString]) -> Vec<Stop> {
    let wish = Wish {
        kinds: Kinds::All,
        tools: Some(Tools::Outside),
        environment: Environment::Clean,
        confined: false,
        command: Some(command.to_vec()),
    };
    let wiring = Wiring::of(snapshot);
    let hits = filter.hits(snapshot).network;
    let kept = wiring.namespaces().iter().zip(hits);
    let kept = kept.filter_map(|(net, is_hit)| is_hit.then_some(net.namespace));
    let mut stops: Vec<_> = kept
        .map(|namespace| Stop {
            namespace,
            title: wiring.title(namespace),
            plan: way::plan(snapshot, Target::Namespace(Kind::Net, namespace), &wish),
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
    let (_plan, mut command) = walk_in(plan)?;
    command.stdin(Stdio::null());
    command.stdout(writer.try_clone().map_err(failed)?);
    command.stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // Our own ends of the pipe, which would keep it open.
    drop(command);
    let mut output = Vec::new();
    let read = reader.read_to_end(&mut output);
    let status = child.wait().map_err(failed)?;
    read.map_err(failed)?;
    Ok((super::supervise::status(status), output))
}
