use super::super::cgroup::memberships;
use super::super::label::Label;
use super::*;

/// The rights of a process of this user, with these capabilities and other lines of its status.
fn rights(uid: u32, capabilities: u64, others: &str) -> Rights {
    let text = format!(
        "Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t0\t0\t0\t0\nGroups:\t\nCapInh:\t0\nCapPrm:\t{capabilities:x}\n\
         CapEff:\t{capabilities:x}\nCapBnd:\t{capabilities:x}\n{others}"
    );
    Rights {
        status: Status::parse(&text).unwrap(),
        label: Ok(None),
        cgroups: memberships(b"0::/user\n"),
    }
}

const ALL: u64 = 0x1ff_ffff_ffff;
const DOCKER: u64 = 0xa804_25fb;

fn said(own: &Rights, target: &Rights) -> Option<String> {
    stronger("this shell", own, target)
}

#[test]
fn all_that_differs_is_listed() {
    let own = rights(0, ALL, "");
    let mut target = rights(1000, DOCKER, "NoNewPrivs:\t1\nSeccomp:\t2\n");
    target.cgroups = memberships(b"0::/docker/7\n");
    target.label = Ok(Label::parse("docker-default (enforce)", true));
    assert_eq!(
        said(&own, &target).as_deref(),
        Some(
            "this shell is stronger than its target: no seccomp filter, root instead of user 1000, all capabilities, \
             no_new_privs not set, no AppArmor label, not in its cgroup; --confined takes over all but the filter"
        )
    );
}

#[test]
fn only_what_differs_is_listed() {
    let own = rights(0, ALL & !(1 << 24), "");
    for (target, sentence) in [
        (
            rights(0, DOCKER, ""),
            "26 more capabilities; --confined takes them over",
        ),
        (
            rights(0, ALL & !(1 << 21), ""),
            "1 more capability; --confined takes them over",
        ),
        (
            rights(0, ALL, "Seccomp:\t1\n"),
            "no seccomp filter, which --confined cannot take over either",
        ),
    ] {
        let sentence = format!("this shell is stronger than its target: {sentence}");
        assert_eq!(said(&own, &target), Some(sentence));
    }
    let sentence = said(&rights(5, ALL, ""), &rights(5, 0, "")).unwrap();
    assert!(
        sentence.contains(": a wider capability bounding set;"),
        "{sentence}"
    );
}

#[test]
fn who_is_not_limited_gets_no_sentence() {
    let own = rights(0, ALL, "");
    let mut other = own.clone();
    other.cgroups = memberships(b"0::/elsewhere\n");
    assert_eq!(said(&own, &own), None);
    assert_eq!(said(&own, &other), None);
    // Nor who is as limited as the target, or more.
    let filtered = rights(1000, DOCKER, "NoNewPrivs:\t1\nSeccomp:\t2\n");
    assert_eq!(said(&filtered, &filtered), None);
    assert_eq!(said(&filtered, &own), None);
}
