//! Containers of other engines on the example host: a pod, rootless Podman, LXC, systemd-nspawn.

use std::collections::BTreeMap;

use super::docker::{NEW, shim};
use super::network;
use super::place::Place;
use super::scene::{Scene, id};
use super::session::{MANAGER, USER, user_cgroup};
use super::turn::Turn;
use crate::collect::observation::{EngineContainer, EngineRecord};
use crate::model::{Engine, EngineStatus, Gap, Kind, Reason};

const PAUSE: u32 = 6121;
const PODMAN_PAUSE: u32 = 50_101;
const NOTEBOOK: u32 = 50_221;
const LEDGER: u32 = 50_321;
const LXC: u32 = 7121;
const NSPAWN: u32 = 8121;
const PODMAN: &str = "unix:///run/user/1000/podman/podman.sock";

pub(super) fn describe(scene: &mut Scene) {
    pod(scene);
    rootless(scene);
    lxc(scene);
    nspawn(scene);
}

/// A pod of Kubernetes: its containers share what its pause container holds.
fn pod(scene: &mut Scene) {
    let slice = "/kubepods.slice/kubepods-burstable.slice/\
                 kubepods-burstable-pod7d9f4c2e_51b8_4f0a_9c3d_2a6e8b1f7c40.slice";
    let own = |name: &str, pid, kinds: &[Kind]| {
        Place::host(slice)
            .below(&format!("cri-containerd-{}.scope", id(name)))
            .isolated(pid, kinds)
    };
    let shim = shim(scene, PAUSE, "k8s.io", &id("orders/pause"));
    let pause = own("orders/pause", PAUSE, &NEW).under(shim);
    scene.run(&pause, &[(1, 0, 65_535, "/pause")]);
    network::pod(&mut scene.fabric, pause.net(), PAUSE);
    let apart = [Kind::Cgroup, Kind::Mnt, Kind::Pid];
    let shared = [Kind::Ipc, Kind::Net, Kind::Uts];
    for (name, pid, lines, sockets) in [
        (
            "orders/api",
            PAUSE + 60,
            &[(1, 0, 10_001, "/app/orders-api --listen :8080")][..],
            &[(1, &["tcp [::]:8080"][..])][..],
        ),
        (
            "orders/envoy",
            PAUSE + 120,
            &[
                (1, 0, 1337, "/usr/local/bin/pilot-agent proxy sidecar"),
                (
                    15,
                    1,
                    1337,
                    "/usr/local/bin/envoy -c etc/istio/proxy/envoy-rev.json",
                ),
            ],
            &[
                (1, &["tcp 127.0.0.1:15004", "tcp [::]:15020"]),
                (15, &["tcp 0.0.0.0:15001", "tcp 0.0.0.0:15006"]),
            ],
        ),
    ] {
        let place = own(name, pid, &apart).under(shim).joined(&pause, &shared);
        scene.run(&place, lines);
        for (pid, sockets) in sockets {
            scene.listen(&place, &[*pid], sockets);
        }
    }
}

/// Podman of an ordinary user: all in one user namespace that a process without a container holds. Of one container
/// nothing is left but a first process that ended and that nobody may look at.
fn rootless(scene: &mut Scene) {
    let slice = user_cgroup().below("user.slice");
    let own = slice
        .below("podman-pause-4f2c91d0.scope")
        .isolated(PODMAN_PAUSE, &[Kind::Mnt, Kind::User])
        .under(MANAGER);
    scene.run(&own, &[(PODMAN_PAUSE, 0, USER, "catatonit -P")]);
    for (name, pid, uid, command) in [
        ("notebook", NOTEBOOK, USER, "jupyter lab --ip=0.0.0.0"),
        ("ledger", LEDGER, 525_287, "ledgerd --compact"),
    ] {
        let id = id(name);
        let slice = "/user.slice/user-1000.slice/user@1000.service/user.slice";
        let conmon = own.clone().at(&format!("{slice}/libpod-conmon-{id}.scope"));
        let monitor = format!("/usr/bin/conmon --api-version 1 -c {id} -n {name}");
        scene.run(&conmon, &[(pid - 3, 0, USER, &monitor)]);
        let place = own
            .clone()
            .at(&format!("{slice}/libpod-{id}.scope/container"))
            .isolated(pid, &NEW)
            .under(pid - 3);
        scene.run(&place, &[(1, 0, uid, command)]);
        if pid == NOTEBOOK {
            notebook(scene, &conmon, &place);
        }
    }
    scene.ended_and_denied(LEDGER);
}

