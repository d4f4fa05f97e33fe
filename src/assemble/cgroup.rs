//! Whose process is it? The cgroup path tells, without asking any engine.
//!
//! Engines name a container's cgroup after its id. Where cgroups nest (a container that runs containers), the *last*
//! component that names one counts. The tests are the table of patterns, each with its source.

use std::sync::Arc;

/// What a process's cgroup file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The path that the rest was found in.
    pub(super) path: Arc<str>,
    /// The container.
    pub(super) container: Option<Mark>,
    /// The innermost systemd unit or scope, where it is not the container's own.
    pub(super) unit: Option<String>,
}

/// A container as a cgroup path names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Full id, or the name where there is no other id.
    pub(super) id: String,
    /// Its engine; `unknown` where the path does not tell.
    pub(super) engine: &'static str,
    /// Pod id.
    pub(super) pod: Option<String>,
    /// The path down to the component that names it.
    pub(super) place: String,
    /// Id of the container that its engine runs in: what the next component above names.
    pub(super) outer: Option<String>,
}

impl Place {
    /// Reads a whole cgroup file. With several hierarchies, the one that names a container counts, then systemd's.
    pub(super) fn of(file: &[u8]) -> Self {
        let file = String::from_utf8_lossy(file);
        let mut paths: Vec<(u8, &str)> = file.lines().filter_map(hierarchy).collect();
        paths.sort_by_key(|(rank, _)| *rank);
        let mut places = paths
            .iter()
            .map(|(rank, path)| (*rank, Self::of_path(path)));
        let fallback = places
            .clone()
            .find(|(rank, place)| *rank < OTHER && &*place.path != "/");
        let first = places.clone().next();
        places
            .find(|(_, place)| place.container.is_some())
            .or(fallback)
            .or(first)
            .map_or_else(|| Self::of_path(""), |(_, place)| place)
    }

    fn of_path(path: &str) -> Self {
        // A cgroup that was removed under its processes (cgroup v2) says so after its name.
        let names: Vec<&str> = path
            .trim_end_matches(" (deleted)")
            .split('/')
            .filter(|name| !name.is_empty())
            .collect();
        let found = (0..names.len())
            .rev()
            .find_map(|at| Some((at, mark(&names, at)?)));
        let inner = found.as_ref().map_or(0, |(at, _)| at + 1);
        let unit = names[inner..].iter().rev().find(|name| is_unit(name));
        Self {
            path: path.into(),
            container: found.map(|(_, mark)| mark),
            unit: unit.map(|unit| (*unit).to_owned()),
        }
    }
}

/// Rank of the hierarchies that systemd and the engines do not always use.
const OTHER: u8 = 3;

/// A line `id:controllers:path` of the file, and how far its path is to be trusted to place a process.
fn hierarchy(line: &str) -> Option<(u8, &str)> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, path) = rest.split_once(':')?;
    let rank = match controllers {
        "name=systemd" => 0,
        "" => 1,
        _ if controllers.split(',').any(|name| name == "pids") => 2,
        _ => OTHER,
    };
    Some((rank, path))
}

/// The container that the component at `at` names.
fn mark(names: &[&str], at: usize) -> Option<Mark> {
    let naming = |at| by_id(names, at).or_else(|| by_name(names, at));
    let (id, engine) = naming(at)?;
    let mut above = (0..at).rev().filter_map(naming).map(|(id, _)| id);
    Some(Mark {
        engine,
        pod: pod(&names[..=at]),
        place: format!("/{}", names[..=at].join("/")),
        // A payload of nspawn's below its own machine is that machine.
        outer: above.find(|outer| *outer != id),
        id,
    })
}

/// Containers that are named by an id of 64 hexadecimal digits.
fn by_id(names: &[&str], at: usize) -> Option<(String, &'static str)> {
    let name = names[at].strip_suffix(".scope").unwrap_or(names[at]);
    if let Some((task, digits)) = name.split_once('-')
        && is_hex(task, 32)
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((name.to_owned(), "ecs"));
    }
    let (prefix, id) = name
        .rfind(['-', ':'])
        .map_or(("", name), |cut| (&name[..cut], &name[cut + 1..]));
    if !is_hex(id, 64) || prefix.ends_with("conmon") || names[at].strip_suffix(".slice").is_some() {
        return None;
    }
    // `libpod_parent/<pod id>` holds the pod, not a container.
    if prefix.is_empty() && names.get(at.wrapping_sub(1)) == Some(&"libpod_parent") {
        return None;
    }
    Some((id.to_owned(), engine(prefix, &names[..at])))
}

