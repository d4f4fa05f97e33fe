//! What kernels of several ages say of namespaces: nothing of what is newer than they are, and all of what they have.

use std::collections::{BTreeMap, BTreeSet};

use nslens::model::{Holder, Inode, Kind, Namespace, Reason, Snapshot};

use super::kernel::{Backport, Kernel, Version};
use super::{NEWER, USUAL, kernel, rig};

/// The first kernel that lists all namespaces.
const LISTNS: Version = (6, 19);
/// The first that goes through mount namespaces.
const MOUNT_NAMESPACES: Version = (6, 12);

/// Ids that the initial namespaces have on every kernel that lists namespaces: the order of the kernel's nsfs.h.
const IDS: [(Kind, u64); 8] = [
    (Kind::Ipc, 1),
    (Kind::Uts, 2),
    (Kind::User, 3),
    (Kind::Pid, 4),
    (Kind::Cgroup, 5),
    (Kind::Time, 6),
    (Kind::Net, 7),
    (Kind::Mnt, 8),
];

#[test]
fn on_debians_kernel() {
    if let Some(kernel) = kernel(USUAL) {
        check_on(&kernel);
    }
}

#[test]
fn on_a_kernel_that_goes_through_mount_namespaces() {
    if !Kernel::is_offered(NEWER) && Kernel::is_offered(USUAL) {
        // The usual one is that new.
        return;
    }
    if let Some(kernel) = kernel(NEWER) {
        check_on(&kernel);
    }
}

#[test]
fn on_the_first_kernel_that_lists_namespaces() {
    if let Some(kernel) = backported(Backport::Since(LISTNS)) {
        check_on(&kernel);
    }
}

#[test]
fn on_the_newest_kernel() {
    if let Some(kernel) = backported(Backport::Newest) {
        assert!(kernel.version() > LISTNS, "{kernel:?}");
        check_on(&kernel);
    }
}

fn backported(which: Backport) -> Option<Kernel> {
    rig::can_boot().then(|| Kernel::backported(which)).flatten()
}

/// What the guest told, by name.
struct Told {
    parts: BTreeMap<String, String>,
    version: Version,
}

impl Told {
    fn text(&self, name: &str) -> &str {
        &self.parts[name]
    }

    #[track_caller]
    fn snapshot(&self, name: &str) -> Snapshot {
        let text = self.text(name);
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error} in {text}"))
    }

    /// The numbers of namespaces in a part: all that stands for itself or in brackets.
    fn inodes(&self, name: &str) -> Vec<Inode> {
        let words = self.text(name).split(|char: char| !char.is_ascii_digit());
        words
            .filter_map(|word| word.parse().ok().map(Inode))
            .collect()
    }

    /// The host's namespace of `kind`, by the link of kthreadd.
    #[track_caller]
    fn host(&self, kind: Kind) -> Inode {
        let (_, rest) = self
            .text("host")
            .split_once(&format!(" -> {kind}:["))
            .unwrap();
        Inode(rest.split_once(']').unwrap().0.parse().unwrap())
    }
}

/// Boots a kernel, and compares what the program says with what is known of that kernel and of what was made.
fn check_on(kernel: &Kernel) {
    let told = rig::run(kernel, &[], include_str!("namespaces.sh"));
    let parts = told.split("@@ ").skip(1).map(|part| {
        let (name, text) = part.split_once('\n').unwrap();
        (name.to_owned(), text.to_owned())
    });
    let told = Told {
        parts: parts.collect(),
        version: kernel.version(),
    };
    let release = format!("{}.{}.", told.version.0, told.version.1);
    assert!(
        told.text("kernel").starts_with(&release),
        "{}",
        told.text("kernel")
    );
    check_host(&told);
    check_ids(&told);
    check_holders(&told);
    check_listing(&told);
    check_gaps(&told);
}

/// Which namespaces are the host's.
fn check_host(told: &Told) {
    for name in ["json", "elsewhere", "user"] {
        let seen = told.snapshot(name);
        assert!(seen.host.pid_namespace_is_initial, "{name}");
        for kind in Kind::ALL {
            // Whoever may not ask kthreadd knows it by the numbers that are reserved.
            let is_known = name != "user" || told.version >= kind.initial().1;
            let host = is_known.then(|| told.host(kind));
            assert_eq!(seen.host.namespaces.inode(kind), host, "{name} {kind}");
            let all = seen.namespaces.iter().flatten();
            let initial = all.filter(|one| one.kind == kind && one.initial == Some(true));
            let initial: Vec<_> = initial.map(|one| one.inode).collect();
            // Nor may it look into those who are in it.
            if name != "user" || !initial.is_empty() {
                assert_eq!(initial, Vec::from_iter(host), "{name} {kind}");
            }
        }
    }
    let inside = told.snapshot("container");
    assert!(!inside.host.pid_namespace_is_initial);
    let all = inside.namespaces.iter().flatten();
    let known: Vec<_> = all.filter(|one| one.initial.is_some()).collect();
    assert!(known.is_empty(), "{known:?}");
}

