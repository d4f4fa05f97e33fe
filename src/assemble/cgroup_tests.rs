//! The table of cgroup paths, each with its source.

use super::*;

const ID: &str = "7c1a26d6759a0fb4d6759a7c1a260fb47c1a26d6759a0fb4d6759a7c1a260fb4";
const OUTER: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// Path with `ID` for the id; engine; id or name; pod.
const CONTAINERS: &[(&str, &str, &str, Option<&str>)] = &[
    // Docker, cgroupfs driver: seen on Docker 20.10.
    ("/docker/ID", "docker", "ID", None),
    // Docker, systemd driver: seen on Docker 26.1 with cgroup v2; neuvector cgroup_test.go.
    ("/system.slice/docker-ID.scope", "docker", "ID", None),
    // The same, with a cgroup of the container's own making (systemd or a shell inside).
    (
        "/system.slice/docker-ID.scope/init.scope",
        "docker",
        "ID",
        None,
    ),
    // Docker rootless: dockerd-rootless under the user's manager.
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID.scope",
        "docker",
        "ID",
        None,
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/app.slice/docker.service/docker/ID",
        "docker",
        "ID",
        None,
    ),
    // Docker with --cgroup-parent: the path names no engine.
    ("/batch/ID", "unknown", "ID", None),
    ("/batch.slice/docker-ID.scope", "docker", "ID", None),
    // ECS on EC2 and on Fargate: Amazon's agent and coroot-node-agent.
    ("/ecs/8e5a/ID", "docker", "ID", None),
    (
        "/ecs/0f1e2d3c4b5a69788796a5b4c3d2e1f0/0f1e2d3c4b5a69788796a5b4c3d2e1f0-2531612879",
        "ecs",
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0-2531612879",
        None,
    ),
    // Kubernetes, cgroupfs driver: falco runc tests; guaranteed pods have no class.
    (
        "/kubepods/burstable/pod31dd3274-8fd4-4b59-b6ae-f7e47b3a1a51/ID",
        "kubernetes",
        "ID",
        Some("31dd3274-8fd4-4b59-b6ae-f7e47b3a1a51"),
    ),
    (
        "/kubepods/pod31dd3274-8fd4-4b59-b6ae-f7e47b3a1a51/ID",
        "kubernetes",
        "ID",
        Some("31dd3274-8fd4-4b59-b6ae-f7e47b3a1a51"),
    ),
    // Kubernetes, systemd driver: coroot fixtures, falco cri.cpp.
    (
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod31dd3274_8fd4.slice/cri-containerd-ID.scope",
        "containerd",
        "ID",
        Some("31dd3274-8fd4"),
    ),
    (
        "/kubepods.slice/kubepods-pod31dd3274_8fd4.slice/crio-ID.scope",
        "cri-o",
        "ID",
        Some("31dd3274-8fd4"),
    ),
    (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod31dd3274_8fd4.slice/docker-ID.scope",
        "docker",
        "ID",
        Some("31dd3274-8fd4"),
    ),
    // kind: a Kubernetes node in a container.
    (
        "/docker/OUTER/kubelet/kubepods/besteffort/pod31dd3274/ID",
        "kubernetes",
        "ID",
        Some("31dd3274"),
    ),
    (
        "/system.slice/docker-OUTER.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod31dd_3274.slice/cri-containerd-ID.scope",
        "containerd",
        "ID",
        Some("31dd-3274"),
    ),
    // containerd's CRI plugin with a systemd path but without SystemdCgroup: falco cri.cpp.
    (
        "/system.slice/containerd.service/kubepods-besteffort-pod31dd3274_8fd4.slice:cri-containerd:ID",
        "containerd",
        "ID",
        Some("31dd3274-8fd4"),
    ),
    // nerdctl with the systemd driver.
    ("/system.slice/nerdctl-ID.scope", "containerd", "ID", None),
    // CRI-O, cgroupfs driver: falco.
    (
        "/kubepods/besteffort/pod31dd3274/crio-ID",
        "cri-o",
        "ID",
        Some("31dd3274"),
    ),
    // Podman, cgroupfs driver, alone and in a pod: seen on Podman 4.3.
    ("/libpod_parent/libpod-ID", "podman", "ID", None),
    (
        "/libpod_parent/OUTER/libpod-ID",
        "podman",
        "ID",
        Some(OUTER),
    ),
    // Podman, systemd driver: seen on Podman 5.4; pods and rootless as its source makes them.
    (
        "/machine.slice/libpod-ID.scope/container",
        "podman",
        "ID",
        None,
    ),
    (
        "/machine.slice/machine-libpod_pod_OUTER.slice/libpod-ID.scope",
        "podman",
        "ID",
        Some(OUTER),
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container",
        "podman",
        "ID",
        None,
    ),
    // Podman with --cgroups=split, as Quadlet makes it.
    (
        "/system.slice/web.service/libpod-payload-ID",
        "podman",
        "ID",
        None,
    ),
    // LXC 5: seen; older forms by its source.
    ("/lxc.payload.web", "lxc", "web", None),
    ("/lxc.payload/web", "lxc", "web", None),
    ("/lxc/web", "lxc", "web", None),
    (
        "/lxc.payload.web/system.slice/cron.service",
        "lxc",
        "web",
        None,
    ),
    // Docker in LXC, Docker in Docker: the inner one counts.
    ("/lxc.payload.web/docker/ID", "docker", "ID", None),
    ("/docker/OUTER/docker/ID", "docker", "ID", None),
    (
        "/system.slice/docker-OUTER.scope/system.slice/docker-ID.scope",
        "docker",
        "ID",
        None,
    ),
    // systemd-nspawn: by machined, by its template unit, and with --keep-unit (seen).
    (
        "/machine.slice/machine-deb\\x2d13.scope/payload",
        "nspawn",
        "deb-13",
        None,
    ),
    (
        "/machine.slice/machine-deb\\x2d13.scope",
        "nspawn",
        "deb-13",
        None,
    ),
    (
        "/machine.slice/systemd-nspawn@deb.service/payload",
        "nspawn",
        "deb",
        None,
    ),
    ("/build/payload", "nspawn", "/build/payload", None),
    // cgroup v2 after the cgroup was removed.
    (
        "/system.slice/docker-ID.scope (deleted)",
        "docker",
        "ID",
        None,
    ),
    // A reader in another cgroup namespace sees relative paths.
    ("/../ID", "unknown", "ID", None),
    ("/../../docker/ID", "docker", "ID", None),
];

