//! Tables of the older `ip_tables` and `ip6_tables`: whether there is a table nat, and what lies in it.
//!
//! Asking for a table that a namespace does not have makes it one, and can load a module. So only those are asked for
//! that the namespace lists, which then exist.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use super::super::wire::miss;
use super::entry::{Layout, chains};
use super::walk::Chains;
use crate::collect::observation::{Miss, Reading};
use crate::collect::syscall::{TableQuestion, ask_ip_tables};

/// A table that changes while it is asked for is asked for again, so many times.
const TRIES: usize = 4;
/// No table is longer; it can be had as a whole only, and so long a one holds some thirty thousand rules.
const LONGEST: usize = 16 * 1024 * 1024;

/// `XT_TABLE_MAXNAMELEN`: room for the name that each question and answer begins with.
const NAME: usize = 32;
/// `struct ipt_getinfo` and `ip6t_getinfo`; where in it the chain of the hook prerouting and the length of the table are.
const INFO: usize = 84;
const PREROUTING: usize = 36;
const LENGTH: usize = 80;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// What people call its rules.
    pub(super) rules: &'static str,
    /// The names of the tables that the namespace of this thread has.
    names: &'static str,
    family: AddressFamily,
    layout: Layout,
}

/// Both.
pub(super) const BOTH: [Filter; 2] = [
    Filter {
        rules: "NAT rules of ip_tables (legacy)",
        names: "/proc/thread-self/net/ip_tables_names",
        family: AddressFamily::INET,
        layout: Layout::IP,
    },
    Filter {
        rules: "NAT rules of ip6_tables (legacy)",
        names: "/proc/thread-self/net/ip6_tables_names",
        family: AddressFamily::INET6,
        layout: Layout::IP6,
    },
];

/// A table nat.
#[derive(Debug)]
pub(super) struct Nat {
    /// Its rules.
    pub(super) chains: Chains,
    /// The chain that sees what arrives.
    pub(super) entrance: String,
}

impl Filter {
    /// The table nat in the network namespace of this thread; `None` where it has none.
    pub(super) fn nat(self) -> Reading<Option<Nat>> {
        if !self.lists_nat()? {
            return Ok(None);
        }
        match self.read() {
            Err(Miss::Absent) => Ok(None),
            read => read.map(Some),
        }
    }

    fn lists_nat(self) -> Reading<bool> {
        match fs::read(self.names) {
            Ok(names) => Ok(names
                .split(|byte| *byte == b'\n')
                .any(|name| name == b"nat")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(miss(&error)),
        }
    }

    fn read(self) -> Reading<Nat> {
        // Any socket of the family will do; one of UDP needs no privilege, and is nowhere to be seen before it is bound.
        let kind = SocketType::DGRAM;
        let socket = socket_with(self.family, kind, SocketFlags::CLOEXEC, None);
        let socket = socket.map_err(|errno| miss(&errno.into()))?;
        for _ in 0..TRIES {
            match self.read_once(socket.as_fd()) {
                // The table has another length by now.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    return Err(Miss::Truncated);
                }
                Err(error) => return Err(miss(&error)),
                Ok((entrance, bytes)) => return self.decode(entrance, &bytes),
            }
        }
        Err(Miss::Failed)
    }

    /// Where the chain of the hook prerouting begins, and the entries.
    fn read_once(self, socket: BorrowedFd<'_>) -> io::Result<(usize, Vec<u8>)> {
        let ask = |question, buffer: &mut [u8]| {
            buffer[..3].copy_from_slice(b"nat");
            ask_ip_tables(socket, self.layout == Layout::IP6, question, buffer)
        };
        let mut info = [0; INFO];
        ask(TableQuestion::Info, &mut info)?;
        let (entrance, length) = (word(&info, PREROUTING), word(&info, LENGTH));
        let (Some(entrance), Some(length)) = (entrance, length) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        if length > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        // `struct ipt_get_entries` and `ip6t_get_entries`: the name, the length that is expected, the entries.
        let head = (NAME + 4).next_multiple_of(align_of::<u64>());
        let mut bytes = vec![0; head + length];
        bytes[NAME..NAME + 4].copy_from_slice(&info[LENGTH..LENGTH + 4]);
        ask(TableQuestion::Entries, &mut bytes)?;
        bytes.drain(..head);
        Ok((entrance, bytes))
    }

    fn decode(self, entrance: usize, bytes: &[u8]) -> Reading<Nat> {
        let chains = chains(bytes, self.layout, entrance).ok_or(Miss::Malformed)?;
        let entrance = entrance.to_string();
        Ok(Nat { chains, entrance })
    }
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let word = u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?);
    usize::try_from(word).ok()
}
