//! What may be typed after `enter`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// Who is entered, how, and for what.
#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
#[command(
    override_usage = "nslens enter [OPTIONS] TARGET [-- COMMAND [ARG]...]\n       \
                      nslens enter [OPTIONS] --each FILTER -- COMMAND [ARG]...",
    after_help = "TARGET: a container name or the beginning of its id, a group's name, host, a pid, KIND:[INODE], or \
                  netns:NAME for one under /run/netns.\n\nExit status: that of the command; 128 and the signal that ended \
                  it; 126 it cannot be run, 127 it is not there; 1 could not enter, or nobody is called that; 2 usage, or \
                  several are called that. With --each: 0 where all ended with 0, else 1."
)]
pub struct Enter {
    /// The mount namespace, with the target's root and working directory.
    #[arg(short = 'm', long)]
    pub mount: bool,

    /// The uts namespace.
    #[arg(short = 'u', long)]
    pub uts: bool,

    /// The ipc namespace.
    #[arg(short = 'i', long)]
    pub ipc: bool,

    /// The network namespace.
    #[arg(short = 'n', long)]
    pub net: bool,

    /// The pid namespace.
    #[arg(short = 'p', long)]
    pub pid: bool,

    /// The user namespace.
    #[arg(short = 'U', long)]
    pub user: bool,

    /// The cgroup namespace.
    #[arg(short = 'C', long)]
    pub cgroup: bool,

    /// The time namespace.
    #[arg(short = 'T', long)]
    pub time: bool,

    /// Every namespace in which the target differs from us, which is the default.
    #[arg(short = 'a', long, conflicts_with_all = ["mount", "uts", "ipc", "net", "pid", "user", "cgroup", "time"])]
    pub all: bool,

    /// The host's tools in the target's other namespaces (outside); with full, on a private copy of the target's mounts.
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "outside")]
    pub tools: Option<ToolsWord>,

    /// The target's environment instead of a clean one.
    #[arg(long)]
    pub env: bool,

    /// No more rights than the target has: its capabilities, `no_new_privs`, user, groups, cgroup.
    #[arg(long)]
    pub confined: bool,

    /// Print the line of nsenter(1) that does the same, for a POSIX shell, and run nothing.
    #[arg(long)]
    pub print: bool,

    /// Run the command in every network namespace that matches, with the host's files; --json gives what it says as JSON.
    #[arg(long, value_name = "FILTER", conflicts_with_all = ["all", "mount", "uts", "ipc", "net", "pid", "user", "cgroup", "time", "tools", "env", "confined", "print"])]
    pub each: Option<String>,

    /// How long the command may take in one of the namespaces of --each; then it is ended there, and its status is 124.
    #[arg(long, value_name = "SECONDS", requires = "each", value_parser = super::seconds)]
    pub timeout: Option<Duration>,

    /// Who is entered.
    #[arg(value_name = "TARGET", required_unless_present = "each")]
    pub target: Option<OsString>,

    /// The program and its arguments [default: a shell].
    #[arg(value_name = "COMMAND", trailing_var_arg = true)]
    pub command: Vec<OsString>,
}

/// How the host's tools are brought along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ToolsWord {
    /// From outside of the target's mount namespace.
    Outside,
    /// On a private copy of the target's mounts.
    Full,
}

/// A file that holds a plan.
#[derive(Args, Clone, Debug)]
pub struct PlanFile {
    /// Its path.
    #[arg(id = "PLAN")]
    pub path: PathBuf,
}
