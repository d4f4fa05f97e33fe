//! Named network namespaces to look at.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The namespaces, removed when dropped.
pub(crate) struct Population {
    /// What their names begin with; a number follows.
    pub(crate) prefix: String,
    count: usize,
}

impl Population {
    /// Makes `count` of them.
    pub(crate) fn of(count: usize) -> Self {
        let prefix = format!("nlb{}x", std::process::id());
        let population = Self { prefix, count };
        population.batch(None, |name, number| {
            let host = format!("{name}h");
            format!(
                "netns add {name}\nlink add {host} type veth peer name eth0 netns {name}\n\
                 link set {host} up\n# {number}"
            )
        });
        for number in 0..count {
            let name = format!("{}{number}", population.prefix);
            let address = format!("10.{}.{}.2/24", 100 + number / 250, number % 250);
            let lines = format!("link set lo up\naddr add {address} dev eth0\nlink set eth0 up\n");
            batch(Some(&name), &lines);
        }
        population
    }

    fn batch(&self, namespace: Option<&str>, lines: impl Fn(&str, usize) -> String) {
        let lines: Vec<_> = (0..self.count)
            .map(|number| lines(&format!("{}{number}", self.prefix), number))
            .collect();
        batch(namespace, &(lines.join("\n") + "\n"));
    }
}

impl Drop for Population {
    fn drop(&mut self) {
        self.batch(None, |name, _| format!("netns delete {name}"));
    }
}

fn batch(namespace: Option<&str>, lines: &str) {
    let mut command = Command::new("ip");
    if let Some(name) = namespace {
        command.args(["-n", name]);
    }
    let mut child = command
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(lines.as_bytes()).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success(), "ip -batch");
}

/// Three calls of `ip` for each namespace whose name begins with `prefix`.
pub(crate) fn ask_ip(prefix: &str) {
    for entry in std::fs::read_dir("/run/netns").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.starts_with(prefix) {
            continue;
        }
        for words in [
            &["-j", "-d", "addr"][..],
            &["-j", "-d", "link"],
            &["-j", "route", "show", "table", "all"],
        ] {
            let status = Command::new("ip")
                .args(["-n", &name])
                .args(words)
                .stdout(Stdio::null())
                .status();
            assert!(status.unwrap().success(), "ip {words:?}");
        }
    }
}
