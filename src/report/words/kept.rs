//! What keeps a namespace alive, and what would have to end for it to go away.

use std::collections::{HashMap, HashSet};

use crate::model::{Holder, Inode, Kind, Namespace, Snapshot};

/// So many are told one by one; more are counted.
const TOLD: usize = 8;
/// So many conditions are told where a namespace lives as long as others below it.
const CONDITIONS: usize = 3;

/// What is said of one that is alive for a reason that was not found.
const NOTHING: &str = "something that was not found";

/// That so many namespaces exist of which nothing else is known.
pub(crate) fn unlisted(count: u32) -> String {
    match count {
        1 => "1 more namespace exists that was found nowhere".to_owned(),
        _ => format!("{count} more namespaces exist that were found nowhere"),
    }
}

/// What `holder` is, and where.
pub(crate) fn kept_by(holder: &Holder) -> String {
    match holder {
        Holder::Process { pid } => format!("process {pid}, the lowest of its members"),
        Holder::Thread { pid, tid } => format!("thread {tid} of process {pid}"),
        Holder::ForChildren { pid } => format!("process {pid}, whose next child will be in it"),
        Holder::Fd { pid, fd } => format!("descriptor {fd} of process {pid}"),
        Holder::Socket { pid, fd } => {
            format!("a socket made in it, descriptor {fd} of process {pid}")
        }
        Holder::BindMount {
            path,
            mnt_ns: Some(mnt),
        } => format!("bind mount {path} in mnt:[{mnt}]"),
        Holder::BindMount { path, mnt_ns: None } => format!("bind mount {path}"),
        Holder::Child { kind, inode } => format!("{kind}:[{inode}], which lies below it"),
    }
}

/// What keeps the namespace alive, and until when: a line for each thing that would have to end for it to go away. The
/// host's own never do.
pub(crate) fn kept(namespace: &Namespace, snapshot: &Snapshot) -> Vec<String> {
    if namespace.holders.is_empty() && namespace.process_count == 0 {
        return vec![NOTHING.to_owned()];
    }
    let holders = grouped(&namespace.holders);
    let told = holders.iter().take(TOLD).map(|(holder, others)| {
        let by = kept_by(holder);
        let name = name(holder, snapshot).unwrap_or_default();
        let others = elsewhere(*others);
        if namespace.initial == Some(true) {
            format!("{by}{name}{others}")
        } else {
            format!("{by}{name}{others}, until {}", until(holder, snapshot))
        }
    });
    let more = holders.len().saturating_sub(TOLD);
    let more = (more > 0).then(|| format!("and {more} more"));
    told.chain(more).collect()
}

/// The holders, and how often else one of them is mounted at the same place.
fn grouped(holders: &[Holder]) -> Vec<(&Holder, usize)> {
    let mut groups: Vec<(&Holder, usize)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for holder in holders {
        if let Holder::BindMount { path, .. } = holder {
            let place = *places.entry(path).or_insert(groups.len());
            if let Some((_, others)) = groups.get_mut(place) {
                *others += 1;
                continue;
            }
        }
        groups.push((holder, 0));
    }
    groups
}

fn elsewhere(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => " and in another mount namespace".to_owned(),
        others => format!(" and in {others} other mount namespaces"),
    }
}

/// The name of the process that holds it.
fn name(holder: &Holder, snapshot: &Snapshot) -> Option<String> {
    let (Holder::Process { pid }
    | Holder::Thread { pid, .. }
    | Holder::ForChildren { pid }
    | Holder::Fd { pid, .. }
    | Holder::Socket { pid, .. }) = holder
    else {
        return None;
    };
    let mut processes = snapshot.processes.iter().flatten();
    let process = processes.find(|process| process.pid == *pid)?;
    Some(format!(" ({})", process.comm.as_deref()?))
}

/// Until when something holds a namespace.
fn until(holder: &Holder, snapshot: &Snapshot) -> String {
    match holder {
        Holder::Process { .. } => "all of them have ended or left".to_owned(),
        Holder::Thread { .. } => "it has ended or left".to_owned(),
        Holder::ForChildren { .. } => "it has ended".to_owned(),
        Holder::Fd { .. } | Holder::Socket { .. } => "it is closed".to_owned(),
        Holder::BindMount { .. } => "it is unmounted".to_owned(),
        Holder::Child { kind, inode } => {
            let mut conditions = Vec::new();
            add_conditions(
                (*kind, *inode),
                snapshot,
                &mut HashSet::new(),
                &mut conditions,
            );
            let more = conditions.len().saturating_sub(CONDITIONS);
            conditions.truncate(CONDITIONS);
            if more > 0 {
                conditions.push(format!("{more} more things have ended"));
            }
            conditions.join(" and ")
        }
    }
}

