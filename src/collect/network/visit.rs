//! Going into a namespace and asking there.

use std::os::fd::AsFd as _;
use std::sync::Arc;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::crew::Pulse;
use super::ends::{Candidate, Question};
use super::find::Target;
use super::kernel_module::Presence;
use super::nat;
use super::rtnetlink::{self, nsid_of};
use super::sockets::{self, Askable};
use super::wire::{Buffer, Line, buffer};
use super::{Depth, proc_net};
use crate::collect::error::Failure;
use crate::collect::holders::way;
use crate::collect::nsfs;
use crate::collect::observation::{Miss, NetnsRecord};
use crate::collect::proc::ProcRoot;
use crate::collect::syscall::NsFile;
use crate::model::{Inode, NetworkSource};

/// So many namespaces are tried for one number: a kernel before 4.15 does not say how the other end is called.
const MOST_ASKED: usize = 256;

/// What all visitors of a pass share.
#[derive(Clone)]
pub(super) struct Map {
    pub(super) root: Arc<ProcRoot>,
    pub(super) targets: Vec<Target>,
    /// The namespace that visitors start from.
    pub(super) home: Option<Inode>,
    /// Which sockets are wanted.
    pub(super) depth: Depth,
    /// Which of them can be asked for over netlink.
    pub(super) askable: Askable,
    /// Whether its NAT rules can be asked for.
    pub(super) nf_tables: Presence,
}

impl Map {
    /// Whether there is such a target.
    pub(super) fn has(&self, inode: Inode) -> bool {
        let targets = &self.targets;
        targets
            .binary_search_by_key(&inode, |target| target.inode)
            .is_ok()
    }

    /// The place of a record's target.
    pub(super) fn place(&self, record: &NetnsRecord) -> usize {
        self.targets
            .partition_point(|target| target.inode < record.inode)
    }
}

/// A thread on its way through the namespaces. It closes what it opened in one before it enters the next, and ends
/// where it was last.
pub(super) struct Visitor {
    map: Arc<Map>,
    /// Where it is.
    place: Option<Inode>,
    home: Option<NsFile>,
    buffer: Buffer,
}

impl Visitor {
    pub(super) fn new(map: &Arc<Map>, pulse: &Arc<Pulse>) -> Self {
        let root = map.root.as_fd();
        let open = |home| nsfs::open(root, "thread-self/ns/net", home).ok();
        let home = map.home.and_then(open);
        Self {
            map: Arc::clone(map),
            // A tree that is no proc mount says nothing of where we are.
            place: map.home.filter(|_| home.is_some()),
            home,
            buffer: buffer(pulse),
        }
    }

    /// Reads the namespace at `at`; `None` where it is gone.
    pub(super) fn read(&mut self, at: usize) -> Option<NetnsRecord> {
        let map = Arc::clone(&self.map);
        let target = &map.targets[at];
        let mut record = match self.enter(target) {
            Ok(()) => self.ask(target),
            Err(Failure::Gone) => return None,
            Err(Failure::Missed(miss)) => self.read_from_outside(target, miss)?,
        };
        record.pid = target.pid();
        Some(record)
    }

    /// What the namespace tells to one who may not enter it, for the reason `miss`; `None` where it is gone.
    fn read_from_outside(&self, target: &Target, miss: Miss) -> Option<NetnsRecord> {
        let (root, depth) = (self.map.root.as_fd(), self.map.depth);
        let mut record = Some(NetnsRecord::missed(target.inode, miss));
        for way in &target.members {
            match proc_net::read(root, *way, target.inode, depth) {
                Ok(read) => {
                    let missing = read.missing;
                    return Some(NetnsRecord {
                        missing,
                        ..read.record
                    });
                }
                Err(Failure::Gone) => record = None,
                Err(Failure::Missed(_)) => {}
            }
        }
        record
    }

