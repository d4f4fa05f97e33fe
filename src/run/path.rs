//! `nslens path A B`.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::source::source;
use super::{DONE, charset, complain, refuse, unseen};
use crate::cli::{Cli, Ends};
use crate::model::{EngineStatus, Kind, Sections, Snapshot};
use crate::query::{self, Road, Stop, Target, TargetError, Wiring};
use crate::report;

/// Answers; the status is the same whatever the answer is, since 1 means that there is none.
pub(super) fn answer(cli: &Cli, ends: &Ends) -> Result<ExitCode> {
    let snapshot = source(cli, Sections::ALL)?;
    anyhow::ensure!(
        snapshot.network.is_some(),
        "this snapshot has no section network, so no road can be read from it"
    );
    let found = [&ends.from, &ends.to].map(|word| query::target(&snapshot, word));
    let [from, to] = match found {
        [Ok(from), Ok(to)] => [from, to],
        [Err(error @ TargetError::Ambiguous { .. }), _]
        | [_, Err(error @ TargetError::Ambiguous { .. })] => return Ok(refuse(&error.to_string())),
        [Err(error), _] | [_, Err(error)] => bail!("{error}{}", unheard(&snapshot)),
    };
    let road = query::road_between(&snapshot, stop(&snapshot, from)?, stop(&snapshot, to)?);
    print(cli, &road, &snapshot)?;
    Ok(ExitCode::from(DONE))
}

/// Names that may be missing, since an engine did not tell them.
pub(super) fn unheard(snapshot: &Snapshot) -> String {
    let silent = snapshot.engines.iter();
    let mut silent =
        silent.filter(|engine| !matches!(engine.status, EngineStatus::Ok | EngineStatus::Absent));
    silent.next().map_or_else(String::new, |engine| {
        let (kind, status) = (&engine.kind, engine.status.name());
        format!("; {kind} did not tell its names ({status}), so containers have only ids")
    })
}

/// The network namespace that is meant, called as whoever is meant.
fn stop(snapshot: &Snapshot, target: Target<'_>) -> Result<Stop> {
    let namespace = target.namespace(snapshot, Kind::Net).with_context(|| {
        let whose = target.describe();
        format!("the network namespace of {whose} is not known")
    })?;
    let title = target
        .name()
        .unwrap_or_else(|| Wiring::of(snapshot).title(namespace));
    Ok(Stop { namespace, title })
}

fn print(cli: &Cli, road: &Road, snapshot: &Snapshot) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if cli.json {
        report::write_road_json(road, snapshot, &mut out)
    } else {
        report::write_road(road, charset(cli.ascii), &mut out)
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        written => written.context("cannot write to standard output")?,
    }
    if let Some(unseen) = unseen(&snapshot.gaps).filter(|_| !cli.json) {
        complain(&format!("{unseen}; nslens --snapshot says what"));
    }
    Ok(())
}
