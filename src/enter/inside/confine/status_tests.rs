use super::*;

const TEXT: &str = "Name:\tUid:\nUid:\t1000\t0\t1000\t1000\nGid:\t7\t7\t8\t8\nGroups:\t4 27 \nCapInh:\t0000000000000001\n\
                    CapPrm:\t00000000a80425fb\nCapEff:\t0000000000000400\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000001\n\
                    NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";

#[test]
fn each_line_is_read() {
    let status = Status::parse(TEXT).unwrap();
    assert_eq!(status.uid, [1000, 0, 1000, 1000]);
    assert_eq!(status.gid, [7, 7, 8, 8]);
    assert_eq!(status.groups, [4, 27]);
    assert_eq!(status.inheritable, CapabilitySet::CHOWN);
    assert_eq!(status.permitted.bits(), 0xa804_25fb);
    assert_eq!(status.effective, CapabilitySet::NET_BIND_SERVICE);
    assert_eq!(status.bounding.bits(), 0x1ff_ffff_ffff);
    assert_eq!(status.ambient, CapabilitySet::CHOWN);
    assert_eq!(status.no_new_privs, Some(true));
    assert_eq!((status.seccomp, status.seccomp_filters), (2, Some(3)));
}

#[test]
fn old_kernels_tell_less() {
    let old: Vec<_> = TEXT.lines().take(8).collect();
    let status = Status::parse(&old.join("\n")).unwrap();
    assert_eq!(status.ambient, CapabilitySet::empty());
    assert_eq!(status.no_new_privs, None);
    assert_eq!((status.seccomp, status.seccomp_filters), (0, None));
}

#[test]
fn rubbish_is_refused() {
    for (good, bad) in [
        ("Uid:\t1000\t", "Uid:\t4294967295\t"),
        ("Gid:\t7\t7\t8\t8", "Gid:\t7\t7\t8"),
        ("Groups:\t4 27 ", "Groups:\tx"),
        ("CapBnd:\t000001ffffffffff", "CapBnd:\tg"),
        ("CapPrm", "CapX"),
        ("NoNewPrivs:\t1", "NoNewPrivs:\tyes"),
        ("Seccomp:\t2", "Seccomp:\t-"),
    ] {
        let text = TEXT.replace(good, bad);
        assert_ne!(text, TEXT);
        assert_eq!(Status::parse(&text), None, "{bad}");
    }
}

#[test]
fn what_a_program_keeps_depends_on_who_runs_it() {
    let mut status = Status::parse(TEXT).unwrap();
    assert_eq!(status.after_exec(), status.bounding);
    status.uid = [1000; 4];
    assert_eq!(status.after_exec(), CapabilitySet::CHOWN);
}
