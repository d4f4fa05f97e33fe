//! Tests of the whole screen: from a snapshot and keys to text and styles.

mod behaviour;
mod example;
mod looks;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::app::App;
use super::keymap::Action;
use super::theme::Look;
use super::update::update;
use super::view;
use crate::model::{Kind, Snapshot};

/// The interface without threads and terminal.
struct Stage {
    app: App,
}

impl Stage {
    fn new(snapshot: Snapshot) -> Self {
        Self::with(Look::new(true, false), Some(snapshot))
    }

    fn with(look: Look, snapshot: Option<Snapshot>) -> Self {
        let mut app = App::new(look, SystemTime::UNIX_EPOCH);
        app.go_live(Duration::from_secs(2));
        if let Some(snapshot) = snapshot {
            app.show(Arc::new(snapshot));
        }
        Self { app }
    }

    fn draw(&mut self, width: u16, height: u16) -> Screen {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let drawn = terminal.draw(|frame| {
            self.app.fit(frame.area());
            view::draw(frame, &self.app);
        });
        Screen(drawn.unwrap().buffer.clone())
    }

    /// Does `actions`, with a drawing before each as in life.
    fn act(&mut self, actions: &[Action]) -> Screen {
        for action in actions {
            self.draw(120, 40);
            update(&mut self.app, *action);
        }
        self.draw(120, 40)
    }

    fn choose(&mut self, name: &str) {
        let rows = &self.app.data.as_ref().unwrap().matrix.rows;
        let index = rows.iter().position(|row| row.name == name).unwrap();
        self.app.choose_row(index);
    }

    fn chosen(&self) -> String {
        self.app.row().unwrap().name.clone()
    }
}

/// What was drawn.
struct Screen(Buffer);

impl Screen {
    fn lines(&self) -> Vec<String> {
        let width = usize::from(self.0.area.width);
        let lines = self.0.content.chunks(width);
        let text = lines.map(|line| {
            line.iter()
                .map(ratatui::buffer::Cell::symbol)
                .collect::<String>()
        });
        text.map(|line| line.trim_end().to_owned()).collect()
    }

    fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// The first line that holds `word`.
    fn line(&self, word: &str) -> String {
        let line = self.lines().into_iter().find(|line| line.contains(word));
        line.unwrap_or_else(|| panic!("no {word:?} in\n{}", self.text()))
    }

    /// The style of `sign` in the row `name`, column `kind`; panics where another sign is there.
    fn style(&self, name: &str, kind: Kind, sign: &str) -> Style {
        let lines = self.lines();
        let y = lines.iter().position(|line| line.contains(name)).unwrap();
        // One column per character: nothing in these lines is wide.
        let columns = |word: &str, line: &str| line[..line.find(word).unwrap()].chars().count();
        let x = columns(&format!(" {}", kind.name()), &self.line("PROCS")) + 1;
        let cell: String = lines[y]
            .chars()
            .skip(x)
            .take_while(|char| *char != ' ')
            .collect();
        assert_eq!(cell, sign, "{name} {kind}");
        self.0[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())].style()
    }
}
