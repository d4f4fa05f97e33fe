//! What a frame costs: allocations do not grow with rows that are out of sight. What a keystroke of a filter costs.

use std::time::Duration;

use super::{Stage, example, wires};
use crate::model::{End, Inode, Interface, NetworkNamespace, Process, Snapshot};
use crate::query::Filter;
use crate::tui::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rustix::time::{ClockId, clock_gettime};

/// A host with so many processes, one container in ten of them.
fn crowded(count: u32) -> Snapshot {
    let mut snapshot = wires::snapshot();
    crowd_network(&mut snapshot, count / 10);
    let model = snapshot.processes.as_ref().unwrap()[0].clone();
    let containers = (0..count / 10)
        .map(|row| example::container(100 + row, &format!("c{row:05}"), "h . . h h h h h"));
    snapshot.containers.as_mut().unwrap().extend(containers);
    let processes = (5000..5000 + count).map(|pid| Process {
        pid,
        ppid: Some(if pid > 5000 { pid - 1 } else { 1 }),
        ..model.clone()
    });
    snapshot.processes.as_mut().unwrap().extend(processes);
    snapshot
}

/// So many network namespaces more, each with a veth to the host's bridge and somebody who listens.
fn crowd_network(snapshot: &mut Snapshot, count: u32) {
    let network = snapshot.network.as_mut().unwrap();
    let at = |inode| move |space: &NetworkNamespace| space.namespace == inode;
    let host = network.iter().position(at(wires::HOST)).unwrap();
    let shop = network.iter().position(at(wires::SHOP)).unwrap();
    let shop = NetworkNamespace {
        containers: Some(Vec::new()),
        ..network[shop].clone()
    };
    let ports = (1000..1000 + count).map(|index| Interface {
        master: Some(4),
        peer: Some(End {
            namespace: Some(Inode(index)),
            index: Some(2),
            name: None,
        }),
        ..wires::link(index, &format!("veth{index}"), "veth")
    });
    network[host].interfaces.as_mut().unwrap().extend(ports);
    network.splice(
        0..0,
        (1000..1000 + count).map(|inode| NetworkNamespace {
            namespace: Inode(inode),
            ..shop.clone()
        }),
    );
}

/// Allocations of a frame in which nothing changes, and the time that the slowest of some frames took.
fn steady_frame(stage: &mut Stage) -> u64 {
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let mut draw = |stage: &mut Stage| {
        let drawn = terminal.draw(|frame| {
            stage.app.fit(frame.area());
            view::draw(frame, &stage.app);
        });
        drawn.unwrap();
    };
    draw(stage);
    draw(stage);
    allocation_counter::measure(|| draw(stage)).count_total
}

/// What this thread has taken of a core's time: what else the machine does is not in it.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// The cheapest of some searches for a word that nothing holds, among so many interfaces and sockets of the host.
fn search(count: u32) -> Duration {
    let mut snapshot = wires::snapshot();
    crowd_network(&mut snapshot, count);
    let mut spaces = snapshot.network.iter_mut().flatten();
    let host = spaces.find(|one| one.namespace == wires::HOST).unwrap();
    let sockets = host.sockets.get_or_insert_default();
    let more = (0..count).map(|_| sockets[0].clone());
    let more: Vec<_> = more.collect();
    sockets.extend(more);
    let filter: Filter = "nothing-is-called-so".parse().unwrap();
    let times = (0..5).map(|_| {
        let begun = cpu_time();
        assert!(!filter.link_hits(&snapshot).namespaces.contains(&true));
        cpu_time().saturating_sub(begun)
    });
    times.min().unwrap()
}

#[test]
fn a_word_is_searched_for_in_time_that_grows_with_the_host() {
    let (few, many) = (search(200), search(2000));
    // Ten times as much; asking all sockets for each interface would take a hundred times as long.
    assert!(many < few * 40, "{few:?} and {many:?}");
}

#[test]
fn a_steady_frame_allocates_for_what_is_in_sight_only() {
    let mut few = Stage::new(crowded(100));
    let mut many = Stage::new(crowded(10_000));
    for keys in [
        "1", "o", "2", "t", "3", "t", "End", "Up", ":", "Esc", "?", "!", "1 Enter", "4", "t", "t",
        "Enter",
    ] {
        few.press(keys);
        many.press(keys);
        let (small, large) = (steady_frame(&mut few), steady_frame(&mut many));
        assert!(large < 6000, "{keys}: {large} allocations");
        // Wider numbers and longer names may cost a few more.
        assert!(
            large < small + small / 4 + 200,
            "{keys}: {small} and {large}"
        );
    }
}
