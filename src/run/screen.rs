//! Opens the terminal interface.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::enter::is_of_others;
use super::source::{load, request};
use super::{DONE, charset, complain};
use crate::cli::{Cli, When};
use crate::collect::Collector;
use crate::live;
use crate::model::{Charset, Section, Sections, Snapshot};
use crate::query::Filter;
use crate::report;
use crate::settings;
use crate::tui::{self, Access, Exit, Source, ThemeName, Wrapper};

/// The terminal interface, over the host, over the example host or over a saved snapshot.
pub(super) fn screen(cli: &Cli, filter: Filter) -> Result<u8> {
    let options = screen_options(cli, filter)?;
    let source = if let Some(file) = &cli.from {
        let saved = load(file)?;
        anyhow::ensure!(
            saved.containers.is_some(),
            "this snapshot has no containers to show; --snapshot prints what it has"
        );
        Source::Saved(Arc::new(saved))
    } else if cli.demo {
        Source::Live(Box::new(live::rehearse))
    } else {
        let collector = Collector::new(request(cli, Sections::ALL))?;
        Source::Live(Box::new(|feed| live::follow(collector, feed)))
    };
    if let Exit::Signal(signal) = tui::run(source, options)? {
        // Whoever waits for us is to see that we died by the signal.
        signal_hook::low_level::emulate_default_handler(signal)
            .context("cannot end by a signal")?;
    }
    Ok(DONE)
}

fn screen_options(cli: &Cli, filter: Filter) -> Result<tui::Options> {
    let (config, problems) = settings::load(cli.config.as_deref())?;
    // The screen tells them too; here they stay when it is gone.
    for problem in &problems {
        complain(problem);
    }
    let colorless = !color(cli.color);
    let theme = if colorless {
        ThemeName::Mono
    } else {
        cli.theme.or(config.theme).unwrap_or_else(background)
    };
    let ascii = cli.ascii || config.ascii.unwrap_or(false);
    let charset = charset(ascii);
    Ok(tui::Options {
        interval: cli.interval,
        ascii,
        theme,
        colorless,
        filter,
        config,
        problems,
        wrapper: wrapper(),
        access: access(cli),
        writer: Arc::new(move |path, snapshot| write_file(path, snapshot, charset)),
    })
}

/// Whether namespaces may be entered from the screen.
fn access(cli: &Cli) -> Access {
    if cli.read_only {
        Access::ReadOnly
    } else if cli.demo {
        Access::Example
    } else if cli.from.is_some() {
        Access::Saved
    } else if cli.proc != Path::new("/proc") || is_of_others() {
        Access::Foreign
    } else {
        Access::Open
    }
}

/// The theme for the background that the terminal tells of in `COLORFGBG`, as some do.
fn background() -> ThemeName {
    let colors = env::var("COLORFGBG").unwrap_or_default();
    match colors.rsplit(';').next() {
        Some("7" | "15") => ThemeName::Light,
        _ => ThemeName::Dark,
    }
}

/// What stands between us and the terminal, by the variables that tmux and screen set.
fn wrapper() -> Wrapper {
    if env::var_os("TMUX").is_some() {
        Wrapper::Tmux
    } else if env::var_os("STY").is_some() {
        Wrapper::Screen
    } else {
        Wrapper::None
    }
}

/// Writes a snapshot to a file that is not there yet, as text where its name says so. It holds what root sees of
/// others, so only its owner may read it; a file that could not be written whole is removed.
fn write_file(path: &Path, snapshot: &Snapshot, charset: Charset) -> Result<String, String> {
    let shown = path.display();
    let failed = |error: io::Error| format!("{shown}: {error}");
    let mut options = File::options();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut out = BufWriter::new(options.open(path).map_err(failed)?);
    let written = if path.extension().is_some_and(|end| end == "txt") {
        let sections = [Section::Containers].into_iter().collect();
        report::write_text(
            snapshot,
            report::TextOptions {
                sections,
                charset,
                whole: snapshot,
            },
            &mut out,
        )
    } else {
        report::write_json(snapshot, &mut out)
    };
    if let Err(error) = written.and_then(|()| out.flush()) {
        let left = fs::remove_file(path).err();
        let left = left.map_or_else(String::new, |_| ", and a part of it is left".to_owned());
        return Err(failed(error) + &left);
    }
    Ok(format!("written to {shown}"))
}

/// `NO_COLOR` counts where it is not empty (no-color.org).
fn color(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}
