//! The matrix, and who is in each shared namespace.

use std::collections::HashSet;
use std::io;

use super::Page;
use crate::model::{Charset, Kind, PerKind, Scope, Share};
use crate::query::{Cell, Loudness, Matrix, Row, RowId, members};
use crate::report::table::{Align, Table};

impl Page<'_> {
    pub(super) fn matrix(&self, matrix: &Matrix, out: &mut impl io::Write) -> io::Result<()> {
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
            format!("{indent}{}", self.name(&row.name)),
            self.name(&row.what),
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
    pub(super) fn shared(&self, matrix: &Matrix, out: &mut impl io::Write) -> io::Result<()> {
        let mut seen = HashSet::new();
        for row in &matrix.rows {
            for (kind, share) in self.sharing(&row.id) {
                let Some(inode) = share.inode.filter(|_| share.scope == Scope::Shared) else {
                    continue;
                };
                if seen.is_empty() {
                    writeln!(out, "\nShared namespaces:")?;
                }
                if !seen.insert((kind, inode)) {
                    continue;
                }
                let letter = row
                    .cells
                    .get(kind)
                    .map(|cell| self.cell(cell))
                    .unwrap_or_default();
                let names = members(self.snapshot, kind, inode)
                    .names
                    .into_iter()
                    .map(|name| self.name(&name));
                let names = names.collect::<Vec<_>>().join(", ");
                writeln!(out, "  {letter:<4} {kind}:[{inode}]  {names}")?;
            }
        }
        Ok(())
    }

    fn sharing(&self, id: &RowId) -> Vec<(Kind, &Share)> {
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
        sharing.into_iter().flat_map(PerKind::iter).collect()
    }
}
