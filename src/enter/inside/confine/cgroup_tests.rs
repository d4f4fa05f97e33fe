use super::*;

const MOUNTS: &str = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
                      32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
                      33 31 0:30 /docker /mnt/a\\040b rw - cgroup cgroup rw,memory\n\
                      34 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                      35 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n\
                      36 31 0:32 /.. /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n";

fn folders(text: &str) -> Vec<Option<String>> {
    let mounts = mounts(MOUNTS.as_bytes());
    let all = memberships(text.as_bytes());
    let folder = |one: &Membership| Some(one.folder(&mounts)?.to_str()?.to_owned());
    all.iter().map(folder).collect()
}

#[test]
fn each_hierarchy_is_found_by_what_it_controls() {
    let found = folders(
        "4:cpu,cpuacct:/docker/1\n3:memory:/x y:z\n2:name=systemd:/\n1:pids:/docker/1\n0::/../u\n",
    );
    let wanted = [
        Some("/sys/fs/cgroup/cpu,cpuacct/docker/1"),
        Some("/sys/fs/cgroup/memory/x y:z"),
        Some("/sys/fs/cgroup/systemd/"),
        None,
        Some("/sys/fs/cgroup/unified/u"),
    ];
    assert_eq!(found, wanted.map(|folder| folder.map(str::to_owned)));
}

#[test]
fn a_part_that_is_mounted_shows_what_is_below_it_only() {
    assert_eq!(
        folders("3:memory:/docker/1\n"),
        [Some("/mnt/a b/1".to_owned())]
    );
    assert_eq!(
        folders("3:memory:/dockers\n"),
        [Some("/sys/fs/cgroup/memory/dockers".to_owned())]
    );
    // Outside of what is mounted: nothing may lead out of the mount.
    assert_eq!(
        folders("3:memory:/../x\n0::/y\n0::/../../z\n"),
        [None, None, None]
    );
}

#[test]
fn lines_that_are_none_are_no_memberships() {
    assert_eq!(memberships(b"\n5\n6:cpu\n"), []);
}

#[test]
fn only_other_cgroups_are_entered_and_what_is_not_is_said() {
    let own = memberships(b"5:memory:/a\n0::/\n");
    assert_eq!(enter(&own, &own, b""), None);
    let theirs = memberships(b"6:cpu,cpuacct:/b\n5:memory:/a\n0::/c\n");
    assert_eq!(
        enter(&own, &theirs, b"").as_deref(),
        Some("the cgroup of cpu,cpuacct, the cgroup (not mounted here)")
    );
}

#[test]
fn what_is_no_cgroup_is_neither_made_nor_written_to() {
    let folder = tempfile::tempdir().unwrap();
    assert!(move_to(folder.path()).is_err());
    let file = folder.path().join("cgroup.procs");
    assert!(!file.exists());
    fs::write(&file, "as it was").unwrap();
    assert!(move_to(folder.path()).is_err());
    assert_eq!(fs::read_to_string(&file).unwrap(), "as it was");
}
