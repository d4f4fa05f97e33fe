//! Rules of `nf_tables`: what a packet must be, and what is done with it then.

use super::super::wire::attributes;
use super::attribute::{attribute, number, text};
use super::condition::Conditions;
use super::header::{Comparison, Span, compare, doubt, leading_ones};
use super::message::{Table, split};
use super::register::{Content, Registers, changed};
use super::target::{self, Target};
use super::xtables;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// The chain that it is in.
    pub(super) chain: String,
    /// What a packet must be.
    pub(super) conditions: Conditions,
    /// What is done.
    pub(super) action: Action,
}

/// What a rule does, as far as it matters for where packets go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing, and the next rule is asked.
    #[default]
    Nothing,
    /// It gives another destination.
    Forward(Target),
    /// It gives another destination, and which could not be read.
    Unread,
    /// Another chain is asked, then the next rule.
    Jump(String),
    /// Another chain is asked instead of the next rule.
    Goto(String),
    /// A map chooses what is done.
    Choose,
    /// The chain is left.
    Return,
    /// It is let pass, thrown away, or given to somebody, as it is.
    Stop,
}

/// Decodes a rule of this table.
pub(super) fn rule(table: &Table, message: &[u8]) -> Option<Rule> {
    let (family, bytes) = split(message)?;
    if family != table.family || text(bytes, 1)? != table.name {
        return None;
    }
    let mut reader = Reader::new(family);
    for (_, expression) in attributes(attribute(bytes, 4).unwrap_or_default()) {
        let data = attribute(expression, 2).unwrap_or_default();
        reader.read(&text(expression, 1)?, data);
    }
    Some(Rule {
        chain: text(bytes, 2)?,
        conditions: reader.conditions,
        action: reader.action,
    })
}

/// Goes through the expressions of a rule as a packet does.
struct Reader {
    family: u8,
    registers: Registers,
    conditions: Conditions,
    action: Action,
}

impl Reader {
    fn new(family: u8) -> Self {
        Self {
            family,
            registers: Registers::default(),
            conditions: Conditions::default(),
            action: Action::default(),
        }
    }

    fn read(&mut self, name: &str, data: &[u8]) {
        let known = match name {
            "counter" | "log" | "last" => Some(()),
            "meta" => self.meta(data),
            "payload" => self.payload(data),
            "bitwise" => self.bitwise(data),
            "byteorder" => self.byteorder(data),
            "cmp" => self.cmp(data),
            "range" => self.range(data),
            "lookup" => self.lookup(data),
            "immediate" => self.immediate(data),
            "nat" | "redir" | "masq" => self.nat(name, data),
            "match" => self.xtables_match(data),
            "target" => self.xtables_target(data),
            _ => self.other(name, data),
        };
        if known.is_none() {
            self.conditions.has_more = true;
            self.registers.doubt();
        }
    }

    fn meta(&mut self, data: &[u8]) -> Option<()> {
        let Some(register) = number(data, 1) else {
            // It sets a mark or the like.
            return attribute(data, 3).map(|_| ());
        };
        let content = match number(data, 2)? {
            16 => Content::Header(Span::TRANSPORT_PROTOCOL, None),
            15 => Content::Family,
            _ => Content::Other,
        };
        self.registers.set(register, 16, content);
        Some(())
    }

    fn payload(&mut self, data: &[u8]) -> Option<()> {
        let field = |kind| number(data, kind);
        let span = Span::at(field(2)?, field(3)?, field(4)?)?;
        let content = Content::Header(span, None);
        self.registers.set(field(1)?, span.len(), content);
        Some(())
    }

    fn bitwise(&mut self, data: &[u8]) -> Option<()> {
        let length = usize::try_from(number(data, 3)?).ok()?;
        let before = self.registers.get(number(data, 1)?);
        let after = masked(&before, data).unwrap_or_else(|| changed(&before));
        self.registers.set(number(data, 2)?, length, after);
        Some(())
    }

    fn byteorder(&mut self, data: &[u8]) -> Option<()> {
        let before = self.registers.get(number(data, 1)?);
        self.registers.set(number(data, 2)?, 16, changed(&before));
        Some(())
    }

    fn cmp(&mut self, data: &[u8]) -> Option<()> {
        let value = constant(data, 3)?;
        let top = [0xff; 2];
        let zero = [0; 2];
        let (comparison, values) = match number(data, 2)? {
            0 => (Comparison::Equal, (value, value)),
            3 => (Comparison::Within, (&zero[..], value)),
            5 => (Comparison::Within, (value, &top[..])),
            _ => (Comparison::Other, (value, value)),
        };
        self.compare(number(data, 1)?, comparison, values);
        Some(())
    }

