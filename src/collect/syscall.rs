//! System calls for which there is no safe form elsewhere: the requests of nsfs and of sockets, the questions to
//! `ip_tables`, and the kernel's own lists of namespaces and mounts.
//!
//! The sole home of unsafe code. What each call relies on is held by a type, so that no caller can break it.

use std::ffi::{c_int, c_long, c_uint, c_void};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use rustix::fs::{AtFlags, FileType, StatxFlags, fstatfs, statx};
use rustix::io::Errno;
use rustix::ioctl::{Getter, Ioctl, IoctlOutput, Opcode, ioctl, opcode};

/// `NSFS_MAGIC` of the kernel's magic.h.
pub(super) const NSFS: u64 = 0x6e73_6673;

/// An open namespace: a file of nsfs, and of nothing else.
#[derive(Debug)]
pub(super) struct NsFile(OwnedFd);

impl AsFd for NsFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl NsFile {
    /// Takes a file for a namespace; `None` where it is none.
    pub(super) fn new(file: OwnedFd) -> Result<Option<Self>, Errno> {
        let is_nsfs = u64::try_from(fstatfs(&file)?.f_type) == Ok(NSFS);
        Ok(is_nsfs.then_some(Self(file)))
    }

    /// Opens another namespace that this one leads to.
    pub(super) fn relative(&self, relative: Relative) -> Result<OwnedFd, Errno> {
        #[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
        // SAFETY: the file is of nsfs, so this request means what `Relative` takes it for.
        unsafe {
            ioctl(&self.0, relative)
        }
    }

    /// `NS_GET_OWNER_UID`: the user that made a user namespace.
    pub(super) fn owner_uid(&self) -> Result<u32, Errno> {
        const GET: Opcode = opcode::none(0xb7, 4);
        #[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
        // SAFETY: the file is of nsfs, where this request writes one `uid_t`, a u32.
        unsafe {
            ioctl(&self.0, Getter::<GET, u32>::new())
        }
    }

    /// `NS_GET_ID`: the number that no other namespace ever has, as long as the kernel runs.
    pub(super) fn id(&self) -> Result<u64, Errno> {
        const GET: Opcode = opcode::read::<u64>(0xb7, 13);
        #[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
        // SAFETY: the file is of nsfs, where this request writes one u64.
        unsafe {
            ioctl(&self.0, Getter::<GET, u64>::new())
        }
    }

    /// Opens the mount namespace whose number comes next to that of this one in `direction`, and tells its number: the one
    /// that [`Self::id`] tells where the kernel has it.
    pub(super) fn neighbour(&self, direction: Direction) -> Result<(OwnedFd, u64), Errno> {
        let request = Neighbour {
            direction,
            about: MountNamespace::default(),
        };
        #[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
        // SAFETY: the file is of nsfs, so this request means what `Neighbour` takes it for.
        unsafe {
            ioctl(&self.0, request)
        }
    }

    /// `NS_GET_NSTYPE`: the flag of clone(2) that makes one of its kind.
    pub(super) fn kind_flag(&self) -> Result<c_uint, Errno> {
        #[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
        // SAFETY: the file is of nsfs, where this request means what `KindFlag` takes it for.
        unsafe {
            ioctl(&self.0, KindFlag)
        }
    }
}

/// The request for the kind of a namespace.
struct KindFlag;

#[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
// SAFETY: the kernel reads and writes no memory for it: the answer is what the call returns.
unsafe impl Ioctl for KindFlag {
    type Output = c_uint;

    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        opcode::none(0xb7, 3)
    }

    fn as_ptr(&mut self) -> *mut c_void {
        ptr::null_mut()
    }

    unsafe fn output_from_ptr(answer: IoctlOutput, _: *mut c_void) -> rustix::io::Result<c_uint> {
        Ok(answer.cast_unsigned())
    }
}

/// Another namespace that one leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Relative {
    /// `NS_GET_USERNS`: the user namespace that owns it; of a user namespace, the parent.
    Owner,
    /// `NS_GET_PARENT`: of a pid or user namespace.
    Parent,
}

