//! Wires the parts together for one command line.

mod path;

use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::assemble::assemble;
use crate::cli::{Cli, Command, Format, When};
use crate::collect::engines::Choice;
use crate::collect::{Collector, Request};
use crate::demo;
use crate::live;
use crate::model::{Charset, Section, Sections, Snapshot};
use crate::query::{Filter, FilterError};
use crate::report;
use crate::settings;
use crate::tui::{self, Exit, Source, ThemeName, Wrapper};

/// Exit statuses that are promised.
const DONE: u8 = 0;
const USAGE: u8 = 2;
const INCOMPLETE: u8 = 3;

/// Bytes that are written at once: a large host prints megabytes.
const OUTPUT: usize = 64 * 1024;

/// Does what was typed.
pub fn run(cli: &Cli) -> Result<ExitCode> {
    if let Some(command) = &cli.command {
        return obey(cli, command);
    }
    let filter = match filter(cli) {
        Ok(filter) => filter,
        Err(error) => return Ok(refuse(&format!("--filter, {error}"))),
    };
    let status = match wish(cli) {
        Ok(Wish::Print(format)) => print(cli, &filter, format)?,
        Ok(Wish::Screen) => screen(cli, filter)?,
        Err(advice) => return Ok(refuse(advice)),
    };
    Ok(ExitCode::from(status))
}

/// Does what a command asks for.
fn obey(cli: &Cli, command: &Command) -> Result<ExitCode> {
    if let Some(option) = misplaced(cli) {
        return Ok(refuse(&format!("{option} goes with no command")));
    }
    match command {
        Command::Path(ends) => path::answer(cli, ends),
    }
}

/// An option that says how everything is shown.
fn misplaced(cli: &Cli) -> Option<&'static str> {
    let given = [
        ("--snapshot", cli.snapshot),
        ("--format", cli.format.is_some()),
        ("--only", cli.only.is_some()),
        ("--filter", cli.filter.is_some()),
        ("--theme", cli.theme.is_some()),
        ("--config", cli.config.is_some()),
        ("--strict", cli.strict),
    ];
    let mut given = given.into_iter().filter(|(_, is_given)| *is_given);
    given.next().map(|(option, _)| option)
}

/// Says what is wrong with the command line.
fn refuse(advice: &str) -> ExitCode {
    complain(advice);
    ExitCode::from(USAGE)
}

fn filter(cli: &Cli) -> Result<Filter, FilterError> {
    cli.filter
        .as_ref()
        .map_or_else(|| Ok(Filter::default()), |text| text.parse())
}

/// What the options amount to.
enum Wish {
    Print(Format),
    Screen,
}

fn wish(cli: &Cli) -> Result<Wish, &'static str> {
    if cli.json {
        return Ok(Wish::Print(Format::Json));
    }
    match (cli.snapshot, cli.format) {
        (true, Some(Format::Dot | Format::Mermaid)) if !sections(cli).has(Section::Network) => {
            Err("this format draws the network, which --only leaves out")
        }
        (true, format) => Ok(Wish::Print(format.unwrap_or(Format::Text))),
        (false, Some(_)) => Err("--format needs --snapshot"),
        (false, None) if cli.only.is_some() => Err("--only needs --snapshot"),
        (false, None) if cli.strict => Err("--strict needs --snapshot"),
        (false, None) if !io::stdout().is_terminal() => Err(
            "standard output is no terminal; --snapshot prints what the terminal interface shows",
        ),
        (false, None)
            if env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb") =>
        {
            Err("this terminal (TERM) can show no screen; --snapshot prints what it would show")
        }
        (false, None) => Ok(Wish::Screen),
    }
}

fn print(cli: &Cli, filter: &Filter, format: Format) -> Result<u8> {
    let (collected, printed) = (collected(cli, format), sections(cli));
    let whole = take(cli, filter, collected)?;
    let is_drawn = matches!(format, Format::Dot | Format::Mermaid);
    anyhow::ensure!(
        !is_drawn || whole.network.is_some(),
        "this snapshot has no network to draw"
    );
    // People want the names of what a filter or a section leaves out, too.
    let has_more = !filter.is_empty() || collected != printed;
    let names = (format != Format::Json && has_more).then(|| whole.clone());
    let snapshot = filter.apply(whole).only(printed);
    let whole = names.as_ref().unwrap_or(&snapshot);
    let mut out = BufWriter::with_capacity(OUTPUT, io::stdout().lock());
    let written = write(cli, format, (&snapshot, whole), &mut out);
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(DONE),
        written => written.context("cannot write to standard output")?,
    }
    tell_gaps(&snapshot, format);
    Ok(if cli.strict && !snapshot.gaps.is_empty() {
        INCOMPLETE
    } else {
        DONE
    })
}

