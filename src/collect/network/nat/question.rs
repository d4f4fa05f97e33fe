//! A question to `nf_tables`, and its answer: a list in many messages.

use std::io;

use netlink_sys::protocols::NETLINK_NETFILTER;
use netlink_sys::{Socket, SocketAddr};

use super::attribute::push_text;
use super::message::Table;

/// `nf_tables` in the upper half of a message's type.
const SUBSYSTEM: u16 = 10 << 8;
/// `NLM_F_REQUEST | NLM_F_DUMP`.
const DUMP: u16 = 0x301;
/// `NLM_F_DUMP_INTR`: what is being listed has changed.
const INTERRUPTED: u16 = 0x10;
/// `NLMSG_ERROR` and `NLMSG_DONE`.
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// `MSG_TRUNC`: tell the whole length of a message that is too long.
const TELL_LENGTH: i32 = 0x20;

/// Length of a netlink header, and with netfilter's own behind it.
const HEADER: usize = 16;
const HEADERS: usize = 20;

/// More than the kernel puts into one datagram.
const ROOM: usize = 64 * 1024;
/// How often a list is read again because it has changed.
const TRIES: usize = 3;

/// What can be asked.
pub(super) enum Question<'a> {
    /// All tables of all families.
    Tables,
    /// All chains.
    Chains,
    /// The rules of one table.
    Rules(&'a Table),
}

/// A list.
pub(super) struct Answer<T> {
    /// What could be decoded of it.
    pub(super) list: Vec<T>,
    /// Whether it changed each time it was read.
    pub(super) unsteady: bool,
}

/// Asks in the network namespace in which it was made.
pub(super) struct Questioner {
    socket: Socket,
    buffer: Vec<u8>,
    sequence: u32,
}

impl Questioner {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            socket: Socket::new(NETLINK_NETFILTER)?,
            buffer: Vec::with_capacity(ROOM),
            sequence: 0,
        })
    }

    /// Asks, and decodes each message of the answer from its family and what follows the headers.
    pub(super) fn ask<T>(
        &mut self,
        question: &Question<'_>,
        decode: impl Fn(u8, &[u8]) -> Option<T>,
    ) -> io::Result<Answer<T>> {
        let mut answer = self.attempt(question, &decode)?;
        for _ in 1..TRIES {
            if !answer.unsteady {
                break;
            }
            answer = self.attempt(question, &decode)?;
        }
        Ok(answer)
    }

    fn attempt<T>(
        &mut self,
        question: &Question<'_>,
        decode: &impl Fn(u8, &[u8]) -> Option<T>,
    ) -> io::Result<Answer<T>> {
        self.sequence += 1;
        let request = request(question, self.sequence);
        self.socket.send_to(&request, &SocketAddr::new(0, 0), 0)?;
        let mut answer = Answer {
            list: Vec::new(),
            unsteady: false,
        };
        loop {
            self.buffer.clear();
            let length = self.socket.recv(&mut self.buffer, TELL_LENGTH)?;
            if length > self.buffer.len() {
                return Err(io::Error::other("a message is longer than any should be"));
            }
            if take(&self.buffer, self.sequence, decode, &mut answer)? {
                return Ok(answer);
            }
        }
    }
}

/// The bytes of a question.
fn request(question: &Question<'_>, sequence: u32) -> Vec<u8> {
    let (kind, family) = match question {
        Question::Tables => (1, 0),
        Question::Chains => (4, 0),
        Question::Rules(table) => (7, table.family),
    };
    let mut request = vec![0; HEADERS];
    request[4..6].copy_from_slice(&(SUBSYSTEM | kind).to_ne_bytes());
    request[6..8].copy_from_slice(&DUMP.to_ne_bytes());
    request[8..12].copy_from_slice(&sequence.to_ne_bytes());
    request[HEADER] = family;
    if let Question::Rules(table) = question {
        push_text(&mut request, 1, &table.name);
    }
    let length = u32::try_from(request.len()).unwrap_or(u32::MAX);
    request[..4].copy_from_slice(&length.to_ne_bytes());
    request
}

/// Takes the messages of one datagram into the answer; whether the last one was among them.
pub(super) fn take<T>(
    datagram: &[u8],
    sequence: u32,
    decode: &impl Fn(u8, &[u8]) -> Option<T>,
    answer: &mut Answer<T>,
) -> io::Result<bool> {
    let mut rest = datagram;
    while let Some((message, kind, flags)) = message(rest) {
        rest = rest
            .get(message.len().next_multiple_of(4)..)
            .unwrap_or_default();
        if word(message, 8) != Some(sequence) {
            continue;
        }
        answer.unsteady |= flags & INTERRUPTED != 0;
        match kind {
            DONE | ERROR => return end(message).map(|()| true),
            _ => {}
        }
        let body = message.get(HEADERS..).unwrap_or_default();
        let family = message.get(HEADER).copied().unwrap_or_default();
        answer.list.extend(decode(family, body));
    }
    Ok(false)
}

/// The first message in `bytes`, its type and its flags.
fn message(bytes: &[u8]) -> Option<(&[u8], u16, u16)> {
    let length = usize::try_from(word(bytes, 0)?).ok()?;
    let message = bytes.get(..length).filter(|_| length >= HEADER)?;
    let half = |at: usize| Some(u16::from_ne_bytes(*message.get(at..)?.first_chunk()?));
    Some((message, half(4)?, half(6)?))
}

/// What the last message says: 0, or an error below.
fn end(message: &[u8]) -> io::Result<()> {
    let code = word(message, HEADER).map_or(0, u32::cast_signed);
    if code < 0 {
        return Err(io::Error::from_raw_os_error(code.saturating_neg()));
    }
    Ok(())
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}
