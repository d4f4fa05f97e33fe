//! Lists that may not be whole.

use crate::collect::observation::Miss;

/// What is not in a list, by the name that people have for it, and why.
pub(super) type Missing = (&'static str, Miss);

/// A list, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<T> {
    /// What could be read.
    pub(super) list: Vec<T>,
    /// Why that is not all.
    pub(super) miss: Option<Miss>,
}

impl<T> Part<T> {
    /// Nothing, for this reason.
    pub(super) const fn missed(miss: Miss) -> Self {
        Self {
            list: Vec::new(),
            miss: Some(miss),
        }
    }

    /// The same of something else.
    pub(super) fn map<U>(self, change: impl FnMut(T) -> U) -> Part<U> {
        Part {
            list: self.list.into_iter().map(change).collect(),
            miss: self.miss,
        }
    }
}
