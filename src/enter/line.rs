//! The command line that does with util-linux what a plan says.
//!
//! Its form is that of nsenter 2.38, which later releases understand too.

mod quote;

use std::ffi::OsStr;

use quote::quote;

use super::plan::{Door, Environment, Files, PATH, Plan};
use crate::model::{Charset, Kind};

/// What nsenter starts where a plan says just a shell: it can try only one.
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
}

/// The line for a POSIX shell that enters with nsenter where the plan leads and runs its command there; quoted, so that it
/// can be pasted, and nothing in it is hidden from whoever reads it or obeyed by a terminal.
///
/// That the process is still the one that was chosen is not checked by it.
pub fn nsenter_line(plan: &Plan, charset: Charset) -> Result<String, Unprintable> {
    printable(plan)?;
    let mut line = environment(plan);
    line.push("nsenter".to_owned());
    match &plan.door {
        Door::Process { pid, .. } => {
            line.push(format!("-t {pid}"));
            let kinds = plan.namespaces.iter();
            line.extend(kinds.map(|(kind, _)| format!("-{}", kind.letter())));
            if plan.files == Files::Target {
                line.push("-r -w".to_owned());
            }
        }
        Door::File(path) => {
            let path = quote(path.as_os_str(), charset);
            let kinds = plan.namespaces.iter();
            line.extend(kinds.map(|(kind, _)| format!("--{}={path}", option(kind))));
        }
    }
    line.push("--".to_owned());
    match &plan.command {
        None => line.push(SHELL.to_owned()),
        Some(words) => line.extend(words.iter().map(|word| quote(word, charset))),
    }
    Ok(line.join(" "))
}

const fn printable(plan: &Plan) -> Result<(), Unprintable> {
    match (plan.files, plan.environment) {
        _ if plan.confined => Err(Unprintable::Confined),
        (Files::Tools, _) => Err(Unprintable::Tools),
        (Files::Full, _) => Err(Unprintable::Full),
        (_, Environment::Target) => Err(Unprintable::Environment),
        (Files::Target | Files::Own, Environment::Clean) => Ok(()),
    }
}

/// What stands before nsenter so that the command finds only what it is meant to find. It is done out here, since the
/// target need not have an env(1).
fn environment(plan: &Plan) -> Vec<String> {
    match plan.files {
        Files::Target => vec![
            "env -i".to_owned(),
            r#"TERM="$TERM""#.to_owned(),
            format!("PATH={}", quote(OsStr::new(PATH), Charset::Ascii)),
        ],
        _ => Vec::new(),
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
