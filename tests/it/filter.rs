//! `--filter`: what is kept, what is said of it, and what is refused.

use std::fs;

use nslens::model::Snapshot;
use tempfile::TempDir;

use crate::support::fake_proc::{FakeProc, FakeProcess, host_inode, id};
use crate::support::program::{Run, json_run, run, run_with_input, snapshot, text_run};

/// A host with two containers, of which one uses the host's network, and a group.
fn host() -> FakeProc {
    let fake = FakeProc::new();
    let net = host_inode(nslens::model::Kind::Net);
    let first = FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000);
    fake.add(&first.cmdline("/bin/httpd\0-f\0"));
    let second = FakeProcess::new(60).in_docker(&id('b'), 4_026_540_010);
    fake.add(&second.ns("net", net).uid(33));
    fake.add(&FakeProcess::new(70).ns("uts", 4_026_540_020).comm("vpn"));
    fake
}

/// The host above, saved.
struct Saved(TempDir);

impl Saved {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let json = json_run(&host().arguments()).ended(0).stdout;
        fs::write(dir.path().join("saved.json"), json).unwrap();
        Self(dir)
    }

    /// Arguments that read it and filter it by `expr`.
    fn with(&self, expr: &str, more: &[&str]) -> Vec<String> {
        let file = self.0.path().join("saved.json");
        let file = file.to_str().unwrap();
        let all = ["--from", file, "--filter", expr]
            .into_iter()
            .chain(more.iter().copied());
        all.map(str::to_owned).collect()
    }
}

fn pids(snapshot: &Snapshot) -> Vec<u32> {
    snapshot
        .processes
        .iter()
        .flatten()
        .map(|process| process.pid)
        .collect()
}

fn containers(snapshot: &Snapshot) -> Vec<&str> {
    snapshot
        .containers
        .iter()
        .flatten()
        .map(|row| &row.id[..1])
        .collect()
}

#[test]
fn json_keeps_what_matches_and_says_so() {
    let saved = Saved::new();
    let kept = json_run(&saved.with("host:net", &[])).snapshot();
    assert_eq!(kept.filter.as_deref(), Some("host:net"));
    assert_eq!(containers(&kept), ["b"]);
    assert_eq!(pids(&kept), [1, 2, 60, 70, 900]);
    assert_eq!(kept.groups.as_ref().map(Vec::len), Some(1));
    let spaces: Vec<_> = kept
        .namespaces
        .iter()
        .flatten()
        .map(|space| space.inode.0)
        .collect();
    assert_eq!(spaces, [host_inode(nslens::model::Kind::Net)]);
    let kept = json_run(&saved.with("httpd or vpn !user:33", &[])).snapshot();
    assert_eq!((containers(&kept), pids(&kept)), (vec!["a"], vec![50, 70]));
    let all = json_run(&saved.with(" ", &[])).snapshot();
    assert_eq!(
        (all.filter, all.processes.map(|all| all.len())),
        (None, Some(6))
    );
}

#[test]
fn text_keeps_the_row_of_the_host_and_names_the_filter() {
    let saved = Saved::new();
    let ended = text_run(&saved.with("httpd", &[])).ended(0);
    let lines: Vec<_> = ended.text().lines().collect();
    assert!(lines.contains(&"Filter: httpd"), "{lines:#?}");
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("1 container, 0 other isolated groups, "))
    );
    assert!(
        lines.iter().any(|line| line.starts_with("host ")),
        "{lines:#?}"
    );
    assert!(ended.text().contains(&id('a')[..12]) && !ended.text().contains(&id('b')[..12]));
    let hostile = text_run(&saved.with("!\"\x1b[2J\u{202e}\"", &[])).ended(0);
    assert!(
        hostile.text().contains(r#"Filter: !"\x1b[2J\u{202e}""#),
        "{}",
        hostile.text()
    );
}

#[test]
fn a_section_left_out_still_counts_for_the_filter() {
    let saved = Saved::new();
    let fake = host();
    let filtered = ["--only", "processes", "--filter", "container:aaaa or vpn"];
    for kept in [
        json_run(&saved.with("container:aaaa or vpn", &filtered[..2])).snapshot(),
        snapshot(&fake.with(&filtered)),
    ] {
        assert_eq!(pids(&kept), [50, 70]);
        assert_eq!(
            (&kept.containers, &kept.groups, &kept.namespaces),
            (&None, &None, &None)
        );
        assert_eq!(kept.filter.as_deref(), Some("container:aaaa or vpn"));
    }
    let spaces = snapshot(&fake.with(&["--only", "namespaces", "--filter", "httpd kind:net"]));
    let spaces = spaces.namespaces.unwrap();
    assert_eq!((spaces.len(), spaces[0].inode.0), (1, 4_026_540_002));
    assert_eq!(spaces[0].containers, None);
    let text = text_run(&saved.with("httpd", &["--only", "processes"])).ended(0);
    assert!(text.text().contains("/bin/httpd -f") && !text.text().contains("/bin/sleep"));
}

#[test]
fn a_filtered_snapshot_can_be_filtered_again() {
    let once = json_run(&Saved::new().with("user:0", &[])).ended(0).stdout;
    let again = ["--snapshot", "--json", "--from", "-", "--filter", "httpd"];
    let twice = run_with_input(&again, &once).snapshot();
    assert_eq!(twice.filter.as_deref(), Some("(user:0) (httpd)"));
    assert_eq!(pids(&twice), [50]);
}

/// One line that names option and column, and nothing else.
#[track_caller]
fn refused(ended: Run, column: usize, message: &str) {
    let ended = ended.ended(2);
    assert!(ended.stdout.is_empty());
    let begin = format!("nslens: --filter, column {column}: ");
    let complaint = ended.complaint();
    assert!(
        complaint.starts_with(&begin) && complaint.contains(message),
        "{complaint}"
    );
}

#[test]
fn a_bad_expression_is_refused_before_anything_is_read() {
    for (expr, column, message) in [
        ("größe contaner:web", 7, "no field is called \"contaner\""),
        ("a (b", 3, "never closed"),
        ("finding:x", 1, "collects no findings"),
        ("image:~(", 7, "unclosed group"),
    ] {
        let nowhere = ["--proc", "/no/such/proc", "--filter", expr];
        refused(text_run(&nowhere), column, message);
        refused(
            json_run(&["--from", "/no/such/file", "--filter", expr]),
            column,
            message,
        );
        refused(run(&["--filter", expr]), column, message);
    }
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    for expr in ["pid:\x1b[2J", "x\u{202e}(", "\x1b \"", "~\x1b("] {
        let ended = run(&["--snapshot", "--filter", expr]).ended(2);
        assert!(
            !ended.complaint().contains(['\x1b', '\u{202e}']),
            "{:?}",
            ended.stderr
        );
    }
}
