//! A process: who it is, where it belongs, and each of its namespaces.

use std::time::{Duration, SystemTime};

use super::cell::{about_gone, gone};
use super::{Facts, Tone};
use crate::model::{Kind, Process, Relation};
use crate::query::{Id, RowId};
use crate::tui::data::Data;
use crate::tui::list::row_name;
use crate::tui::text;

/// What there is to say about the process.
pub(super) fn facts(data: &Data, pid: u32, start: Option<u64>) -> Facts {
    let id = Id::Process { pid, start };
    let Some(process) = data.find_process(pid, start) else {
        return gone(&id);
    };
    let name = process.comm.as_deref().unwrap_or("?");
    let mut facts = Facts::titled(format!("process {pid}"));
    facts.title.push(name.to_owned());
    about_gone(&mut facts, data, &id);
    facts.say("command", command(process));
    about_place(&mut facts, data, process);
    about_person(&mut facts, data, process);
    for kind in &data.matrix.columns {
        about_namespace(&mut facts, data, process, *kind);
    }
    facts
}

fn command(process: &Process) -> String {
    let cut = if process.command_truncated {
        " [cut]"
    } else {
        ""
    };
    match process.command.as_deref() {
        Some("") => "(none)".to_owned(),
        Some(command) => format!("{command}{cut}"),
        None => "(not known)".to_owned(),
    }
}

/// Container, unit, cgroup, parent.
fn about_place(facts: &mut Facts, data: &Data, process: &Process) {
    let name = row_name(data, process);
    match (&process.container, &process.group) {
        (Some(id), _) => {
            let short: String = id.chars().take(12).collect();
            facts.say("container", format!("{name} ({short})"));
            about_relation(facts, process);
        }
        (None, Some(_)) => facts.say("group", name),
        (None, None) if !RowId::Reference.has(process) => {
            let words = "in none; of its namespaces some are not known: it may share any row's";
            facts.tell("container", words, Tone::Notable);
        }
        (None, None) if data.sees_host() => facts.say("container", "none: a process of the host"),
        (None, None) => facts.say("container", "none that is seen from in here"),
    }
    if let Some(unit) = &process.unit {
        facts.say("unit", unit.clone());
    }
    if let Some(cgroup) = &process.cgroup {
        facts.say("cgroup", cgroup.to_string());
    }
    let parent = process.ppid.filter(|ppid| *ppid != 0);
    if let Some(ppid) = parent {
        let parent = data.parent(process).and_then(|at| data.process(at));
        let name = parent.and_then(|parent| parent.comm.as_deref());
        facts.say("parent", format!("{ppid} {}", name.unwrap_or_default()));
    }
}

/// How it came into its container, where it was not born there.
fn about_relation(facts: &mut Facts, process: &Process) {
    let (words, tone) = match process.relation {
        Some(Relation::Member) => return,
        Some(Relation::Exec) => ("exec: started in it by its engine", Tone::Plain),
        Some(Relation::Entered) => ("entered: came from outside, as by nsenter", Tone::Notable),
        Some(Relation::Stray) => (
            "stray: its cgroup says this container, its namespaces say another or the host",
            Tone::Notable,
        ),
        None => (
            "not known: it may have been started in it from outside",
            Tone::Plain,
        ),
    };
    facts.tell("relation", words, tone);
}

/// User, state, age, pids.
fn about_person(facts: &mut Facts, data: &Data, process: &Process) {
    let mut parts = Vec::new();
    parts.extend(process.uid.map(|uid| format!("uid {uid}")));
    parts.extend(process.state.map(|state| format!("state {state}")));
    if process.kernel_thread == Some(true) {
        parts.push("a thread of the kernel".to_owned());
    }
    // What is gone runs no longer.
    let is_gone = data.changes.is_gone(&Id::from(process));
    let age = age(data, process).filter(|_| !is_gone);
    parts.extend(age.map(|age| format!("running for {}", text::span(age))));
    facts.say("process", parts.join(", "));
    if process.ns_pids.len() > 1 {
        let pids: Vec<String> = process.ns_pids.iter().map(u32::to_string).collect();
        let words = format!("{} (outermost pid namespace first)", pids.join(" "));
        facts.say("pids", words);
    }
}

fn age(data: &Data, process: &Process) -> Option<Duration> {
    let host = &data.snapshot.host;
    let boot = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(host.boot_time?))?;
    let ticks = process.start_ticks?.checked_div(host.clock_ticks)?;
    let start = boot.checked_add(Duration::from_secs(ticks))?;
    data.taken?.duration_since(start).ok()
}

fn about_namespace(facts: &mut Facts, data: &Data, process: &Process, kind: Kind) {
    let reference = data.reference(kind);
    let (words, tone) = match process.namespaces.get(kind) {
        None => ("this kernel has no such namespace".to_owned(), Tone::Dim),
        Some(None) => ("not known".to_owned(), Tone::Notable),
        Some(Some(inode)) if Some(*inode) == reference => {
            let whose = if data.sees_host() {
                "the host's"
            } else {
                "ours"
            };
            (format!("{inode}  {whose}"), Tone::Plain)
        }
        Some(Some(inode)) => {
            let namespace = data.find_namespace(kind, *inode);
            let count = namespace.map(|namespace| {
                let count = namespace.process_count as usize;
                format!("  {} in it", text::counted(count, "process", "processes"))
            });
            (format!("{inode}{}", count.unwrap_or_default()), Tone::Plain)
        }
    };
    facts.tell(kind.name(), words, tone);
}
