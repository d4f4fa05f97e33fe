//! containerd with no Docker above it: a container that has a name for an id, and the pause container of a pod.

use std::io::Read as _;

use super::*;
use crate::support::docker::Docker;
use crate::support::signal::Stopped;

/// A containerd in a folder of its own, with an image.
struct Containerd {
    folder: TempDir,
    service: Service,
    image: String,
}

impl Containerd {
    fn start() -> Option<Self> {
        has(&["containerd", "ctr", "busybox"]).then_some(())?;
        let docker = Docker::plain()?;
        let folder = folder();
        let mut engine = Self {
            service: serve(folder.path()),
            folder,
            image: String::new(),
        };
        let root = engine.folder.path().join("rootfs");
        make_root(&root);
        let tar = engine.folder.path().join("image.tar");
        let image = docker.image(&root);
        docker.client(&["save", &image.name, "-o", tar.to_str().unwrap()]);
        engine.ctr(&["images", "import", tar.to_str().unwrap()]);
        let images = engine.ctr(&["images", "ls", "-q"]);
        images.lines().next().unwrap().clone_into(&mut engine.image);
        Some(engine)
    }

    fn ctr(&self, arguments: &[&str]) -> String {
        let mut ctr = Command::new("ctr");
        ctr.arg("-a").arg(self.folder.path().join("sock"));
        printed(ctr.args(["-n", "k8s.io"]).args(arguments))
    }

    /// Runs a container that is called `id`.
    fn run(&self, id: &str, options: &[&str]) -> Running<'_> {
        let options = [&["run", "-d"], options].concat();
        let command = [self.image.as_str(), id, "/bin/sleep", "86400"];
        self.ctr(&[&options[..], &command].concat());
        Running {
            engine: self,
            id: id.to_owned(),
        }
    }

    /// The pid of a container's first process, as containerd says.
    fn pid(&self, id: &str) -> Option<u32> {
        let list = self.ctr(&["task", "ls"]);
        let mut lines = list.lines().map(str::split_whitespace);
        let mut line = lines.find(|line| line.clone().next() == Some(id)).unwrap();
        line.nth(1).unwrap().parse().ok()
    }
}

impl Drop for Containerd {
    fn drop(&mut self) {
        self.service.end();
    }
}

/// A container, removed when dropped.
struct Running<'a> {
    engine: &'a Containerd,
    id: String,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut ctr = Command::new("ctr");
        ctr.arg("-a").arg(self.engine.folder.path().join("sock"));
        ctr.args(["-n", "k8s.io", "task", "rm", "-f", &self.id]);
        let _ = ctr.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn serve(folder: &Path) -> Service {
    let mut containerd = Command::new(which("containerd").unwrap());
    let at = |name: &str| folder.join(name);
    containerd.arg("--address").arg(at("sock"));
    containerd
        .arg("--root")
        .arg(at("data"))
        .arg("--state")
        .arg(at("state"));
    let service = Service::start(&mut containerd, &folder.join("log"));
    eventually("containerd to answer", || {
        let mut ctr = Command::new("ctr");
        let version = ctr.arg("-a").arg(at("sock")).arg("version").output();
        version.unwrap().status.success().then_some(())
    });
    service
}

/// An id as Kubernetes' engines give them.
fn id() -> String {
    let mut bytes = [0; 16];
    let mut random = fs::File::open("/dev/urandom").unwrap();
    random.read_exact(&mut bytes).unwrap();
    format!("{:032x}", u128::from_ne_bytes(bytes)).repeat(2)
}

#[test]
fn containers_of_containerds_own_and_of_a_pod() {
    let Some(engine) = Containerd::start() else {
        return;
    };
    let plain = engine.run(&unique("plain"), &[]);
    let (pause, nginx, pod) = (id(), id(), "11111111-2222-3333-4444-555555555555");
    let note = |name: &str, value: &str| format!("io.kubernetes.cri.{name}={value}");
    let run = |id: &str, notes: &[String]| {
        let cgroup = format!("/kubepods/besteffort/pod{pod}/{id}");
        let mut options = vec!["--cgroup", &cgroup];
        options.extend(notes.iter().flat_map(|note| ["--annotation", note]));
        engine.run(id, &options)
    };
    let names = [
        note("sandbox-name", "web-0"),
        note("sandbox-namespace", "shop"),
    ];
    let of_pause = [&names[..], &[note("container-type", "sandbox")]].concat();
    let of_nginx = [
        &names[..],
        &[
            note("container-name", "nginx"),
            note("image-name", "nginx:1"),
        ],
    ]
    .concat();
    let running = [run(&pause, &of_pause), run(&nginx, &of_nginx)];

    let check = |seen: &Snapshot| {
        for (id, name) in [(&pause, "pause"), (&nginx, "nginx")] {
            let row = named(seen, id, name, "containerd");
            assert_eq!(row.pod.as_deref(), Some(pod));
            assert_eq!(row.pod_name.as_deref(), Some("web-0"));
            assert_eq!(row.pod_namespace.as_deref(), Some("shop"));
        }
        assert_eq!(seen.container(&nginx).image.as_deref(), Some("nginx:1"));
        let row = seen.container(&plain.id);
        assert_eq!((&*row.engine, row.process_count), ("containerd", 1));
    };
    let seen = look();
    check(&seen);
    for id in [&pause, &nginx, &plain.id] {
        assert_eq!(seen.container(id).init_pid, engine.pid(id));
    }
    let frozen = Stopped::new(engine.service.0.id());
    check(&look());
    drop(frozen);
    drop(running);
}
