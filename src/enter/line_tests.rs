use std::ffi::OsString;
use std::path::PathBuf;

use super::*;
use crate::model::{Inode, PerKind};

fn plan(kinds: &[Kind], files: Files) -> Plan {
    let mut namespaces = PerKind::default();
    for kind in kinds {
        namespaces.set(*kind, Inode(70));
    }
    Plan {
        title: "the container web".to_owned(),
        door: Door::Process {
            pid: 77,
            start_ticks: 5,
        },
        namespaces,
        files,
        environment: Environment::Clean,
        confined: false,
        command: None,
    }
}

fn line(plan: &Plan) -> String {
    nsenter_line(plan, Charset::Unicode).unwrap()
}

#[test]
fn each_kind_has_its_letter() {
    assert_eq!(
        line(&plan(&Kind::ALL, Files::Own)),
        "nsenter -t 77 -C -i -m -n -p -T -U -u -- /bin/sh"
    );
}

#[test]
fn with_the_targets_files_come_its_root_and_directory_and_a_clean_environment() {
    assert_eq!(
        line(&plan(&[Kind::Mnt, Kind::Net], Files::Target)),
        "env -i TERM=\"$TERM\" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
         nsenter -t 77 -m -n -r -w -- /bin/sh"
    );
}

#[test]
fn a_file_leads_in_by_the_long_option_and_every_word_is_quoted() {
    let words = ["ip", "link", "show", "it's", "--", "a=b"];
    let mut plan = plan(&[Kind::Net], Files::Own);
    plan.door = Door::File(PathBuf::from("/run/netns/a b"));
    plan.command = Some(words.map(OsString::from).to_vec());
    assert_eq!(
        line(&plan),
        r"nsenter --net='/run/netns/a b' -- ip link show 'it'\''s' -- 'a=b'"
    );
    plan.namespaces = PerKind::default();
    plan.namespaces.set(Kind::Mnt, Inode(70));
    plan.command = None;
    assert_eq!(line(&plan), "nsenter --mount='/run/netns/a b' -- /bin/sh");
}

#[test]
fn what_nsenter_cannot_do_is_refused() {
    let simple = || plan(&[Kind::Net], Files::Target);
    let confined = Plan {
        confined: true,
        ..simple()
    };
    let environment = Plan {
        environment: Environment::Target,
        ..simple()
    };
    let files = |files| Plan { files, ..simple() };
    for (plan, why) in [
        (confined, Unprintable::Confined),
        (environment, Unprintable::Environment),
        (files(Files::Tools), Unprintable::Tools),
        (files(Files::Full), Unprintable::Full),
    ] {
        assert_eq!(nsenter_line(&plan, Charset::Unicode), Err(why));
    }
}
