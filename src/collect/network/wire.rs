//! Netlink: one question, and the messages of its answer.
//!
//! A [`Line`] is a socket into the network namespace that its thread is in. Framing and attributes are read by
//! netlink-packet-core; what a message means is decoded beside this, attribute by attribute, and only those that are
//! used: decoding whole messages takes as long again as the dumps do, and fails with the first attribute that a newer
//! kernel sends in another form.

use std::io;
use std::sync::Arc;

use netlink_packet_core::{NetlinkBuffer, NlasIterator};
use netlink_sys::Socket;

use super::crew::Pulse;
use crate::collect::observation::{Miss, Reading};

/// `nlmsg_flags` and `nlmsg_type` of the kernel's netlink.h.
const REQUEST: u16 = 0x01;
const DUMP: u16 = 0x300;
const INTERRUPTED: u16 = 0x10;
const ERROR: u16 = 2;
const DONE: u16 = 3;

/// `struct nlmsghdr`.
const HEADER: usize = 16;

/// A dump that something changed under is asked for again, so many times.
const TRIES: usize = 4;
/// The kernel fills at most 32 KiB at once, unless a single message is longer.
const BUFFER: usize = 64 * 1024;
/// No message is longer.
const LONGEST: usize = 16 * 1024 * 1024;
/// No list is longer: anyone who may make a namespace may fill it with routes.
const MOST: usize = 128 * 1024;

/// Room for answers, used again for each socket, and the pulse of the thread that reads them.
pub(super) struct Buffer {
    bytes: Vec<u8>,
    pulse: Arc<Pulse>,
}

/// Room for the answers to a thread with this pulse.
pub(super) fn buffer(pulse: &Arc<Pulse>) -> Buffer {
    Buffer {
        bytes: Vec::with_capacity(BUFFER),
        pulse: Arc::clone(pulse),
    }
}

/// A socket into a network namespace.
pub(super) struct Line<'b> {
    protocol: isize,
    socket: Socket,
    buffer: &'b mut Vec<u8>,
    pulse: &'b Pulse,
    sequence: u32,
    is_cut: bool,
    /// Whether some dump was interrupted each time it was tried.
    pub(super) unsteady: bool,
}

/// How the reading of a list went.
#[derive(Clone, Copy, Default)]
struct Course {
    /// The list has come to its end.
    ended: bool,
    /// Something changed while it was made.
    interrupted: bool,
    /// A part of it was longer than the buffer.
    too_long: bool,
}

impl<'b> Line<'b> {
    /// Opens a socket of `protocol` in the namespace of this thread.
    pub(super) fn open(protocol: isize, buffer: &'b mut Buffer) -> Reading<Self> {
        Ok(Self {
            protocol,
            socket: socket(protocol)?,
            buffer: &mut buffer.bytes,
            pulse: &buffer.pulse,
            sequence: 0,
            is_cut: false,
            unsteady: false,
        })
    }

    /// Whether the list that was asked for last has more than is kept of one; asked once.
    pub(super) const fn take_cut(&mut self) -> bool {
        std::mem::replace(&mut self.is_cut, false)
    }

    /// Asks for a list and decodes each of its messages.
    pub(super) fn dump<T>(
        &mut self,
        kind: u16,
        body: &[u8],
        decode: impl Fn(&[u8]) -> Option<T>,
    ) -> Reading<Vec<T>> {
        let mut list = Vec::new();
        for _ in 0..TRIES {
            list.clear();
            self.send(kind, REQUEST | DUMP, body)?;
            let course = self.receive(|message| {
                list.extend(decode(message));
                list.len() < MOST
            })?;
            if list.len() >= MOST {
                // The rest of it would have to be read before the kernel takes another question.
                self.socket = socket(self.protocol)?;
                self.is_cut = true;
                return Ok(list);
            }
            if course.too_long {
                self.grow()?;
            } else if !course.interrupted {
                return Ok(list);
            }
        }
        self.unsteady = true;
        Ok(list)
    }

    /// Asks for one thing.
    pub(super) fn ask<T>(
        &mut self,
        kind: u16,
        body: &[u8],
        decode: impl Fn(&[u8]) -> Option<T>,
    ) -> Reading<T> {
        self.send(kind, REQUEST, body)?;
        self.read()?;
        let mut answer = None;
        self.messages(&mut |message: &[u8]| {
            answer = decode(message);
            true
        })?;
        answer.ok_or(Miss::Malformed)
    }