/// The engine behind a prefix, or behind the components above a bare id.
fn engine(prefix: &str, above: &[&str]) -> &'static str {
    match prefix.rsplit(':').next().unwrap_or(prefix) {
        "docker" => "docker",
        "libpod" | "libpod-payload" => "podman",
        "crio" => "cri-o",
        "cri-containerd" | "nerdctl" => "containerd",
        "" if above.iter().any(|name| name.contains("kubepods")) => "kubernetes",
        "" if above.last() == Some(&"docker") || above.first() == Some(&"ecs") => "docker",
        _ => "unknown",
    }
}

/// Containers that are named by a name.
fn by_name(names: &[&str], at: usize) -> Option<(String, &'static str)> {
    let name = names[at];
    let above = at.checked_sub(1).map(|above| names[above]);
    if let Some(name) = name.strip_prefix("lxc.payload.") {
        return Some((name.to_owned(), "lxc"));
    }
    if matches!(above, Some("lxc" | "lxc.payload")) {
        return Some((name.to_owned(), "lxc"));
    }
    if let Some(machine) = machine(name) {
        // nspawn itself stays on the host's side, in a cgroup below its machine's.
        let is_outside = names.get(at + 1) == Some(&"supervisor");
        return (!is_outside).then(|| (unescape(machine), "nspawn"));
    }
    // nspawn --keep-unit: the payload of a unit that is not its own; known by its path alone.
    let is_payload = name == "payload" && above.is_some_and(|above| machine(above).is_none());
    is_payload.then(|| (format!("/{}", names[..=at].join("/")), "nspawn"))
}

/// The name, still escaped, of a machine that nspawn registered or was started for.
fn machine(name: &str) -> Option<&str> {
    let template = name
        .strip_prefix("systemd-nspawn@")
        .and_then(|name| name.strip_suffix(".service"));
    let registered = name
        .strip_prefix("machine-")
        .and_then(|name| name.strip_suffix(".scope"));
    template.or(registered.filter(|name| !is_virtual(name)))
}

/// libvirt registers virtual machines with machined too.
fn is_virtual(machine: &str) -> bool {
    machine.starts_with("qemu\\x2d") || machine.starts_with("lxc\\x2d")
}

/// Undoes systemd's escapes for `-` and other characters: `a\x2db` → `a-b`.
pub(super) fn unescape(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = rest.strip_prefix(b"\\x").and_then(|digits| digits.get(..2));
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &rest[4..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The pod that a container stands in.
fn pod(above: &[&str]) -> Option<String> {
    above.iter().enumerate().rev().find_map(|(at, name)| {
        if let Some(id) = name
            .strip_prefix("machine-libpod_pod_")
            .and_then(|name| name.strip_suffix(".slice"))
        {
            return Some(id.to_owned());
        }
        if is_hex(name, 64) && at > 0 && above[at - 1] == "libpod_parent" {
            return Some((*name).to_owned());
        }
        // systemd's form carries the id behind the class, with _ for -, and maybe an engine's own suffix.
        let slice = name
            .split(':')
            .next()
            .unwrap_or(name)
            .strip_suffix(".slice")
            .and_then(|s| s.rsplit_once("-pod"));
        let uid = slice
            .map(|(_, uid)| uid)
            .or_else(|| name.strip_prefix("pod"))?;
        above
            .iter()
            .any(|name| name.contains("kubepods"))
            .then(|| uid.replace('_', "-"))
    })
}

/// Whether systemd starts and names a component: a service or a scope, or another unit that has processes.
fn is_unit(name: &str) -> bool {
    [".service", ".scope", ".mount", ".socket", ".swap"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
#[path = "cgroup_tests.rs"]
mod tests;
