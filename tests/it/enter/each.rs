//! `nslens enter --each`, with `ip -n` as second opinion.

use serde_json::Value;

use crate::support::docker::Docker;
use crate::support::netns::{Netns, ip, unique, veth};
use crate::support::program::{Run, command, finish, run as run_command};
use crate::support::require_root;

/// `nslens enter --each FILTER OPTIONS -- COMMAND`.
fn each(filter: &str, options: &[&str], words: &[&str]) -> Run {
    let mut all = vec!["enter", "--each", filter];
    all.extend(options);
    all.push("--");
    all.extend(words);
    finish(command(&all), b"")
}

/// Three namespaces in a row, joined by veths whose names begin with the text that comes with them.
fn row() -> ([Netns; 3], String) {
    let mut all = [unique("a"), unique("a"), unique("a")];
    all.sort();
    let [a, b, c] = all.map(|name| Netns::named(&name));
    let name = unique("v");
    let [first, second, third, fourth] = ["a", "b", "c", "d"].map(|end| format!("{name}{end}"));
    veth(
        (&a, &first, 7, "10.9.0.1/24"),
        (&b, &second, 8, "10.9.0.2/24"),
    );
    veth(
        (&b, &third, 9, "10.9.1.1/24"),
        (&c, &fourth, 9, "10.9.1.2/24"),
    );
    ([a, b, c], name)
}

/// What stays of `ip -j link` while interfaces come up.
fn links(text: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(text).unwrap();
    let lasting = [
        "ifindex",
        "ifname",
        "address",
        "link_index",
        "link_netnsid",
        "mtu",
    ];
    all.iter()
        .map(|link| lasting.map(|field| link[field].clone()).into())
        .collect()
}

#[test]
fn the_command_runs_in_every_namespace_that_matches() {
    if !require_root() {
        return;
    }
    let (all, name) = row();
    let run = each(
        &format!("iface:{name}"),
        &["--no-docker", "--json"],
        &["ip", "-j", "link"],
    );
    let said = run.json();
    let said = said.as_array().unwrap();
    assert_eq!(said.len(), 3);
    for (said, netns) in said.iter().zip(&all) {
        assert_eq!(said["title"], *netns.name);
        assert_eq!(said["namespace"], netns.inode().0);
        assert_eq!(said["status"], 0);
        let expected = links(&netns.printed("-j link"));
        assert!(expected.len() > 1);
        assert_eq!(links(said["output"].as_str().unwrap()), expected);
    }
    assert!(!run.stderr.contains("ended with"), "{}", run.stderr);
}

#[test]
fn what_each_said_stands_below_its_title_and_the_statuses_are_summed_up() {
    if !require_root() {
        return;
    }
    let ([a, b, c], name) = row();
    let [first, second, third] = [&a, &b, &c].map(|netns| (&netns.name, netns.inode()));
    // Only the one in the middle has two; what they say is made visible.
    let script = r#"printf 'a\tb\033[31m\n'; echo "to stderr" >&2; ip link show "$0c" >/dev/null 2>&1 && exit 3; true"#;
    let filter = format!("iface:{name}");
    let run = each(&filter, &["--no-docker"], &["sh", "-c", script, &name]).ended(1);
    let said = |(title, inode): (&String, nslens::model::Inode), status: &str| {
        format!("{title}  net:[{inode}]{status}\n  a       b\\x1b[31m\n  to stderr\n")
    };
    assert_eq!(
        run.text(),
        [said(first, ""), said(second, "  status 3"), said(third, "")].join("\n")
    );
    let last = run.stderr.lines().next_back().unwrap();
    assert_eq!(
        last,
        format!(
            "nslens: 3 namespaces: 2 ended with 0, 1 with 3 ({})",
            second.0
        )
    );
    let run = each(&filter, &["--no-docker"], &["true"]).ended(0);
    assert!(run.stderr.ends_with("3 namespaces: 3 ended with 0\n"));
    // A program that is not there fails in each.
    let run = each(&filter, &["--no-docker"], &["/nowhere"]).ended(1);
    assert!(run.stderr.contains("3 ended with 127"), "{}", run.stderr);
    assert_eq!(run.text().matches("cannot run /nowhere").count(), 3);
}

#[test]
fn what_takes_too_long_is_ended_there() {
    if !require_root() {
        return;
    }
    let ([_a, b, _c], name) = row();
    let script = r#"echo here; ! ip link show "$0c" >/dev/null 2>&1 || exec sleep 1000"#;
    let options = ["--no-docker", "--json", "--timeout", "1"];
    let words = ["sh", "-c", script, &name];
    let run = each(&format!("iface:{name}"), &options, &words).ended(1);
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    for said in said.as_array().unwrap() {
        let is_late = said["title"] == *b.name;
        assert_eq!(said["status"], if is_late { 124 } else { 0 });
        let output = said["output"].as_str().unwrap();
        assert!(output.starts_with("here\n"), "{output}");
        assert_eq!(output.contains("took too long"), is_late, "{output}");
    }
    assert_eq!(said.as_array().unwrap().len(), 3);
    let alone = run_command(&["enter", "--timeout", "1", "1"]).ended(2);
    assert!(alone.stderr.contains("--each"), "{}", alone.stderr);
}

#[test]
fn the_hosts_is_one_of_them() {
    if !require_root() {
        return;
    }
    let run = each(
        "host:net",
        &["--no-docker", "--json"],
        &["ip", "-j", "link", "show", "lo"],
    );
    let said = run.json();
    assert_eq!(said[0]["title"], "host");
    let expected = ip(&["-j", "link", "show", "lo"]);
    assert_eq!(links(said[0]["output"].as_str().unwrap()), links(&expected));
}

#[test]
fn a_container_is_found_by_its_name_and_entered_with_the_hosts_tools() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    let run = each(
        &format!("container:{}", container.name),
        &[&docker.arguments()[..], &["--json"]].concat(),
        &["ip", "-j", "link"],
    );
    let said = run.json();
    assert_eq!(said.as_array().unwrap().len(), 1);
    assert_eq!(said[0]["title"], *container.name);
    let pid = container.pid().to_string();
    let theirs = std::process::Command::new("nsenter")
        .args(["-t", &pid, "-n", "ip", "-j", "link"])
        .output()
        .unwrap();
    let theirs = String::from_utf8(theirs.stdout).unwrap();
    assert_eq!(links(said[0]["output"].as_str().unwrap()), links(&theirs));
}

#[test]
fn what_cannot_be_done_is_said() {
    let run = each("kind:", &[], &["true"]).ended(2);
    assert!(
        run.complaint().contains("--each, column 5:"),
        "{}",
        run.stderr
    );
    let run = each("iface:nobody-has-this", &["--no-docker"], &["true"]).ended(1);
    let last = run.stderr.lines().next_back().unwrap();
    assert_eq!(
        last,
        "nslens: no network namespace matches \"iface:nobody-has-this\""
    );
    let run = each("web", &[], &[]).ended(2);
    assert_eq!(run.complaint(), "nslens: --each needs a command");
    let both = each("web", &["-n"], &["true"]).ended(2);
    assert!(both.stderr.contains("--each"), "{}", both.stderr);
}
