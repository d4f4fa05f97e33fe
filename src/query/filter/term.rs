//! A word → the question that it asks.

use regex::{Error, RegexBuilder};

use super::error::FilterError;
use super::expr::{Test, Word};
use super::field::{FIELDS, Field, Number, Parts};
use super::lexer::unquote;
use super::matcher::{Bound, Order, Pattern, Range};
use crate::model::{Kind, Relation};

/// Bytes that a compiled regular expression may take.
const REGEX_SIZE: usize = 256 << 10;

/// The question that `word` asks, which begins at byte `at` of `text`.
pub(super) fn test(text: &str, at: usize, word: &str) -> Result<Test, FilterError> {
    let word = Place {
        text,
        at,
        raw: word,
    };
    let Some(parts) = Parts::of(word.raw) else {
        return word.bare();
    };
    if is_link(parts) {
        return word.namespace(Order::Equal);
    }
    match (parts.field(), parts.missing()) {
        (Some(field), _) => word.field(field, parts),
        (None, Some(what)) => Err(word.missing(parts, what)),
        (None, None) if parts.is_text() => word.bare(),
        (None, None) => Err(word.unknown(parts)),
    }
}

/// Whether it is a namespace as `/proc/PID/ns` and the reports show it: `net:[4026532184]`.
fn is_link(parts: Parts<'_>) -> bool {
    parts.name.parse::<Kind>().is_ok() && parts.operator == ":" && parts.value.starts_with('[')
}

/// A part of the text, as typed.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    /// The byte at which it begins.
    at: usize,
    raw: &'a str,
}

