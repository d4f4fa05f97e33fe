//! A Docker engine of the test's own, that it may kill.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::*;
use crate::support::docker::{Docker, Image};
use crate::support::signal::Stopped;

/// An engine in a folder of its own.
struct Engine {
    folder: TempDir,
    service: Service,
    docker: Docker,
}

impl Engine {
    fn start() -> Option<Self> {
        has(&["dockerd", "docker", "busybox"]).then_some(())?;
        let folder = folder();
        let url = format!("unix://{}/docker.sock", folder.path().display());
        let service = serve(folder.path(), &url);
        let docker = Docker::at(url);
        Some(Self {
            folder,
            service,
            docker,
        })
    }

    fn image(&self) -> Image {
        let root = self.folder.path().join("root");
        make_root(&root);
        self.docker.image(&root)
    }

    /// Kills the engine and its containerd, which have no time to say anything to anybody.
    fn kill(&mut self) {
        let containerd = self.service.children();
        self.service.kill();
        for pid in containerd {
            let pid = Pid::from_raw(pid.cast_signed()).unwrap();
            let _ = kill_process(pid, Signal::KILL);
            eventually("containerd to end", || {
                rustix::process::test_kill_process(pid).err()
            });
        }
    }

    /// Starts it again, so that it can clean up what it made.
    fn restart(&mut self) {
        self.service = serve(self.folder.path(), &self.docker.url);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.service.end();
    }
}

/// Starts an engine and waits until it answers.
fn serve(folder: &Path, url: &str) -> Service {
    let at = |name: &str| folder.join(name).display().to_string();
    let mut dockerd = Command::new(which("dockerd").unwrap());
    dockerd.args([
        "-H",
        url,
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
    ]);
    dockerd.args(["--data-root", &at("data"), "--exec-root", &at("exec")]);
    dockerd.args(["-p", &at("pid")]);
    let service = Service::start(&mut dockerd, &folder.join("log"));
    eventually("an engine to answer", || {
        let version = Command::new("docker").args(["-H", url, "version"]).output();
        version.unwrap().status.success().then_some(())
    });
    service
}

#[test]
fn an_engine_that_runs_is_frozen_or_killed() {
    let Some(mut engine) = Engine::start() else {
        return;
    };
    let image = engine.image();
    let options = ["--net=none", "--label", "com.docker.compose.project=shop"];
    let sleep = ["/bin/sleep", "86400"];
    let container = engine.docker.run_image(&image.name, &options, &sleep);
    let pid = container.pid();
    let check = |seen: &Snapshot, name: &str| {
        let row = named(seen, &container.id, name, "docker");
        assert_eq!(row.image.as_deref(), Some(&*image.name));
        assert_eq!(row.project.as_deref(), Some("shop"));
        assert_eq!(row.labels["nslens-test"], "1");
        assert_eq!((row.init_pid, row.process_count), (Some(pid), 1));
    };
    check(&look(), &container.name);
    let renamed = unique("renamed");
    engine.docker.client(&["rename", &container.id, &renamed]);
    check(&look(), &renamed);

    let frozen: Vec<Stopped> = engine
        .service
        .children()
        .into_iter()
        .map(Stopped::new)
        .collect();
    let engine_too = Stopped::new(engine.service.0.id());
    check(&look(), &renamed);
    drop((frozen, engine_too));

    engine.kill();
    check(&look(), &renamed);
    engine.restart();
}

#[test]
fn a_container_below_another_is_nested_in_it() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let outer = docker.idle(&["--net=none"]);
    let info = docker.client(&["info", "--format", "{{json .CgroupDriver}}"]);
    let driver: Value = serde_json::from_str(&info).unwrap();
    assert_eq!(driver, "cgroupfs", "the engine of the test command");
    let parent = format!("/docker/{}", outer.id);
    let inner = docker.idle(&["--net=none", "--cgroup-parent", &parent]);
    let seen = look();
    let row = named(&seen, &inner.id, &inner.name, "docker");
    assert_eq!(row.nested_in.as_ref(), Some(&outer.id));
    assert_eq!(seen.container(&outer.id).nested_in, None);
}
