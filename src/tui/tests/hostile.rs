//! Names that try to deceive, in every place that shows a name.

use super::{Stage, wires};
use crate::model::{Gap, Reason, Snapshot, is_hidden};

/// Moves the cursor, changes direction, hides, is wide, piles up marks.
const EVIL: &str = "e\x1b[31m\u{202e}v\u{200b}i\u{9b}l 漢字e\u{301}\u{301}\u{301}\u{301}\n\t";

fn snapshot() -> Snapshot {
    let mut snapshot = wires::snapshot();
    let evil = |name: &mut String| *name = format!("{EVIL}{name}");
    evil(snapshot.host.hostname.as_mut().unwrap());
    for container in snapshot.containers.as_mut().unwrap() {
        evil(&mut container.name);
        evil(&mut container.engine);
        container.image.as_mut().map(evil);
        container.state.as_mut().map(evil);
        container.project.as_mut().map(evil);
        container.pod.as_mut().map(evil);
    }
    for group in snapshot.groups.as_mut().unwrap() {
        evil(&mut group.name);
    }
    for process in snapshot.processes.as_mut().unwrap() {
        process.comm.as_mut().map(evil);
        process.command.as_mut().map(evil);
        process.unit = Some(EVIL.to_owned());
        process.cgroup = Some(EVIL.into());
    }
    for engine in &mut snapshot.engines {
        evil(&mut engine.kind);
        evil(&mut engine.endpoint);
        engine.version.as_mut().map(evil);
        engine.detail = Some(EVIL.to_owned());
    }
    for space in snapshot.network.iter_mut().flatten() {
        space.name.as_mut().map(evil);
        for interface in space.interfaces.iter_mut().flatten() {
            evil(&mut interface.name);
            interface.kind = Some(EVIL.into());
            interface.state = Some(EVIL.into());
            interface.mac.as_mut().map(evil);
            interface.alias = Some(EVIL.to_owned());
            interface.network = Some(EVIL.to_owned());
            interface.altnames.push(EVIL.to_owned());
        }
        for socket in space.sockets.iter_mut().flatten() {
            socket.local.as_mut().map(evil);
            socket.interface = Some(EVIL.to_owned());
        }
        for route in space.routes.iter_mut().flatten() {
            evil(&mut route.destination);
            route.interface.as_mut().map(evil);
        }
    }
    snapshot.gaps.push(Gap {
        what: EVIL.to_owned(),
        reason: Reason::Failed,
        count: 1,
    });
    snapshot
}

/// Every view, page and popup, by the keys that lead there from the one before.
const WAYS: &[&str] = &[
    "Down",
    "Enter",
    "Enter",
    "Enter",
    "Enter",
    "1 Down Space Down =",
    "Esc i",
    "i 2",
    "t",
    "t",
    "3",
    "t",
    "End Enter",
    "Esc g n",
    "g p",
    "g c",
    "!",
    "! ?",
    "? /",
    "Esc :",
    "Esc w",
    "Esc y y",
    "y j",
    "y e",
    "f",
    "4",
    "4 Down Down Down Enter",
    "Enter",
    "Down Enter",
    "Enter",
    "g e",
    "g c",
    "4 t",
    "t",
];

#[test]
fn no_widget_shows_what_could_deceive() {
    let mut stage = Stage::new(snapshot());
    stage.app.fail(EVIL.to_owned());
    for ways in WAYS {
        stage.press(ways);
        for (width, height) in [(120, 40), (80, 24), (41, 9)] {
            let screen = stage.draw(width, height);
            let text = screen.text();
            let hidden = text.chars().find(|char| *char != '\n' && is_hidden(*char));
            assert_eq!(hidden, None, "{ways} at {width}x{height}:\n{text}");
            assert!(text.contains("e\\x1b["), "{ways}: the host's name is shown");
            for cell in &screen.0.content {
                assert!(cell.symbol().chars().count() < 6, "{:?}", cell.symbol());
            }
        }
    }
}

#[test]
fn columns_stay_straight_behind_wide_names() {
    let mut stage = Stage::new(snapshot());
    for (view, heading, is_cell) in [
        ("1", " uts", "hH·?AB" as &str),
        ("3", " S ", "S"),
        ("2", " WHO", "he\\"),
    ] {
        stage.press(view);
        let screen = stage.draw(120, 40);
        let headings = &screen.lines()[2];
        let headings = if headings.contains(heading) {
            headings
        } else {
            &screen.lines()[3]
        };
        let x = headings[..headings.find(heading).unwrap()].chars().count() + 1;
        let x = u16::try_from(x).unwrap();
        let y = screen
            .lines()
            .iter()
            .position(|line| line == headings)
            .unwrap();
        for y in (y + 1..y + 6).map(|y| u16::try_from(y).unwrap()) {
            let symbol = screen.0[(x, y)].symbol();
            assert!(
                symbol == " " || is_cell.contains(symbol),
                "{view} {y}: {symbol:?}\n{}",
                screen.text()
            );
        }
    }
}
