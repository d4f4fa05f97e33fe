//! System containers: LXC and systemd-nspawn.

use super::*;

/// A container of LXC's, stopped when dropped.
struct Lxc {
    folder: Folder,
    name: String,
}

impl Lxc {
    fn start(name: &str) -> Self {
        let folder = Folder::new();
        let at = |place: &str| folder.path().join(place);
        make_root(&at("rootfs"));
        fs::create_dir(at(name)).unwrap();
        let configuration = format!(
            "lxc.rootfs.path = dir:{}\nlxc.net.0.type = empty\nlxc.uts.name = inside\n",
            at("rootfs").display()
        );
        fs::write(at(name).join("config"), configuration).unwrap();
        let lxc = Self {
            folder,
            name: name.to_owned(),
        };
        printed(lxc.command("lxc-start").args(["--", "/bin/sleep", "86400"]));
        lxc
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .arg("-P")
            .arg(self.folder.path())
            .args(["-n", &self.name]);
        command
    }
}

impl Drop for Lxc {
    fn drop(&mut self) {
        let _ = self.command("lxc-stop").arg("-k").status();
    }
}

#[test]
fn a_container_of_lxcs_bears_its_name_in_its_cgroup() {
    if !has(&["lxc-start", "busybox"]) {
        return;
    }
    let lxc = Lxc::start(&unique("lxc"));
    let seen = look();
    let row = seen.container(&lxc.name);
    assert_eq!((&*row.name, &*row.engine), (&*lxc.name, "lxc"));
    let pid = printed(lxc.command("lxc-info").args(["-p", "-H"]));
    assert_eq!(row.init_pid, pid.parse().ok());
    let words = [
        "--",
        "/bin/busybox",
        "sh",
        "-c",
        "busybox hostname; busybox ls /",
    ];
    let ours = [&["--no-docker", "enter", &lxc.name], &words[..]].concat();
    let theirs = printed(lxc.command("lxc-attach").args(words));
    assert_eq!(run(&ours).ended(0).text().trim(), theirs.trim());
    assert!(theirs.starts_with("inside"));
}

#[test]
fn machines_of_nspawn_are_called_as_their_arguments_say() {
    if !has(&["systemd-nspawn", "busybox"]) {
        return;
    }
    let folder = Folder::new();
    let start = |name: &str| {
        let root = folder.path().join(format!("{name}-root"));
        make_root(&root);
        let mut nspawn = Command::new("systemd-nspawn");
        nspawn
            .args(["--register=no", "--keep-unit", "-M", name, "-D"])
            .arg(root);
        nspawn.args(["--as-pid2", "/bin/sleep", "86400"]);
        Service::start(&mut nspawn, &folder.path().join(name))
    };
    let names = [unique("one"), unique("two")];
    let mut machines = names.each_ref().map(|name| start(name));
    for (name, machine) in names.iter().zip(&machines) {
        eventually("a machine to run", || {
            let seen = look();
            let all = || seen.processes.iter().flatten();
            let first = all().find(|process| process.ppid == Some(machine.0.id()))?;
            let inside = all().find(|process| {
                let command = process.command.as_deref();
                process.ppid == Some(first.pid) && command == Some("/bin/sleep 86400")
            })?;
            assert_eq!(inside.container.as_ref(), Some(name));
            let row = named(&seen, name, name, "nspawn");
            assert_eq!((row.init_pid, row.process_count), (inside.ppid, 2));
            Some(())
        });
    }
    for machine in &mut machines {
        machine.end();
    }
}
