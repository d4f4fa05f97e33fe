//! The system of the example host: threads of the kernel and services.

use super::place::Place;
use super::scene::{Line, Scene};
use crate::model::Kind;

const THREADS: [(u32, &str); 18] = [
    (3, "pool_workqueue_release"),
    (4, "kworker/R-rcu_gp"),
    (5, "kworker/R-sync_wq"),
    (6, "kworker/R-slub_flushwq"),
    (7, "kworker/R-netns"),
    (10, "kworker/0:0H-events_highpri"),
    (14, "ksoftirqd/0"),
    (15, "rcu_preempt"),
    (17, "migration/0"),
    (19, "cpuhp/0"),
    (46, "kauditd"),
    (47, "khungtaskd"),
    (48, "oom_reaper"),
    (51, "kcompactd0"),
    (53, "khugepaged"),
    (71, "kswapd0"),
    (308, "jbd2/nvme0n1p2-8"),
    (57_802, "kworker/u16:2-events_unbound"),
];
const KDEVTMPFS: u32 = 45;

/// A unit below `/system.slice`, the kinds of namespace that it has for itself, and its processes.
type Service = (&'static str, &'static [Kind], &'static [Line<'static>]);

const SERVICES: [Service; 18] = [
    (
        "systemd-journald.service",
        &[],
        &[(412, 1, 0, "/usr/lib/systemd/systemd-journald")],
    ),
    (
        "systemd-udevd.service",
        &[Kind::Mnt],
        &[(450, 1, 0, "/usr/lib/systemd/systemd-udevd")],
    ),
    (
        "systemd-resolved.service",
        &[Kind::Mnt],
        &[(611, 1, 991, "/usr/lib/systemd/systemd-resolved")],
    ),
    (
        "systemd-timesyncd.service",
        &[Kind::Mnt],
        &[(612, 1, 990, "/usr/lib/systemd/systemd-timesyncd")],
    ),
    (
        "dbus.service",
        &[],
        &[(
            640,
            1,
            100,
            "/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation",
        )],
    ),
    (
        "systemd-logind.service",
        &[Kind::Mnt, Kind::Uts],
        &[(655, 1, 0, "/usr/lib/systemd/systemd-logind")],
    ),
    (
        "polkit.service",
        &[Kind::Mnt, Kind::Net],
        &[(661, 1, 989, "/usr/lib/polkit-1/polkitd --no-debug")],
    ),
    (
        "systemd-machined.service",
        &[],
        &[(668, 1, 0, "/usr/lib/systemd/systemd-machined")],
    ),
    (
        "cron.service",
        &[],
        &[
            (702, 1, 0, "/usr/sbin/cron -f"),
            (58_309, 702, 0, "/usr/sbin/CRON -f"),
            (58_310, 58_309, 0, "/bin/sh -c /usr/local/sbin/archive"),
            (ARCHIVE, 58_310, 0, "cp -a /mnt/archive /srv/backup"),
        ],
    ),
    (
        "ssh.service",
        &[],
        &[(
            731,
            1,
            0,
            "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
        )],
    ),
    (
        "system-getty.slice/getty@tty1.service",
        &[],
        &[(
            738,
            1,
            0,
            "/sbin/agetty -o -- \\u --noreset --noclear - linux",
        )],
    ),
    (
        "containerd.service",
        &[],
        &[(745, 1, 0, "/usr/bin/containerd")],
    ),
    (
        "docker.service",
        &[],
        &[(
            802,
            1,
            0,
            "/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock",
        )],
    ),
    (
        "kubelet.service",
        &[],
        &[(
            810,
            1,
            0,
            "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml",
        )],
    ),
    (
        "postfix.service",
        &[],
        &[
            (1204, 1, 0, "/usr/lib/postfix/sbin/master -w"),
            (1206, 1204, 104, "qmgr -l -t unix -u"),
        ],
    ),
    (
        "upower.service",
        &[Kind::Mnt, Kind::Net, Kind::User],
        &[(1240, 1, 0, "/usr/libexec/upowerd")],
    ),
    (
        "system-postgresql.slice/postgresql@17-main.service",
        &[],
        &[
            (
                1010,
                1,
                112,
                "/usr/lib/postgresql/17/bin/postgres -D /var/lib/postgresql/17/main",
            ),
            (1014, 1010, 112, "postgres: 17/main: checkpointer"),
            (1015, 1010, 112, "postgres: 17/main: background writer"),
            (1017, 1010, 112, "postgres: 17/main: walwriter"),
            (1018, 1010, 112, "postgres: 17/main: autovacuum launcher"),
        ],
    ),
    (
        "unattended-upgrades.service",
        &[],
        &[(
            874,
            1,
            0,
            "/usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown --wait-for-signal",
        )],
    ),
];
/// Processes of the services, and the sockets that each of them holds. What is started when somebody connects is held
/// by process 1 too.
const SOCKETS: [(&[u32], &[&str]); 10] = [
    (&[1, 412], &["unix_dgram /run/systemd/journal/socket"]),
    (
        &[611],
        &[
            "udp 127.0.0.53:53 1",
            "tcp 127.0.0.53:53 1",
            "udp 0.0.0.0:5355",
            "udp [::]:5355 v6only",
        ],
    ),
    (&[1, 640], &["unix /run/dbus/system_bus_socket"]),
    (&[731], &["tcp 0.0.0.0:22", "tcp [::]:22 v6only"]),
    (&[745], &["unix /run/containerd/containerd.sock"]),
    (&[1, 802], &["unix /run/docker.sock"]),
    (&[810], &["tcp [::]:10250", "tcp 127.0.0.1:10248"]),
    (
        &[1010],
        &[
            "tcp 127.0.0.1:5432",
            "tcp [::1]:5432",
            "unix /run/postgresql/.s.PGSQL.5432",
        ],
    ),
    (&[1204], &["tcp 127.0.0.1:25", "tcp [::1]:25"]),
    // One that has no name in the file system.
    (&[655], &["unix @/run/systemd/userdb/io.systemd.Login"]),
];
/// Copies from a file server that does not answer.
const ARCHIVE: u32 = 58_311;

pub(super) fn describe(scene: &mut Scene) {
    let root = Place::host("/");
    scene.run(&Place::host("/init.scope"), &[(1, 0, 0, "/sbin/init")]);
    scene.kernel(&root, &[(2, "kthreadd")]);
    let threads = root.under(2);
    scene.kernel(&threads, &THREADS);
    // The thread of the kernel that keeps /dev has mounts of its own.
    let dev = threads.isolated(KDEVTMPFS, &[Kind::Mnt]);
    scene.kernel(&dev, &[(KDEVTMPFS, "kdevtmpfs")]);
    for (unit, kinds, lines) in SERVICES {
        let place = Place::host("/system.slice").below(unit);
        scene.run(&place.isolated(lines[0].0, kinds), lines);
    }
    for (pids, sockets) in SOCKETS {
        scene.listen(&Place::host("/"), pids, sockets);
    }
    scene.stuck(ARCHIVE);
}
