//! Arguments of the processes that keep containers: what they say by themselves.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

/// What the arguments of a process say that keeps containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// `containerd-shim-*`: one container, or all of a pod.
    Shim {
        /// The namespace, in containerd's sense.
        namespace: String,
        /// Id of its first container.
        id: String,
    },
    /// `conmon`, of Podman and CRI-O.
    Conmon {
        /// Id of the container.
        id: String,
        /// Its name.
        name: Option<String>,
        /// Folder of its OCI bundle.
        bundle: Option<PathBuf>,
    },
    /// `systemd-nspawn`.
    Nspawn {
        /// The machine's name.
        name: String,
    },
}

impl Told {
    /// What the arguments of a process called `comm` say; `None` where it keeps no container.
    pub(super) fn of(comm: &[u8], cmdline: &[u8]) -> Option<Self> {
        match comm {
            // Fifteen bytes of the name are kept.
            b"containerd-shim" => Some(Self::Shim {
                namespace: text(after(cmdline, b"-namespace")?),
                id: text(after(cmdline, b"-id")?),
            }),
            b"conmon" => Some(Self::Conmon {
                id: text(after(cmdline, b"-c").or_else(|| after(cmdline, b"--cid"))?),
                name: after(cmdline, b"-n")
                    .or_else(|| after(cmdline, b"--name"))
                    .map(text),
                bundle: after(cmdline, b"-b")
                    .or_else(|| after(cmdline, b"--bundle"))
                    .map(path),
            }),
            b"systemd-nspawn" => Some(Self::Nspawn {
                name: machine(cmdline)?,
            }),
            _ => None,
        }
    }

    /// The container that it names itself.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Shim { id, .. } | Self::Conmon { id, .. } => id,
            Self::Nspawn { name } => name,
        }
    }
}

/// Where `dockerd` keeps its containers, by its arguments; `None` where they do not tell.
pub(super) fn data_root(cmdline: &[u8]) -> Option<PathBuf> {
    let names: [&[u8]; 4] = [b"--data-root", b"--graph", b"-g", b"-graph"];
    names.iter().find_map(|name| after(cmdline, name)).map(path)
}

/// The name of an nspawn machine: the one it was given, else the last part of its folder.
fn machine(cmdline: &[u8]) -> Option<String> {
    let value = |options: [&[u8]; 2]| options.iter().find_map(|option| after(cmdline, option));
    if let Some(name) = value([b"-M", b"--machine"]) {
        return Some(text(name));
    }
    let folder = path(value([b"-D", b"--directory"])?);
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// The value of an option: the next argument, or what stands behind `=`. One that may have been cut is none.
pub(super) fn after<'a>(cmdline: &'a [u8], option: &[u8]) -> Option<&'a [u8]> {
    // Each argument is ended by a NUL: what is behind the last one is nothing, or was cut.
    let end = cmdline.iter().rposition(|byte| *byte == 0)?;
    let mut arguments = cmdline[..end].split(|byte| *byte == 0).skip(1);
    let value = arguments.by_ref().find_map(|argument| {
        let rest = argument.strip_prefix(option)?;
        match rest.split_first() {
            None => Some(None),
            Some((b'=', value)) => Some(Some(value)),
            Some(_) => None,
        }
    })?;
    value
        .or_else(|| arguments.next())
        .filter(|value| !value.is_empty())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(bytes: &[u8]) -> PathBuf {
    OsStr::from_bytes(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cmdline(arguments: &str) -> Vec<u8> {
        let mut bytes = arguments.replace(' ', "\0").into_bytes();
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_shim_names_its_container() {
        let line = "/usr/bin/containerd-shim-runc-v2 -namespace moby -id bd3b -address /x.sock";
        let told = Told::of(b"containerd-shim", &cmdline(line));
        let (namespace, id) = ("moby".to_owned(), "bd3b".to_owned());
        assert_eq!(told, Some(Told::Shim { namespace, id }));
        assert_eq!(Told::of(b"containerd", &cmdline(line)), None);
        let none = cmdline("/usr/bin/containerd-shim-runc-v2 -namespace moby -id");
        assert_eq!(Told::of(b"containerd-shim", &none), None);
    }

    #[test]
    fn conmon_names_its_container_and_bundle() {
        let line = "/usr/bin/conmon --api-version 1 -c ed72 -u ed72 -r /usr/bin/runc -b /c/ed72/userdata \
                    -p /r/pidfile -n pweb --exit-dir /x -l k8s-file:/c/ctr.log --exit-command-arg -n";
        let told = Told::of(b"conmon", &cmdline(line)).unwrap();
        let expected = Told::Conmon {
            id: "ed72".to_owned(),
            name: Some("pweb".to_owned()),
            bundle: Some("/c/ed72/userdata".into()),
        };
        assert_eq!(told, expected);
        assert_eq!(told.id(), "ed72");
        assert_eq!(Told::of(b"conmon", &cmdline("conmon --version")), None);
        let long = cmdline("conmon --cid ed72 --name=pweb");
        let told = Told::of(b"conmon", &long);
        assert!(matches!(told, Some(Told::Conmon { name: Some(name), .. }) if name == "pweb"));
    }

    #[test]
    fn nspawn_names_its_machine() {
        for (line, name) in [
            (
                "systemd-nspawn --keep-unit -M web -D /srv/root --as-pid2",
                Some("web"),
            ),
            ("systemd-nspawn --machine=web", Some("web")),
            ("systemd-nspawn -D /srv/root/", Some("root")),
            ("systemd-nspawn --directory=/", None),
            ("systemd-nspawn --ephemeral", None),
        ] {
            let told = Told::of(b"systemd-nspawn", &cmdline(line));
            let name = name.map(|name| Told::Nspawn {
                name: name.to_owned(),
            });
            assert_eq!(told, name, "{line}");
        }
    }

    #[test]
    fn what_was_cut_is_not_believed() {
        let cut = b"conmon\0-c\0ed72\0-n\0half of a na";
        let told = Told::of(b"conmon", cut);
        assert!(matches!(told, Some(Told::Conmon { name: None, .. })));
        assert_eq!(after(b"", b"-n"), None);
        assert_eq!(after(b"\0", b"-n"), None);
        assert_eq!(after(b"x\0-n\0", b"-n"), None);
        assert_eq!(after(b"x\0-n\0\0", b"-n"), None);
    }

    #[test]
    fn dockerd_tells_its_data_root() {
        for (line, root) in [
            ("dockerd --data-root /data", Some("/data")),
            ("dockerd --data-root=/data -H x", Some("/data")),
            ("dockerd -g /old", Some("/old")),
            ("dockerd -H fd://", None),
        ] {
            assert_eq!(data_root(&cmdline(line)), root.map(PathBuf::from), "{line}");
        }
    }
}
