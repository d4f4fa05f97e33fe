//! Containers of Docker on the example host that belong to no project.

use super::docker::{NEW, told};
use super::network;
use super::scene::{Scene, id};
use super::turn::Turn;
use crate::model::Kind;

const BACKUP: u32 = 5121;
const REPORT: u32 = 5221;
const RUNNER: u32 = 5321;
const JOB: u32 = 5421;

pub(super) fn describe(scene: &mut Scene, turn: Turn) {
    backup(scene);
    paused(scene);
    runner(scene);
    cron_job(scene, turn);
}

/// Declared to have ipc for itself, and in the host's; with a label that would clear the screen.
fn backup(scene: &mut Scene) {
    let kinds = [Kind::Mnt, Kind::Net, Kind::Pid, Kind::Uts];
    let place = told("backup-agent", "registry.example/ops/backup:7", BACKUP)
        .mode(Kind::Cgroup, "host")
        .network("bridge", 17, 2)
        .label("description", "nightly \u{202e}txt.exe\u{1b}[2J")
        .mount("/etc", "/source/etc", true)
        .start(scene, BACKUP, &kinds);
    scene.run(
        &place,
        &[
            (1, 0, 0, "/usr/bin/tini -- /agent"),
            (7, 1, 0, "/agent --schedule 02:30"),
        ],
    );
}

fn paused(scene: &mut Scene) {
    let place = told("legacy-report", "debian:11", REPORT)
        .state("paused")
        .network("bridge", 17, 3)
        .start(scene, REPORT, &NEW);
    scene.run(&place, &[(1, 0, 33, "perl /srv/report/daemon.pl")]);
    scene.listen(&place, &[1], &["tcp 0.0.0.0:8080"]);
}

/// Docker in Docker: a container that runs containers.
fn runner(scene: &mut Scene) {
    let outer = told("ci-runner", "docker:28-dind", RUNNER)
        .network("bridge", 17, 4)
        .label("privileged", "true")
        .start(scene, RUNNER, &NEW);
    let job = id("ci-runner/job");
    let shim = format!("/usr/local/bin/containerd-shim-runc-v2 -namespace moby -id {job}");
    scene.run(
        &outer.clone().below("init"),
        &[
            (1, 0, 0, "docker-init -- dockerd-entrypoint.sh"),
            (20, 1, 0, "dockerd --host=unix:///var/run/docker.sock"),
            (
                33,
                20,
                0,
                "containerd --config /var/run/docker/containerd/containerd.toml",
            ),
            (92, 1, 0, &shim),
        ],
    );
    scene.listen(&outer, &[20], &["unix /var/run/docker.sock"]);
    let net = outer.net();
    let inner = outer
        .below(&format!("docker/{job}"))
        .isolated(JOB, &NEW)
        .under(RUNNER + 91);
    // What runs in a build is chosen by whoever sends a patch.
    scene.run(
        &inner,
        &[
            (1, 0, 0, "sh -c npm ci && npm test"),
            (31, 1, 0, "npm test \u{1b}]0;pwned\u{7}\u{202e}"),
            (42, 31, 0, "node --test"),
        ],
    );
    scene.state(inner.outside(42), b'R');
    scene.listen(&inner, &[42], &["tcp 127.0.0.1:3000"]);
    network::inner(&mut scene.fabric, net, inner.net(), JOB);
}

fn cron_job(scene: &mut Scene, turn: Turn) {
    let Some(life) = turn.cron_job() else { return };
    let pid = life.pid(0, 20);
    let name = format!("invoice-export-{}", life.start().0);
    let place = told(&name, "registry.example/shop/export:4.7.1", pid)
        .network("bridge", 17, 5)
        .start(scene, pid, &NEW);
    scene.run(
        &place,
        &[
            (1, 0, 1001, "/bin/sh /srv/export.sh"),
            (7, 1, 1001, "python3 /srv/export.py --since yesterday"),
            (8, 1, 1001, "gzip -9"),
        ],
    );
}