#[test]
fn containers() {
    for (path, engine, id, pod) in CONTAINERS {
        let path = path.replace("ID", ID).replace("OUTER", OUTER);
        let mark = Place::of_path(&path)
            .container
            .unwrap_or_else(|| panic!("none in {path}"));
        let id = id.replace("ID", ID);
        assert_eq!(
            (mark.id, mark.engine, mark.pod.as_deref()),
            (id, *engine, *pod),
            "{path}"
        );
    }
}

#[test]
fn no_containers() {
    for (path, unit) in [
        ("/", None),
        ("", None),
        ("/init.scope", Some("init.scope")),
        ("/system.slice/docker.service", Some("docker.service")),
        (
            "/user.slice/user-0.slice/session-3.scope",
            Some("session-3.scope"),
        ),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service",
            Some("foo.service"),
        ),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-flatpak-org.gnome.Maps-42.scope",
            Some("app-flatpak-org.gnome.Maps-42.scope"),
        ),
        (
            "/user.slice/user-1000.slice/user@1000.service/snap.firefox.firefox-5d2a.scope",
            Some("snap.firefox.firefox-5d2a.scope"),
        ),
        ("/system.slice/mnt-data.mount", Some("mnt-data.mount")),
        // Helpers that stay outside the container.
        (
            "/machine.slice/systemd-nspawn@deb.service/supervisor",
            Some("systemd-nspawn@deb.service"),
        ),
        (
            "/machine.slice/libpod-conmon-ID.scope",
            Some("libpod-conmon-ID.scope"),
        ),
        ("/libpod_parent/conmon", None),
        ("/kubepods/besteffort/pod31dd3274/crio-conmon-ID", None),
        ("/lxc.monitor.web", None),
        // A pod without a container.
        ("/libpod_parent/OUTER", None),
        ("/machine.slice/machine-libpod_pod_OUTER.slice", None),
        // A virtual machine of libvirt.
        (
            "/machine.slice/machine-qemu\\x2d1\\x2ddeb.scope/libvirt/emulator",
            Some("machine-qemu\\x2d1\\x2ddeb.scope"),
        ),
        // Nearly an id.
        ("/docker/ID0", None),
        ("/docker/7C1A", None),
    ] {
        let path = path.replace("ID", ID).replace("OUTER", OUTER);
        let place = Place::of_path(&path);
        assert_eq!(place.container, None, "{path}");
        assert_eq!(
            place.unit,
            unit.map(|unit| unit.replace("ID", ID)),
            "{path}"
        );
    }
}