#[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
// SAFETY: the kernel reads and writes no memory for these two, and `output_from_ptr` is called with what it answered.
unsafe impl Ioctl for Relative {
    type Output = OwnedFd;

    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        match self {
            Self::Owner => opcode::none(0xb7, 1),
            Self::Parent => opcode::none(0xb7, 2),
        }
    }

    fn as_ptr(&mut self) -> *mut c_void {
        ptr::null_mut()
    }

    unsafe fn output_from_ptr(answer: IoctlOutput, _: *mut c_void) -> rustix::io::Result<OwnedFd> {
        // SAFETY: nsfs answers with a new descriptor, which nobody else owns.
        Ok(unsafe { OwnedFd::from_raw_fd(answer) })
    }
}

/// Which neighbour of a mount namespace.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    /// `NS_MNT_GET_NEXT`: with the next higher number.
    Next,
    /// `NS_MNT_GET_PREV`: with the next lower one.
    Previous,
}

/// `mnt_ns_info` of the kernel's nsfs.h.
#[repr(C)]
#[derive(Default)]
struct MountNamespace {
    size: u32,
    mounts: u32,
    id: u64,
}

/// The request for a neighbour.
struct Neighbour {
    direction: Direction,
    about: MountNamespace,
}

#[expect(unsafe_code, reason = "rustix has no call of its own for these ioctls")]
// SAFETY: the kernel writes no more than the structure whose size is a part of the request's number, and
// `output_from_ptr` is called with what it answered.
unsafe impl Ioctl for Neighbour {
    type Output = (OwnedFd, u64);

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        match self.direction {
            Direction::Next => opcode::read::<MountNamespace>(0xb7, 11),
            Direction::Previous => opcode::read::<MountNamespace>(0xb7, 12),
        }
    }

    fn as_ptr(&mut self) -> *mut c_void {
        (&raw mut self.about).cast()
    }

    unsafe fn output_from_ptr(
        answer: IoctlOutput,
        about: *mut c_void,
    ) -> rustix::io::Result<(OwnedFd, u64)> {
        // SAFETY: it is the pointer that `as_ptr` gave, to a value that is still there.
        let about = unsafe { &*about.cast::<MountNamespace>() };
        // SAFETY: nsfs answers with a new descriptor, which nobody else owns.
        Ok((unsafe { OwnedFd::from_raw_fd(answer) }, about.id))
    }
}

/// A socket, and nothing else.
#[derive(Debug)]
pub(super) struct SocketFile(OwnedFd);

impl SocketFile {
    /// Takes a file for the socket that has this number in sockfs; `None` where it is not that one.
    pub(super) fn new(file: OwnedFd, number: u64) -> Result<Option<Self>, Errno> {
        // What else it may be by now lies perhaps on a file system that does not answer: nothing is to be refreshed.
        let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
        let stat = statx(&file, c"", flags, StatxFlags::TYPE | StatxFlags::INO)?;
        let is_socket = FileType::from_raw_mode(stat.stx_mode.into()) == FileType::Socket;
        Ok((is_socket && stat.stx_ino == number).then_some(Self(file)))
    }

    /// `SIOCGSKNS`: opens the network namespace that the socket was made in.
    pub(super) fn namespace(&self) -> Result<OwnedFd, Errno> {
        #[expect(unsafe_code, reason = "rustix has no call of its own for this ioctl")]
        // SAFETY: the file is a socket, for which this request means what `SocketNamespace` takes it for.
        unsafe {
            ioctl(&self.0, SocketNamespace)
        }
    }
}

/// The request for the namespace of a socket.
struct SocketNamespace;

#[expect(unsafe_code, reason = "rustix has no call of its own for this ioctl")]
// SAFETY: the kernel reads and writes no memory for it, and `output_from_ptr` is called with what it answered.
unsafe impl Ioctl for SocketNamespace {
    type Output = OwnedFd;

    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        // `SIOCGSKNS` of the kernel's sockios.h.
        0x894c
    }

    fn as_ptr(&mut self) -> *mut c_void {
        ptr::null_mut()
    }

    unsafe fn output_from_ptr(answer: IoctlOutput, _: *mut c_void) -> rustix::io::Result<OwnedFd> {
        // SAFETY: it answers with a new descriptor, which nobody else owns.
        Ok(unsafe { OwnedFd::from_raw_fd(answer) })
    }
}

/// A question to `ip_tables` or `ip6_tables`, which have the same numbers for it.
#[derive(Clone, Copy, Debug)]
pub(super) enum TableQuestion {
    /// `IPT_SO_GET_INFO`: how large a table is, and where its chains begin.
    Info = 64,
    /// `IPT_SO_GET_ENTRIES`: the whole table.
    Entries = 65,
}

