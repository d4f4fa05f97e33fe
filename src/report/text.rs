//! A snapshot as text for people: the header, the matrix, who shares what, and what could not be seen.

use std::io;

use super::table::{Align, Table};
use crate::model::{
    Charset, EngineStatus, Gap, Kind, Namespace, Process, Scope, Section, Sections, Snapshot,
    visible_in,
};
use crate::query::{Cell, Loudness, Matrix, Row, RowId, members};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which sections are wanted as tables; containers are the matrix.
    pub sections: Sections,
    /// Characters that may be used.
    pub charset: Charset,
}

/// Writes the report.
pub fn write(snapshot: &Snapshot, options: Options, out: &mut impl io::Write) -> io::Result<()> {
    let page = Page {
        snapshot,
        charset: options.charset,
    };
    page.header(out)?;
    if options.sections.has(Section::Containers) && snapshot.containers.is_some() {
        let matrix = Matrix::of(snapshot);
        page.matrix(&matrix, out)?;
        page.shared(&matrix, out)?;
    }
    if let Some(namespaces) = snapshot
        .namespaces
        .as_ref()
        .filter(|_| options.sections.has(Section::Namespaces))
    {
        Page::namespaces(namespaces, out)?;
    }
    if let Some(processes) = snapshot
        .processes
        .as_ref()
        .filter(|_| options.sections.has(Section::Processes))
    {
        page.processes(processes, out)?;
    }
    page.gaps(out)
}

/// What all parts need.
struct Page<'a> {
    snapshot: &'a Snapshot,
    charset: Charset,
}