/// What a container of an ordinary user has for a network: a process beside it that passes packets on.
fn notebook(scene: &mut Scene, beside: &Place, place: &Place) {
    let server = NOTEBOOK - 2;
    let command = "/usr/bin/pasta --config-net -t 8888-8888:8888-8888 --dns-forward 169.254.1.1";
    scene.run(beside, &[(server, 0, USER, command)]);
    network::pasta(&mut scene.fabric, place.net(), NOTEBOOK, server);
    scene.listen(beside, &[server], &["tcp 0.0.0.0:8888"]);
    scene.listen(place, &[1], &["tcp 0.0.0.0:8888"]);
}

/// Podman's answer: most of the time none.
pub(super) fn podman(turn: Turn) -> EngineRecord {
    let answers = turn.podman_answers();
    let engine = Engine {
        kind: "podman".to_owned(),
        endpoint: PODMAN.to_owned(),
        status: if answers {
            EngineStatus::Ok
        } else {
            EngineStatus::Timeout
        },
        version: answers.then(|| "5.7.0".to_owned()),
        api_version: answers.then(|| "1.41".to_owned()),
        detail: (!answers).then(|| "no answer within 1s".to_owned()),
        answer_age_ms: 0,
    };
    let late = Gap {
        what: format!("names from podman at {PODMAN}"),
        reason: Reason::Timeout,
        count: 1,
    };
    let told = [
        (
            "notebook",
            "quay.io/jupyter/minimal-notebook:2026-01",
            NOTEBOOK,
        ),
        ("ledger", "registry.example/finance/ledger:3", LEDGER),
    ];
    EngineRecord {
        engine,
        local: true,
        current: true,
        listener: None,
        containers: told
            .into_iter()
            .filter(|_| answers)
            .map(|(name, image, pid)| EngineContainer {
                id: id(name),
                name: name.to_owned(),
                image: Some(image.to_owned()),
                state: Some("running".to_owned()),
                init_pid: Some(pid),
                ..EngineContainer::default()
            })
            .collect(),
        bridges: BTreeMap::new(),
        gateways: Vec::new(),
        gaps: if answers { Vec::new() } else { vec![late] },
    }
}

/// An unprivileged system container with a clock of its own and a wide name.
fn lxc(scene: &mut Scene) {
    let name = "在庫管理";
    let monitor = Place::host(&format!("/lxc.monitor.{name}"));
    let command = format!("/usr/bin/lxc-start -F -n {name}");
    scene.run(&monitor, &[(LXC - 9, 1, 0, &command)]);
    let place = Place::host(&format!("/lxc.payload.{name}"))
        .isolated(LXC, &Kind::ALL)
        .under(LXC - 9);
    for (unit, line) in [
        ("init.scope", (1, 0, 100_000, "/sbin/init")),
        (
            "system.slice/systemd-journald.service",
            (38, 1, 100_000, "/usr/lib/systemd/systemd-journald"),
        ),
        (
            "system.slice/cron.service",
            (71, 1, 100_000, "/usr/sbin/cron -f"),
        ),
        (
            "system.slice/mariadb.service",
            (96, 1, 100_105, "/usr/sbin/mariadbd"),
        ),
    ] {
        scene.run(&place.clone().below(unit), &[line]);
    }
    network::macvlan(&mut scene.fabric, place.net(), LXC);
    scene.listen(&place, &[96], &["tcp 0.0.0.0:3306"]);
}

/// A machine of systemd-nspawn with a user namespace of its own.
fn nspawn(scene: &mut Scene) {
    let scope = "/machine.slice/machine-build\\x2dtrixie.scope";
    let command =
        "systemd-nspawn --machine=build-trixie --private-users=pick --network-veth --boot";
    scene.run(
        &Place::host(scope).below("supervisor"),
        &[(NSPAWN - 5, 1, 0, command)],
    );
    let kinds = [&NEW[..], &[Kind::User]].concat();
    let place = Place::host(scope)
        .below("payload")
        .isolated(NSPAWN, &kinds)
        .under(NSPAWN - 5);
    for (unit, line) in [
        (
            "init.scope",
            (1, 0, 689_700_864, "/usr/lib/systemd/systemd"),
        ),
        (
            "system.slice/systemd-journald.service",
            (22, 1, 689_700_864, "/usr/lib/systemd/systemd-journald"),
        ),
        (
            "system.slice/buildd.service",
            (40, 1, 689_701_864, "perl /usr/bin/buildd"),
        ),
    ] {
        scene.run(&place.clone().below(unit), &[line]);
    }
    network::machine(&mut scene.fabric, place.net(), NSPAWN);
}