#[test]
fn a_unit_inside_a_container_is_told() {
    let place = Place::of_path(&format!(
        "/system.slice/docker-{ID}.scope/system.slice/cron.service"
    ));
    assert_eq!(place.unit.as_deref(), Some("cron.service"));
    assert_eq!(
        Place::of_path(&format!("/system.slice/docker-{ID}.scope")).unit,
        None
    );
}

#[test]
fn hierarchies() {
    let v2 = Place::of(format!("0::/system.slice/docker-{ID}.scope\n").as_bytes());
    assert_eq!(v2.container.unwrap().engine, "docker");
    let v1 = Place::of(
        format!("3:cpu,cpuacct:/\n2:pids:/docker/{ID}\n1:name=systemd:/docker/{ID}\n").as_bytes(),
    );
    assert_eq!(&*v1.path, format!("/docker/{ID}"));
    // Hybrid: the container is in some hierarchies only, and the raw path is the one that tells.
    let hybrid = Place::of(format!("4:memory:/docker/{ID}\n1:name=systemd:/\n0::/\n").as_bytes());
    assert_eq!(&*hybrid.path, format!("/docker/{ID}"));
    // No container: systemd's path, not that of a controller somebody uses for himself.
    let host = Place::of(b"4:memory:/jail/1\n1:name=systemd:/system.slice/ssh.service\n0::/\n");
    assert_eq!(&*host.path, "/system.slice/ssh.service");
    let bare = Place::of(b"4:memory:/jail/1\n1:name=systemd:/\n0::/\n");
    assert_eq!(&*bare.path, "/");
    for rubbish in [
        &b""[..],
        b"\n",
        b"no colons\n",
        b"1:2\n",
        b"\xff\xfe::\xff\n",
    ] {
        assert_eq!(Place::of(rubbish).container, None);
    }
}

#[test]
fn names_are_unescaped_as_systemd_escapes_them() {
    assert_eq!(unescape("deb\\x2d13"), "deb-13");
    assert_eq!(unescape("a\\x2"), "a\\x2");
    assert_eq!(unescape("\\xzz"), "\\xzz");
    assert_eq!(unescape("größe"), "größe");
}

#[test]
fn a_nested_container_names_the_one_above() {
    let outer = |path: &str| {
        let path = path.replace("ID", ID).replace("OUTER", OUTER);
        Place::of_path(&path).container.unwrap().outer
    };
    for (path, name) in [
        ("/docker/OUTER/docker/ID", Some(OUTER)),
        ("/lxc.payload.web/system.slice/docker-ID.scope", Some("web")),
        (
            "/machine.slice/machine-web.scope/payload/docker/ID",
            Some("web"),
        ),
        ("/docker/ID", None),
        ("/docker/ID/init.scope", None),
        ("/libpod_parent/OUTER/libpod-ID", None),
        ("/docker/ID/docker/ID", None),
    ] {
        assert_eq!(outer(path).as_deref(), name, "{path}");
    }
}