/// What must have happened for a namespace to go away, as far as its holders tell.
fn add_conditions(
    (kind, inode): (Kind, Inode),
    snapshot: &Snapshot,
    seen: &mut HashSet<(Kind, Inode)>,
    into: &mut Vec<String>,
) {
    if !seen.insert((kind, inode)) {
        return;
    }
    let mut all = snapshot.namespaces.iter().flatten();
    let found = all.find(|one| (one.kind, one.inode) == (kind, inode));
    let holders = found.map_or(&[][..], |one| &one.holders);
    if holders.is_empty() {
        into.push(format!("{kind}:[{inode}] has gone away"));
    }
    for (holder, others) in grouped(holders) {
        let condition = match holder {
            Holder::Child { kind, inode } => {
                add_conditions((*kind, *inode), snapshot, seen, into);
                continue;
            }
            Holder::Process { .. } => {
                format!("the processes in {kind}:[{inode}] have ended or left")
            }
            Holder::Thread { pid, tid } => {
                format!("thread {tid} of process {pid} has ended or left")
            }
            Holder::ForChildren { pid } => format!("process {pid} has ended"),
            Holder::Fd { pid, fd } | Holder::Socket { pid, fd } => {
                format!("descriptor {fd} of process {pid} is closed")
            }
            Holder::BindMount { .. } => {
                format!("{}{} is unmounted", kept_by(holder), elsewhere(others))
            }
        };
        into.push(condition);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example::{namespace, snapshot};

    fn mount(path: &str, mnt: u32) -> Holder {
        Holder::BindMount {
            path: path.to_owned(),
            mnt_ns: Some(Inode(mnt)),
        }
    }

    fn lines(holders: Vec<Holder>, others: Vec<Namespace>) -> Vec<String> {
        let held = Namespace {
            holders,
            ..namespace(Kind::User, 7)
        };
        let mut seen = snapshot();
        seen.namespaces = Some(others);
        kept(&held, &seen)
    }

    #[test]
    fn equal_paths_are_told_once() {
        let holders = vec![
            Holder::Fd { pid: 4, fd: 5 },
            mount("/b", 1),
            mount("/a", 2),
            mount("/b", 2),
            mount("/b", 3),
        ];
        assert_eq!(
            lines(holders, Vec::new()),
            [
                "descriptor 5 of process 4, until it is closed",
                "bind mount /b in mnt:[1] and in 2 other mount namespaces, until it is unmounted",
                "bind mount /a in mnt:[2], until it is unmounted",
            ]
        );
    }

    #[test]
    fn one_that_lives_by_others_goes_when_these_do() {
        let child = |inode| Holder::Child {
            kind: Kind::User,
            inode: Inode(inode),
        };
        let nested = Namespace {
            holders: vec![Holder::Process { pid: 9 }, child(9)],
            ..namespace(Kind::User, 8)
        };
        let innermost = Namespace {
            holders: vec![mount("/c", 1), child(8)],
            ..namespace(Kind::User, 9)
        };
        assert_eq!(
            lines(vec![child(8), child(10)], vec![nested, innermost]),
            [
                "user:[8], which lies below it, until the processes in user:[8] have ended or left \
                 and bind mount /c in mnt:[1] is unmounted",
                "user:[10], which lies below it, until user:[10] has gone away",
            ]
        );
    }

    #[test]
    fn what_was_not_found_is_not_left_out() {
        assert_eq!(lines(Vec::new(), Vec::new()), [NOTHING]);
        assert!(unlisted(1).starts_with("1 more namespace exists"));
        assert!(unlisted(2).starts_with("2 more namespaces exist"));
    }

    #[test]
    fn many_are_counted() {
        let holders = (0..20).map(|fd| Holder::Fd { pid: 4, fd }).collect();
        let lines = lines(holders, Vec::new());
        assert_eq!(lines.len(), TOLD + 1);
        assert_eq!(lines[TOLD], "and 12 more");
    }
}
