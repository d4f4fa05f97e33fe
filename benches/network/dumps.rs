//! The least work that learns links, addresses and routes of every namespace: three dumps each, by one thread, nothing
//! decoded.

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::thread;

use netlink_packet_core::NetlinkBuffer;
use netlink_sys::Socket;
use netlink_sys::protocols::NETLINK_ROUTE;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Messages of the kernel's rtnetlink.h with the length of their headers.
const DUMPS: [(u16, usize); 3] = [(18, 16), (22, 8), (26, 12)];

/// The number of messages about the namespaces whose names begin with `prefix`.
pub(crate) fn of_all(prefix: &str) -> usize {
    let names = fs::read_dir("/run/netns").unwrap();
    let paths: Vec<_> = names
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_str().unwrap().starts_with(prefix))
        .map(|entry| entry.path())
        .collect();
    // A thread of its own, which ends where it was last.
    let count = thread::spawn(move || {
        let mut buffer = Vec::with_capacity(1 << 17);
        let messages = paths.iter().map(|path| {
            let namespace = File::open(path).unwrap();
            let network = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(namespace.as_fd(), network).unwrap();
            drop(namespace);
            let socket = Socket::new(NETLINK_ROUTE).unwrap();
            socket.set_netlink_get_strict_chk(true).unwrap();
            let dump = |(kind, length)| dump(&socket, kind, length, &mut buffer);
            DUMPS.map(dump).iter().sum::<usize>()
        });
        messages.sum()
    });
    count.join().unwrap()
}

fn dump(socket: &Socket, kind: u16, length: usize, buffer: &mut Vec<u8>) -> usize {
    let mut question = [0; 64];
    let mut header = NetlinkBuffer::new(&mut question[..]);
    header.set_length(u32::try_from(16 + length).unwrap());
    header.set_message_type(kind);
    header.set_flags(0x301);
    socket.send(&question[..16 + length], 0).unwrap();
    let mut count = 0;
    loop {
        buffer.clear();
        socket.recv(buffer, 0).unwrap();
        let mut rest = buffer.as_slice();
        while let Ok(message) = NetlinkBuffer::new_checked(rest) {
            if message.message_type() <= 3 {
                return count;
            }
            count += 1;
            rest = &rest[(message.length() as usize).next_multiple_of(4)..];
        }
    }
}