    /// Everything that the namespace tells, to one that is inside.
    fn ask(&mut self, target: &Target) -> NetnsRecord {
        let mut record = NetnsRecord::missed(target.inode, Miss::NotAsked);
        record.source = NetworkSource::Netlink;
        match Line::open(rtnetlink::PROTOCOL, &mut self.buffer) {
            Ok(mut line) => {
                rtnetlink::read(&mut line, &mut record);
                let home = self.home.as_ref().zip(self.map.home);
                if let Some((home, inode)) = home.filter(|(_, inode)| *inode != target.inode)
                    && leads_elsewhere(&record)
                    && let Ok(Some(number)) = nsid_of(&mut line, home.as_fd())
                {
                    record.nsids.insert(number, inode);
                }
            }
            Err(miss) => record = NetnsRecord::missed(target.inode, miss),
        }
        let is_deep = self.map.depth == Depth::All || !target.members.is_empty();
        if is_deep {
            self.ask_sockets(&mut record);
        }
        let may_lead_on = record.links.as_deref().is_ok_and(rtnetlink::may_lead_on);
        if is_deep || may_lead_on {
            nat::read(self.map.nf_tables, &mut self.buffer, &mut record);
        }
        record
    }

    fn ask_sockets(&mut self, record: &mut NetnsRecord) {
        let (root, depth) = (self.map.root.as_fd(), self.map.depth);
        let askable = self.map.askable;
        let sockets = sockets::dump(root, askable, depth, &mut self.buffer);
        record.sockets = sockets.map(|sockets| {
            record.missing.extend(sockets.missing);
            record.unsteady |= sockets.unsteady;
            sockets.list
        });
    }

    /// Answers the questions about the namespace at `at`: whose the numbers are.
    pub(super) fn numbers(&mut self, at: usize, questions: &[Question]) -> Vec<(i32, Inode)> {
        let map = Arc::clone(&self.map);
        if self.enter(&map.targets[at]).is_err() {
            return Vec::new();
        }
        let Ok(mut line) = Line::open(rtnetlink::PROTOCOL, &mut self.buffer) else {
            return Vec::new();
        };
        let answers = questions.iter();
        let answers = answers.filter_map(|question| answer(&map, &mut line, question));
        answers.collect()
    }

    /// Goes into a namespace. Staying where it is needs no right.
    fn enter(&mut self, target: &Target) -> Result<(), Failure> {
        if self.place == Some(target.inode) {
            return Ok(());
        }
        let namespace = open(&self.map, target)?;
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
        self.place = Some(target.inode);
        Ok(())
    }
}

/// Whose the number is: the candidate whose interface is called as the one that the kernel finds by that number, and for
/// which the kernel has that number.
fn answer(map: &Map, line: &mut Line<'_>, question: &Question) -> Option<(i32, Inode)> {
    let end = rtnetlink::link_in(line, question.number, question.index).ok();
    let fits = |candidate: &&Candidate| {
        end.as_ref().is_none_or(|end| {
            (&candidate.name, &candidate.mac) == (&end.interface.name, &end.interface.mac)
        })
    };
    let candidates = question.candidates.iter().filter(fits).take(MOST_ASKED);
    let mut numbers = candidates.filter_map(|candidate| {
        let target = &map.targets[candidate.place];
        let namespace = open(map, target).ok()?;
        let number = nsid_of(line, namespace.as_fd()).ok()??;
        Some((number, target.inode))
    });
    numbers.find(|(number, _)| *number == question.number)
}

/// Whether a link of it has its other end in another namespace.
fn leads_elsewhere(record: &NetnsRecord) -> bool {
    let links = record.links.iter().flatten();
    links.into_iter().any(|link| link.link_nsid.is_some())
}

/// Opens a namespace by the first way that leads to it; gone where none does, unless one is refused.
fn open(map: &Map, target: &Target) -> Result<NsFile, Failure> {
    let mut failure = Failure::Gone;
    let mut note = |reason| {
        if !matches!(reason, Failure::Gone | Failure::Missed(Miss::Absent)) {
            failure = reason;
        }
    };
    for (pid, thread) in &target.members {
        let path = match thread {
            Some(tid) => format!("{pid}/task/{tid}/ns/net"),
            None => format!("{pid}/ns/net"),
        };
        match nsfs::open(map.root.as_fd(), &path, target.inode) {
            Ok(namespace) => return Ok(namespace),
            Err(reason) => note(reason),
        }
    }
    for held in &target.holders {
        match way::open(map.root.as_fd(), held) {
            Ok(namespace) => return Ok(namespace),
            Err(reason) => note(reason),
        }
    }
    Err(failure)
}
