//! Looks for what engines left of one container, source by source.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::readlinkat;
use rustix::io::Errno;

use super::arguments::Told;
use super::bundle::Bundle;
use super::clue::{Keeper, Kept};
use super::file::{self, Writers};
use super::{docker, runc};
use crate::collect::observation::{InitRecord, Miss, RuntimeRecord, Runtimes, SourceMiss};
use crate::collect::proc::ProcRoot;

/// Where bundles usually are: tried where no shim tells.
const BUNDLES: [&str; 5] = [
    "/run/containerd/io.containerd.runtime.v2.task/k8s.io",
    "/run/containerd/io.containerd.runtime.v2.task/moby",
    "/run/containerd/io.containerd.runtime.v2.task/default",
    "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby",
    "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io",
];
/// Where Docker keeps its containers unless it is told otherwise.
const DATA_ROOT: &str = "/var/lib/docker";
/// Where Docker may be told otherwise.
const DAEMON: &str = "/etc/docker/daemon.json";
/// Where containerd's shims let runc keep its states unless they are told otherwise.
const RUNC: &str = "/run/containerd/runc";

/// What is the same for all containers of a look.
pub(super) struct Place {
    /// The proc mount.
    pub(super) root: Arc<ProcRoot>,
    /// Ourselves.
    pub(super) own: u32,
    /// Where Docker engines keep their containers.
    pub(super) data_roots: Vec<PathBuf>,
}

impl Place {
    /// Adds the data roots that no arguments tell.
    pub(super) fn with_usual_roots(mut self) -> Self {
        let writers = Writers {
            own: self.own,
            runner: None,
        };
        let configured = file::read(Path::new(DAEMON), writers).ok();
        let configured = configured.and_then(|bytes| docker::data_root(&bytes));
        self.data_roots.extend(configured);
        self.data_roots.push(DATA_ROOT.into());
        self
    }

    /// What is there of the container `id`.
    pub(super) fn of(&self, id: &str, kept: &Kept) -> Runtimes {
        let keeper = kept.keeper.as_deref();
        let here = keeper.filter(|keeper| keeper.is_here);
        let mut look = Look {
            id,
            writers: Writers {
                own: self.own,
                runner: here.and_then(|keeper| keeper.uid),
            },
            is_told: here.is_some(),
            found: Runtimes::default(),
        };
        // An id becomes a part of paths.
        if is_safe(id) && here.is_some() == keeper.is_some() {
            self.files(&mut look, keeper);
        }
        if let Some(keeper) = keeper {
            let record = by_arguments(id, keeper, kept.first);
            look.found.records.push(record);
        }
        look.found
    }

    fn files(&self, look: &mut Look<'_>, keeper: Option<&Keeper>) {
        let folders = self.bundles(look, keeper);
        let bundle = folders.into_iter().find_map(|folder| {
            let path = folder.join("config.json");
            let bundle = look.read(&path, |file, _| Bundle::parse(file))?;
            Some((folder, path, bundle))
        });
        let is_containerds = keeper.is_none_or(|keeper| matches!(keeper.told, Told::Shim { .. }));
        if is_containerds {
            self.docker(look, bundle.as_ref().map(|(_, _, bundle)| bundle));
        }
        if let Some((folder, path, bundle)) = bundle {
            let engine = keeper.and_then(|keeper| engine(keeper, &bundle));
            let record = bundle.record(look.id, engine, &path);
            look.found.records.push(record);
            if is_containerds {
                look.runc(&folder);
            }
        }
    }

    /// Where the container's bundle may be. A shim works in that of the first container that it keeps, beside which are
    /// those of the others.
    fn bundles(&self, look: &mut Look<'_>, keeper: Option<&Keeper>) -> Vec<PathBuf> {
        let usual = || {
            BUNDLES
                .map(|folder| Path::new(folder).join(look.id))
                .to_vec()
        };
        let Some(keeper) = keeper else {
            return usual();
        };
        match &keeper.told {
            Told::Nspawn { .. } => Vec::new(),
            Told::Conmon { bundle, .. } => {
                let bundle = bundle.iter().filter(|path| path.is_absolute());
                bundle.cloned().collect()
            }
            Told::Shim { .. } => match self.working_folder(keeper.pid) {
                Ok(folder) => {
                    let folder = folder.parent().map(|tasks| tasks.join(look.id));
                    folder.into_iter().collect()
                }
                Err(errno) => {
                    let usual = usual();
                    let source = format!("working directory of process {}", keeper.pid);
                    look.miss(source, file::miss(&errno.into()));
                    usual
                }
            },
        }
    }

