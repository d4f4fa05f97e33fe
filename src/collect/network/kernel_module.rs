//! Whether asking the kernel would make it load a module.
//!
//! A netlink question to a part of the kernel that is not loaded makes the kernel load it: `request_module` runs before
//! the answer, whoever asks (nfnetlink for `nf_tables`, `sock_diag` for the diag modules of each protocol). An observer
//! leaves no trace, so it finds out first.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Where a part of the kernel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// There.
    Here,
    /// In a kernel that loads no modules: it can be asked, and is there or not.
    Fixed,
    /// A module that is not loaded.
    NotLoaded,
    /// It is not loaded, and whether it is built in could not be learned.
    Unknown,
}

/// Where the module `name` is. `name` is as in `/sys/module`, with underscores.
pub(super) fn presence(name: &str) -> Presence {
    static BUILT_IN: OnceLock<Option<String>> = OnceLock::new();
    // One that is built in has a folder there only where it has parameters.
    if Path::new("/sys/module").join(name).exists() {
        return Presence::Here;
    }
    if !Path::new("/proc/modules").exists() {
        return Presence::Fixed;
    }
    match BUILT_IN.get_or_init(built_in) {
        Some(list) if lists(list, name) => Presence::Here,
        Some(_) => Presence::NotLoaded,
        None => Presence::Unknown,
    }
}

/// The list of what is built into the running kernel, if its folder of modules is there.
fn built_in() -> Option<String> {
    let uname = rustix::system::uname();
    let release = uname.release().to_str().ok()?;
    ["/lib/modules", "/usr/lib/modules"]
        .into_iter()
        .map(|folder| Path::new(folder).join(release).join("modules.builtin"))
        .find_map(|path| fs::read_to_string(path).ok())
}

/// Whether the module is in a list of paths such as `kernel/net/netfilter/nf_tables.ko`.
fn lists(built_in: &str, name: &str) -> bool {
    built_in.lines().any(|line| {
        let file = line.rsplit('/').next().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        stem.replace('-', "_") == name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_modules_are_listed_by_file() {
        let list = "kernel/net/netfilter/nf_tables.ko\nkernel/net/ipv4/tcp-diag.ko\n";
        for (name, expected) in [
            ("nf_tables", true),
            ("tcp_diag", true),
            ("nf_table", false),
            ("", false),
        ] {
            assert_eq!(lists(list, name), expected, "{name}");
        }
    }

    #[test]
    fn a_module_with_a_folder_is_here() {
        if let Some(module) = fs::read_dir("/sys/module").unwrap().next() {
            let name = module.unwrap().file_name();
            assert_eq!(presence(name.to_str().unwrap()), Presence::Here);
        }
    }
}
