//! Frames of the example host as text, at sizes of small terminals, held against `tests/fixtures/frames`.
//! `NSLENS_DRAW_PICTURES=1 cargo test frames` draws them anew. (The large ones, with their styles, are the pictures.)

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{Stage, wires};
use crate::demo;
use crate::model::Snapshot;

const SIZES: [(u16, u16); 4] = [(100, 30), (80, 24), (60, 16), (40, 8)];

/// A view: its name and the keys that lead there.
const VIEWS: &[(&str, &[&str])] = &[
    ("matrix", &["Down Down"]),
    ("namespaces", &["2 Down"]),
    ("owners", &["2 t"]),
    ("processes", &["3 End"]),
    ("details", &["Down Enter"]),
    ("overview", &["Down Left Left Left Left Left Left Enter"]),
    ("process", &["3 End Enter"]),
    ("gaps", &["!"]),
    ("help", &["?"]),
    ("filter", &["/", "host:net procs>x"]),
    ("palette", &[":", "view"]),
    ("chooser", &["Down Down Down s Down"]),
    ("chooser-refused", &["s End"]),
    ("network", &["4 Down Down Down Down"]),
    ("topology", &["4 t Down Down Down Down Down Down Down"]),
    ("interfaces", &["4", "/", "172.18.0.", "Enter t t"]),
    ("network-page", &["4 Down Down Down Down Enter"]),
    ("interface-page", &["4 Down Down Down Down g e Enter"]),
];

/// The host of a view: that of the tests where it is about the network.
fn host(name: &str) -> Snapshot {
    if ["network", "topology", "interface"]
        .iter()
        .any(|word| name.starts_with(word))
    {
        return wires::after(0);
    }
    let taken = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_543_200);
    demo::snapshot(0, taken)
}

#[test]
fn small_terminals_show_what_they_showed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/frames");
    let redraw = std::env::var_os("NSLENS_DRAW_PICTURES").is_some();
    for (name, keys) in VIEWS {
        let mut drawn = String::new();
        for (width, height) in SIZES {
            let text = frame(host(name), keys, width, height);
            writeln!(drawn, "== {width}x{height}\n{text}").unwrap();
        }
        let file = folder.join(format!("{name}.txt"));
        if redraw {
            std::fs::write(&file, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == drawn,
            "tests/fixtures/frames/{name}.txt is not what is drawn now:\n{drawn}"
        );
    }
}

fn frame(host: Snapshot, keys: &[&str], width: u16, height: u16) -> String {
    let mut stage = Stage::new(host);
    for keys in keys {
        let is_typing = stage.app.prompt.is_some() || stage.app.palette.is_some();
        if is_typing && !keys.starts_with("Enter") {
            stage.type_text(keys);
        } else {
            stage.press(keys);
        }
    }
    stage.draw(width, height).text()
}
