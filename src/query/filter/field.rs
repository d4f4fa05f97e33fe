//! The fields: their names, and the words that use them.

use super::expr::Text;
use crate::model::Scope;

/// What a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// `kind:net`
    Kind,
    /// `label:k=v`
    Label,
    /// `addr:10.0.0.0/8`
    Address,
    /// `iface:eth0`
    Interface,
    /// `container:web` and the other texts
    Text(Text),
    /// `relation:entered`
    Relation,
    /// `host:net` and its like
    Reach(Scope),
    /// `ns:4026532184`
    Namespace,
    /// `pid:77` and the other numbers
    Number(Number),
}

/// What a number counts or names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// `pid:77`
    Pid,
    /// `user:0`
    User,
    /// `port:8080`
    Port,
    /// `procs>10`
    Processes,
}

/// Every field by name.
pub(super) const FIELDS: [(&str, Field); 19] = [
    ("addr", Field::Address),
    ("container", Field::Text(Text::Container)),
    ("engine", Field::Text(Text::Engine)),
    ("host", Field::Reach(Scope::Host)),
    ("iface", Field::Interface),
    ("image", Field::Text(Text::Image)),
    ("kind", Field::Kind),
    ("label", Field::Label),
    ("ns", Field::Namespace),
    ("pid", Field::Number(Number::Pid)),
    ("pod", Field::Text(Text::Pod)),
    ("port", Field::Number(Number::Port)),
    ("private", Field::Reach(Scope::Private)),
    ("procs", Field::Number(Number::Processes)),
    ("project", Field::Text(Text::Project)),
    ("relation", Field::Relation),
    ("shared", Field::Reach(Scope::Shared)),
    ("unknown", Field::Reach(Scope::Unknown)),
    ("user", Field::Number(Number::User)),
];

/// Fields of the language that ask for what is not collected, and what that is.
const MISSING: [(&str, &str); 2] = [("finding", "findings"), ("severity", "findings")];

impl Field {
    /// Whether it is compared with a number, so that there is more and less.
    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Namespace | Self::Number(_))
    }
}

/// A word in its parts, quotes and all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// The letters before the operator.
    pub(super) name: &'a str,
    /// `:`, `=`, `<`, `<=`, `>` or `>=`.
    pub(super) operator: &'a str,
    /// What follows.
    pub(super) value: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes `word` apart; `None` where it does not begin with letters and an operator.
    pub(super) fn of(word: &'a str) -> Option<Self> {
        let (name, rest) = word.split_at(word.find(|char: char| !char.is_ascii_alphabetic())?);
        let length = match rest.as_bytes() {
            [b'<' | b'>', b'=', ..] => 2,
            [b':' | b'=' | b'<' | b'>', ..] => 1,
            _ => return None,
        };
        let (operator, value) = rest.split_at(length);
        (!name.is_empty()).then_some(Self {
            name,
            operator,
            value,
        })
    }

    /// The field that it names.
    pub(super) fn field(self) -> Option<Field> {
        self.find(&FIELDS)
    }

    /// What is not collected, if it names that.
    pub(super) fn missing(self) -> Option<&'static str> {
        self.find(&MISSING)
    }

    fn find<T: Copy>(self, fields: &[(&str, T)]) -> Option<T> {
        let mut fields = fields.iter();
        let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(self.name));
        found.map(|(_, field)| *field)
    }

    /// Whether it is the beginning of a hardware address: `ae:bd`, `ae:bd:03`.
    fn is_hardware_address(self) -> bool {
        let is_pair =
            |pair: &str| pair.len() == 2 && pair.bytes().all(|one| one.is_ascii_hexdigit());
        is_pair(self.name) && self.value.split(':').next().is_some_and(is_pair)
    }

    /// Whether it names no field and need not be a mistake: `nginx:1.25`, `http://x`, `TERM=linux` are common text.
    pub(super) fn is_text(self) -> bool {
        let is_common = match self.operator {
            ":" => {
                let is_begun = |char: char| char.is_ascii_digit() || char == '/';
                self.value.starts_with(is_begun) || self.is_hardware_address()
            }
            operator => operator == "=",
        };
        let missing = MISSING.iter().map(|(name, _)| name);
        let mut names = FIELDS.iter().map(|(name, _)| name).chain(missing);
        is_common && !names.any(|name| is_one_off(name, self.name))
    }
}

/// Whether at most a letter more, less or changed makes one of the other.
fn is_one_off(name: &str, other: &str) -> bool {
    let (name, other) = (name.as_bytes(), other.as_bytes());
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let begin = name.iter().zip(other).take_while(same).count();
    let (name, other) = (&name[begin..], &other[begin..]);
    let backwards = name.iter().rev().zip(other.iter().rev());
    let end = backwards.take_while(same).count();
    name.len() - end <= 1 && other.len() - end <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_another_word() {
        for (name, other, is) in [
            ("container", "contaner", true),
            ("container", "contaiiner", true),
            ("container", "Kontainer", true),
            ("pid", "uid", true),
            ("pid", "pid", true),
            ("ns", "nss", true),
            ("port", "por", true),
            ("container", "contener", false),
            ("pod", "node", false),
            ("image", "nginx", false),
        ] {
            assert_eq!(is_one_off(name, other), is, "{name} {other}");
            assert_eq!(is_one_off(other, name), is, "{other} {name}");
        }
    }
}
