//! Namespaces and processes one by one, where `--only` asks for them.

use std::io;

use super::Page;
use crate::model::{Kind, Namespace, Process};
use crate::report::table::{Align, Table};
use crate::report::words::{kept, nobody};

impl Page<'_> {
    pub(super) fn namespaces(namespaces: &[Namespace], out: &mut impl io::Write) -> io::Result<()> {
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

    /// The namespaces that no process is in, and what keeps each alive.
    pub(super) fn without_process(&self, out: &mut impl io::Write) -> io::Result<()> {
        let columns = ["NAMESPACE", "NAME", "HELD BY"];
        let columns = columns.map(|column| (column, Align::Left)).to_vec();
        let mut table = Table::within(columns, 2);
        let namespaces = self.snapshot.namespaces.iter().flatten();
        for one in namespaces.filter(|one| one.process_count == 0) {
            let mut named = vec![
                format!("{}:[{}]", one.kind, one.inode),
                self.name(one.name.as_deref().unwrap_or_default()),
            ];
            for line in kept(one, self.whole) {
                named.push(self.shown(&line));
                table.push(named);
                named = vec![String::new(); 2];
            }
        }
        if table.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nNamespaces with {}:", nobody(self.whole))?;
        table.write(out)
    }

    pub(super) fn processes(
        &self,
        processes: &[Process],
        out: &mut impl io::Write,
    ) -> io::Result<()> {
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
}
