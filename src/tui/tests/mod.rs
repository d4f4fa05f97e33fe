//! Tests of the whole screen: from a snapshot and keys to text and styles.

mod behaviour;
mod cost;
mod enter;
mod example;
mod frames;
mod hostile;
mod looks;
mod meant;
mod network;
mod network_looks;
mod output;
mod pictures;
mod travel;
mod typing;
pub(super) mod wires;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{App, Setup};
use super::chooser::Access;
use super::clipboard::Wrapper;
use super::config::ThemeName;
use super::keys::{Action, Keymap};
use super::update::{Effect, press, update};
use super::view;
use crate::model::{Kind, Snapshot};
use crate::query::Filter;

/// The interface without threads and terminal.
struct Stage {
    app: App,
}

/// How the interface starts in tests.
fn setup(theme: ThemeName, ascii: bool) -> Setup {
    Setup {
        theme,
        colorless: theme == ThemeName::Mono,
        ascii,
        mouse: true,
        filter: Filter::default(),
        keymap: Keymap::default(),
        problems: Vec::new(),
        wrapper: Wrapper::None,
        access: Access::Open,
        commands: Vec::new(),
    }
}

impl Stage {
    fn new(snapshot: Snapshot) -> Self {
        Self::with(setup(ThemeName::Dark, false), Some(snapshot))
    }

    fn with(setup: Setup, snapshot: Option<Snapshot>) -> Self {
        let mut app = App::new(setup, SystemTime::UNIX_EPOCH);
        app.go_live(Duration::from_secs(2));
        if let Some(snapshot) = snapshot {
            app.now = humantime::parse_rfc3339(&snapshot.captured_at).unwrap();
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

    /// Presses keys as they are written: `g n`, `Enter`, `Ctrl-u`, `x`; what they ask of the world is given back.
    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in keys.split(' ') {
            self.draw(120, 40);
            let updates = press(&mut self.app, event(key));
            effects.extend(updates.into_iter().filter_map(|update| update.effect));
        }
        self.draw(120, 40);
        effects
    }

    /// Types a text, letter by letter.
    fn type_text(&mut self, text: &str) {
        for char in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE);
            press(&mut self.app, key);
        }
    }

    /// Chooses the row of the matrix with this name.
    fn choose(&mut self, name: &str) {
        self.draw(120, 40);
        let (data, list) = (
            self.app.data.as_ref().unwrap(),
            self.app.places.list_mut().unwrap(),
        );
        let mut entries = list.entries.iter();
        let index = entries.position(|entry| data.row(entry.at).unwrap().name == name);
        list.choose(data, index.unwrap());
    }

    /// Name of the chosen row of the matrix.
    fn chosen(&self) -> String {
        let list = self.app.places.list().unwrap();
        let entry = list.entries[list.index];
        let data = self.app.data.as_ref().unwrap();
        data.row(entry.at).unwrap().name.clone()
    }

    fn shows(&mut self, words: &str) -> bool {
        self.draw(120, 40).text().contains(words)
    }
}

/// The key that is written so.
fn event(key: &str) -> KeyEvent {
    let (key, modifiers) = match key.strip_prefix("Ctrl-") {
        Some(key) => (key, KeyModifiers::CONTROL),
        None => (key, KeyModifiers::NONE),
    };
    let code = match key {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Space" => KeyCode::Char(' '),
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Backspace" => KeyCode::Backspace,
        char => KeyCode::Char(char.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
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

#[test]
fn a_panic_of_the_main_thread_is_an_error_with_its_message() {
    let ended = super::guarded(|_, _| panic!("boom in the main thread"));
    let error = ended.unwrap_err().to_string();
    assert!(error.contains("boom in the main thread"), "{error}");
}
