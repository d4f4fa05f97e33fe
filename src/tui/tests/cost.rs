//! What a frame costs: allocations do not grow with rows that are out of sight.

use super::{Stage, example};
use crate::model::{Process, Snapshot};
use crate::tui::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// A host with so many processes, one container in ten of them.
fn crowded(count: u32) -> Snapshot {
    let mut snapshot = example::snapshot();
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

#[test]
fn a_steady_frame_allocates_for_what_is_in_sight_only() {
    let mut few = Stage::new(crowded(100));
    let mut many = Stage::new(crowded(10_000));
    for keys in [
        "1", "o", "2", "t", "3", "t", "End", "Up", ":", "Esc", "?", "!", "1 Enter",
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
