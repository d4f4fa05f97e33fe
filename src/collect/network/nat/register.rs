//! Registers of `nf_tables`: what the expressions of a rule have put where.

use super::header::Span;

/// Registers of four bytes each.
const COUNT: usize = 16;

/// What lies in a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Something of no interest, or unknown.
    Other,
    /// Whether it is IPv4 (2) or IPv6 (10).
    Family,
    /// Bytes of a header, and how many of their first bits count where not all do.
    Header(Span, Option<u8>),
    /// Bytes of a header that have been changed in a way that is not followed.
    Changed(Span),
    /// A constant.
    Value(Vec<u8>),
}

/// All registers.
pub(super) struct Registers([Content; COUNT]);

impl Default for Registers {
    fn default() -> Self {
        Self([const { Content::Other }; COUNT])
    }
}

impl Registers {
    /// What lies in the register of this number.
    pub(super) fn get(&self, number: u32) -> Content {
        let content = slot(number).and_then(|slot| self.0.get(slot));
        content.cloned().unwrap_or(Content::Other)
    }

    /// What lies in the register of this number and in those behind it.
    pub(super) fn from(&self, number: u32) -> Vec<Content> {
        let all = slot(number).and_then(|slot| self.0.get(slot..));
        all.unwrap_or_default().to_vec()
    }

    /// Puts something of `length` bytes into the register of this number.
    pub(super) fn set(&mut self, number: u32, length: usize, content: Content) {
        let Some(first) = slot(number) else { return };
        let covered = self
            .0
            .iter_mut()
            .skip(first)
            .take(length.div_ceil(4).max(1));
        for slot in covered {
            *slot = Content::Other;
        }
        if let Some(slot) = self.0.get_mut(first) {
            *slot = content;
        }
    }

    /// Something unknown may have been done to any of them.
    pub(super) fn doubt(&mut self) {
        for content in &mut self.0 {
            *content = changed(content);
        }
    }
}

/// What something becomes that was changed in a way that is not followed.
pub(super) fn changed(content: &Content) -> Content {
    match content {
        Content::Header(span, _) | Content::Changed(span) => Content::Changed(*span),
        Content::Other | Content::Family | Content::Value(_) => Content::Other,
    }
}

/// Numbers 1 to 4 are registers of 16 bytes, 8 to 23 of four bytes in the same place; 0 is the verdict.
fn slot(number: u32) -> Option<usize> {
    let slot = match number {
        1..=4 => (number - 1) * 4,
        8..=23 => number - 8,
        _ => return None,
    };
    usize::try_from(slot).ok()
}