impl Page<'_> {
    fn shown(&self, text: &str) -> String {
        visible_in(text, self.charset).into_owned()
    }

    fn maybe(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "?".to_owned(), |text| self.shown(text))
    }

    fn header(&self, out: &mut impl io::Write) -> io::Result<()> {
        let host = &self.snapshot.host;
        let name = self.maybe(host.hostname.as_deref());
        let kernel = self.maybe(host.kernel.as_deref());
        let place = if host.pid_namespace_is_initial {
            "host"
        } else {
            "inside of"
        };
        writeln!(
            out,
            "{place} {name}  Linux {kernel}  {}  {}",
            self.viewer(),
            self.snapshot.captured_at
        )?;
        if !host.pid_namespace_is_initial {
            writeln!(
                out,
                "We are inside a container and see only its inside; what the host shares is unknown."
            )?;
        }
        let other = self.other_namespaces();
        if !other.is_empty() {
            writeln!(
                out,
                "We look from a {} namespace that is not the host's.",
                other.join(", ")
            )?;
        }
        self.without_root(out)?;
        self.engines(out)?;
        writeln!(out, "{}", self.counts())
    }

    fn viewer(&self) -> String {
        match self.snapshot.viewer.uid {
            0 => "as root".to_owned(),
            uid => format!("as user {uid}"),
        }
    }

    /// What an ordinary user misses.
    fn without_root(&self, out: &mut impl io::Write) -> io::Result<()> {
        let hidden = self.snapshot.viewer.denied_processes;
        if self.snapshot.viewer.uid == 0 || hidden == 0 {
            return Ok(());
        }
        writeln!(
            out,
            "Not root: the namespaces of {hidden} processes are unknown; root would see them."
        )
    }

    /// Kinds in which we ourselves are elsewhere than the host.
    fn other_namespaces(&self) -> Vec<&'static str> {
        let (host, viewer) = (
            &self.snapshot.host.namespaces,
            &self.snapshot.viewer.namespaces,
        );
        let differs = |kind: &Kind| matches!((host.inode(*kind), viewer.inode(*kind)), (Some(h), Some(v)) if h != v);
        Kind::ALL
            .into_iter()
            .filter(differs)
            .map(Kind::name)
            .collect()
    }

    fn engines(&self, out: &mut impl io::Write) -> io::Result<()> {
        for engine in &self.snapshot.engines {
            let version = engine
                .version
                .as_deref()
                .map(|version| format!(" {}", self.shown(version)));
            let endpoint = self.shown(&engine.endpoint);
            let detail = engine
                .detail
                .as_deref()
                .filter(|_| engine.status != EngineStatus::Ok);
            let detail = detail.map(|detail| format!(" ({})", self.shown(detail)));
            let status = engine.status.name();
            let (version, detail) = (version.unwrap_or_default(), detail.unwrap_or_default());
            writeln!(
                out,
                "{}{version} at {endpoint}: {status}{detail}",
                self.shown(&engine.kind)
            )?;
        }
        Ok(())
    }

    fn counts(&self) -> String {
        let snapshot = self.snapshot;
        let counts = [
            (snapshot.containers.as_ref().map(Vec::len), "containers"),
            (
                snapshot.groups.as_ref().map(Vec::len),
                "other isolated groups",
            ),
            (snapshot.namespaces.as_ref().map(Vec::len), "namespaces"),
            (snapshot.processes.as_ref().map(Vec::len), "processes"),
        ];
        let counts = counts
            .iter()
            .filter_map(|(count, what)| Some(format!("{} {what}", (*count)?)));
        format!(
            "{}, {} ms",
            counts.collect::<Vec<_>>().join(", "),
            snapshot.duration_ms
        )
    }

    fn matrix(&self, matrix: &Matrix, out: &mut impl io::Write) -> io::Result<()> {
        let mut columns = vec![
            ("NAME", Align::Left),
            ("KIND", Align::Left),
            ("PROCS", Align::Right),
        ];
        columns.extend(matrix.columns.iter().map(|kind| (kind.name(), Align::Left)));
        columns.push(("NOTES", Align::Left));
        let mut table = Table::new(columns);
        for row in &matrix.rows {
            table.push(self.matrix_row(row, &matrix.columns));
        }
        writeln!(out)?;
        table.write(out)?;
        let private = self.private();
        let (reference, host) = if self.snapshot.host.pid_namespace_is_initial {
            ("H host", "H! H h the host's (alarming, notable, normal)")
        } else {
            ("o ours", "o ours")
        };
        let host = if reference == host {
            String::new()
        } else {
            format!("  {host}")
        };
        writeln!(
            out,
            "\n{reference}{host}  {private} private  A2 shared by two rows, same letter same namespace  ? unknown"
        )
    }

    fn matrix_row(&self, row: &Row, columns: &[Kind]) -> Vec<String> {
        let indent = if row.family.is_some() { "  " } else { "" };
        let mut cells = vec![
            format!("{indent}{}", self.shown(&row.name)),
            self.shown(&row.what),
        ];
        cells.push(
            row.processes
                .map(|count| count.to_string())
                .unwrap_or_default(),
        );
        cells.extend(columns.iter().map(|kind| {
            row.cells
                .get(*kind)
                .map(|cell| self.cell(cell))
                .unwrap_or_default()
        }));
        cells.push(self.shown(&row.notes.join(", ")));
        cells
    }

    const fn private(&self) -> &'static str {
        match self.charset {
            Charset::Unicode => "·",
            Charset::Ascii => ".",
        }
    }

    fn cell(&self, cell: &Cell) -> String {
        let sees_host = self.snapshot.host.pid_namespace_is_initial;
        match cell {
            Cell::Reference | Cell::SameAsReference(_) if !sees_host => "o".to_owned(),
            Cell::Reference | Cell::SameAsReference(Loudness::Notable) => "H".to_owned(),
            Cell::SameAsReference(Loudness::Loud) => "H!".to_owned(),
            Cell::SameAsReference(Loudness::Quiet) => "h".to_owned(),
            Cell::Private => self.private().to_owned(),
            Cell::Shared { letter, rows } => format!("{letter}{rows}"),
            Cell::Unknown { .. } => "?".to_owned(),
        }
    }

    /// Each namespace that two or more rows share, and who is in it.
    fn shared(&self, matrix: &Matrix, out: &mut impl io::Write) -> io::Result<()> {
        let mut seen = Vec::new();
        for row in &matrix.rows {
            for (kind, share) in self.sharing(&row.id) {
                let Some(inode) = share.inode.filter(|_| share.scope == Scope::Shared) else {
                    continue;
                };
                if seen.contains(&(kind, inode)) {
                    continue;
                }
                if seen.is_empty() {
                    writeln!(out, "\nShared namespaces:")?;
                }
                seen.push((kind, inode));
                let letter = row
                    .cells
                    .get(kind)
                    .map(|cell| self.cell(cell))
                    .unwrap_or_default();
                let names = members(self.snapshot, kind, inode)
                    .names
                    .into_iter()
                    .map(|name| self.shown(name));
                let names = names.collect::<Vec<_>>().join(", ");
                writeln!(out, "  {letter:<4} {kind}:[{inode}]  {names}")?;
            }
        }
        Ok(())
    }

    fn sharing(&self, id: &RowId) -> Vec<(Kind, &crate::model::Share)> {
        let containers = self.snapshot.containers.iter().flatten();
        let groups = self.snapshot.groups.iter().flatten();
        let sharing = match id {
            RowId::Container(id) => containers
                .clone()
                .find(|row| row.id == *id)
                .map(|row| &row.sharing),
            RowId::Group(id) => groups
                .clone()
                .find(|row| row.id == *id)
                .map(|row| &row.sharing),
            RowId::Reference | RowId::Family(_) => None,
        };
        sharing
            .into_iter()
            .flat_map(crate::model::PerKind::iter)
            .collect()
    }

    fn namespaces(namespaces: &[Namespace], out: &mut impl io::Write) -> io::Result<()> {
        let right = Align::Right;
        let mut table = Table::new(vec![
            ("NS", right),
            ("TYPE", Align::Left),
            ("NPROCS", right),
            ("PID", right),
            ("HOST", Align::Left),
        ]);
        for namespace in namespaces {
            let initial = match namespace.initial {
                Some(true) => "yes",
                Some(false) => "no",
                None => "?",
            };
            table.push(vec![
                namespace.inode.to_string(),
                namespace.kind.to_string(),
                namespace.process_count.to_string(),
                namespace
                    .leader_pid
                    .map(|pid| pid.to_string())
                    .unwrap_or_default(),
                initial.to_owned(),
            ]);
        }
        writeln!(out)?;
        table.write(out)
    }

    fn processes(&self, processes: &[Process], out: &mut impl io::Write) -> io::Result<()> {
        let right = Align::Right;
        let mut columns = vec![
            ("PID", right),
            ("PPID", right),
            ("UID", right),
            ("S", Align::Left),
        ];
        let kinds: Vec<Kind> = self
            .snapshot
            .host
            .namespaces
            .iter()
            .map(|(kind, _)| kind)
            .collect();
        columns.extend(kinds.iter().map(|kind| (kind.name(), right)));
        columns.push(("COMMAND", Align::Left));
        let mut table = Table::new(columns);
        for process in processes {
            table.push(self.process_row(process, &kinds));
        }
        writeln!(out)?;
        table.write(out)
    }

    fn process_row(&self, process: &Process, kinds: &[Kind]) -> Vec<String> {
        let number = |number: Option<u32>| {
            number.map_or_else(|| "?".to_owned(), |number| number.to_string())
        };
        let state = process.state.map(String::from);
        let mut row = vec![
            process.pid.to_string(),
            number(process.ppid),
            number(process.uid),
            self.maybe(state.as_deref()),
        ];
        row.extend(
            kinds
                .iter()
                .map(|kind| number(process.namespaces.inode(*kind).map(|inode| inode.0))),
        );
        row.push(self.command(process));
        row
    }

    /// The command line; the bracketed name where there is none, as ps shows it.
    fn command(&self, process: &Process) -> String {
        match process
            .command
            .as_deref()
            .filter(|command| !command.is_empty())
        {
            Some(command) if process.command_truncated => format!("{} [cut]", self.shown(command)),
            Some(command) => self.shown(command),
            None => format!("[{}]", self.maybe(process.comm.as_deref())),
        }
    }

    fn gaps(&self, out: &mut impl io::Write) -> io::Result<()> {
        if self.snapshot.gaps.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nCould not be seen:")?;
        self.snapshot.gaps.iter().try_for_each(
            |Gap {
                 what,
                 reason,
                 count,
             }| {
                let times = if *count > 1 {
                    format!(" ({count})")
                } else {
                    String::new()
                };
                writeln!(out, "  {}: {}{times}", self.shown(what), reason.name())
            },
        )
    }
}
