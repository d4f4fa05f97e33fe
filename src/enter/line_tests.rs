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
    nsenter_line(plan, None, Charset::Unicode).unwrap()
}

fn around(who: Who) -> Around {
    let variables = [("PATH", "/bin"), ("HOME", "/a b"), ("SHELL", "/bin/\x1b")];
    let owned = |(name, value): (&str, &str)| (name.into(), value.into());
    Around {
        variables: Some(variables.map(owned).to_vec()),
        who,
        shell: Some(vec!["/bin/busybox".into(), "sh".into()]),
    }
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
        "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=\"$TERM\" \
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
        assert_eq!(printable(&plan), Err(why));
        assert_eq!(nsenter_line(&plan, None, Charset::Unicode), Err(why));
    }
}

#[test]
fn what_was_found_inside_comes_along() {
    let plan = plan(&[Kind::Mnt], Files::Target);
    let line = |around: &Around| nsenter_line(&plan, Some(around), Charset::Unicode);
    assert_eq!(
        line(&around(Who::Kept)).unwrap(),
        r#"env -i PATH=/bin HOME='/a b' SHELL='/bin/'"$(printf '\033')" nsenter -t 77 -m -r -w -- /bin/busybox sh"#
    );
    let bare = Around {
        variables: None,
        shell: None,
        ..around(Who::Kept)
    };
    assert_eq!(line(&bare), Err(Unprintable::NoShell));
    let given = Plan {
        command: Some(vec!["ip".into()]),
        ..plan.clone()
    };
    assert_eq!(
        nsenter_line(&given, Some(&bare), Charset::Unicode).unwrap(),
        "nsenter -t 77 -m -r -w -- ip"
    );
}

#[test]
fn root_needs_no_option_in_a_user_namespace_and_anybody_else_does() {
    let plan = plan(&[Kind::User], Files::Own);
    let line = |who| {
        let around = Around {
            variables: None,
            ..around(who)
        };
        nsenter_line(&plan, Some(&around), Charset::Unicode)
    };
    for (who, option) in [
        (Who::Becomes { uid: 0, gid: 0 }, ""),
        (Who::Becomes { uid: 7, gid: 0 }, "-S 7 -G 0 "),
        (Who::Stays, "--preserve-credentials "),
    ] {
        let expected = format!("nsenter -t 77 -U {option}-- /bin/busybox sh");
        assert_eq!(line(who), Ok(expected));
    }
    assert_eq!(line(Who::Halfway), Err(Unprintable::Halfway));
    assert_eq!(line(Who::StepsDown), Err(Unprintable::StepsDown));
}