/// Ids: of every namespace, or of none.
fn check_ids(told: &Told) {
    let seen = told.snapshot("json");
    let all: Vec<_> = seen.namespaces.iter().flatten().collect();
    let ids: BTreeSet<_> = all.iter().filter_map(|one| one.id).collect();
    if told.version < LISTNS {
        assert!(ids.is_empty(), "{ids:?}");
        return;
    }
    for (kind, id) in IDS {
        let initial = all
            .iter()
            .find(|one| one.kind == kind && one.initial == Some(true));
        assert_eq!(initial.unwrap().id, Some(id), "{kind}");
    }
    // To that in a mount namespace that nobody is in leads no way.
    let inside = told.inodes("inside")[0];
    let without: Vec<_> = all.iter().filter(|one| one.id.is_none()).collect();
    assert!(without.iter().all(|one| one.inode == inside), "{without:?}");
    assert_eq!(ids.len() + without.len(), all.len(), "the same id twice");
}

/// Those that no process is in, and what keeps them.
fn check_holders(told: &Told) {
    let (seen, deep) = (told.snapshot("json"), told.snapshot("deep"));
    let host = told.host(Kind::Mnt);
    let mount = |mnt_ns, path: &str| Holder::BindMount {
        mnt_ns: Some(mnt_ns),
        path: path.to_owned(),
    };
    let (plain, kept) = (told.inodes("plain")[0], told.inodes("kept")[0]);
    let holders = |seen: &Snapshot, kind, inode| {
        let found = find(seen, kind, inode)?;
        assert_eq!(found.process_count, 0);
        Some(found.holders.clone())
    };
    let found = holders(&seen, Kind::Net, plain).unwrap();
    assert!(
        found.contains(&mount(host, "/run/netns/plain")),
        "{found:?}"
    );
    let found = holders(&seen, Kind::Mnt, kept).unwrap();
    assert!(found.contains(&mount(host, "/run/kept")), "{found:?}");

    let walks = told.version >= MOUNT_NAMESPACES;
    let inside = told.inodes("inside")[0];
    let found = walks.then(|| vec![mount(kept, "/tmp/in side")]);
    assert_eq!(holders(&seen, Kind::Net, inside), found);
    // The copies of descriptors that the shells of the script have are gone by then.
    let [mnt, uts] = told.inodes("open")[..] else {
        panic!("{}", told.text("open"))
    };
    assert_eq!(holders(&seen, Kind::Mnt, mnt), walks.then(Vec::new));
    assert_eq!(holders(&seen, Kind::Uts, uts), None);
    for (kind, inode) in [(Kind::Mnt, mnt), (Kind::Uts, uts)] {
        let found = holders(&deep, kind, inode).unwrap();
        assert!(
            matches!(found[..], [Holder::Fd { fd: 8 | 9, .. }]),
            "{found:?}"
        );
    }
    let socket = told.inodes("socket")[0];
    assert_eq!(holders(&seen, Kind::Net, socket), None);
    let found = holders(&deep, Kind::Net, socket).unwrap();
    let is_socket = |one: &Holder| matches!(one, Holder::Socket { .. });
    assert!(
        !found.is_empty() && found.iter().all(is_socket),
        "{found:?}"
    );
}

/// How many more the kernel knows.
fn check_listing(told: &Told) {
    let lists = told.version >= LISTNS;
    let unlisted = |name: &str| told.snapshot(name).host.unlisted_namespaces;
    // The uts namespace that a descriptor keeps. What only a socket keeps is not listed.
    assert_eq!(unlisted("json"), lists.then_some(1));
    assert_eq!(unlisted("elsewhere"), lists.then_some(1));
    assert_eq!(unlisted("deep"), lists.then_some(0));
    assert_eq!(unlisted("after"), lists.then_some(0), "something was kept");
    for name in ["user", "container"] {
        assert_eq!(unlisted(name), None, "{name} may not see all");
    }
    let words = "1 more namespace exists that was found nowhere.";
    assert_eq!(told.text("text").contains(words), lists);
}

/// What a kernel lacks is no gap.
fn check_gaps(told: &Told) {
    let seen = told.snapshot("json");
    let gaps = seen.gaps.iter().map(|gap| (gap.what.as_str(), gap.reason));
    let gaps: BTreeSet<_> = gaps.collect();
    let inside = format!("network of net:[{}]", told.inodes("inside")[0]);
    // Without its folder of modules a guest cannot tell whether asking would load nf_tables, so nobody asks.
    let unasked = format!("port forwards of net:[{}]", told.host(Kind::Net));
    let left = "sockets of network namespaces without a process, which only --deep asks for";
    let mut expected = BTreeSet::from([
        (unasked.as_str(), Reason::Unsupported),
        (left, Reason::Truncated),
    ]);
    if told.version >= MOUNT_NAMESPACES {
        // Found, but nobody's way leads there.
        expected.insert((&inside, Reason::Unsupported));
        expected.insert(("owners and parents of namespaces", Reason::Unsupported));
    }
    assert_eq!(gaps, expected);
}

fn find(seen: &Snapshot, kind: Kind, inode: Inode) -> Option<&Namespace> {
    let mut all = seen.namespaces.iter().flatten();
    all.find(|one| (one.kind, one.inode) == (kind, inode))
}
