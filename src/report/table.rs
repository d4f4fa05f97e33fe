//! Columns of text, aligned by their width on a terminal.

use std::io;

use unicode_width::UnicodeWidthStr;

/// To which side a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows under a heading.
pub(super) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(columns: Vec<(&'static str, Align)>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub(super) fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (name, _))| self.width(at, name))
            .collect();
        let heading: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        self.line(out, &heading, &widths)?;
        self.rows.iter().try_for_each(|row| {
            let row: Vec<&str> = row.iter().map(String::as_str).collect();
            self.line(out, &row, &widths)
        })
    }

    fn width(&self, at: usize, name: &str) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at));
        cells
            .map(|cell| cell.width())
            .max()
            .unwrap_or(0)
            .max(name.width())
    }

    fn line(&self, out: &mut impl io::Write, cells: &[&str], widths: &[usize]) -> io::Result<()> {
        let mut line = String::new();
        for ((cell, (_, align)), width) in cells.iter().zip(&self.columns).zip(widths) {
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            let (before, after) = if *align == Align::Left {
                ("", &*padding)
            } else {
                (&*padding, "")
            };
            line.extend([before, cell, after, "  "]);
        }
        writeln!(out, "{}", line.trim_end())
    }
}
