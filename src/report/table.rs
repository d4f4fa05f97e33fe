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
    /// Spaces before each line.
    indent: usize,
    /// Whether columns with nothing in them are left out.
    is_lean: bool,
}

impl Table {
    pub(super) const fn new(columns: Vec<(&'static str, Align)>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            indent: 0,
            is_lean: false,
        }
    }

    /// A part of something larger: moved in, and without columns that have nothing in them.
    pub(super) const fn within(columns: Vec<(&'static str, Align)>, indent: usize) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            indent,
            is_lean: true,
        }
    }

    pub(super) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
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

    /// Columns that the column takes; 0 where it is left out.
    fn width(&self, at: usize, name: &str) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at));
        match cells.map(|cell| cell.width()).max().unwrap_or(0) {
            0 if self.is_lean => 0,
            widest => widest.max(name.width()),
        }
    }

    fn line(&self, out: &mut impl io::Write, cells: &[&str], widths: &[usize]) -> io::Result<()> {
        let mut line = " ".repeat(self.indent);
        let cells = cells.iter().zip(&self.columns).zip(widths);
        for ((cell, (_, align)), width) in cells.filter(|(_, width)| **width > 0) {
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
