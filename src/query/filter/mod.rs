//! The filter language: which rows, processes and namespaces somebody wants to see.
//!
//! Terms side by side must all hold, `or` stands between alternatives, `!` turns a term around, parentheses and double
//! quotes do what they do elsewhere. A term is a word (part of a name, image, command or id, whatever the case), a
//! regular expression behind `~`, or a field with a value.
//!
//! A word with a colon whose letters name no field is a mistake, told with its place, since a slip that silently matches
//! nothing misleads. Text that often stands there is let through all the same, unless it is one letter off a field:
//! `nginx:1.25` (a digit follows), `http://x` (a slash), `TERM=linux`, `ae:bd` (a hardware address). What has a digit, dot or dash before the colon
//! cannot be meant as a field. `net:[4026532184]`, as the reports show namespaces, is short for `ns:net:4026532184`.
//!
//! An id matches from its beginning only and no regular expression looks at it: within 64 hex digits, short words stand
//! everywhere.

mod apply;
mod census;
mod complete;
mod error;
mod eval;
mod expr;
mod field;
mod hits;
mod lexer;
mod links;
mod matcher;
mod network;
mod parser;
mod term;

use std::str::FromStr;

pub use complete::{Completion, complete};
pub use error::FilterError;
use expr::Expr;
pub use hits::Hits;
pub use links::LinkHits;

use crate::model::Snapshot;

/// A filter: an expression and its text. The default is empty and keeps everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    expr: Expr,
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Ok(Self {
            expr: parser::parse(text)?,
            text: text.to_owned(),
        })
    }
}

impl Filter {
    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it keeps everything because nothing was asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.expr, Expr::All(all) if all.is_empty())
    }

    /// What it matches in `snapshot`.
    #[must_use]
    pub fn hits(&self, snapshot: &Snapshot) -> Hits {
        if self.is_empty() {
            return Hits::all(snapshot, true);
        }
        eval::eval(&self.expr, snapshot)
    }

    /// What it matches of the network namespaces in `snapshot` and of their interfaces.
    #[must_use]
    pub fn link_hits(&self, snapshot: &Snapshot) -> LinkHits {
        links::eval(&self.expr, snapshot)
    }

    /// Keeps what matches of the containers, groups, namespaces, processes and of the network; everything else stays
    /// as it is.
    #[must_use]
    pub fn apply(&self, snapshot: Snapshot) -> Snapshot {
        if self.is_empty() {
            return snapshot;
        }
        let hits = self.hits(&snapshot);
        apply::keep(snapshot, &hits, self.text.trim())
    }
}

#[cfg(test)]
mod tests;
