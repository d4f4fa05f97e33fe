//! Text being typed: the prompt at the bottom and the palette.

use std::path::PathBuf;

use ratatui::crossterm::event::KeyCode;
use tui_input::InputRequest;

use super::travel::set_filter;
use super::{Effect, Update, update};
use crate::query::{Filter, complete};
use crate::tui::app::App;
use crate::tui::keys::{Action, Found, Key};
use crate::tui::prompt::{LONGEST, Prompt, Purpose};

/// Filters that are remembered.
const HISTORY: usize = 50;

/// Opens the prompt for the list's filter; in a page for a search.
pub(super) fn filter(app: &mut App) -> bool {
    let prompt = if let Some(list) = app.places.list() {
        Prompt::filter(list)
    } else if let Some(page) = app.places.page() {
        Prompt::new(Purpose::Search, page.search.clone())
    } else {
        return false;
    };
    app.prompt = Some(prompt);
    offer(app);
    true
}

/// Opens the prompt for the name of a file.
pub(super) fn write(app: &mut App) -> bool {
    let Some(data) = &app.data else { return false };
    let snapshot = &data.snapshot;
    let host = snapshot.host.hostname.as_deref().unwrap_or("host");
    let safe = |text: &str| -> String {
        let safe = text.chars().map(|char| {
            if char.is_ascii_alphanumeric() || char == '-' {
                char
            } else {
                '-'
            }
        });
        safe.collect()
    };
    let time = snapshot.captured_at.get(..19).unwrap_or_default();
    let name = format!("nslens-{}-{}.json", safe(host), safe(time));
    app.prompt = Some(Prompt::new(Purpose::Write, name));
    true
}

/// A key while text is typed. What ends, stops or redraws everything does so here too.
pub(super) fn key(app: &mut App, key: Key) -> Update {
    if let Found::Action(action) = app.keymap.find(&[key])
        && key.ctrl
        && matches!(action, Action::Quit | Action::Suspend | Action::Redraw)
    {
        return update(app, action);
    }
    if app.prompt.is_some() {
        return Update {
            changed: true,
            effect: prompt_key(app, key),
        };
    }
    palette_key(app, key)
}

/// Pasted text goes where text is typed.
pub(super) fn paste(app: &mut App, text: &str) -> Update {
    if let Some(prompt) = &mut app.prompt {
        if prompt.paste(text) {
            take_effect(app);
        }
        offer(app);
        return Update::changed(true);
    }
    let Some(palette) = &mut app.palette else {
        let [filter, palette] = [Action::Filter, Action::Palette].map(|action| app.key(action));
        app.note(format!(
            "pasted text is ignored here; {filter} or {palette} take it"
        ));
        return Update::changed(true);
    };
    let plain = text.chars().filter(|char| !char.is_control());
    for char in plain.take(LONGEST.saturating_sub(palette.input.value().len())) {
        palette.input.handle(InputRequest::InsertChar(char));
    }
    palette.chosen = 0;
    Update::changed(true)
}

fn prompt_key(app: &mut App, key: Key) -> Option<Effect> {
    match key.code {
        KeyCode::Enter => return keep(app),
        KeyCode::Esc => give_up(app),
        KeyCode::Tab | KeyCode::BackTab => {
            let forward = key.code == KeyCode::Tab;
            if app
                .prompt
                .as_mut()
                .is_some_and(|prompt| prompt.complete(forward))
            {
                take_effect(app);
            }
        }
        KeyCode::Up | KeyCode::Down => {
            let back = key.code == KeyCode::Up;
            let history = &app.history;
            let recalled = app.prompt.as_mut().is_some_and(|prompt| {
                prompt.purpose == Purpose::Filter && prompt.recall(history, back)
            });
            if recalled {
                take_effect(app);
                offer(app);
            }
        }
        _ => {
            let request = request(key)?;
            if app.prompt.as_mut()?.edit(request) {
                take_effect(app);
            }
            offer(app);
        }
    }
    None
}