impl Place<'_> {
    /// What is left of it behind `bytes`.
    fn skip(self, bytes: usize) -> Self {
        Self {
            at: self.at + bytes,
            raw: &self.raw[bytes..],
            ..self
        }
    }

    fn wrong(self, message: impl Into<String>) -> FilterError {
        FilterError::at(self.text, self.at, message)
    }

    fn unknown(self, parts: Parts<'_>) -> FilterError {
        let fields: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
        self.wrong(format!(
            "no field is called {:?}; there are: {}; for the text itself put it in quotes",
            parts.name,
            fields.join(", ")
        ))
    }

    fn missing(self, parts: Parts<'_>, what: &str) -> FilterError {
        let name = parts.name;
        self.wrong(format!(
            "{name:?} cannot be asked for: this version collects no {what}"
        ))
    }

    /// A word without a field.
    fn bare(self) -> Result<Test, FilterError> {
        let plain = self.plain()?;
        if plain.is_empty() {
            return Err(self.wrong("there is nothing in these quotes"));
        }
        let is_quoted = self.raw.contains('"');
        Ok(Test::Word(Word {
            pattern: self.pattern()?,
            number: number(&plain).filter(|_| !is_quoted),
        }))
    }

    /// A word that names `field`.
    fn field(self, field: Field, parts: Parts<'_>) -> Result<Test, FilterError> {
        let operator = self.skip(parts.name.len());
        let order = order(parts.operator);
        if !field.is_number() && parts.operator != ":" {
            let message = format!("{:?} takes \":\", not {:?}", parts.name, parts.operator);
            return Err(operator.wrong(message));
        }
        let value = operator.skip(parts.operator.len());
        if value.plain()?.is_empty() {
            return Err(operator.wrong(format!("{:?} has no value", parts.name)));
        }
        Ok(match field {
            Field::Kind => Test::Kind(value.kind(&value.plain()?)?),
            Field::Label => value.label()?,
            Field::Address => value.address()?,
            Field::Interface => Test::Interface(value.pattern()?),
            Field::Text(text) => Test::Text(text, value.pattern()?),
            Field::Relation => Test::Relation(value.relation(&value.plain()?)?),
            Field::Reach(scope) => Test::Reach(scope, value.kind(&value.plain()?)?),
            Field::Namespace => value.namespace(order)?,
            Field::Number(number) => value.number(number, order)?,
        })
    }

    /// Without quotes.
    fn plain(self) -> Result<String, FilterError> {
        unquote(self.raw).map_err(|quote| self.skip(quote).wrong("this quote is never closed"))
    }

    fn pattern(self) -> Result<Pattern, FilterError> {
        if self.raw.starts_with('~') {
            return self.regex(&self.skip(1).plain()?);
        }
        self.plain().map(|plain| Pattern::part(&plain))
    }

    fn regex(self, plain: &str) -> Result<Pattern, FilterError> {
        if plain.is_empty() {
            return Err(self.wrong("no regular expression follows \"~\""));
        }
        let regex = RegexBuilder::new(plain).size_limit(REGEX_SIZE).build();
        regex
            .map(Pattern::Regex)
            .map_err(|error| self.wrong(format!("no regular expression: {}", reason(&error))))
    }

    fn kind(self, plain: &str) -> Result<Kind, FilterError> {
        plain.parse().map_err(|error| {
            let kinds = Kind::ALL.map(Kind::name).join(", ");
            self.wrong(format!("{error}; there are: {kinds}"))
        })
    }

    fn relation(self, plain: &str) -> Result<Relation, FilterError> {
        let mut all = Relation::ALL.into_iter();
        let found = all.find(|relation| relation.name().eq_ignore_ascii_case(plain));
        found.ok_or_else(|| {
            let names = Relation::ALL.map(Relation::name).join(", ");
            self.wrong(format!(
                "no relation is called {plain:?}; there are: {names}"
            ))
        })
    }

    fn label(self) -> Result<Test, FilterError> {
        let plain = self.plain()?;
        if self.raw.starts_with('~') {
            return self.pattern().map(Test::AnyLabel);
        }
        let (key, value) = match plain.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (plain.as_str(), None),
        };
        if key.is_empty() || value.is_some_and(str::is_empty) {
            return Err(self.wrong("a label is asked for as key or key=value"));
        }
        let value = value.map(|value| match value.strip_prefix('~') {
            Some(regex) => self.regex(regex),
            None => Ok(Pattern::part(value)),
        });
        Ok(Test::Label(key.to_owned(), value.transpose()?))
    }

    fn address(self) -> Result<Test, FilterError> {
        let plain = self.plain()?;
        let range = Range::parse(&plain).ok_or_else(|| {
            self.wrong(format!(
                "{plain:?} is no address such as 10.0.0.1, 10.0.0.0/8 or fd00::/8"
            ))
        });
        range.map(Test::Address)
    }

    /// `4026532184`, `net:4026532184` or `net:[4026532184]`.
    fn namespace(self, order: Order) -> Result<Test, FilterError> {
        let plain = self.plain()?;
        let (kind, inode) = match plain.split_once(':') {
            Some((kind, inode)) => (Some(self.kind(kind)?), inode),
            None => (None, plain.as_str()),
        };
        let bare = inode
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let limit = number(bare.unwrap_or(inode)).ok_or_else(|| {
            self.wrong(format!(
                "{plain:?} is no namespace such as 4026532184 or net:[4026532184]"
            ))
        })?;
        Ok(Test::Namespace(kind, Bound { order, limit }))
    }

    fn number(self, what: Number, order: Order) -> Result<Test, FilterError> {
        let plain = self.plain()?;
        let root = what == Number::User && plain == "root";
        let most = match what {
            Number::Port => u16::MAX.into(),
            Number::Pid | Number::User | Number::Processes => u32::MAX,
        };
        let limit = if root { Some(0) } else { number(&plain) };
        let Some(limit) = limit.filter(|limit| *limit <= most) else {
            return Err(self.wrong(format!("{plain:?} is no number from 0 to {most}")));
        };
        let bound = Bound { order, limit };
        Ok(match what {
            Number::Pid => Test::Pid(bound),
            Number::User => Test::User(bound),
            Number::Port => Test::Port(bound),
            Number::Processes => Test::Processes(bound),
        })
    }
}

/// Digits as a number.
fn number(plain: &str) -> Option<u32> {
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit());
    plain.parse().ok().filter(|_| is_plain)
}

fn order(operator: &str) -> Order {
    match operator {
        "<" => Order::Less,
        "<=" => Order::AtMost,
        ">" => Order::More,
        ">=" => Order::AtLeast,
        _ => Order::Equal,
    }
}

/// The last line of an error of the regex crate, which draws a picture above it.
fn reason(error: &Error) -> String {
    match error {
        Error::CompiledTooBig(_) => "it becomes too large".to_owned(),
        error => {
            let text = error.to_string();
            let line = text.lines().last().unwrap_or_default();
            line.trim_start_matches("error: ").to_owned()
        }
    }
}
