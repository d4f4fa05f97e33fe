//! The pictures in `assets/` are frames of the example host, drawn as SVG. This holds them against what is drawn now;
//! `NSLENS_DRAW_PICTURES=1 cargo test pictures` draws them anew.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::{Stage, wires};
use crate::demo;

/// Size of a character.
const CELL: (f32, f32) = (8.4, 18.0);
/// Around the screen.
const MARGIN: f32 = 12.0;
const PAPER: &str = "#1e222a";
const INK: &str = "#d7dae0";

/// A picture: its file, what it shows, its height in lines, the keys that lead there.
type Picture = (&'static str, &'static str, u16, &'static [&'static str]);

#[rustfmt::skip]
const PICTURES: &[Picture] = &[
    ("matrix", "the matrix of containers and namespaces", 48, &["Down Down Down"]),
    ("namespaces", "user and pid namespaces below their parents", 30, &["2 t t", "i"]),
    ("processes", "processes as a tree, only those of the compose project shop", 30, &["3 t", "/", "project:shop", "Enter i"]),
    ("compare", "two containers compared kind by kind", 16, &["/", "shop-web or sidecar", "Enter End Space Up Space ="]),
    ("network", "the network as a topology, from the host to its containers", 40, &["4 t Down Down Down Down Down Down Down"]),
    ("enter", "the ways into a container", 30, &["Down Down Down s Down"]),
    ("commands", "every command by its name", 24, &[":", "copy"]),
];

#[test]
fn the_pictures_show_what_is_drawn() {
    let redraw = std::env::var_os("NSLENS_DRAW_PICTURES").is_some();
    for (name, title, height, keys) in PICTURES {
        let drawn = svg(&frame(name, *height, keys), title);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/{name}.svg"));
        if redraw {
            std::fs::write(&file, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == drawn,
            "assets/{name}.svg is not what is drawn now: NSLENS_DRAW_PICTURES=1 cargo test pictures"
        );
    }
}

/// The host of a picture: that of the tests, for some seconds, where it is about the network.
fn stage(name: &str) -> Stage {
    if name != "network" {
        let taken = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_543_200);
        return Stage::new(demo::snapshot(0, taken));
    }
    let mut stage = Stage::new(wires::after(0));
    for seconds in 1..12 {
        stage.app.show(Arc::new(wires::after(seconds)));
    }
    stage
}

/// The screen after some keys.
fn frame(name: &str, height: u16, keys: &[&str]) -> Buffer {
    let mut stage = stage(name);
    for keys in keys {
        // What is no key is typed.
        let is_typing = stage.app.prompt.is_some() || stage.app.palette.is_some();
        if is_typing && !keys.starts_with("Enter") {
            stage.type_text(keys);
        } else {
            stage.press(keys);
        }
    }
    stage.draw(120, height).0
}

fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let width = f32::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-size=\"14\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\">\
         <title>nslens: {title}</title><rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for y in 0..rows {
        let mut x = 0;
        while x < columns {
            let run = run(buffer, x, y);
            draw_run(&mut svg, &run, &buffer[(x, y)], (x, y));
            x += u16::try_from(crate::tui::text::width(&run)).unwrap().max(1);
        }
    }
    svg + "</svg>\n"
}

/// Text from here on in one style.
fn run(buffer: &Buffer, x: u16, y: u16) -> String {
    let style = buffer[(x, y)].style();
    let mut text = String::new();
    let mut at = x;
    while at < buffer.area.width && buffer[(at, y)].style() == style {
        text.push_str(buffer[(at, y)].symbol());
        at += u16::try_from(crate::tui::text::width(buffer[(at, y)].symbol()))
            .unwrap()
            .max(1);
    }
    text
}

fn draw_run(svg: &mut String, text: &str, cell: &Cell, (x, y): (u16, u16)) {
    let columns = crate::tui::text::width(text);
    let left = f32::from(x) * CELL.0 + MARGIN;
    let top = f32::from(y) * CELL.1 + MARGIN;
    let width = f32::from(u16::try_from(columns).unwrap()) * CELL.0;
    let reversed = cell.modifier.contains(Modifier::REVERSED);
    let (mut ink, mut paper) = (color(cell.fg), PAPER);
    if reversed {
        (ink, paper) = (paper, ink);
        let height = CELL.1;
        writeln!(svg, "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{paper}\"/>").unwrap();
    }
    if text.trim().is_empty() {
        return;
    }
    let weight = if cell.modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let quiet = if cell.modifier.contains(Modifier::DIM) && !reversed {
        " opacity=\"0.6\""
    } else {
        ""
    };
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let base = top + 13.5;
    writeln!(
        svg,
        "<text x=\"{left:.1}\" y=\"{base:.1}\" fill=\"{ink}\"{weight}{quiet} xml:space=\"preserve\" textLength=\"{width:.1}\">{text}</text>"
    )
    .unwrap();
}

/// The terminal's colours, as a dark scheme has them.
fn color(color: Color) -> &'static str {
    match color {
        Color::LightRed | Color::Red => "#ff6b6b",
        Color::Green | Color::LightGreen => "#98c379",
        Color::Yellow => "#e5c07b",
        Color::Cyan => "#56b6c2",
        Color::Magenta | Color::LightMagenta => "#c678dd",
        Color::LightBlue | Color::Blue => "#61afef",
        _ => INK,
    }
}