/// Writes a snapshot, and names from the whole of it.
fn write(
    cli: &Cli,
    format: Format,
    (snapshot, whole): (&Snapshot, &Snapshot),
    out: &mut impl Write,
) -> io::Result<()> {
    let charset = charset(cli.ascii);
    match format {
        Format::Json => report::write_json(snapshot, out),
        Format::Text => report::write_text(snapshot, text_options(cli, snapshot, whole), out),
        Format::Dot => report::write_dot(snapshot, whole, charset, out),
        Format::Mermaid => report::write_mermaid(snapshot, whole, charset, out),
    }
}

/// Says on standard error that something is missing, where the output is not for programs that would read it there.
fn tell_gaps(snapshot: &Snapshot, format: Format) {
    let missing: usize = snapshot.gaps.iter().map(|gap| gap.count as usize).sum();
    if missing == 0 {
        return;
    }
    let advice = match format {
        Format::Json => return,
        Format::Text => "the end of the report says what",
        Format::Dot | Format::Mermaid => "--format text or json says what",
    };
    complain(&format!("{} could not be seen; {advice}", things(missing)));
}

fn things(count: usize) -> String {
    if count == 1 {
        "1 thing".to_owned()
    } else {
        format!("{count} things")
    }
}

fn text_options<'a>(
    cli: &Cli,
    snapshot: &Snapshot,
    whole: &'a Snapshot,
) -> report::TextOptions<'a> {
    // Whoever names no section wants to see the matrix, not thousands of processes, if there is one.
    let sections = match cli.only {
        None if snapshot.containers.is_some() => [Section::Containers].into_iter().collect(),
        _ => sections(cli),
    };
    let charset = charset(cli.ascii);
    report::TextOptions {
        sections,
        charset,
        whole,
    }
}

/// One snapshot: of the host, of the example host, or from a file. A filter sees all of it, whatever is printed.
fn take(cli: &Cli, filter: &Filter, sections: Sections) -> Result<Snapshot> {
    if filter.is_empty() {
        return Ok(source(cli, sections)?.only(sections));
    }
    source(cli, Sections::ALL)
}

/// One snapshot that has `sections` at least, if its source has them.
fn source(cli: &Cli, sections: Sections) -> Result<Snapshot> {
    match &cli.from {
        Some(file) => load(file),
        None if cli.demo => Ok(demo::snapshot(0, SystemTime::now())),
        None => look(cli, sections),
    }
}

/// One pass over the host.
fn look(cli: &Cli, sections: Sections) -> Result<Snapshot> {
    let mut collector = Collector::new(request(cli, sections))?;
    let mut seen = collector.observe()?;
    collector.look_at_network(&mut seen);
    collector.ask_engines(&mut seen);
    Ok(assemble(&seen))
}

fn sections(cli: &Cli) -> Sections {
    cli.only
        .as_ref()
        .map_or(Sections::ALL, |only| only.iter().copied().collect())
}

/// The sections that are printed, and where people are to read of the network, those that have names for it.
fn collected(cli: &Cli, format: Format) -> Sections {
    let printed = sections(cli);
    let names: &[Section] = match format {
        Format::Dot | Format::Mermaid => {
            return [Section::Containers, Section::Network]
                .into_iter()
                .collect();
        }
        Format::Text if printed.has(Section::Network) => &[Section::Containers, Section::Processes],
        Format::Text | Format::Json => &[],
    };
    let all = Section::ALL.into_iter();
    all.filter(|one| printed.has(*one) || names.contains(one))
        .collect()
}

fn request(cli: &Cli, sections: Sections) -> Request {
    let engine = match &cli.docker {
        _ if cli.no_docker => Choice::None,
        Some(url) => Choice::Url(url.clone()),
        None => Choice::Auto,
    };
    Request {
        proc_root: cli.proc.clone(),
        sections,
        deep: cli.deep,
        engine,
        engine_timeout: cli.engine_timeout,
    }
}

/// Reads a saved snapshot; `-` is standard input.
fn load(file: &Path) -> Result<Snapshot> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    let bytes = bytes.with_context(|| format!("cannot read {}", file.display()))?;
    report::read(&bytes).with_context(|| file.display().to_string())
}

/// The terminal interface, over the host, over the example host or over a saved snapshot.
fn screen(cli: &Cli, filter: Filter) -> Result<u8> {
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
        writer: Arc::new(move |path, snapshot| write_file(path, snapshot, charset)),
    })
}

const fn charset(ascii: bool) -> Charset {
    if ascii {
        Charset::Ascii
    } else {
        Charset::Unicode
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

/// One line on standard error.
pub fn complain(message: &str) {
    // Where standard error is closed, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "nslens: {}", crate::model::visible(message));
}
