//! The eight kinds of namespace, their inode numbers, and tables with one value per kind.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of namespace, as named in `/proc/PID/ns`. The order is alphabetical, which is the order of every output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Control group root directory.
    Cgroup,
    /// System V IPC, POSIX message queues.
    Ipc,
    /// Mount points.
    Mnt,
    /// Network devices, stacks, ports.
    Net,
    /// Process ids.
    Pid,
    /// Boot and monotonic clocks.
    Time,
    /// User and group ids.
    User,
    /// Host name and NIS domain name.
    Uts,
}

impl Kind {
    /// Every kind, in the order of every output.
    pub const ALL: [Self; 8] = [
        Self::Cgroup,
        Self::Ipc,
        Self::Mnt,
        Self::Net,
        Self::Pid,
        Self::Time,
        Self::User,
        Self::Uts,
    ];

    /// The name in `/proc/PID/ns`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cgroup => "cgroup",
            Self::Ipc => "ipc",
            Self::Mnt => "mnt",
            Self::Net => "net",
            Self::Pid => "pid",
            Self::Time => "time",
            Self::User => "user",
            Self::Uts => "uts",
        }
    }

    /// The letter of its option to `nsenter` and `unshare`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Cgroup => 'C',
            Self::Ipc => 'i',
            Self::Mnt => 'm',
            Self::Net => 'n',
            Self::Pid => 'p',
            Self::Time => 'T',
            Self::User => 'U',
            Self::Uts => 'u',
        }
    }

    /// The number the kernel reserves for the initial namespace of this kind, and the release it did so in.
    ///
    /// These numbers lie below those that are handed out, so a namespace that has one is the initial one on any kernel.
    #[must_use]
    pub const fn initial(self) -> (Inode, KernelRelease) {
        match self {
            Self::Cgroup => (Inode(4_026_531_835), (4, 6)),
            Self::Ipc => (Inode(4_026_531_839), (3, 8)),
            Self::Mnt => (Inode(4_026_531_832), (6, 17)),
            Self::Net => (Inode(4_026_531_833), (6, 17)),
            Self::Pid => (Inode(4_026_531_836), (3, 8)),
            Self::Time => (Inode(4_026_531_834), (5, 6)),
            Self::User => (Inode(4_026_531_837), (3, 8)),
            Self::Uts => (Inode(4_026_531_838), (3, 8)),
        }
    }
}

/// Major and minor number of a kernel release.
pub type KernelRelease = (u32, u32);

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no kind of namespace.
#[derive(Debug, thiserror::Error)]
#[error("no kind of namespace is called {0:?}")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == word)
            .ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

/// Inode number of a namespace in nsfs: its identity for as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Inode(pub u32);

impl fmt::Display for Inode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One value per kind of namespace; a kind that this kernel lacks has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerKind<T>([Option<T>; 8]);

impl<T> Default for PerKind<T> {
    fn default() -> Self {
        Self([const { None }; 8])
    }
}

impl<T> PerKind<T> {
    /// Asks `value` for each kind.
    pub fn from_fn(mut value: impl FnMut(Kind) -> Option<T>) -> Self {
        Self(Kind::ALL.map(&mut value))
    }

    /// The value of `kind`, unless this kernel lacks it.
    #[must_use]
    pub fn get(&self, kind: Kind) -> Option<&T> {
        self.0[kind as usize].as_ref()
    }

    /// Sets the value of `kind`.
    pub fn set(&mut self, kind: Kind, value: T) {
        self.0[kind as usize] = Some(value);
    }

    /// Kinds that have a value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &T)> {
        Kind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, self.get(kind)?)))
    }

    /// As [`PerKind::iter`], to change the values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Kind, &mut T)> {
        Kind::ALL
            .into_iter()
            .zip(&mut self.0)
            .filter_map(|(kind, value)| Some((kind, value.as_mut()?)))
    }
}

impl PerKind<Option<Inode>> {
    /// The inode of `kind` where it is known.
    #[must_use]
    pub fn inode(&self, kind: Kind) -> Option<Inode> {
        self.get(kind).copied().flatten()
    }
}

impl<T: Serialize> Serialize for PerKind<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(kind, value)| (kind.name(), value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PerKind<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Self::default();
        for (kind, value) in BTreeMap::<Kind, T>::deserialize(deserializer)? {
            table.set(kind, value);
        }
        Ok(table)
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for PerKind<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("PerKind_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<T>();
        let kinds: serde_json::Map<_, _> = Kind::ALL
            .iter()
            .map(|kind| (kind.name().to_owned(), value.clone().to_value()))
            .collect();
        schemars::json_schema!({ "type": "object", "properties": kinds, "additionalProperties": false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_kind_is_absent_and_an_unknown_one_is_null() {
        let mut table = PerKind::default();
        table.set(Kind::Uts, Some(Inode(7)));
        table.set(Kind::Net, None);
        let text = serde_json::to_string(&table).unwrap();
        assert_eq!(text, r#"{"net":null,"uts":7}"#);
        assert_eq!(
            serde_json::from_str::<PerKind<Option<Inode>>>(&text).unwrap(),
            table
        );
    }

    #[test]
    fn kinds_have_their_kernel_names() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse::<Kind>().unwrap(), kind);
        }
        assert!("network".parse::<Kind>().is_err());
    }
}
