//! Podman without its service: a container and a pod.

use super::*;
use crate::support::signal::Stopped;

/// A Podman in a folder of its own.
struct Podman(TempDir);

impl Podman {
    fn new() -> Option<Self> {
        has(&["podman", "conmon", "runc", "busybox", "tar"]).then_some(())?;
        let podman = Self(folder());
        let at = |name: &str| podman.0.path().join(name).display().to_string();
        let configuration = format!(
            "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n\
             [engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\"\n\
             lock_type = \"file\"\nstatic_dir = {:?}\ntmp_dir = {:?}\nvolume_path = {:?}\n",
            at("static"),
            at("tmp"),
            at("volumes")
        );
        fs::write(at("containers.conf"), configuration).unwrap();
        make_root(at("rootfs").as_ref());
        let mut tar = Command::new("tar");
        tar.arg("-C")
            .arg(at("rootfs"))
            .arg("-cf")
            .arg(at("image.tar"));
        printed(tar.arg("."));
        podman.run(&["import", &at("image.tar"), "bb"]);
        Some(podman)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let at = |name: &str| self.0.path().join(name);
        let mut podman = Command::new("podman");
        podman.env("CONTAINERS_CONF", at("containers.conf"));
        podman
            .arg("--root")
            .arg(at("root"))
            .arg("--runroot")
            .arg(at("run"));
        podman.args(arguments);
        podman
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> String {
        printed(&mut self.command(arguments))
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        for arguments in [
            ["pod", "rm", "-a", "-f", "-t0"],
            ["rm", "-a", "-f", "-t0", "-i"],
        ] {
            let _ = self.command(&arguments).output();
        }
        // Its storage stays mounted on itself.
        let overlay = self.0.path().join("root/overlay");
        let _ = rustix::mount::unmount(overlay, rustix::mount::UnmountFlags::DETACH);
    }
}

#[test]
fn a_container_and_a_pod() {
    let Some(podman) = Podman::new() else {
        return;
    };
    let (web, pod) = (unique("web"), unique("pod"));
    let sleep = ["bb", "/bin/sleep", "86400"];
    let run = |options: &[&str]| podman.run(&[&["run", "-d"], options, &sleep].concat());
    let alone = run(&["--name", &web, "--network=none"]);
    let pod_id = podman.run(&["pod", "create", "--name", &pod, "--network=none"]);
    let inside = unique("inside");
    let member = run(&["--name", &inside, "--pod", &pod]);
    let infra = podman.run(&["pod", "inspect", &pod, "--format", "{{.InfraContainerID}}"]);

    let check = |seen: &Snapshot| {
        let row = named(seen, &alone, &web, "podman");
        let pid = podman.run(&["inspect", &alone, "--format", "{{.State.Pid}}"]);
        assert_eq!(row.init_pid, pid.parse().ok());
        assert_eq!((&row.pod, &row.pod_name), (&None, &None));
        let infra_name = format!("{}-infra", &pod_id[..12]);
        for (id, name) in [(&member, &inside), (&infra, &infra_name)] {
            let row = named(seen, id, name, "podman");
            assert_eq!(row.pod.as_ref(), Some(&pod_id));
            assert_eq!(row.pod_name.as_ref(), Some(&pod));
        }
    };
    let seen = look();
    check(&seen);
    let conmon = seen.process(seen.container(&alone).init_pid.unwrap()).ppid;
    let frozen = Stopped::new(conmon.unwrap());
    check(&look());
    drop(frozen);
}
