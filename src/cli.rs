//! What may be typed.

mod enter;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use enter::{Enter, PlanFile, ToolsWord};

use crate::model::Section;
use crate::tui::ThemeName;

/// See who shares which Linux namespace with whom, and what shares with the host.
///
/// Without options: the terminal interface. Run as root to see every process.
#[derive(Clone, Debug, Parser)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
#[command(
    name = "nslens",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
#[command(
    after_help = "Exit status: 0 done; 1 could not run, or nobody is called that; 2 usage, or several are called that; \
                  3 only with --strict: done, but incomplete."
)]
pub struct Cli {
    /// What to do instead of showing everything.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Look once, print it, and end.
    #[arg(long)]
    pub snapshot: bool,

    /// Form of the snapshot.
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "json")]
    pub format: Option<Format>,

    /// Short for --snapshot --format json; with a command, its answer as JSON.
    #[arg(long, global = true)]
    pub json: bool,

    /// Read a saved JSON snapshot instead of the host; - is standard input.
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["proc", "docker"])]
    pub from: Option<PathBuf>,

    /// A built-in example host instead of this one; needs neither root nor containers.
    #[arg(long, global = true, conflicts_with_all = ["from", "proc", "docker"])]
    pub demo: bool,

    /// Collect and print only these sections: namespaces, processes, containers, network. Where the network is printed
    /// for people, containers and processes are collected for their names.
    #[arg(long, value_name = "SECTION", value_delimiter = ',')]
    pub only: Option<Vec<Section>>,

    /// Keep only what matches: words, `field:value`, `!`, `or`, parentheses; with --snapshot every section is collected
    /// for it, even where --only prints few.
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,

    /// Also the expensive sources: every socket of every network namespace and whoever holds it; descriptors, threads and
    /// sockets that keep namespaces alive.
    #[arg(long)]
    pub deep: bool,

    /// Another proc mount, such as /host/proc.
    #[arg(long, global = true, value_name = "PATH", default_value = "/proc")]
    pub proc: PathBuf,

    /// Ask only the engine that listens there [default: `DOCKER_HOST`, the current docker context or a usual socket, and all that are found].
    #[arg(long, global = true, value_name = "URL", conflicts_with = "no_docker")]
    pub docker: Option<String>,

    /// Ask no engine for names.
    #[arg(long, global = true)]
    pub no_docker: bool,

    /// How long an engine may take before its names are given up.
    #[arg(long, global = true, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub engine_timeout: Duration,

    /// How often the terminal interface looks again.
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub interval: Duration,

    /// Colours in the terminal interface; the variable `NO_COLOR` means never.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub color: When,

    /// Colours of the terminal interface: dark, light or mono.
    #[arg(long, value_name = "THEME")]
    pub theme: Option<ThemeName>,

    /// Configuration of the terminal interface [default: nslens/config.toml in `XDG_CONFIG_HOME` or ~/.config].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The terminal interface offers no way into a namespace.
    #[arg(long)]
    pub read_only: bool,

    /// No character outside ASCII.
    #[arg(long, global = true)]
    pub ascii: bool,

    /// Exit 3 where something could not be seen.
    #[arg(long)]
    pub strict: bool,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// The road between two, and the first thing on it that is missing or down.
    ///
    /// Read from interfaces, addresses, routes, neighbours and bridges; no packet is sent.
    #[command(
        after_help = "A container name or the beginning of its id, a group's name, host, a pid, net:[INODE], or \
                      netns:NAME for one under /run/netns.\n\nExit status: 0 answered, whatever the answer is; 1 \
                      could not run, or nobody is called that; 2 usage, or several are called that."
    )]
    Path(Ends),
    /// Run a command (default: a shell) inside the namespaces of a container, a process or a name.
    Enter(Enter),
    /// Runs the plan in a file: the terminal interface hands one over.
    #[command(name = "__planned", hide = true)]
    Planned(PlanFile),
    /// Walks in by the plan in a file, and tells what its command would find.
    #[command(name = "__around", hide = true)]
    Around(PlanFile),
    /// Walks in by the plan in a file.
    #[command(name = "__inside", hide = true)]
    Inside(PlanFile),
    /// Mounts the /proc of the pid namespace that it is started in.
    #[command(name = "__proc", hide = true)]
    Proc,
}

/// Two that may reach each other.
#[derive(Args, Clone, Debug)]
pub struct Ends {
    /// Where the road begins.
    // Its id is not that of --from.
    #[arg(id = "A", value_name = "A")]
    pub from: String,

    /// Where it is to end.
    #[arg(id = "B", value_name = "B")]
    pub to: String,
}

/// Form of a printed snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// The network's topology, for Graphviz.
    Dot,
    /// The network's topology, for Mermaid, which many forges draw in Markdown.
    Mermaid,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Unless `NO_COLOR` is set.
    Auto,
    /// Even so.
    Always,
    /// Never.
    Never,
}

/// A length of time between a hundredth of a second and an hour.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse::<f64>()
        .ok()
        .filter(|seconds| (0.01..=3600.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "a number of seconds from 0.01 to 3600 is needed".to_owned())
}