/// Asks about a table through a socket of IPv4, or of IPv6 where `is_ip6`. The answer is written over the question in
/// `buffer`; how long it is.
pub(super) fn ask_ip_tables(
    socket: BorrowedFd<'_>,
    is_ip6: bool,
    question: TableQuestion,
    buffer: &mut [u8],
) -> io::Result<usize> {
    let level = if is_ip6 {
        libc::IPPROTO_IPV6
    } else {
        libc::IPPROTO_IP
    };
    let mut length = libc::socklen_t::try_from(buffer.len()).map_err(io::Error::other)?;
    #[expect(unsafe_code, reason = "rustix has only the options it knows")]
    // SAFETY: the kernel reads and writes no more than `length` bytes of the buffer, and none of these questions tells
    // it to touch other memory.
    let answer = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            question as c_int,
            buffer.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if answer != 0 {
        return Err(io::Error::last_os_error());
    }
    usize::try_from(length).map_err(io::Error::other)
}

/// New calls have the same distance from each other on all architectures.
const fn later_than_pidfd_open(distance: c_long) -> c_long {
    libc::SYS_pidfd_open + distance
}

const STATMOUNT: c_long = later_than_pidfd_open(457 - 434);
const LISTMOUNT: c_long = later_than_pidfd_open(458 - 434);
const LISTNS: c_long = later_than_pidfd_open(470 - 434);

/// Size of the two questions below.
const QUESTION: u32 = 32;
const _: () = assert!(size_of::<MountQuestion>() == 32 && size_of::<NamespaceQuestion>() == 32);

/// `mnt_id_req` of the kernel's mount.h, in its second form.
#[repr(C)]
struct MountQuestion {
    size: u32,
    spare: u32,
    mount: u64,
    parameter: u64,
    namespace: u64,
}

impl MountQuestion {
    const fn new(namespace: u64, mount: u64, parameter: u64) -> Self {
        Self {
            size: QUESTION,
            spare: 0,
            mount,
            parameter,
            namespace,
        }
    }
}

/// listmount(2): the mounts of a mount namespace whose numbers are higher than `after`; how many were written.
pub(super) fn list_mounts(namespace: u64, after: u64, into: &mut [u64]) -> Result<usize, Errno> {
    /// `LSMT_ROOT`: all that are below the root.
    const ROOT: u64 = u64::MAX;
    let question = MountQuestion::new(namespace, ROOT, after);
    ask(LISTMOUNT, &question, into)
}

/// statmount(2): what `mask` asks for about a mount of a mount namespace, as the kernel's `statmount` with its texts
/// behind it.
pub(super) fn stat_mount(
    namespace: u64,
    mount: u64,
    mask: u64,
    into: &mut [u8],
) -> Result<(), Errno> {
    ask(STATMOUNT, &MountQuestion::new(namespace, mount, mask), into).map(drop)
}

/// `ns_id_req` of the kernel's nsfs.h.
#[repr(C)]
struct NamespaceQuestion {
    size: u32,
    spare: u32,
    after: u64,
    kinds: u32,
    spare_too: u32,
    owner: u64,
}

/// listns(2): the namespaces of all kinds whose numbers ([`NsFile::id`]) are higher than `after`; how many were written.
pub(super) fn list_namespaces(after: u64, into: &mut [u64]) -> Result<usize, Errno> {
    let question = NamespaceQuestion {
        size: QUESTION,
        spare: 0,
        after,
        kinds: 0,
        spare_too: 0,
        owner: 0,
    };
    ask(LISTNS, &question, into)
}

/// Puts a question whose answer the kernel writes into a list; what it returned.
fn ask<Q, A>(call: c_long, question: &Q, into: &mut [A]) -> Result<usize, Errno> {
    #[expect(unsafe_code, reason = "neither rustix nor libc has these calls")]
    // SAFETY: each of the three calls reads the question, which tells its own size, and writes plain numbers into the
    // list, no more than its length says: of entries, or of bytes where an entry is one.
    let answer = unsafe { libc::syscall(call, question, into.as_mut_ptr(), into.len(), 0_usize) };
    usize::try_from(answer).map_err(|_| {
        let error = io::Error::last_os_error();
        Errno::from_io_error(&error).unwrap_or(Errno::IO)
    })
}
