use super::*;
use crate::collect::observation::{Cmdline, Links, Miss, Stat, Status};

const IDS: [&str; 2] = [
    "1111111111111111111111111111111111111111111111111111111111111111",
    "2222222222222222222222222222222222222222222222222222222222222222",
];

/// A process with a name, a parent, a cgroup and arguments.
fn process(pid: u32, parent: u32, cgroup: &str, line: &str) -> ProcessRecord {
    let comm = line.split(' ').next().unwrap();
    let stat = Stat {
        comm: comm.as_bytes()[..comm.len().min(15)].into(),
        state: b'S',
        ppid: parent,
        flags: 0,
        threads: 1,
        start_ticks: 7,
    };
    let status = Status {
        uid: 0,
        ns_pids: [pid].into(),
    };
    let facts = Facts {
        stat: Ok(stat),
        status: Ok(status),
        cgroup: Ok(Arc::from(
            format!("8:pids:{cgroup}\n0::{cgroup}\n").as_bytes(),
        )),
        cmdline: Ok(Cmdline {
            bytes: (line.replace(' ', "\0") + "\0").as_bytes().into(),
            truncated: false,
        }),
        maps_uids: Err(Miss::NotAsked),
    };
    ProcessRecord {
        pid,
        links: Links::missed(Miss::Denied),
        thread: None,
        facts: Some(Box::new(facts)),
    }
}

/// The containers with the pid of who keeps each.
fn keepers(processes: &[ProcessRecord]) -> Vec<(String, Option<u32>)> {
    let containers = Clues::of(processes).containers.into_iter();
    containers
        .map(|(id, kept)| (id, kept.keeper.map(|keeper| keeper.pid)))
        .collect()
}

fn found(id: &str, keeper: Option<u32>) -> (String, Option<u32>) {
    (id.to_owned(), keeper)
}

#[test]
fn a_keeper_is_the_parent_of_a_process_of_the_container() {
    let shim = format!("containerd-shim-runc-v2 -namespace moby -id {}", IDS[0]);
    let own = format!("/docker/{}", IDS[0]);
    let all = [
        process(10, 1, "/", &shim),
        process(11, 10, &own, "sleep 1"),
        process(12, 11, &own, "sleep 1"),
        process(
            20,
            1,
            &format!("/system.slice/docker-{}.scope", IDS[1]),
            "sleep 1",
        ),
    ];
    assert_eq!(
        keepers(&all),
        [found(IDS[0], Some(10)), found(IDS[1], None)]
    );
}

#[test]
fn nobody_keeps_a_container_by_saying_so() {
    let own = format!("/docker/{}", IDS[0]);
    let liar = format!("conmon -c {} -n evil -b /evil", IDS[0]);
    let own_child = format!("conmon -c {} -n mine -b /evil", IDS[1]);
    let all = [
        process(10, 1, "/", &liar),
        process(11, 1, &own, "sleep 1"),
        // The parent of a process of another container than it names.
        process(20, 1, "/", &own_child),
        process(21, 20, &own, "sleep 1"),
    ];
    assert_eq!(
        keepers(&all),
        [found(IDS[0], None), found(IDS[1], Some(20))]
    );
}

#[test]
fn a_shim_keeps_all_containers_of_a_pod() {
    let shim = format!("containerd-shim-runc-v2 -namespace k8s.io -id {}", IDS[0]);
    let pod = "/kubepods/besteffort/pod1";
    let all = [
        process(10, 1, "/", &shim),
        process(11, 10, &format!("{pod}/{}", IDS[0]), "pause"),
        process(12, 10, &format!("{pod}/{}", IDS[1]), "nginx"),
    ];
    assert_eq!(
        keepers(&all),
        [found(IDS[0], Some(10)), found(IDS[1], Some(10))]
    );
}

#[test]
fn of_nested_containers_the_innermost_counts() {
    let nested = format!("/docker/{}/docker/{}", IDS[0], IDS[1]);
    let all = [process(11, 1, &nested, "sleep 1")];
    assert_eq!(keepers(&all), [found(IDS[1], None)]);
}

#[test]
fn a_container_without_an_id_is_known_by_its_keeper() {
    let all = [
        process(
            10,
            1,
            "/",
            "containerd-shim-runc-v2 -namespace default -id web",
        ),
        process(11, 10, "/default/web", "sleep 1"),
        process(
            12,
            1,
            "/",
            "containerd-shim-runc-v2 -namespace default -id childless",
        ),
    ];
    assert_eq!(keepers(&all), [found("web", Some(10))]);
}

#[test]
fn a_machine_of_nspawn_begins_with_its_only_child() {
    let all = [
        process(10, 1, "/", "systemd-nspawn --keep-unit -M web -D /srv"),
        process(11, 10, "/payload", "init"),
        process(12, 11, "/payload", "sleep 1"),
    ];
    let clues = Clues::of(&all);
    let first = clues.containers["web"].first;
    assert_eq!(
        first.map(|first| (first.pid, first.start_ticks)),
        Some((11, 7))
    );
}

#[test]
fn engines_tell_where_they_keep_their_containers() {
    let mut elsewhere = process(11, 1, "/", "dockerd --data-root /inside");
    let facts = elsewhere.facts.as_mut().unwrap();
    facts.status.as_mut().unwrap().ns_pids = [11, 1].into();
    let all = [
        process(10, 1, "/", "dockerd --data-root /data -H x"),
        elsewhere,
        process(12, 1, "/", "dockerd --data-root relative"),
        process(13, 1, "/", "other --data-root /other"),
    ];
    let roots: Vec<_> = Clues::of(&all).data_roots.into_iter().collect();
    assert_eq!(roots, [PathBuf::from("/data")]);
}

#[test]
fn ids_have_64_digits() {
    for (line, id) in [
        (format!("0::/docker/{}", IDS[0]), Some(IDS[0])),
        (
            format!("0::/a.slice/cri-containerd-{}.scope/x", IDS[0]),
            Some(IDS[0]),
        ),
        (format!("0::/docker/{}0", IDS[0]), None),
        (format!("0::/docker/{}", IDS[0].replace('1', "F")), None),
        ("0::/".to_owned(), None),
        (String::new(), None),
    ] {
        assert_eq!(last_id(line.as_bytes()).as_deref(), id, "{line}");
    }
}
