//! People on the example host: a login with namespaces made by hand, and a browser in its sandbox.

use super::place::Place;
use super::scene::Scene;
use crate::model::Kind;

/// The user's id.
pub(super) const USER: u32 = 1000;
/// The user's own systemd.
pub(super) const MANAGER: u32 = 2101;
/// We ourselves.
pub(super) const VIEWER: u32 = 59_991;
const VIM: u32 = 52_210;
const UNSHARE: u32 = 52_340;
const TIME_TRAVEL: u32 = 52_360;
const BROWSER: u32 = 54_101;
const RENDERERS: u32 = 54_120;

/// The cgroup that the user's own systemd manages.
pub(super) fn user_cgroup() -> Place {
    Place::host("/user.slice/user-1000.slice/user@1000.service")
}

pub(super) fn describe(scene: &mut Scene) {
    scene.run(
        &user_cgroup().below("init.scope"),
        &[
            (MANAGER, 1, USER, "/usr/lib/systemd/systemd --user"),
            (2102, MANAGER, USER, "(sd-pam)"),
        ],
    );
    login(scene);
    time_travel(scene);
    by_hand(scene);
    browser(scene);
}

fn terminal() -> Place {
    Place::host("/user.slice/user-1000.slice/session-4.scope")
}

fn login(scene: &mut Scene) {
    scene.run(
        &terminal(),
        &[
            (52_090, 731, 0, "sshd-session: deploy [priv]"),
            (52_120, 52_090, USER, "sshd-session: deploy@pts/0"),
            (52_121, 52_120, USER, "-bash"),
            (VIM, 52_121, USER, "vim compose.yaml"),
            (59_990, 52_121, 0, "sudo nslens"),
            (VIEWER, 59_990, 0, "nslens"),
        ],
    );
    scene.state(VIM, b'T');
    scene.state(VIEWER, b'R');
}

/// A process whose next child will have other clocks than it has.
fn time_travel(scene: &mut Scene) {
    let mut place = terminal();
    let new = place.clone().isolated(TIME_TRAVEL, &[Kind::Time]);
    place.links.time_for_children = new.links.time_for_children;
    let command = "python3 time-travel.py";
    scene.run(&place, &[(TIME_TRAVEL, 52_121, USER, command)]);
}

/// `unshare --user --pid --fork`: a user namespace for it and its children, and a pid namespace for the children.
fn by_hand(scene: &mut Scene) {
    let outer = terminal().isolated(UNSHARE, &[Kind::User]);
    let inner = outer
        .clone()
        .isolated(UNSHARE + 1, &[Kind::Pid])
        .under(UNSHARE);
    let mut waiting = outer;
    waiting.links.pid_for_children = inner.links.pid_for_children;
    let command = "unshare --user --map-root-user --pid --fork bash";
    scene.run(&waiting, &[(UNSHARE, 52_121, USER, command)]);
    scene.run(
        &inner,
        &[(1, 0, USER, "bash"), (9, 1, USER, "sleep infinity")],
    );
}

/// A browser in a Flatpak, and its renderers in another sandbox inside.
fn browser(scene: &mut Scene) {
    let place = user_cgroup().below("app.slice/app-flatpak-org.chromium.Chromium-54101.scope");
    let outer = place
        .isolated(BROWSER, &[Kind::Mnt, Kind::Pid, Kind::User])
        .under(MANAGER);
    scene.run(
        &outer,
        &[
            (1, 0, USER, "bwrap --args 41 -- chromium"),
            (2, 1, USER, "/app/chromium/chrome"),
            (7, 2, USER, "/app/chromium/chrome --type=gpu-process"),
        ],
    );
    let inner = outer
        .isolated(RENDERERS, &[Kind::Net, Kind::Pid, Kind::User])
        .under(BROWSER + 1);
    scene.run(
        &inner,
        &[
            (1, 0, USER, "/app/chromium/chrome --type=zygote"),
            (4, 1, USER, "/app/chromium/chrome --type=renderer"),
            (5, 1, USER, "/app/chromium/chrome --type=renderer"),
        ],
    );
    scene.fabric.untouched(inner.net());
}