    fn send(&mut self, kind: u16, flags: u16, body: &[u8]) -> Reading<()> {
        self.sequence += 1;
        let length = HEADER + body.len();
        let mut message = [0; 128];
        let message = message.get_mut(..length).ok_or(Miss::Malformed)?;
        let mut header = NetlinkBuffer::new(&mut *message);
        header.set_length(u32::try_from(length).map_err(|_| Miss::Malformed)?);
        header.set_message_type(kind);
        header.set_flags(flags);
        header.set_sequence_number(self.sequence);
        message[HEADER..].copy_from_slice(body);
        let sent = self.socket.send(message, 0);
        sent.map(drop).map_err(|error| miss(&error))
    }

    /// Reads until the list has ended, or `each` wants no more of it.
    fn receive(&mut self, mut each: impl FnMut(&[u8]) -> bool) -> Reading<Course> {
        let mut course = Course::default();
        while !course.ended {
            course.too_long |= self.read()? > self.buffer.len();
            let part = self.messages(&mut each)?;
            course.ended = part.ended;
            course.interrupted |= part.interrupted;
        }
        Ok(course)
    }

    /// Reads once; the length that it would have taken. Whoever has been given up reads no more.
    fn read(&mut self) -> Reading<usize> {
        self.buffer.clear();
        loop {
            if !self.pulse.beat() {
                return Err(Miss::TimedOut);
            }
            match self.socket.recv(self.buffer, libc::MSG_TRUNC) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| miss(&error)),
            }
        }
    }

    /// The messages of what was read, as far as they answer the last question.
    fn messages(&self, each: &mut impl FnMut(&[u8]) -> bool) -> Reading<Course> {
        let (mut rest, mut course) = (self.buffer.as_slice(), Course::default());
        while let Ok(message) = NetlinkBuffer::new_checked(rest) {
            if message.sequence_number() == self.sequence {
                course.interrupted |= message.flags() & INTERRUPTED != 0;
                match message.message_type() {
                    ERROR | DONE => {
                        course.ended = true;
                        refusal(message.payload())?;
                    }
                    _ if each(message.payload()) => {}
                    _ => {
                        course.ended = true;
                        break;
                    }
                }
            }
            let length = (message.length() as usize).next_multiple_of(4);
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(course)
    }

    fn grow(&mut self) -> Reading<()> {
        let wanted = self.buffer.capacity() * 4;
        if wanted > LONGEST {
            return Err(Miss::Malformed);
        }
        self.buffer.clear();
        self.buffer.reserve(wanted);
        Ok(())
    }
}

fn socket(protocol: isize) -> Reading<Socket> {
    let socket = Socket::new(protocol).map_err(|error| miss(&error))?;
    // Kernels before 4.20 do not know it, and then take the filters of a dump for advice.
    let _ = socket.set_netlink_get_strict_chk(true);
    Ok(socket)
}

/// What the kernel refuses with: the end of a list and the answer to a bad question begin with an error number.
fn refusal(payload: &[u8]) -> Reading<()> {
    match payload
        .first_chunk()
        .map(|number| i32::from_ne_bytes(*number))
    {
        None | Some(0..) => Ok(()),
        Some(number) => Err(miss(&io::Error::from_raw_os_error(number.saturating_neg()))),
    }
}

/// A kernel without a family, a table or a kind of socket says so in several ways.
pub(super) fn miss(error: &io::Error) -> Miss {
    match error.raw_os_error() {
        Some(libc::EPERM | libc::EACCES) => Miss::Denied,
        Some(
            libc::EOPNOTSUPP
            | libc::EAFNOSUPPORT
            | libc::EPROTONOSUPPORT
            | libc::ENOENT
            | libc::ENODEV,
        ) => Miss::Absent,
        _ => Miss::Failed,
    }
}

/// The attributes in `bytes`; a broken one ends them.
pub(super) fn attributes(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    NlasIterator::new(bytes)
        .map_while(Result::ok)
        .map(|attribute| {
            let (kind, length) = (attribute.kind(), attribute.value_length());
            let value = attribute.into_inner();
            (kind, value.get(4..4 + length).unwrap_or_default())
        })
}

/// The attributes that follow a header of `length` bytes.
pub(super) fn attributes_after(
    message: &[u8],
    length: usize,
) -> impl Iterator<Item = (u16, &[u8])> {
    attributes(message.get(length..).unwrap_or_default())
}