    fn range(&mut self, data: &[u8]) -> Option<()> {
        let values = (constant(data, 3)?, constant(data, 4)?);
        let comparison = match number(data, 2)? {
            0 => Comparison::Within,
            _ => Comparison::Other,
        };
        self.compare(number(data, 1)?, comparison, values);
        Some(())
    }

    fn compare(&mut self, register: u32, comparison: Comparison, values: (&[u8], &[u8])) {
        match (self.registers.get(register), values.0) {
            (Content::Header(span, bits), value) if span.len() >= value.len() => {
                compare(
                    &mut self.conditions,
                    self.family,
                    (span, bits),
                    comparison,
                    values,
                );
            }
            (Content::Header(span, _) | Content::Changed(span), _) => {
                doubt(&mut self.conditions, self.family, span);
            }
            (Content::Family, [family]) if comparison == Comparison::Equal => {
                self.family = *family;
                self.conditions.family(*family);
            }
            _ => self.conditions.has_more = true,
        }
    }

    /// What is looked up can be the contents of several registers in a row.
    fn lookup(&mut self, data: &[u8]) -> Option<()> {
        for content in self.registers.from(number(data, 2)?) {
            match content {
                Content::Header(span, _) | Content::Changed(span) => {
                    doubt(&mut self.conditions, self.family, span);
                }
                Content::Other | Content::Family | Content::Value(_) => {}
            }
        }
        self.conditions.has_more = true;
        match number(data, 3) {
            Some(0) => self.action = Action::Choose,
            Some(register) => self.registers.set(register, 64, Content::Other),
            None => {}
        }
        Some(())
    }

    fn immediate(&mut self, data: &[u8]) -> Option<()> {
        let register = number(data, 1)?;
        if register != 0 {
            let value = constant(data, 2)?;
            let content = Content::Value(value.to_vec());
            self.registers.set(register, value.len(), content);
            return Some(());
        }
        let verdict = attribute(attribute(data, 2)?, 2)?;
        let chain = || text(verdict, 2);
        match number(verdict, 1)?.cast_signed() {
            -1 => {}
            -3 => self.action = Action::Jump(chain()?),
            -4 => self.action = Action::Goto(chain()?),
            -5 => self.action = Action::Return,
            _ => self.action = Action::Stop,
        }
        Some(())
    }

    fn nat(&mut self, name: &str, data: &[u8]) -> Option<()> {
        let target = match name {
            "redir" => target::redirect(data, &self.registers),
            "nat" if number(data, 1)? == target::DESTINATION => target::nat(data, &self.registers),
            // The source is translated.
            _ => {
                self.action = Action::Stop;
                return Some(());
            }
        };
        self.action = target.map_or(Action::Unread, Action::Forward);
        Some(())
    }

    fn xtables_match(&mut self, data: &[u8]) -> Option<()> {
        let info = attribute(data, 3)?;
        xtables::condition(&text(data, 1)?, info, &mut self.conditions);
        Some(())
    }

    fn xtables_target(&mut self, data: &[u8]) -> Option<()> {
        let info = attribute(data, 3).unwrap_or_default();
        let revision = number(data, 2)?;
        if let Some(action) = xtables::action(&text(data, 1)?, revision, info, self.family) {
            self.action = action;
        }
        Some(())
    }

    /// An expression of no interest of which is known which register it touches; or one that is not known.
    fn other(&mut self, name: &str, data: &[u8]) -> Option<()> {
        let register = match name {
            "limit" | "quota" | "connlimit" | "objref" | "dynset" => {
                self.conditions.has_more = true;
                return Some(());
            }
            "ct" | "fib" | "rt" | "numgen" | "osf" | "exthdr" | "xfrm" => 1,
            "hash" | "socket" | "tunnel" => 2,
            _ => return None,
        };
        self.registers
            .set(number(data, register)?, 16, Content::Other);
        Some(())
    }
}

/// A constant in an attribute.
fn constant(data: &[u8], kind: u16) -> Option<&[u8]> {
    attribute(attribute(data, kind)?, 1)
}

/// Bytes of a header of which a mask leaves the first bits.
fn masked(before: &Content, data: &[u8]) -> Option<Content> {
    let Content::Header(span, None) = before else {
        return None;
    };
    let plain = number(data, 6).unwrap_or(0) == 0;
    let keeps = constant(data, 5)?.iter().all(|byte| *byte == 0);
    let bits = leading_ones(constant(data, 4)?)?;
    (plain && keeps).then_some(Content::Header(*span, Some(bits)))
}
