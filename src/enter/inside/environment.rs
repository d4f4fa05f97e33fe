//! What the command finds in its environment.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt as _;

use rustix::fs::{Mode, OFlags, openat};

use super::super::plan::PATH;
use super::super::{EnterError, Environment, Files, Plan};
use super::identity::Pinned;
use super::passwd::Account;

/// The kernel gives a program no more than this, arguments and environment together, as it is usually set up.
const CAP: u64 = 2 * 1024 * 1024;

/// Names and values.
pub(super) type Variables = Vec<(OsString, OsString)>;

/// The target's variables, where they are wanted. They are read before its namespaces are entered, as long as /proc can
/// be seen.
pub(super) fn of_target(plan: &Plan, pinned: &Pinned) -> Result<Option<Variables>, EnterError> {
    let directory = pinned.directory();
    let directory = directory.filter(|_| plan.environment == Environment::Target);
    let Some(directory) = directory else {
        return Ok(None);
    };
    let doing = format!("read the environment of {}", plan.title);
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = openat(directory, "environ", flags, Mode::empty())
        .map_err(EnterError::needs(doing.clone(), "CAP_SYS_PTRACE"))?;
    let mut text = Vec::new();
    let read = File::from(file).take(CAP).read_to_end(&mut text);
    read.map_err(|cause| EnterError::Step { doing, cause })?;
    Ok(Some(parse(&text)))
}

/// What the command finds, `target` being what the target has; `None` for our own variables as they are.
pub(super) fn variables(
    plan: &Plan,
    target: Option<Variables>,
    account: Option<&Account>,
) -> Option<Variables> {
    let ours = |name: &str| {
        let value = env::var_os(name).filter(|value| !value.is_empty());
        value.map(|value| (OsString::from(name), value))
    };
    if let Some(mut variables) = target {
        variables.retain(|(name, _)| name != "TERM");
        variables.extend(ours("TERM"));
        return Some(variables);
    }
    match plan.files {
        Files::Own | Files::Tools => None,
        Files::Target | Files::Full => {
            let mut variables = clean(account);
            variables.extend(["TERM", "COLORTERM"].into_iter().filter_map(ours));
            Some(variables)
        }
    }
}

/// A default path, and what the target's files tell of the user.
fn clean(account: Option<&Account>) -> Variables {
    let pair = |name: &str, value: &OsString| (OsString::from(name), value.clone());
    let mut variables = vec![pair("PATH", &PATH.into())];
    let home = account.map(|account| &account.home);
    let home = home.filter(|home| !home.is_empty()).cloned();
    variables.push(pair("HOME", &home.unwrap_or_else(|| "/".into())));
    if let Some(Account { name, shell, .. }) = account {
        variables.extend([pair("USER", name), pair("LOGNAME", name)]);
        variables.extend((!shell.is_empty()).then(|| pair("SHELL", shell)));
    }
    variables
}

/// `NAME=value`, each ended by a NUL; a process may write anything there.
fn parse(text: &[u8]) -> Variables {
    let entries = text.split(|byte| *byte == 0);
    entries
        .filter_map(|entry| {
            let equals = entry.iter().position(|byte| *byte == b'=')?;
            let (name, value) = (&entry[..equals], &entry[equals + 1..]);
            let owned = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
            (!name.is_empty()).then(|| (owned(name), owned(value)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(variables: &Variables) -> Vec<String> {
        let all = variables.iter();
        all.map(|(name, value)| format!("{}={}", name.to_string_lossy(), value.to_string_lossy()))
            .collect()
    }

    #[test]
    fn what_a_process_wrote_is_taken_where_it_is_a_variable() {
        let text = b"A=1\0B=\0=x\0junk\0C=a=b\nc\0\0D=cut";
        assert_eq!(shown(&parse(text)), ["A=1", "B=", "C=a=b\nc", "D=cut"]);
    }

    #[test]
    fn a_user_without_an_account_lives_at_the_root() {
        assert_eq!(
            shown(&clean(None)),
            [format!("PATH={PATH}"), "HOME=/".to_owned()]
        );
        let account = Account {
            name: "web".into(),
            home: "/srv".into(),
            shell: "/bin/ash".into(),
        };
        let all = shown(&clean(Some(&account)));
        assert_eq!(
            all[1..],
            ["HOME=/srv", "USER=web", "LOGNAME=web", "SHELL=/bin/ash"]
        );
    }
}
