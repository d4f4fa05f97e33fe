//! The label that a security module (`AppArmor`, `SELinux`) gives a process.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::OFlags;
use rustix::io::{Errno, write};

use super::file;

/// What a security module calls a process, and so what it lets it do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    module: Module,
    /// Without the mode that `AppArmor` writes behind it.
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Module {
    AppArmor,
    SeLinux,
    /// Smack, or one that is not known.
    Other,
}

impl Label {
    /// The label of the process whose directory this is; `None` where no module gives it one or does not confine it.
    pub(super) fn read(process: BorrowedFd<'_>) -> io::Result<Option<Self>> {
        for (name, of_apparmor) in [("attr/apparmor/current", true), ("attr/current", false)] {
            match file::read(process, name) {
                Ok(bytes) => return Ok(Self::parse(&String::from_utf8_lossy(&bytes), of_apparmor)),
                // Not built in, or not in use.
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// `AppArmor` writes `NAME (MODE)`, `SELinux` `USER:ROLE:TYPE`, with or without a level.
    pub(super) fn parse(text: &str, of_apparmor: bool) -> Option<Self> {
        let text = text.trim_end_matches(['\0', '\n']);
        let bare = text
            .strip_suffix(')')
            .and_then(|text| text.rsplit_once(" ("));
        let (module, text) = match bare {
            Some((name, _)) => (Module::AppArmor, name),
            None if of_apparmor || text == "unconfined" => (Module::AppArmor, text),
            None if text.matches(':').count() >= 2 => (Module::SeLinux, text),
            None => (Module::Other, text),
        };
        let is_free = text.is_empty() || (module == Module::AppArmor && text == "unconfined");
        (!is_free).then(|| Self {
            module,
            text: text.to_owned(),
        })
    }

    /// What kind of label it is.
    pub(super) const fn kind(&self) -> &'static str {
        match self.module {
            Module::AppArmor => "AppArmor label",
            Module::SeLinux => "SELinux label",
            Module::Other => "security label",
        }
    }

    /// Has the next program that the process runs whose own directory this is start with the label.
    pub(super) fn take_over(&self, own: BorrowedFd<'_>) -> io::Result<()> {
        let text = match self.module {
            Module::AppArmor => format!("exec {}", self.text),
            Module::SeLinux => self.text.clone(),
            Module::Other => return Err(io::ErrorKind::Unsupported.into()),
        };
        let apparmor = (self.module == Module::AppArmor)
            .then(|| file::open(own, "attr/apparmor/exec", OFlags::WRONLY));
        let file = match apparmor {
            Some(Ok(file)) => file,
            // AppArmor before Linux 5.1 shares the file with others.
            _ => file::open(own, "attr/exec", OFlags::WRONLY)?,
        };
        write(file, text.as_bytes())?;
        Ok(())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.text)
    }
}

fn is_absent(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::NOENT | Errno::INVAL | Errno::OPNOTSUPP))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, of_apparmor: bool) -> Option<String> {
        Label::parse(text, of_apparmor).map(|label| label.to_string())
    }

    #[test]
    fn each_module_writes_in_its_own_way() {
        for (text, of_apparmor, label) in [
            (
                "docker-default (enforce)\n",
                true,
                "AppArmor label docker-default",
            ),
            (
                "docker-default (enforce)\n",
                false,
                "AppArmor label docker-default",
            ),
            ("a (b)//c (complain)\n", true, "AppArmor label a (b)//c"),
            (
                "a//&:lxd:unconfined (mixed)",
                true,
                "AppArmor label a//&:lxd:unconfined",
            ),
            (
                "system_u:system_r:container_t:s0:c1,c2\0",
                false,
                "SELinux label system_u:system_r:container_t:s0:c1,c2",
            ),
            ("floor\n", false, "security label floor"),
        ] {
            assert_eq!(said(text, of_apparmor).as_deref(), Some(label));
        }
    }

    #[test]
    fn who_is_not_confined_has_none() {
        for text in ["unconfined\n", "unconfined (unconfined)\n", "", "\n"] {
            assert_eq!(said(text, true), None);
            assert_eq!(said(text, false), None);
        }
    }
}
