//! What an ordinary user sees. The test command runs these, and only these, as one.

mod enter;

use std::env;

use nslens::model::{EngineStatus, Kind, Reason, Scope, Snapshot};

use crate::support::find::{Find as _, share};
use crate::support::program::{finish, json_run, run, snapshot, text_run};
use crate::support::unshared::{Unshared, WAIT, inode_of, kernel_has};
use crate::support::{is_root, require};

fn ordinary() -> bool {
    require(!is_root(), "an ordinary user")
}

/// The id of a container that the test command keeps running.
fn witness(variable: &str) -> Option<String> {
    let id = env::var(variable).ok();
    require(id.is_some(), &format!("a container in {variable}")).then_some(())?;
    id
}

fn look() -> Snapshot {
    snapshot(&["--no-docker"])
}

#[test]
fn our_own_namespaces_are_known() {
    if !ordinary() {
        return;
    }
    let seen = look();
    assert_eq!(seen.viewer.uid, rustix::process::geteuid().as_raw());
    for kind in Kind::ALL.into_iter().filter(|kind| kernel_has(*kind)) {
        let inode = inode_of(std::process::id(), kind.name());
        assert!(inode.is_some());
        assert_eq!(seen.viewer.namespaces.inode(kind), inode);
        assert_eq!(
            seen.process(std::process::id()).namespaces.inode(kind),
            inode
        );
    }
}

#[test]
fn what_is_denied_is_said() {
    if !ordinary() {
        return;
    }
    let seen = look();
    let denied = seen.gaps(Reason::Denied);
    assert!(!denied.is_empty());
    assert!(denied.iter().all(|gap| gap.count > 0));
    let text = text_run(&["--no-docker"]).ended(0);
    let all = format!("{}{}", text.text(), text.stderr);
    assert!(all.contains("root"), "what root would add: {all}");
    assert!(!text.stderr.is_empty());
}

#[test]
fn the_printed_line_enters_our_own_namespaces_as_we_do() {
    if !ordinary() {
        return;
    }
    let own = Unshared::new(&["--user", "--map-root-user", "--net", "--uts"]);
    let pid = own.pid.to_string();
    let look = "id; for kind in net user uts; do readlink /proc/self/ns/$kind; done";
    let words = [&pid, "--", "sh", "-c", look];
    let printed = run(&[&["enter", "--no-docker", "--print"][..], &words].concat()).ended(0);
    let mut line = std::process::Command::new("sh");
    line.args(["-c", printed.text()]);
    let theirs = finish(line, b"").ended(0);
    let ours = run(&[&["enter", "--no-docker"][..], &words].concat()).ended(0);
    assert_eq!(theirs.text(), ours.text());
    assert!(ours.text().starts_with("uid=0"), "{}", ours.text());
    assert!(ours.text().contains(&own.inode(Kind::Net).to_string()));
}

#[test]
fn strict_means_3() {
    if !ordinary() {
        return;
    }
    let ended = json_run(&["--no-docker", "--strict"]).ended(3);
    assert!(!ended.stdout.is_empty());
}

#[test]
fn nothing_unknown_is_called_private() {
    if !ordinary() {
        return;
    }
    let seen = look();
    let containers = seen
        .containers
        .iter()
        .flatten()
        .map(|row| (&row.id, &row.sharing));
    let groups = seen
        .groups
        .iter()
        .flatten()
        .map(|row| (&row.id, &row.sharing));
    for (id, sharing) in containers.chain(groups) {
        for (kind, share) in sharing.iter() {
            // Root's processes may be anywhere, so nothing is private; and no scope is claimed without an inode.
            assert_ne!(share.scope, Scope::Private, "{kind:?} of {id}: {share:?}");
            let claims = share.scope != Scope::Unknown;
            assert!(
                share.inode.is_some() || !claims,
                "{kind:?} of {id}: {share:?}"
            );
        }
    }
}

#[test]
fn containers_are_found_by_their_cgroups() {
    if !ordinary() {
        return;
    }
    let Some(id) = witness("NSLENS_TEST_WITNESS") else {
        return;
    };
    let seen = look();
    let row = seen.container(&id);
    assert_eq!(
        (row.engine.as_str(), row.name_source.as_str()),
        ("docker", "cgroup")
    );
    assert_eq!(row.process_count, 1);
    let init = seen.process(row.init_pid.unwrap());
    assert_eq!(init.comm.as_deref(), Some("sleep"));
    assert_eq!(init.ns_pids.last(), Some(&1));
    assert_eq!(init.command.as_deref(), Some("/bin/sleep 86400"));
    for (kind, share) in row.sharing.iter() {
        assert_eq!(
            (share.scope, share.inode),
            (Scope::Unknown, None),
            "{kind:?}"
        );
    }
    assert!(
        share(&row.sharing, Kind::Pid).not_host,
        "its pids are nested"
    );
    assert!(
        !share(&row.sharing, Kind::User).not_host,
        "its user ids are the host's"
    );
    let text = text_run(&["--no-docker"]).ended(0);
    assert!(text.text().contains(&id[..12]));
}

