//! Sandboxes of ordinary programs, by their scope or by the process that isolates them.
//!
//! Most have no cgroup of their own. What tells is who stands at the border: the parent of the first process, which is
//! outside, or the first process itself, where it has stayed to watch over the rest.

use super::cgroup::unescape;
use super::processes::Processes;
use crate::model::Process;

/// Programs that isolate others or parts of themselves, by the 15 bytes that the kernel keeps of a name.
const ISOLATING: [&str; 25] = [
    "brave",
    "bwrap",
    "chrome",
    "chromium",
    "electron",
    "firefox",
    "firefox-bin",
    "firefox-esr",
    "firejail",
    "flatpak",
    "librewolf",
    "minijail0",
    "msedge",
    "nsjail",
    "opera",
    "proot",
    "pv-bwrap",
    "rootlesskit",
    "snap-confine",
    "srt-bwrap",
    "systemd-nspawn",
    "thunderbird",
    "unshare",
    "vivaldi-bin",
    "zen-bin",
];

/// Name of the sandbox that the processes are, the first of them the leader; `None` where they are none.
pub(super) fn name(members: &[usize], processes: &Processes) -> Option<String> {
    let leader = &processes.all[*members.first()?];
    if let Some(name) = leader.unit.as_deref().and_then(packaged) {
        return Some(name);
    }
    let outside = leader.ppid.and_then(|ppid| processes.position(ppid));
    let outside = outside.filter(|at| !members.contains(at));
    let outside = outside.map(|at| &processes.all[at]);
    let border = [Some(leader), outside].into_iter().flatten();
    let by = border.filter_map(|process| process.comm.as_deref());
    let by = by.into_iter().find(|comm| ISOLATING.contains(comm))?;
    let inside = members.iter().map(|at| &processes.all[*at]);
    // The one that watches over the rest says nothing about what that is.
    let mut inside = inside.filter(|process| process.comm.as_deref() != Some(by));
    Some(match inside.next() {
        Some(process) => format!("{} ({by})", program(process)),
        None => by.to_owned(),
    })
}

/// A process by the name of its program.
pub(super) fn program(process: &Process) -> String {
    let comm = process.comm.clone();
    comm.unwrap_or_else(|| format!("pid {}", process.pid))
}

/// The application behind a scope of flatpak or snap: `app-flatpak-APP-N.scope`, `snap.SNAP.APP-UUID.scope`.
fn packaged(unit: &str) -> Option<String> {
    if let Some(rest) = unit.strip_prefix("app-flatpak-") {
        let rest = rest.strip_suffix(".scope").unwrap_or(rest);
        let (app, instance) = rest.rsplit_once('-').unwrap_or((rest, ""));
        let is_number = !instance.is_empty() && instance.bytes().all(|byte| byte.is_ascii_digit());
        let app = if is_number { app } else { rest };
        return Some(format!("{} (flatpak)", unescape(app)));
    }
    let rest = unit.strip_prefix("snap.")?;
    let rest = rest
        .strip_suffix(".scope")
        .or_else(|| rest.strip_suffix(".service"))?;
    // A number of 36 characters behind a dash; behind a dot with snapd before 2.57.
    let cut = rest.len().checked_sub(37).filter(|cut| is_uuid(rest, *cut));
    let app = cut.map_or(rest, |cut| &rest[..cut]);
    Some(format!("{} (snap)", unescape(app)))
}

/// Whether a separator and a UUID begin at `cut`.
fn is_uuid(text: &str, cut: usize) -> bool {
    let bytes = &text.as_bytes()[cut..];
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    matches!(bytes[0], b'-' | b'.') && bytes[1..].iter().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packaged_applications_are_called_by_their_name() {
        for (unit, name) in [
            (
                "app-flatpak-org.gnome.Maps-42.scope",
                "org.gnome.Maps (flatpak)",
            ),
            (
                "app-flatpak-org.gnome.Maps.scope",
                "org.gnome.Maps (flatpak)",
            ),
            ("app-flatpak-a\\x2db-1.scope", "a-b (flatpak)"),
            (
                "snap.firefox.firefox-5d1e8a04-93c7-4f6b-b2aa-0c6f1e7d9b35.scope",
                "firefox.firefox (snap)",
            ),
            (
                "snap.code.code.5d1e8a04-93c7-4f6b-b2aa-0c6f1e7d9b35.scope",
                "code.code (snap)",
            ),
            ("snap.lxd.daemon.service", "lxd.daemon (snap)"),
            ("snap.\u{df}.scope", "\u{df} (snap)"),
        ] {
            assert_eq!(packaged(unit).as_deref(), Some(name), "{unit}");
        }
        assert_eq!(packaged("app-gnome-firefox-7.scope"), None);
        assert_eq!(packaged("snap.x.mount"), None);
    }
}
