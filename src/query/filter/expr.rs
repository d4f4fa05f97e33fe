//! What an expression is made of.

use super::matcher::{Bound, Pattern, Range};
use crate::model::{Kind, Relation, Scope};

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    /// What all keep; everything, where there are none.
    All(Vec<Self>),
    /// What any keeps.
    Any(Vec<Self>),
    /// What it does not keep.
    Not(Box<Self>),
    /// A single question.
    Test(Test),
}

impl Default for Expr {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// A single question to every row, process and namespace.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// A word without a field.
    Word(Word),
    /// Namespaces are of this kind.
    Kind(Kind),
    /// Is or is in a namespace with such a number, of this kind where one is named.
    Namespace(Option<Kind>, Bound),
    /// Has such a pid.
    Pid(Bound),
    /// Runs as such a user.
    User(Bound),
    /// A text of the container.
    Text(Text, Pattern),
    /// A label of the container: its key, and its value where one is named.
    Label(String, Option<Pattern>),
    /// A label of the container as `key=value`.
    AnyLabel(Pattern),
    /// An address of the container, or of an interface where it is.
    Address(Range),
    /// An interface where it is.
    Interface(Pattern),
    /// A port that it listens on or that is published for it.
    Port(Bound),
    /// Came into its container so.
    Relation(Relation),
    /// How far its namespace of this kind reaches.
    Reach(Scope, Kind),
    /// Has so many processes.
    Processes(Bound),
}

/// A word without a field: part of a name, image, command or id; of the network also of an interface's name or address, or a port.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The text.
    pub(super) pattern: Pattern,
    /// The number that it is, which may be a pid or an inode.
    pub(super) number: Option<u32>,
}

/// A text of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// Its name, or the beginning of its id.
    Container,
    /// Its engine.
    Engine,
    /// Its image.
    Image,
    /// Its compose project.
    Project,
    /// Its pod.
    Pod,
}
