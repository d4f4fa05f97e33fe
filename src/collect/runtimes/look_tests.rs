use std::fs;
use std::os::unix::fs::symlink;

use super::*;

const ID: &str = "bd3bfdc1ac7b1c2fbe494b0bac7f027441839e6a07919c5e1cd0e64ae7181533";

/// A made-up proc mount with a shim, the state folder that the shim works in, and Docker's folder.
struct Host {
    folder: tempfile::TempDir,
    tasks: PathBuf,
}

impl Host {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tasks = folder.path().join("tasks/moby");
        fs::create_dir_all(tasks.join(ID)).unwrap();
        fs::create_dir_all(folder.path().join("data/containers").join(ID)).unwrap();
        fs::create_dir_all(folder.path().join("proc/10")).unwrap();
        symlink(tasks.join(ID), folder.path().join("proc/10/cwd")).unwrap();
        Self { folder, tasks }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn place(&self, data_roots: Vec<PathBuf>) -> Place {
        Place {
            root: Arc::new(ProcRoot::open(&self.folder.path().join("proc")).unwrap()),
            own: rustix::process::geteuid().as_raw(),
            data_roots,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn bundle(&self) -> String {
        let hosts = self.data().join("containers").join(ID).join("hosts");
        format!(r#"{{"mounts":[{{"source":"{}"}}]}}"#, hosts.display())
    }
}

fn shim(is_here: bool) -> Keeper {
    Keeper {
        pid: 10,
        start_ticks: 1,
        uid: Some(0),
        is_here,
        told: Told::Shim {
            namespace: "moby".to_owned(),
            id: ID.to_owned(),
        },
    }
}

fn kept(keeper: Keeper) -> Kept {
    Kept {
        keeper: Some(Arc::new(keeper)),
        first: None,
    }
}

fn names(found: &Runtimes) -> Vec<Option<&str>> {
    let records = found.records.iter();
    records.map(|record| record.name.as_deref()).collect()
}

const STATE: &str = r#"{"ID":"bd3bfdc1ac7b1c2fbe494b0bac7f027441839e6a07919c5e1cd0e64ae7181533",
    "Name":"/web","Config":{"Image":"bb"}}"#;

fn state_path() -> String {
    format!("data/containers/{ID}/config.v2.json")
}

#[test]
fn the_folder_of_a_shim_leads_to_all_else() {
    let host = Host::new();
    host.write(&format!("tasks/moby/{ID}/config.json"), &host.bundle());
    let runc = host.folder.path().join("runc");
    let options = format!(r#"{{"root":"{}"}}"#, runc.display());
    host.write(&format!("tasks/moby/{ID}/options.json"), &options);
    host.write(&state_path(), STATE);
    let state = format!(r#"{{"id":"{ID}","init_process_pid":11,"init_process_start":5}}"#);
    host.write(&format!("runc/moby/{ID}/state.json"), &state);
    let found = host.place(Vec::new()).of(ID, &kept(shim(true)));
    assert_eq!(found.misses, []);
    assert_eq!(names(&found), [Some("web"), None, None, None]);
    let init = found.records.iter().find_map(|record| record.init);
    assert_eq!(init.map(|init| init.pid), Some(11));
    let engines: Vec<_> = found
        .records
        .iter()
        .map(|record| record.engine.as_deref())
        .collect();
    assert_eq!(
        engines,
        [Some("docker"), Some("docker"), None, Some("docker")]
    );
}

#[test]
fn the_paths_of_a_keeper_in_a_container_are_not_ours() {
    let host = Host::new();
    host.write(&format!("tasks/moby/{ID}/config.json"), &host.bundle());
    host.write(&state_path(), STATE);
    let found = host.place(vec![host.data()]).of(ID, &kept(shim(false)));
    assert_eq!(names(&found), [None]);
}

#[test]
fn without_a_keeper_the_data_roots_are_tried() {
    let host = Host::new();
    host.write(&state_path(), STATE);
    let found = host
        .place(vec!["/none".into(), host.data()])
        .of(ID, &Kept::default());
    assert_eq!(names(&found), [Some("web")]);
    assert_eq!(host.place(Vec::new()).of(ID, &Kept::default()).records, []);
}

#[test]
fn what_is_there_and_makes_no_sense_is_told() {
    let host = Host::new();
    host.write(&format!("tasks/moby/{ID}/config.json"), &host.bundle());
    host.write(&state_path(), "{");
    let found = host.place(Vec::new()).of(ID, &kept(shim(true)));
    let [miss] = found.misses.as_slice() else {
        panic!("{:?}", found.misses);
    };
    assert_eq!((miss.miss, miss.id.as_str()), (Miss::Malformed, ID));
    assert!(miss.source.ends_with("config.v2.json"));
}

#[test]
fn an_id_leads_nowhere_else() {
    let host = Host::new();
    fs::write(host.tasks.join("config.json"), "{}").unwrap();
    for id in ["..", ".", "", "../moby", "a/b", "\0"] {
        let found = host.place(vec![host.data()]).of(id, &kept(shim(true)));
        assert_eq!(found.records.len(), 1, "{id:?}");
        assert!(found.records[0].source.starts_with("arguments of"));
    }
}

#[test]
fn conmon_says_the_name_and_where_the_bundle_is() {
    let host = Host::new();
    let annotations = r#"{"hostname":"pod","annotations":{"io.container.manager":"libpod"}}"#;
    host.write("bundle/config.json", annotations);
    let keeper = Keeper {
        told: Told::Conmon {
            id: ID.to_owned(),
            name: Some("pweb".to_owned()),
            bundle: Some(host.folder.path().join("bundle")),
        },
        ..shim(true)
    };
    let found = host.place(vec![host.data()]).of(ID, &kept(keeper));
    assert_eq!(names(&found), [None, Some("pweb")]);
    assert_eq!(found.records[0].engine.as_deref(), Some("podman"));
    assert_eq!(found.records[0].hostname.as_deref(), Some("pod"));
}