#[test]
fn a_remapped_container_is_known_by_its_uid_map() {
    if !ordinary() {
        return;
    }
    let Some(id) = witness("NSLENS_TEST_WITNESS_REMAP") else {
        return;
    };
    let seen = look();
    let row = seen.container(&id);
    let user = share(&row.sharing, Kind::User);
    assert_eq!((user.scope, user.not_host), (Scope::Unknown, true));
}

#[test]
fn an_engine_that_refuses_us_costs_names_only() {
    if !ordinary() {
        return;
    }
    let (Some(id), Ok(url)) = (
        witness("NSLENS_TEST_WITNESS"),
        env::var("NSLENS_TEST_DOCKER"),
    ) else {
        return;
    };
    let seen = snapshot(&["--docker", &url]);
    assert_eq!(
        seen.engines[0].status,
        EngineStatus::Denied,
        "{:?}",
        seen.engines[0]
    );
    assert_eq!(seen.container(&id).name_source, "cgroup");
}

const SANDBOX: [&str; 4] = ["--user", "--map-root-user", "--net", "--uts"];

fn may_unshare() -> bool {
    let allowed = std::process::Command::new("unshare")
        .args(SANDBOX)
        .arg("true")
        .output();
    require(
        allowed.is_ok_and(|output| output.status.success()),
        "user namespaces for ordinary users",
    )
}

#[test]
fn our_own_sandboxes_are_seen_whole() {
    if !ordinary() {
        return;
    }
    if !may_unshare() {
        return;
    }
    let process = Unshared::new(&SANDBOX);
    let seen = look();
    let group = seen.group(Kind::Net, process.inode(Kind::Net).0);
    assert_eq!(group.leader_pid, process.pid);
    assert_eq!(
        share(&group.sharing, Kind::User).inode,
        Some(process.inode(Kind::User))
    );
}

#[test]
fn of_a_network_that_is_read_from_outside_nothing_is_said_to_be_unplugged() {
    if !ordinary() || !may_unshare() {
        return;
    }
    let script = format!(
        "ip link set lo up && ip link add e type veth peer name f && ip addr add 10.4.0.1/24 dev e \
         && ip link set e up && ip link set f up && {WAIT}"
    );
    let one = Unshared::shell("unshare", &SANDBOX, &script);
    let other = Unshared::shell("unshare", &SANDBOX, &script.replace("10.4.0.1", "10.4.0.2"));
    let pids = [&one, &other].map(|process| process.pid.to_string());
    let road = run(&["path", "--no-docker", "--json", &pids[0], &pids[1]]).json();
    assert_eq!(road["verdict"], "unknown", "{road:#}");
    let seen = look();
    let mut all = seen.network.iter().flatten();
    let network = all.find(|network| network.namespace == one.inode(Kind::Net));
    let e = network.unwrap().interface_named("e").unwrap();
    assert_eq!((e.is_up(), e.has_carrier()), (Some(true), None));
}

#[test]
fn a_sandbox_of_ones_own_is_entered_with_its_limits() {
    if !ordinary() || !may_unshare() {
        return;
    }
    let script =
        format!("exec setpriv --bounding-set=-net_raw,-chown --no-new-privs sh -c '{WAIT}'");
    let process = Unshared::shell("unshare", &SANDBOX, &script);
    let (pid, own) = (process.pid.to_string(), "/proc/self/status");
    let seen = run(&["--no-docker", "enter", "--confined", &pid, "--", "cat", own]).ended(0);
    let theirs = std::process::Command::new("nsenter")
        .args(["--target", &pid, "--user", "--preserve-credentials", "cat"])
        .arg(format!("/proc/{pid}/status"))
        .output()
        .unwrap();
    let theirs = String::from_utf8(theirs.stdout).unwrap();
    for name in [
        "Uid",
        "Gid",
        "Groups",
        "CapPrm",
        "CapEff",
        "CapBnd",
        "NoNewPrivs",
    ] {
        let of = |text: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| Some(line.strip_prefix(name)?.to_owned()))
        };
        assert!(of(&theirs).is_some(), "{theirs}");
        assert_eq!(of(seen.text()), of(&theirs), "{name}");
    }
}
