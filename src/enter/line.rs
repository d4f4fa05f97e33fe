//! The command line that does with util-linux what a plan says.
//!
//! Its form is that of nsenter 2.38, which later releases understand too.

mod quote;

use std::ffi::{OsStr, OsString};

use quote::quote;

use super::around::{Around, Who};
use super::plan::{Door, Environment, Files, PATH, Plan};
use crate::model::{Charset, Kind};

/// The shell where it is not known which there are.
const SHELL: &str = "/bin/sh";

/// Why no line of nsenter does what a plan says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unprintable {
    /// It takes no limits over.
    #[error(
        "nsenter cannot limit a command to the rights of the target, so no line of it does what --confined does"
    )]
    Confined,
    /// It takes no environment over.
    #[error("nsenter 2.38 takes over no environment, so no line of it does what --env does")]
    Environment,
    /// It mounts nothing.
    #[error(
        "nsenter mounts no /proc and /sys of what it enters, so no line of it does what --tools does; with -n, -i or -u \
         instead of --tools the host's own are seen"
    )]
    Tools,
    /// It mounts nothing.
    #[error(
        "nsenter makes no private copy of the target's mounts, so no line of it does what --tools=full does"
    )]
    Full,
    /// It changes user and group together, and drops all other groups.
    #[error(
        "nsenter changes user and group and drops all other groups, which this user namespace does not let us do all together"
    )]
    Halfway,
    /// It takes its own user along.
    #[error(
        "nobody is mapped in this user namespace: nsenter would take our own user along, which who made the namespace could \
         then use"
    )]
    StepsDown,
    /// There is nothing to start.
    #[error("no shell is there, so no line starts one; say what to run behind --")]
    NoShell,
}

/// The line for a POSIX shell that enters with nsenter where the plan leads and runs its command there; quoted, so that it
/// can be pasted, and nothing in it is hidden from whoever reads it or obeyed by a terminal.
///
/// `around` is what was found inside. Without it the line is good for a target in whose user namespace root can be, brings
/// nothing from the account of the user, and starts `/bin/sh` where a shell is wanted. That the process is still the one
/// that was chosen is not checked by any line.
pub fn nsenter_line(
    plan: &Plan,
    around: Option<&Around>,
    charset: Charset,
) -> Result<String, Unprintable> {
    printable(plan)?;
    let mut line = environment(plan, around, charset);
    line.push("nsenter".to_owned());
    line.extend(way(plan, charset));
    line.extend(around.map(|around| who(around.who)).transpose()?.flatten());
    line.push("--".to_owned());
    let shell = || match around {
        None => Ok(vec![OsString::from(SHELL)]),
        Some(around) => around.shell.clone().ok_or(Unprintable::NoShell),
    };
    let words = plan.command.clone().map_or_else(shell, Ok)?;
    line.extend(words.iter().map(|word| quote(word, charset)));
    Ok(line.join(" "))
}

/// Whether nsenter does what the plan says, as far as can be told without having been inside.
pub const fn printable(plan: &Plan) -> Result<(), Unprintable> {
    match (plan.files, plan.environment) {
        _ if plan.confined => Err(Unprintable::Confined),
        (Files::Tools, _) => Err(Unprintable::Tools),
        (Files::Full, _) => Err(Unprintable::Full),
        (_, Environment::Target) => Err(Unprintable::Environment),
        (Files::Target | Files::Own, Environment::Clean) => Ok(()),
    }
}

/// What stands before nsenter so that the command finds only what it is meant to find. It is done out here, since the
/// target need not have an env(1); a path is looked for with the `PATH` that is given here, by env as by nsenter.
fn environment(plan: &Plan, around: Option<&Around>, charset: Charset) -> Vec<String> {
    let variables = match around {
        Some(around) => around.variables.as_ref().map(|all| {
            let pairs = all.iter();
            let pair = |(name, value): &(OsString, OsString)| {
                format!("{}={}", quote(name, charset), quote(value, charset))
            };
            pairs.map(pair).collect()
        }),
        None if plan.files == Files::Target => {
            let path = format!("PATH={}", quote(OsStr::new(PATH), charset));
            Some(vec![path, r#"TERM="$TERM""#.to_owned()])
        }
        None => None,
    };
    let clean = |mut variables: Vec<String>| {
        variables.insert(0, "env -i".to_owned());
        variables
    };
    variables.map(clean).unwrap_or_default()
}

/// What is entered.
fn way(plan: &Plan, charset: Charset) -> Vec<String> {
    let kinds = plan.namespaces.iter().map(|(kind, _)| kind);
    match &plan.door {
        Door::Process { pid, .. } => {
            let letters = kinds.map(|kind| format!("-{}", kind.letter()));
            let place = (plan.files == Files::Target).then(|| "-r -w".to_owned());
            let target = std::iter::once(format!("-t {pid}"));
            target.chain(letters).chain(place).collect()
        }
        Door::File(path) => {
            let path = quote(path.as_os_str(), charset);
            let files = kinds.map(|kind| format!("--{}={path}", option(kind)));
            files.collect()
        }
    }
}

/// What makes the command who it is to be: of itself nsenter becomes root where it enters a user namespace.
fn who(who: Who) -> Result<Option<String>, Unprintable> {
    match who {
        Who::Kept | Who::Becomes { uid: 0, gid: 0 } => Ok(None),
        Who::Becomes { uid, gid } => Ok(Some(format!("-S {uid} -G {gid}"))),
        Who::Stays => Ok(Some("--preserve-credentials".to_owned())),
        Who::StepsDown => Err(Unprintable::StepsDown),
        Who::Halfway => Err(Unprintable::Halfway),
    }
}

/// The long option of nsenter that takes a file.
const fn option(kind: Kind) -> &'static str {
    match kind {
        Kind::Mnt => "mount",
        other => other.name(),
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