/// What a key means for a line of text, as readline has it.
fn request(key: Key) -> Option<InputRequest> {
    Some(match (key.code, key.ctrl) {
        (KeyCode::Char(char), false) => InputRequest::InsertChar(char),
        (KeyCode::Backspace, _) | (KeyCode::Char('h'), true) => InputRequest::DeletePrevChar,
        (KeyCode::Delete, _) | (KeyCode::Char('d'), true) => InputRequest::DeleteNextChar,
        (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
        (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Left, false) | (KeyCode::Char('b'), true) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false) | (KeyCode::Char('f'), true) => InputRequest::GoToNextChar,
        (KeyCode::Home, _) | (KeyCode::Char('a'), true) => InputRequest::GoToStart,
        (KeyCode::End, _) | (KeyCode::Char('e'), true) => InputRequest::GoToEnd,
        _ => return None,
    })
}

/// The text takes effect while it is typed; a bad filter leaves the last good one.
fn take_effect(app: &mut App) {
    let Some(prompt) = &mut app.prompt else {
        return;
    };
    let text = prompt.text().to_owned();
    match prompt.purpose {
        Purpose::Write => {}
        Purpose::Search => {
            if let Some(page) = app.places.page_mut() {
                page.search(text);
            }
        }
        Purpose::Filter => match text.parse::<Filter>() {
            Ok(filter) => {
                prompt.error = None;
                set_filter(app, filter);
            }
            Err(error) => prompt.error = Some(error),
        },
    }
}

/// Works out what Tab would put in.
fn offer(app: &mut App) {
    let (Some(prompt), Some(data)) = (&mut app.prompt, &app.data) else {
        return;
    };
    if prompt.purpose == Purpose::Filter && !prompt.is_completing() {
        let completion = complete(prompt.text(), prompt.cursor(), &data.snapshot);
        prompt.completion = Some(completion);
    }
}

/// Enter: the text stays. A bad filter keeps the prompt open, with the place of the error.
fn keep(app: &mut App) -> Option<Effect> {
    if app.prompt.as_ref()?.error.is_some() {
        return None;
    }
    let prompt = app.prompt.take()?;
    let text = prompt.text().trim().to_owned();
    match prompt.purpose {
        Purpose::Filter if !text.is_empty() => {
            app.history.retain(|other| *other != text);
            app.history.push(text);
            let excess = app.history.len().saturating_sub(HISTORY);
            app.history.drain(..excess);
            None
        }
        Purpose::Write if !text.is_empty() => Some(Effect::Write(PathBuf::from(text))),
        Purpose::Write | Purpose::Search | Purpose::Filter => None,
    }
}

/// Esc: what was there before comes back.
fn give_up(app: &mut App) {
    let Some(prompt) = app.prompt.take() else {
        return;
    };
    match prompt.purpose {
        Purpose::Write => {}
        Purpose::Search => {
            if let Some(page) = app.places.page_mut() {
                page.search(prompt.former);
            }
        }
        // What a filter remembers as its text has been a filter.
        Purpose::Filter => {
            set_filter(app, prompt.former.parse().unwrap_or_default());
            if let Some(list) = app.places.list_mut() {
                list.chosen = prompt.chosen;
                list.is_given = prompt.was_given;
            }
        }
    }
}

fn palette_key(app: &mut App, key: Key) -> Update {
    let Some(palette) = &mut app.palette else {
        return Update::default();
    };
    match key.code {
        KeyCode::Esc => app.palette = None,
        KeyCode::Enter => return run(app),
        KeyCode::Up | KeyCode::BackTab => palette.step(-1),
        KeyCode::Down | KeyCode::Tab => palette.step(1),
        KeyCode::PageUp => palette.step(-10),
        KeyCode::PageDown => palette.step(10),
        _ => {
            if let Some(request) = request(key) {
                palette.input.handle(request);
                palette.chosen = 0;
            }
        }
    }
    Update::changed(true)
}

/// Carries out the chosen action of the palette.
pub(super) fn run(app: &mut App) -> Update {
    let Some(palette) = app.palette.take() else {
        return Update::default();
    };
    let chosen = palette
        .matches()
        .get(palette.chosen)
        .map(|entry| entry.action);
    let mut done = chosen.map_or_else(Update::default, |action| update(app, action));
    done.changed = true;
    done
}
