//! The target's files and the host's side by side, in a private copy of the target's mounts.
//!
//! The target's files stay at their own paths, since they are what one came to see. The host's tree is mounted beside them,
//! and a folder with links to its programs is put into PATH. A new root in memory makes room for both, so that it does
//! not matter whether the target has an empty directory, or any, or may be written to; it can be changed by nobody, so
//! that nothing is written there that then is lost.
//!
//! The host's programs name their loader by a path, and it looks for libraries at paths: where the target has nothing of
//! that name, the host's stands there, and everything works as on the host. Where the target has a loader of its own,
//! only one can be there. It is the host's: the loader and its C library must be of one build, and `LD_LIBRARY_PATH` leads
//! it to the host's. (To start each program by `loader --library-path` instead would need a wrapper for each, and an
//! interpreter for wrappers that needs no loader.) The target's own programs then run with the host's libraries first,
//! or not at all where these are older; to run these is what entering without tools is for.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, mkdirat, symlinkat};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags, mount_change, mount_remount};
use rustix::process::{chdir, chroot, fchdir};

use super::super::super::{EnterError, Plan};
use super::super::environment::Variables;
use super::super::identity::Pinned;
use super::host::Host;
use super::place::Place;
use super::{graft, outside, own_proc, stand_in};

/// The folder that holds what is brought along; the target has nothing of that name, or it is refused.
const FOLDER: &str = "nslens";
/// Where the host's tree is.
pub(super) const HOST: &str = "/nslens/host";
/// Where links to its programs are.
const PROGRAMS: &str = "/nslens/bin";
/// Where the target's programs are looked for, after the host's.
const PATH: &str = "/nslens/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Where terminals are described.
const TERMINALS: &str =
    "/nslens/host/etc/terminfo:/nslens/host/lib/terminfo:/nslens/host/usr/share/terminfo";

/// The host's shells, best first. Without their files of commands, which would be the target's.
const SHELLS: [&[&str]; 3] = [
    &["bash", "--norc", "--noprofile"],
    &["sh"],
    &["busybox", "sh"],
];

/// What is needed of the host and of the target, from before the target is entered.
#[derive(Debug)]
pub(in super::super) struct Full {
    /// A copy of the host's mounts, mounted nowhere yet.
    tree: OwnedFd,
    host: Host,
    place: Place,
}

impl Full {
    /// Opens what has to be opened from outside.
    pub(super) fn open(plan: &Plan, pinned: &Pinned) -> Result<Self, EnterError> {
        let copy = EnterError::needs(
            "take a copy of the host's mounts for --tools=full",
            "CAP_SYS_ADMIN",
        );
        Ok(Self {
            tree: graft::copy(CWD, "/").map_err(copy)?,
            host: Host::read(),
            place: Place::open(plan, pinned)?,
        })
    }

    /// Puts the target's files and the host's together, and goes to the target's working directory.
    pub(super) fn bring(&self, plan: &Plan, tell: &dyn Fn(&str)) -> Result<(), EnterError> {
        let title = &plan.title;
        let copy = format!("take a private copy of the mounts of {title}");
        outside::private_copy().map_err(EnterError::step(&copy))?;
        self.place.enter(title)?;
        let root = graft::graft("/").map_err(EnterError::step(&copy))?;
        let whole = fchdir(&root).and_then(|()| chroot("."));
        whole.map_err(EnterError::step(copy))?;
        let host = self.mount_host(&root);
        host.map_err(EnterError::step(format!(
            "put the host's files at {HOST} beside those of {title}"
        )))?;
        let names = stand_in::names(&root, plan)
            .and_then(|names| stand_in::loader(self.host.loader.as_ref()).map(|()| names))
            .map_err(EnterError::step("make the host's programs run"))?;
        let read_only = mount_remount("/", MountFlags::BIND | MountFlags::RDONLY, "");
        read_only.map_err(EnterError::step("close the new root"))?;
        self.proc(plan, tell);
        // A working directory that is gone leaves the root.
        let _ = chdir(self.place.directory());
        tell(&sentence(&names));
        Ok(())
    }

    /// What a command needs to find the host's programs, and these their libraries and the user's settings.
    pub(super) fn environment(&self) -> Variables {
        let libraries = self.host.libraries.iter().map(|path| at_host(path));
        // A folder with a colon in its name cannot be told to a loader.
        let libraries = env::join_paths(libraries).unwrap_or_default();
        let home = env::var_os("HOME").unwrap_or_default();
        let mut variables = vec![
            ("PATH", PATH.into()),
            ("LD_LIBRARY_PATH", libraries),
            ("TERMINFO_DIRS", TERMINALS.into()),
            ("HOME", at_host(Path::new(&home)).into()),
        ];
        let shell = self.shells().into_iter().next();
        variables.extend(shell.map(|words| ("SHELL", words[0].clone())));
        let all = variables.into_iter();
        all.map(|(name, value)| (name.into(), value)).collect()
    }

    /// The host's shells with their arguments, best first.
    pub(super) fn shells(&self) -> Vec<Vec<OsString>> {
        let programs = &self.host.programs;
        let there = SHELLS
            .into_iter()
            .filter(|words| programs.contains_key(OsStr::new(words[0])));
        let words = there.map(|words| {
            let program = Path::new(PROGRAMS).join(words[0]).into();
            let arguments = words[1..].iter().map(OsString::from);
            std::iter::once(program).chain(arguments).collect()
        });
        words.collect()
    }

    /// Mounts the host's tree and makes links to its programs.
    fn mount_host(&self, root: &OwnedFd) -> Result<(), Errno> {
        let mode = Mode::from(0o755);
        mkdirat(root, FOLDER, mode)?;
        mkdirat(root, "nslens/host", mode)?;
        graft::attach(&self.tree, root, "nslens/host")?;
        let flags = MountPropagationFlags::REC | MountPropagationFlags::DOWNSTREAM;
        mount_change(HOST, flags)?;
        mkdirat(root, "nslens/bin", mode)?;
        for (name, file) in &self.host.programs {
            let link = Path::new("nslens/bin").join(name);
            symlinkat(at_host(file), root, link)?;
        }
        Ok(())
    }

    /// Sees to it that /proc is that of the pid namespace, however the target has it.
    fn proc(&self, plan: &Plan, tell: &dyn Fn(&str)) {
        let program = format!("{HOST}/proc/self/exe");
        if own_proc::over(&program, self.environment(), plan).is_err() {
            tell("/proc is as the target has it: the kernel allows no other here");
        }
    }
}

/// Where a path of the host is now.
pub(super) fn at_host(path: &Path) -> PathBuf {
    let relative = path.strip_prefix("/").unwrap_or(path);
    Path::new(HOST).join(relative)
}

fn sentence(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("/{name}")).collect();
    let stand_in = if names.is_empty() {
        String::new()
    } else {
        format!("; its {} where the target has none", names.join(", "))
    };
    format!("the host's files are at {HOST}, its programs in PATH{stand_in}")
}