    /// The working directory of a process, which is an absolute path unless it cannot be reached.
    fn working_folder(&self, pid: u32) -> Result<PathBuf, Errno> {
        let link = readlinkat(&self.root, format!("{pid}/cwd"), Vec::new())?;
        let folder = PathBuf::from(OsString::from_vec(link.into_bytes()));
        let is_reached = folder.is_absolute();
        is_reached.then_some(folder).ok_or(Errno::NOENT)
    }

    /// What Docker keeps of the container, where its bundle says or in a data root.
    fn docker(&self, look: &mut Look<'_>, bundle: Option<&Bundle>) {
        let id = look.id;
        let told = bundle.and_then(|bundle| bundle.docker_folder(id));
        let folders: Vec<PathBuf> = match told {
            Some(folder) => vec![folder.to_owned()],
            // Other engines' bundles say that they are not Docker's.
            None if bundle.is_some() => Vec::new(),
            None => {
                let roots = self.data_roots.iter();
                roots.map(|root| root.join("containers").join(id)).collect()
            }
        };
        let record = folders.iter().find_map(|folder| {
            look.read(&folder.join("config.v2.json"), |file, path| {
                docker::state(file, id, path)
            })
        });
        look.found.records.extend(record);
    }
}

/// One container that is being looked for.
struct Look<'a> {
    id: &'a str,
    writers: Writers,
    /// Whether somebody told where to look; else a file that may not be read may as well not be there.
    is_told: bool,
    found: Runtimes,
}

impl Look<'_> {
    /// Reads and understands a file; what is there and cannot be used is noted.
    fn read<T>(&mut self, path: &Path, parse: impl FnOnce(&[u8], &Path) -> Option<T>) -> Option<T> {
        let read = file::read(path, self.writers);
        let understood = read.and_then(|file| parse(&file, path).ok_or(Miss::Malformed));
        if let Err(miss) = &understood {
            self.miss(path.display().to_string(), *miss);
        }
        understood.ok()
    }

    /// Notes what could not be used.
    fn miss(&mut self, source: String, miss: Miss) {
        let says_nothing = miss == Miss::Absent || (miss == Miss::Denied && !self.is_told);
        if !says_nothing {
            let id = self.id.to_owned();
            self.found.misses.push(SourceMiss { id, source, miss });
        }
    }

    /// The state that runc keeps of a container of containerd's.
    fn runc(&mut self, bundle: &Path) {
        let namespace = bundle.parent().and_then(Path::file_name);
        let Some(namespace) = namespace.map(ToOwned::to_owned) else {
            return;
        };
        let options = file::read(&bundle.join("options.json"), self.writers).ok();
        let root = options.and_then(|file| runc::root(&file));
        let root = root.map_or_else(|| RUNC.into(), PathBuf::from);
        let path = root.join(namespace).join(self.id).join("state.json");
        let id = self.id;
        let record = self.read(&path, |file, path| runc::state(file, id, path));
        self.found.records.extend(record);
    }
}

/// Whether it can be a part of a path without leading elsewhere.
fn is_safe(id: &str) -> bool {
    !id.is_empty() && !id.contains(['/', '\0']) && id != "." && id != ".."
}

/// The engine behind a bundle, by who keeps the container.
fn engine(keeper: &Keeper, bundle: &Bundle) -> Option<&'static str> {
    match &keeper.told {
        Told::Shim { namespace, .. } if namespace == "moby" => Some("docker"),
        Told::Shim { .. } => Some("containerd"),
        Told::Nspawn { .. } => Some("nspawn"),
        Told::Conmon { .. } => {
            let manager = bundle.annotations.get("io.container.manager");
            match manager.map(String::as_str) {
                Some("libpod") => Some("podman"),
                Some("cri-o") => Some("cri-o"),
                _ => None,
            }
        }
    }
}

/// What the arguments of who keeps the container say themselves.
fn by_arguments(id: &str, keeper: &Keeper, first: Option<InitRecord>) -> RuntimeRecord {
    let name = match &keeper.told {
        Told::Conmon { name, .. } => name.clone(),
        Told::Nspawn { name } => Some(name.clone()),
        Told::Shim { .. } => None,
    };
    RuntimeRecord {
        id: id.to_owned(),
        engine: engine(keeper, &Bundle::default()).map(str::to_owned),
        name,
        init: first,
        source: format!("arguments of process {}", keeper.pid),
        ..RuntimeRecord::default()
    }
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
